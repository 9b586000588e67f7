"""The pages of what belongs to a facility: lines, bottlenecks, certificates, machines."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin import SearchedByPhrase
from apps.core.admin import badge, linked
from apps.core.admin.base import person
from apps.core.models import Identified
from apps.facilities.admin.commands import CertificateCommands
from apps.facilities.admin.facility import FIGURES
from apps.facilities.admin.fields import CapabilityForm, CertificateForm
from apps.facilities.admin.filters import ExpiryFilter, OverbookedFilter
from apps.facilities.admin.history import ShowsChanges
from apps.facilities.admin.inlines import CapacityWeekInline, DocumentInline, ExpiryWarningInline, VerificationInline
from apps.facilities.admin.stamps import note, note_all, stamp, stamp_all
from apps.facilities.models import Capability, Facility, HeldCertificate, HeldMachine, Resource
from apps.facilities.services import refresh_suggestions
from apps.facilities.services.writing import locked_for_writing

WHERE_FROM = (("source", "evidence_level", "confirmed_on"), ("said_by", "batch_id"), ("public_id", "updated_at"))
MARKS = ("source", "said_by", "batch_id")


class PartAdmin(ShowsChanges):
    """Belongs to a facility and may be edited by whoever may edit that."""

    coordinators_may = frozenset({"view", "add", "change", "delete"})
    deletable = True

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.filter(facility__networks__coordinators__user=user)
        return rows

    def subject_of(self, row: Any) -> Identified:
        facility: Facility = row.facility
        return facility

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        locked_for_writing(obj.facility, person(request))
        stamp(obj, obj.facility, request.user, changed=form.changed_data)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        facility = form.instance.facility
        stamp_all(formset, facility, request.user)
        super().save_formset(request, form, formset, change)
        note_all(formset, facility, request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        row = form.instance
        note(row, row.facility, request.user, changed=form.changed_data, created=not change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A part stays where it is: moved to another facility, the rankings that name it would lie."""
        fixed = ("facility",) if obj else ()
        return (*fixed, *super().get_readonly_fields(request, obj))


@admin.register(Capability)
class CapabilityAdmin(SearchedByPhrase, PartAdmin):
    phrase_path = "process__synonyms__text"
    form = CapabilityForm
    list_display = (
        "__str__",
        linked("process", _("process")),
        linked("facility", _("facility")),
        badge("offer", _("offered as"), {"core": "success", "supplementary": "info", "partner": "warning"}),
        "min_run",
        "max_run",
        "lead_days_low",
        "lead_days_high",
        "confirmed_on",
    )
    list_filter = ("offer", "source", "facility__kind")
    list_select_related = ("process", "facility", "said_by")
    search_fields = ("process__name", "process__slug", "facility__name", "public_id__iexact")
    search_help_text = _("a process in anybody's words, or a facility")
    date_hierarchy = "created_at"
    autocomplete_fields = ("facility", "process", "materials", "resource")
    readonly_fields = (*MARKS, "public_id", "updated_at")
    fieldsets = (
        (None, {"fields": ("facility", "process", "offer", "materials", "materials_listed")}),
        (
            _("Capacity"),
            {"fields": ("resource", ("setup_hours", "cycle_seconds"), ("parts_per_cycle", "yield_share"))},
        ),
        (_("Figures; blank means that those of the site hold"), {"fields": FIGURES}),
        (_("Where it comes from"), {"fields": WHERE_FROM}),
    )


@admin.register(Resource)
class ResourceAdmin(PartAdmin):
    list_display = (
        "__str__",
        linked("kind", _("kind")),
        linked("facility", _("facility")),
        "machines",
        "gross_hours_per_week",
        "units_per_week",
        "booked_share",
        "confirmed_on",
    )
    list_filter = (OverbookedFilter, "source", "facility__kind")
    list_select_related = ("kind", "facility", "said_by")
    search_fields = ("name", "kind__name", "kind__slug", "facility__name", "public_id__iexact")
    search_help_text = _("a name, a kind or a facility")
    date_hierarchy = "created_at"
    autocomplete_fields = ("facility", "kind")
    readonly_fields = (*MARKS, "public_id", "updated_at")
    fieldsets = (
        (None, {"fields": ("facility", "kind", "name", "machines")}),
        (
            _("Hours a week by pattern"),
            {"fields": (("gross_hours_per_week", "units_per_week"), ("availability", "booked_share"))},
        ),
        (_("Where it comes from"), {"fields": WHERE_FROM}),
    )
    inlines = (CapacityWeekInline,)


@admin.register(HeldCertificate)
class HeldCertificateAdmin(CertificateCommands, SearchedByPhrase, PartAdmin):
    """Evidence is shown by a document and given by a verification: commands of their own, above the form."""

    form = CertificateForm
    phrase_path = "certification__synonyms__text"
    list_display = (
        "__str__",
        linked("certification", _("certification")),
        linked("facility", _("facility")),
        badge("evidence_level", _("evidence"), {"stated": "warning", "documented": "info"}),
        "issued_on",
        "expires_on",
    )
    list_filter = (ExpiryFilter, "evidence_level", "certification__scope")
    list_select_related = ("certification", "facility", "said_by")
    search_fields = (
        "certification__name",
        "certification__slug",
        "facility__name",
        "scope",
        "number__iexact",
        "public_id__iexact",
    )
    search_help_text = _("a certificate, a facility or words of the scope")
    date_hierarchy = "expires_on"
    autocomplete_fields = ("facility", "certification", "scope_processes")
    readonly_fields = (*MARKS, "evidence_level", "confirmed_on", "public_id", "updated_at")
    fieldsets = (
        (None, {"fields": ("facility", ("certification", "number", "shown_for"), "scope", "scope_processes", "site")}),
        (_("Validity"), {"fields": (("issued_on", "expires_on"),)}),
        (_("Where it comes from"), {"fields": WHERE_FROM}),
    )
    inlines = (DocumentInline, VerificationInline, ExpiryWarningInline)


@admin.register(HeldMachine)
class HeldMachineAdmin(SearchedByPhrase, PartAdmin):
    phrase_path = "machine__synonyms__text"
    list_display = ("__str__", linked("machine", _("machine")), linked("facility", _("facility")), "count")
    list_filter = ("machine__machine_type", "facility__kind")
    list_select_related = ("machine", "facility", "said_by")
    search_fields = ("machine__maker", "machine__model", "machine__slug", "facility__name")
    search_help_text = _("a maker, a model or a facility")
    date_hierarchy = "created_at"
    autocomplete_fields = ("facility", "machine")
    readonly_fields = MARKS
    fields = ("facility", ("machine", "count"), ("source", "evidence_level", "confirmed_on"), ("said_by", "batch_id"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_suggestions(form.instance.facility, person(request))

    def delete_model(self, request: HttpRequest, obj: HeldMachine) -> None:
        super().delete_model(request, obj)
        refresh_suggestions(obj.facility, person(request))
