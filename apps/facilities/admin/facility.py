"""The page of a facility."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organisation
from apps.catalog.admin import SearchedByPhrase
from apps.core.admin import badge, column, linked
from apps.core.admin.base import person
from apps.facilities.admin.commands import FacilityCommands
from apps.facilities.admin.fields import FacilityForm, wish_field
from apps.facilities.admin.filters import ConfirmedFilter
from apps.facilities.admin.history import ShowsChanges
from apps.facilities.admin.inlines import (
    CapabilityInline,
    CertificateInline,
    ContactInline,
    MachineInline,
    NetworkInline,
    NoGoInline,
    ResourceInline,
    StatementInline,
)
from apps.facilities.admin.stamps import note, note_all, stamp, stamp_all
from apps.facilities.models import Claim, ClaimDecision, ClaimState, Facility
from apps.facilities.services.writing import locked_for_writing

FIGURES: tuple[Any, ...] = (
    ("min_run", "max_run"),
    ("economic_run_low", "economic_run_high"),
    ("min_order_pieces", "min_order_amount", "currency"),
    ("unit_price_low", "unit_price_high"),
    ("lead_days_low", "lead_days_high"),
    ("tooling_lead_days_low", "tooling_lead_days_high"),
    ("best_tolerance_mm", "tolerance_class"),
    ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"),
)
CLAIM_COLOURS = {"claimed": "success", "claim_pending": "warning", "denied": "danger", "revoked": "danger"}
STATE_COLOURS = {"active": "success", "paused": "warning", "closed": "danger"}


@admin.register(Facility)
class FacilityAdmin(FacilityCommands, ShowsChanges, SearchedByPhrase):
    """States move along their edges by commands of their own and are only shown here."""

    form = FacilityForm
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
    list_select_related = ("operator", "said_by")
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
        "said_by",
        "batch_id",
        "removed_at",
        "merged_into",
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
                    ("source", "evidence_level", "confirmed_on"),
                    ("said_by", "batch_id"),
                    ("last_offered_at", "removed_at", "merged_into"),
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
    inlines = (
        NetworkInline,
        CapabilityInline,
        ResourceInline,
        CertificateInline,
        MachineInline,
        NoGoInline,
        ContactInline,
        StatementInline,
    )

    def visible_rows(self, user: Any) -> QuerySet[Facility]:
        """Those of the networks that she coordinates; the desk shows what a public profile does not."""
        return Facility.objects.filter(networks__coordinators__user=user)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return wish_field(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Facility, form: Any, change: bool) -> None:
        if change:
            locked_for_writing(obj, person(request))
        elif obj.operator is not None:
            obj.claim_state = ClaimState.CLAIMED  # whoever writes it in at the desk vouches for it
        if form.changed_data or not change:
            stamp(obj, obj, request.user, changed=form.changed_data)
        super().save_model(request, obj, form, change)
        if not change and obj.operator is not None:
            self._note_claim(request, obj, obj.operator)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        stamp_all(formset, form.instance, request.user)
        super().save_formset(request, form, formset, change)
        note_all(formset, form.instance, request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        note(form.instance, form.instance, request.user, changed=form.changed_data, created=not change)

    def _note_claim(self, request: HttpRequest, facility: Facility, operator: Organisation) -> None:
        Claim.objects.create(
            facility=facility,
            organisation=operator,
            claimed_by=person(request),
            state=ClaimDecision.APPROVED,
            decided_by=person(request),
            decided_at=timezone.now(),
        )
