"""Rows below a facility or a resource."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin import DeskInline, RecordInline
from apps.core.admin.base import is_administrator
from apps.facilities.admin.fields import NoGoForm, WeekForm
from apps.facilities.models import (
    Capability,
    CapacityWeek,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    HoldWeek,
    NoGo,
    Resource,
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
    autocomplete_fields = ("certification",)
    fields = ("certification", "scope", "issued_on", "expires_on", "evidence_level")
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
