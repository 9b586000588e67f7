"""Machines, resource kinds, work content, stages and skills."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.base import CatalogueAdmin, SearchedByPhrase, SynonymInline
from apps.catalog.models import MachineModel, ResourceKind, Skill, Stage, WorkContent
from apps.core.admin import linked

ORIGIN: Any = (_("Where it comes from"), {"fields": ("basis", "edited_here", "created_at", "updated_at")})


class MachineSynonyms(SynonymInline):
    fk_name = "machine"


class StageSynonyms(SynonymInline):
    fk_name = "stage"


@admin.register(MachineModel)
class MachineModelAdmin(SearchedByPhrase, CatalogueAdmin):
    phrase_path = "synonyms__text"
    list_display = ("__str__", "slug", "machine_type")
    list_filter = ("machine_type",)
    search_fields = ("maker", "model", "slug", "machine_type", "processes__name")
    search_help_text = _("a maker, a model, a type or a process")
    autocomplete_fields = ("processes",)
    prepopulated_fields = {"slug": ("maker", "model")}
    fieldsets = (
        (None, {"fields": ("maker", "model", "slug", "machine_type", "processes", "found_in", "notes")}),
        (_("Working area"), {"fields": (("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"),)}),
        ORIGIN,
    )
    inlines = (MachineSynonyms,)


@admin.register(ResourceKind)
class ResourceKindAdmin(CatalogueAdmin):
    list_display = ("name", "slug", "row_kind", "gross_hours_one_shift", "availability")
    list_filter = ("row_kind",)
    search_fields = ("name", "slug", "scopes__icontains", "machine_types__icontains", "processes__name")
    search_help_text = _("a name, a word that facilities use for it, a machine type or a process")
    autocomplete_fields = ("processes", "members")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "row_kind", "members", "scopes", "machine_types", "processes", "notes")}),
        (_("Figures"), {"fields": (("gross_hours_one_shift", "availability"),)}),
        ORIGIN,
    )


@admin.register(WorkContent)
class WorkContentAdmin(CatalogueAdmin):
    list_display = (
        linked("process", _("process")),
        linked("resource_kind", _("resource kind")),
        "setup_hours_low",
        "setup_hours_high",
        "cycle_seconds_typical",
        "parts_per_cycle",
        "yield_share",
    )
    list_display_links = ("setup_hours_low",)
    list_filter = ("resource_kind",)
    list_select_related = ("process", "resource_kind")
    search_fields = ("process__name", "process__slug", "resource_kind__name", "notes")
    search_help_text = _("a process or a resource kind")
    autocomplete_fields = ("process", "resource_kind")
    fields = (
        ("process", "resource_kind"),
        ("setup_hours_low", "setup_hours_high"),
        ("cycle_seconds_low", "cycle_seconds_typical", "cycle_seconds_high"),
        ("parts_per_cycle", "yield_share"),
        "notes",
        "basis",
        "edited_here",
    )


@admin.register(Stage)
class StageAdmin(SearchedByPhrase, CatalogueAdmin):
    phrase_path = "synonyms__text"
    list_display = ("name", "slug", "order", "quantity_low", "quantity_high", "weeks_low", "weeks_high")
    search_fields = ("name", "slug", "what_is_proved")
    search_help_text = _("a name or any word that founders use for it")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "order", "facility_kinds", "what_is_proved", "exit_criteria")}),
        (
            _("Figures"),
            {
                "fields": (
                    ("quantity_low", "quantity_high"),
                    ("weeks_low", "weeks_high"),
                    "tooling_state",
                    "relative_cost_of_a_design_change",
                )
            },
        ),
        ORIGIN,
    )
    inlines = (StageSynonyms,)


@admin.register(Skill)
class SkillAdmin(CatalogueAdmin):
    list_display = ("name", "slug", "level", "months_to_competence", "soc_onet_code")
    list_filter = ("level",)
    search_fields = ("name", "slug", "soc_title", "soc_onet_code", "processes__name")
    search_help_text = _("a name, a process, or a title or code of the SOC")
    autocomplete_fields = ("processes",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (
            None,
            {"fields": ("name", "slug", "level", "processes", "usual_training_route", "months_to_competence")},
        ),
        (_("In standards"), {"fields": ("soc_onet_code", "soc_title")}),
        ORIGIN,
    )
