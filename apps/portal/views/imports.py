"""A facility's people hand in a template for their facility, look at what it says, and apply or undo it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.downloads import attachment
from apps.core.errors import DomainError
from apps.exchange import selectors, services
from apps.exchange.files import TEMPLATE_NAMES, template_file
from apps.exchange.models import WORKING, BatchState
from apps.exchange.wording import failure_words, row_in_words
from apps.facilities.models import Facility
from apps.portal.forms.imports import UploadForm
from apps.portal.views.listing import GET_OR_POST, found, person, to_write

STEPS = {"apply": services.apply_import, "undo": services.undo_import, "discard": services.discard_import}
ROWS_ON_A_PAGE = 50


@login_required
@require_http_methods(GET_OR_POST)
def imports(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was handed in for the facility, and handing in more."""
    place = to_write(request, public_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, place, form)
    if not form.is_valid():
        return _page(request, place, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    file = form.cleaned_data["file"]
    try:
        batch = services.upload_for_facility(place, file.name, file.read(), acting_user=person(request))
    except DomainError as refusal:
        form.add_error("file", refusal.detail)
        return _page(request, place, form, refusal.status)
    return redirect("portal:facility-import", public_id, batch.public_id)


def _page(request: HttpRequest, place: Facility, form: UploadForm, status: int = HTTPStatus.OK) -> HttpResponse:
    mine = selectors.imports_visible_to(person(request)).filter(facility=place)
    context = {"facility": place, "form": form, "imports": mine, "templates": TEMPLATE_NAMES}
    return render(request, "portal/imports/imports.html", context, status=status)


@login_required
@require_safe
def facility_import(request: HttpRequest, public_id: UUID, import_id: UUID) -> HttpResponse:
    """What it says, row by row, with every reason."""
    place = to_write(request, public_id)
    batch = found(lambda: selectors.access_import(person(request), import_id))
    if batch.facility_id != place.pk:
        raise Http404
    page = Paginator(selectors.rows_of(batch), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "facility": place,
        "batch": batch,
        "page": page,
        "rows": [row_in_words(row) for row in page],
        "counts": selectors.counts_of(batch),
        "at_work": batch.state in WORKING,
        "may_apply": batch.state == BatchState.READ,
        "may_undo": batch.state == BatchState.APPLIED,
        "failure": failure_words(batch),
    }
    return render(request, "portal/imports/import.html", context)


@login_required
@require_POST
def import_step(request: HttpRequest, public_id: UUID, import_id: UUID, verb: str) -> HttpResponse:
    to_write(request, public_id)
    batch = found(lambda: selectors.access_import(person(request), import_id))
    if verb not in STEPS or batch.facility is None or batch.facility.public_id != public_id:
        raise Http404
    try:
        STEPS[verb](batch, acting_user=person(request))
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("Noted. This page shows how far it is."))
    return redirect("portal:facility-import", public_id, import_id)


@login_required
@require_safe
def template(request: HttpRequest, file_name: str) -> HttpResponse:
    told = found(lambda: template_file(file_name))
    return attachment(told.data, name=told.name, kind=told.kind)
