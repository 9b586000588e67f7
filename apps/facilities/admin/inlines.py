"""Rows below a facility or a resource."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin import DeskInline, RecordInline
from apps.core.admin.base import is_administrator
from apps.facilities.admin.fields import CertificateForm, NoGoForm, WeekForm
from apps.facilities.models import (
    Capability,
    CapacityWeek,
    CertificateDocument,
    Contact,
    ExpiryWarning,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    HoldWeek,
    NoGo,
    Resource,
    Statement,
    Verification,
)


class NetworkInline(DeskInline):
    """Coordinators see, add and remove memberships in their own networks only."""

    model = FacilityNetwork
    autocomplete_fields = ("network",)
    fields = ("network", "created_at")
    readonly_fields = ("created_at",)
    verbose_name_plural = _("networks")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[FacilityNetwork]:
        rows = super().get_queryset(request).select_related("network", "facility")
        if is_administrator(request.user):
            return rows
        return rows.filter(network__coordinators__user=request.user)

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Without a network of theirs, the facility would be out of the coordinator's sight at once."""
        return 0 if is_administrator(request.user) else 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, **kwargs)


class CapabilityInline(DeskInline):
    model = Capability
    autocomplete_fields = ("process",)
    fields = ("process", "offer", "min_run", "max_run", "lead_days_low", "lead_days_high")
    show_change_link = True
    hide_title = False  # it carries the link to the row's own page
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Capability]:
        return super().get_queryset(request).select_related("process", "facility")


class ResourceInline(DeskInline):
    model = Resource
    autocomplete_fields = ("kind",)
    fields = (
        "kind",
        "name",
        "machines",
        "gross_hours_per_week",
        "units_per_week",
        "availability",
        "booked_share",
    )
    show_change_link = True
    hide_title = False  # it carries the link to the row's own page
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).select_related("kind", "facility")


class CertificateInline(DeskInline):
    model = HeldCertificate
    form = CertificateForm
    autocomplete_fields = ("certification",)
    fields = ("certification", "shown_for", "scope", "issued_on", "expires_on", "evidence_level")
    readonly_fields = ("evidence_level",)  # shown by a document, given by a verification
    show_change_link = True
    hide_title = False  # it carries the link to the row's own page
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[HeldCertificate]:
        return super().get_queryset(request).select_related("certification", "facility")


class MachineInline(DeskInline):
    model = HeldMachine
    autocomplete_fields = ("machine",)
    fields = ("machine", "count")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[HeldMachine]:
        return super().get_queryset(request).select_related("machine", "facility")


class StatementInline(RecordInline):
    """Fields that were said apart from the rest, by somebody else or on another day."""

    model = Statement
    fields = ("field", "capability", "source", "evidence_level", "said_by", "confirmed_on", "batch_id")
    verbose_name_plural = _("who said what")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        return super().get_queryset(request).select_related("capability__process", "capability__facility", "said_by")


class ContactInline(RecordInline):
    """Changed by the facility or over the API: the desk's trail would keep what is to be erasable."""

    model = Contact
    fields = ("person", "email", "phone", "website", "address", "said_by", "confirmed_on")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("facility", "said_by")


class DocumentInline(RecordInline):
    """The file itself is read by the link above, which writes down who did."""

    model = CertificateDocument
    fields = ("name", "kind", "size", "sha256", "handed_in_by", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CertificateDocument]:
        return super().get_queryset(request).select_related("certificate__certification", "handed_in_by")


class VerificationInline(RecordInline):
    model = Verification
    fields = ("level", "checked", "words", "verified_by", "created_at", "undone_at", "undone_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verification]:
        return super().get_queryset(request).select_related("verified_by", "certificate__certification")


class ExpiryWarningInline(RecordInline):
    model = ExpiryWarning
    fields = ("expires_on", "days", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExpiryWarning]:
        return super().get_queryset(request).select_related("certificate__certification", "certificate__facility")


class NoGoInline(DeskInline):
    model = NoGo
    form = NoGoForm
    fields = ("kind", "value")
    tab = True


class CapacityWeekInline(DeskInline):
    """Holds are shown, and stay when what was stated of their week is taken back."""

    model = CapacityWeek
    form = WeekForm
    fields = ("monday", "free_hours", "as_of", "firm_hours", "soft_hours", "is_overbooked")
    readonly_fields = ("as_of", "firm_hours", "soft_hours", "is_overbooked")
    verbose_name_plural = _("weeks that differ from the pattern or carry holds")

    @admin.display(description=_("overbooked"), boolean=True)
    def is_overbooked(self, week: CapacityWeek) -> bool:
        return week.overbooked

    def get_queryset(self, request: HttpRequest) -> QuerySet[CapacityWeek]:
        return super().get_queryset(request).select_related("resource__facility", "resource__kind")


class HoldWeekInline(RecordInline):
    model = HoldWeek
    fields = ("monday", "hours")
