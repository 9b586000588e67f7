"""A facility's listing: what is said of it, and saying more. Plain pages; every change is a form that is sent."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User
from apps.core.errors import DomainError, NotFoundError
from apps.facilities import services
from apps.facilities.models import Capability, Facility, HeldMachine, NoGo
from apps.facilities.selectors import access_facility
from apps.portal.forms.listing import ContactForm, FiguresForm, LineForm, ListingForm, NoGoForm, SiteForm
from apps.portal.forms.refusals import refusal_in_words
from apps.portal.selectors import listing as reading

GET_OR_POST = ["GET", "HEAD", "POST"]
KINDS = {"processes": "process", "machines": "machine"}


@login_required
@require_safe
def facility(request: HttpRequest, public_id: UUID) -> HttpResponse:
    listing = found(lambda: reading.listing_of(person(request), public_id))
    context = {"listing": listing, "facility": listing.facility, "no_go_form": NoGoForm()}
    return render(request, "portal/listing/facility.html", context)


@login_required
@require_http_methods(GET_OR_POST)
def site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The figures of the whole site and what work it wants."""
    place = to_write(request, public_id)
    form = SiteForm(request.POST or None, initial=SiteForm.initial_for(place))
    return form_page(
        request,
        place,
        form,
        title=_("The site"),
        save=lambda: services.change_facility(place, form.values(), acting_user=person(request)),
    )


@login_required
@require_http_methods(GET_OR_POST)
def contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    known = reading.listing_of(person(request), public_id).contact
    initial = {name: getattr(known, name) for name in ContactForm.base_fields} if known else {}
    form = ContactForm(request.POST or None, initial=initial)
    return form_page(
        request,
        place,
        form,
        title=_("How you are reached"),
        save=lambda: services.change_contact(place, form.cleaned_data, acting_user=person(request)),
    )


@login_required
@require_http_methods(GET_OR_POST)
def line(request: HttpRequest, public_id: UUID, line_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    row = found(lambda: reading.line_of(place, line_id))
    form = LineForm(request.POST or None, initial={**FiguresForm.initial_of(row), "offer": row.offer})
    return form_page(
        request,
        place,
        form,
        title=row.process.name,
        save=lambda: services.change_part(row, form.values(), acting_user=person(request)),
    )


@login_required
@require_http_methods(GET_OR_POST)
def find(request: HttpRequest, public_id: UUID, what: str) -> HttpResponse:
    """Processes or machines by the words that people use; what is ticked is listed, nothing is guessed."""
    place = to_write(request, public_id)
    if what not in KINDS:
        raise Http404
    if request.method == "POST":
        return _list_ticked(request, place, what)
    words = request.GET.get("words", "")[:120]
    hits = reading.found_by_words(KINDS[what], words) if words else []
    context = {"facility": place, "what": what, "words": words, "hits": hits}
    return render(request, "portal/listing/find.html", context)


@login_required
@require_POST
def tick(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The suggestions that are ticked become the facility's word."""
    place = to_write(request, public_id)
    offer = request.POST.get("offer", "")

    def confirm() -> None:
        for text in request.POST.getlist("lines")[:200]:
            row = found(partial(reading.line_of, place, _uuid(text)))
            services.confirm_capability(row, offer=offer, acting_user=person(request))

    return command(request, place, confirm)


@login_required
@require_POST
def remove(request: HttpRequest, public_id: UUID, kind: str, key: str) -> HttpResponse:
    place = to_write(request, public_id)
    readers: dict[str, Callable[[], Any]] = {
        "line": lambda: reading.line_of(place, _uuid(key)),
        "machine": lambda: reading.machine_of(place, key),
        "certificate": lambda: reading.certificate_of(place, _uuid(key)),
        "no-go": lambda: reading.no_go_of(place, *key.split(":", 1)) if ":" in key else _nothing(),
    }
    if kind not in readers:
        raise Http404
    row = found(readers[kind])
    return command(request, place, lambda: services.remove_part(row, acting_user=person(request)))


@login_required
@require_POST
def no_go(request: HttpRequest, public_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    form = NoGoForm(request.POST)
    if not form.is_valid():
        raise Http404
    return command(request, place, lambda: services.add_part(place, NoGo, form.values(), acting_user=person(request)))


@login_required
@require_POST
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Pause (until a day, or until resumed), resume, close, open again."""
    place = to_write(request, public_id)
    user, reason = person(request), request.POST.get("reason", "").strip()[:500]
    until = request.POST.get("until") or None
    commands: dict[str, Callable[[], Any]] = {
        "pause": lambda: services.pause_facility(place, until=_day(until), acting_user=user, reason=reason),
        "resume": lambda: services.resume_facility(place, acting_user=user, reason=reason),
        "close": lambda: services.close_facility(place, acting_user=user, reason=reason),
    }
    if request.POST.get("to") not in commands:
        raise Http404
    return command(request, place, commands[request.POST["to"]])


# --- what the pages of a listing share ------------------------------------------------------------------------------


def person(request: HttpRequest) -> User:
    return cast(User, request.user)


def found(read: Callable[[], Any]) -> Any:
    """Not there and not yours read the same."""
    try:
        return read()
    except NotFoundError as error:
        raise Http404 from error


def to_write(request: HttpRequest, public_id: UUID) -> Facility:
    """Readers meet the service's refusal when they send something; the pages are for those who write."""
    place: Facility = found(lambda: access_facility(person(request), public_id))
    if not reading.may_write(person(request), place):
        raise Http404
    return place


def command(request: HttpRequest, place: Facility, do: Callable[[], Any]) -> HttpResponse:
    """Do it, say why not if not, and show the listing."""
    try:
        do()
    except DomainError as refusal:
        messages.error(request, refusal_in_words(refusal))
    return redirect("portal:facility", place.public_id)


def form_page(
    request: HttpRequest, place: Facility, form: ListingForm, *, title: str, save: Callable[[], Any]
) -> HttpResponse:
    """Show it, or save it and go back to the listing; a refusal stands beside its field."""
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                save()
            except DomainError as refusal:
                form.refuse(refusal)
                status = HTTPStatus(refusal.status)
            else:
                messages.success(request, _("Saved."))
                return redirect("portal:facility", place.public_id)
    context = {"facility": place, "form": form, "title": title, "problems": form.problems() if form.is_bound else []}
    return render(request, "portal/listing/form.html", context, status=status)


def _list_ticked(request: HttpRequest, place: Facility, what: str) -> HttpResponse:
    slugs = request.POST.getlist("slugs")[:100]
    offer = request.POST.get("offer") or "core"
    user = person(request)

    def add() -> None:
        if what == "machines":
            for machine in reading.machines_named(slugs):
                services.add_part(place, HeldMachine, {"machine": machine}, acting_user=user)
            return
        for process in reading.processes_named(slugs):
            services.add_part(place, Capability, {"process": process, "offer": offer}, acting_user=user)

    return command(request, place, add)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _day(text: str | None) -> Any:
    return None if text is None else services.day_of(text)


def _nothing() -> Any:
    raise Http404
