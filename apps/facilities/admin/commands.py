"""The buttons above a facility's and a certificate's form: each posts one command, which a service does or refuses."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from apps.core.admin.base import person
from apps.core.downloads import attachment
from apps.core.errors import DomainError, InvalidInputError
from apps.facilities import services
from apps.facilities.models import (
    CertificateDocument,
    Checked,
    ClaimDecision,
    Facility,
    HeldCertificate,
    ListingRequest,
    RequestState,
)
from apps.facilities.models.evidence import VERIFIED_CHOICES
from apps.facilities.selectors import invitation_to
from apps.facilities.services.letters import address_of

Command = Callable[[Any, HttpRequest], Any]

if TYPE_CHECKING:
    _Page = admin.ModelAdmin[Any]
else:
    _Page = object


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()


def _until(request: HttpRequest) -> date | None:
    text = request.POST.get("until", "").strip()
    return services.day_of(text) if text else None


def _answer_request(facility: Facility, request: HttpRequest, *, grant: bool) -> None:
    asked = ListingRequest.objects.filter(facility=facility, public_id=request.POST.get("request", "")).first()
    if asked is None:
        raise Http404
    services.decide_listing_request(asked, grant=grant, reason=_reason(request), acting_user=person(request))


def _hand_in(certificate: HeldCertificate, request: HttpRequest) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInputError("file_empty", _("Choose a file."), field="file")
    services.hand_in_document(certificate, name=file.name or "", data=file.read(), acting_user=person(request))


def _verify(certificate: HeldCertificate, request: HttpRequest) -> None:
    services.verify_certificate(
        certificate,
        level=request.POST.get("level", ""),
        checked=request.POST.getlist("checked"),
        words=request.POST.get("words", "").strip()[:1_000],
        acting_user=person(request),
    )


def _of_facility(service: Callable[..., Any]) -> Command:
    return lambda facility, request: service(facility, acting_user=person(request), reason=_reason(request))


FACILITY_COMMANDS: dict[str, Command] = {
    "revoke": _of_facility(services.revoke_claim),
    "pause": lambda facility, request: services.pause_facility(
        facility, until=_until(request), acting_user=person(request), reason=_reason(request)
    ),
    "resume": _of_facility(services.resume_facility),
    "close": _of_facility(services.close_facility),
    "remove": _of_facility(services.remove_listing),
    "grant": lambda facility, request: _answer_request(facility, request, grant=True),
    "refuse": lambda facility, request: _answer_request(facility, request, grant=False),
}
CERTIFICATE_COMMANDS: dict[str, Command] = {
    "hand-in": _hand_in,
    "verify": _verify,
    "take-back": lambda certificate, request: services.take_back_verification(
        certificate, reason=_reason(request), acting_user=person(request)
    ),
}


class Commands(_Page):
    """Mixed into a page of the desk."""

    commands: Mapping[str, Command]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_command"
        view = self.admin_site.admin_view(self.command_view)
        return [path("<int:row_id>/command/<str:command>/", view, name=name), *super().get_urls()]

    def command_view(self, request: HttpRequest, row_id: int, command: str) -> HttpResponseBase:
        if command not in self.commands:
            raise Http404
        return self.obey(request, row_id, self.commands[command])

    def obey(self, request: HttpRequest, row_id: int, command: Command) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            command(self.row(request, row_id), request)
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, _("Done."), messages.SUCCESS)
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return Redirect(reverse(address, args=[row_id]))

    def row(self, request: HttpRequest, row_id: int) -> Any:
        row = self.get_queryset(request).filter(pk=row_id).first()
        if row is None:
            raise Http404
        return row


class FacilityCommands(Commands):
    commands = FACILITY_COMMANDS
    change_form_outer_before_template = "facilities/admin/listing.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.claim_view)
        return [path("<int:row_id>/claim/<str:answer>/", view, name="facilities_facility_claim"), *super().get_urls()]

    def claim_view(self, request: HttpRequest, row_id: int, answer: str) -> HttpResponse:
        """The two buttons that stand on the page while a claim is pending."""
        if answer not in ("approve", "deny"):
            raise Http404
        return self.obey(
            request,
            row_id,
            lambda facility, asked: services.decide_claim(
                facility, approve=answer == "approve", acting_user=person(asked), reason=_reason(asked)
            ),
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        facility = obj
        if facility is not None:
            pending = facility.claims.filter(state=ClaimDecision.PENDING).select_related("organisation")
            context["pending_claim"] = pending.first()
            context["open_requests"] = facility.listing_requests.filter(state=RequestState.OPEN)
            context["live_merges"] = facility.merges.live()
            if facility.operator_id is None and facility.removed_at is None and facility.merged_into_id is None:
                context["invitation"] = address_of(f"/facilities/invited/{invitation_to(facility)}/")
        return super().render_change_form(request, context, add, change, form_url, obj)


class CertificateCommands(Commands):
    commands = CERTIFICATE_COMMANDS
    change_form_outer_before_template = "facilities/admin/evidence.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.document_view)
        return [path("<int:row_id>/document/", view, name="facilities_heldcertificate_document"), *super().get_urls()]

    def document_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """The file, to be saved; that it was read is written down."""
        document = CertificateDocument.objects.filter(certificate=self.row(request, row_id)).first()
        if document is None:
            raise Http404
        data = services.read_document(document, acting_user=person(request))
        return attachment(data, name=document.name, kind=document.kind)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        certificate = obj
        if certificate is not None:
            context["document"] = CertificateDocument.objects.filter(certificate=certificate).first()
            context["checks"] = Checked.choices
            context["levels"] = VERIFIED_CHOICES
        return super().render_change_form(request, context, add, change, form_url, obj)
