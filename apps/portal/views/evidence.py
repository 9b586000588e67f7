"""Certificates of a facility and their documents."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core.downloads import attachment
from apps.facilities import services
from apps.facilities.models import HeldCertificate
from apps.facilities.selectors import access_facility
from apps.portal.forms.listing import CertificateForm, DocumentForm
from apps.portal.selectors import listing as reading
from apps.portal.views.listing import GET_OR_POST, command, form_page, found, person, to_write


@login_required
@require_http_methods(GET_OR_POST)
def certificate_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    form = CertificateForm(request.POST or None)
    return form_page(
        request,
        place,
        form,
        title=_("A certificate"),
        save=lambda: services.add_part(place, HeldCertificate, form.values(), acting_user=person(request)),
    )


@login_required
@require_http_methods(GET_OR_POST)
def certificate(request: HttpRequest, public_id: UUID, certificate_id: UUID) -> HttpResponse:
    """A change of its facts takes its evidence back."""
    place = to_write(request, public_id)
    row = found(lambda: reading.certificate_of(place, certificate_id))
    form = CertificateForm(request.POST or None, initial=CertificateForm.initial_for(row))
    return form_page(
        request,
        place,
        form,
        title=row.certification.name,
        save=lambda: services.change_part(row, form.values(), acting_user=person(request)),
    )


@login_required
@require_safe
def document(request: HttpRequest, public_id: UUID, certificate_id: UUID) -> HttpResponse:
    """For whoever reads the whole listing; every reading is written down."""
    place = found(lambda: access_facility(person(request), public_id))
    row = found(lambda: reading.certificate_of(place, certificate_id))
    paper = getattr(row, "document", None)
    if paper is None:
        raise Http404
    data = services.read_document(paper, acting_user=person(request))
    return attachment(data, name=paper.name, kind=paper.kind)


@login_required
@require_http_methods(GET_OR_POST)
def document_new(request: HttpRequest, public_id: UUID, certificate_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    row = found(lambda: reading.certificate_of(place, certificate_id))
    form = DocumentForm(request.POST or None, request.FILES or None)

    def save() -> Any:
        file = form.cleaned_data["file"]
        return services.hand_in_document(row, name=file.name, data=file.read(), acting_user=person(request))

    return form_page(request, place, form, title=_("Document of %s") % row.certification, save=save)


@login_required
@require_POST
def document_remove(request: HttpRequest, public_id: UUID, certificate_id: UUID) -> HttpResponse:
    place = to_write(request, public_id)
    row = found(lambda: reading.certificate_of(place, certificate_id))
    return command(request, place, lambda: services.remove_document(row, acting_user=person(request)))
