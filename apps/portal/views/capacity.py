"""A facility's year: what is free, what is held, and what differs from the usual."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import User
from apps.core.errors import DomainError, NotFoundError
from apps.facilities import selectors, services
from apps.facilities.capacity_table import COLUMNS, decoded
from apps.facilities.models import ExceptionReason, Facility, Resource
from apps.portal.forms.capacity import ExceptionForm, WeekForm
from apps.portal.forms.refusals import refusal_in_words
from apps.portal.selectors.listing import may_write

LARGEST_TABLE = 1_000_000
REFUSALS_SHOWN = 50


@login_required
@require_safe
def capacity(request: HttpRequest, public_id: UUID) -> HttpResponse:
    facility = _found(request, public_id)
    return _page(request, facility)


@login_required
@require_POST
def still_true(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    facility = _found(request, public_id)
    said = _("Thank you. All of it counts as confirmed today.")
    return _do(request, facility, lambda: services.confirm_capacity(facility, acting_user=_user(request)), said)


@login_required
@require_POST
def exception_new(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    facility = _found(request, public_id)
    form = ExceptionForm(_resources(facility), ExceptionReason.choices, request.POST)
    if not form.is_valid():
        return _page(request, facility, exception_form=form)
    try:
        services.add_exception(facility, form.columns(), acting_user=_user(request))
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal_in_words(refusal))
        return _page(request, facility, exception_form=form)
    messages.success(request, _("The weeks it touches follow it."))
    return redirect("portal:capacity", facility.public_id)


@login_required
@require_POST
def exception_clear(request: HttpRequest, public_id: UUID, exception_id: UUID) -> HttpResponseBase:
    facility = _found(request, public_id)
    row = selectors.exceptions_of(facility).filter(public_id=exception_id).first()
    if row is None:
        raise Http404
    said = _("Its weeks follow the usual again.")
    return _do(request, facility, lambda: services.clear_exception(row, acting_user=_user(request)), said)


@login_required
@require_POST
def week(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    facility = _found(request, public_id)
    form = WeekForm(_resources(facility), request.POST)
    if not form.is_valid():
        return _page(request, facility, week_form=form)
    hours = {form.monday(): form.cleaned_data["hours"]}
    try:
        services.change_weeks(form.row(), hours, acting_user=_user(request))
    except DomainError as refusal:
        form.add_error(None, refusal_in_words(refusal))
        return _page(request, facility, week_form=form)
    messages.success(request, _("Noted."))
    return redirect("portal:capacity", facility.public_id)


@login_required
@require_POST
def table(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A file is previewed first; what the preview shows is sent back as text and then taken."""
    facility = _found(request, public_id)
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) > LARGEST_TABLE:
        messages.error(request, _("That file is too large for a table of hours."))
        return redirect("portal:capacity", facility.public_id)
    text = decoded(upload.read()) if upload is not None else request.POST.get("csv", "")
    apply = upload is None and "apply" in request.POST
    try:
        outcome = services.read_capacity_csv(facility, text, apply=apply, acting_user=_user(request))
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
        return redirect("portal:capacity", facility.public_id)
    if outcome.applied:
        count = len(outcome.changes)
        messages.success(request, ngettext("%d week was changed.", "%d weeks were changed.", count) % count)
        return redirect("portal:capacity", facility.public_id)
    context = {"facility": facility, "outcome": outcome, "csv": text, "shown": outcome.refusals[:REFUSALS_SHOWN]}
    return render(request, "portal/capacity_table.html", context)


@login_required
@require_safe
def table_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The coming year as the table that `table` takes back."""
    facility = _found(request, public_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="capacity.csv"'
    rows = csv.writer(response)
    rows.writerow(COLUMNS)
    for row in _grid(facility, timezone.now().date()):
        for one in row.weeks:
            stated = one.basis == selectors.Basis.STATED
            year, number, _day = one.monday.isocalendar()
            rows.writerow([row.resource.public_id, f"{year}-W{number:02}", f"{one.free:g}" if stated else "pattern"])
    return response


@login_required
@require_POST
def calendar_link(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Shown this once; another click makes another, and kills this one."""
    facility = _found(request, public_id)
    if "revoke" in request.POST:
        services.revoke_calendar_link(facility, acting_user=_user(request))
        messages.success(request, _("Your calendar address is dead."))
        return redirect("portal:capacity", facility.public_id)
    _link, token = services.make_calendar_link(facility, acting_user=_user(request))
    address = settings.SITE_URL.rstrip("/") + reverse("calendar-feed", args=[token])
    return _page(request, facility, calendar_address=address)


def _page(request: HttpRequest, facility: Facility, **more: Any) -> HttpResponse:
    today = timezone.now().date()
    resources = _resources(facility)
    context = {
        "facility": facility,
        "today": today,
        "rows": _grid(facility, today),
        "exceptions": selectors.exceptions_of(facility).filter(last_on__gte=today),
        "may_write": may_write(_user(request), facility),
        "exception_form": ExceptionForm(resources, ExceptionReason.choices),
        "week_form": WeekForm(resources),
        **more,
    }
    return render(request, "portal/capacity.html", context)


def _grid(facility: Facility, today: date) -> list[selectors.GridRow]:
    monday = today - timedelta(days=today.weekday())
    return selectors.capacity_grid(facility, since=monday, weeks=selectors.YEAR_WEEKS, today=today)


def _resources(facility: Facility) -> list[Resource]:
    return list(selectors.parts_of(facility, Resource))


def _do(request: HttpRequest, facility: Facility, action: Callable[[], object], said: str) -> HttpResponseBase:
    try:
        action()
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    else:
        messages.success(request, said)
    return redirect("portal:capacity", facility.public_id)


def _found(request: HttpRequest, public_id: UUID) -> Facility:
    try:
        return selectors.access_facility(request.user, public_id)
    except NotFoundError as error:
        raise Http404 from error


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
