"""The page of a facility."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin import SearchedByPhrase
from apps.core.admin import badge, column, linked
from apps.core.admin.base import person
from apps.core.errors import DomainError
from apps.facilities.admin.fields import wish_field
from apps.facilities.admin.filters import ConfirmedFilter
from apps.facilities.admin.inlines import (
    CapabilityInline,
    CertificateInline,
    MachineInline,
    NetworkInline,
    NoGoInline,
    ResourceInline,
)
from apps.facilities.admin.stamps import stamp, stamp_all
from apps.facilities.models import ClaimState, Facility
from apps.facilities.services import decide_claim
from apps.facilities.services.writing import locked_for_writing

FIGURES: tuple[Any, ...] = (
    ("min_run", "max_run"),
    ("economic_run_low", "economic_run_high"),
    ("min_order_pieces", "min_order_amount", "currency"),
    ("unit_price_low", "unit_price_high"),
    ("lead_days_low", "lead_days_high"),
    ("tooling_lead_days_low", "tooling_lead_days_high"),
    "best_tolerance_mm",
    ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"),
)
CLAIM_COLOURS = {"claimed": "success", "claim_pending": "warning", "denied": "danger", "revoked": "danger"}
STATE_COLOURS = {"active": "success", "paused": "warning", "closed": "danger"}


@admin.register(Facility)
class FacilityAdmin(SearchedByPhrase):
    """States move along their edges by commands of their own and are only shown here."""

    change_form_outer_before_template = "facilities/admin/claim.html"
    phrase_path = "capabilities__process__synonyms__text"
    coordinators_may = frozenset({"view", "add", "change"})
    list_display = (
        "name",
        badge("kind", _("kind"), {"makerspace": "info", "jobshop": "primary", "contract_manufacturer": "success"}),
        linked("operator", _("operator")),
        "city",
        column("country.code", _("country"), ordering="country"),
        badge("claim_state", _("claim"), CLAIM_COLOURS),
        badge("operating_state", _("state"), STATE_COLOURS),
        "confirmed_on",
    )
    list_filter = ("kind", "claim_state", "operating_state", ConfirmedFilter, "networks", "profile_public")
    list_select_related = ("operator",)
    search_fields = (
        "name",
        "city",
        "country__iexact",
        "operator__name",
        "external_id__iexact",
        "public_id__iexact",
        "capabilities__process__name",
    )
    search_help_text = _("a name, a place, an operator, a process in anybody's words, or an id")
    date_hierarchy = "created_at"
    autocomplete_fields = ("operator", "materials")
    readonly_fields = (
        "claim_state",
        "operating_state",
        "paused_until",
        "source",
        "last_offered_at",
        "public_id",
        "created_at",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("name", "kind", "operator", "description", "profile_public", "external_id")}),
        (
            _("State"),
            {
                "fields": (
                    ("claim_state", "operating_state", "paused_until"),
                    ("source", "confirmed_on", "last_offered_at"),
                    ("public_id", "created_at", "updated_at"),
                )
            },
        ),
        (_("Place"), {"fields": (("city", "country", "admin_area"), ("lat", "lon"))}),
        (
            _("How it works with customers"),
            {
                "fields": (
                    ("access", "signs_nda", "accepts_startups"),
                    "wished_stages",
                    "wished_industries",
                    ("quote_days", "material_days", "inspection_days"),
                )
            },
        ),
        (
            _("Materials and certificates"),
            {"fields": ("materials", ("materials_listed", "certificates_listed"), "workmanship_class")},
        ),
        (_("Figures of the whole site; blank means never stated"), {"fields": FIGURES}),
    )
    inlines = (NetworkInline, CapabilityInline, ResourceInline, CertificateInline, MachineInline, NoGoInline)

    def visible_rows(self, user: Any) -> QuerySet[Facility]:
        """Those of the networks that she coordinates; the desk shows what a public profile does not."""
        return Facility.objects.filter(networks__coordinators__user=user)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return wish_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        address = "<int:facility_id>/claim/<str:answer>/"
        view = self.admin_site.admin_view(self.claim_view)
        return [path(address, view, name="facilities_facility_claim"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Facility, form: Any, change: bool) -> None:
        if change:
            locked_for_writing(obj, person(request))
        elif obj.operator is not None:
            obj.claim_state = ClaimState.CLAIMED  # whoever writes it in at the desk vouches for it
        if form.changed_data or not change:
            stamp(obj, obj, request.user, changed=form.changed_data)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        stamp_all(formset, form.instance, request.user)
        super().save_formset(request, form, formset, change)

    def claim_view(self, request: HttpRequest, facility_id: int, answer: str) -> HttpResponse:
        """The two buttons that stand on the page while a claim is pending."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        facility = self.get_queryset(request).filter(pk=facility_id).first()
        if facility is None or answer not in ("approve", "deny"):
            raise Http404
        reason = request.POST.get("reason", "").strip()
        try:
            decide_claim(facility, approve=answer == "approve", acting_user=person(request), reason=reason)
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, gettext("The claim has been decided."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:facilities_facility_change", args=[facility_id]))
