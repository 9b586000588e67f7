"""Processes, how they stand to each other, and the phrases that find things."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.base import CatalogueAdmin, SearchedByPhrase, SynonymForm, SynonymInline
from apps.catalog.models import Process, ProcessRelation, Synonym
from apps.catalog.models.synonyms import TARGETS
from apps.core.admin import DeskInline, linked
from apps.core.admin.display import link_to


class ProcessSynonyms(SynonymInline):
    fk_name = "process"


class RelationsOut(DeskInline):
    model = ProcessRelation
    fk_name = "provided"
    autocomplete_fields = ("needed",)
    fields = ("relation", "needed", "quality", "quantity_low", "quantity_high", "condition")
    verbose_name_plural = _("stands in for, covers or comes before")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcessRelation]:
        return super().get_queryset(request).select_related("needed", "provided")


class RelationsIn(RelationsOut):
    fk_name = "needed"
    autocomplete_fields = ("provided",)
    fields = ("provided", "relation", "quality", "quantity_low", "quantity_high", "condition")
    verbose_name_plural = _("is stood in for, covered or preceded by")


@admin.register(Process)
class ProcessAdmin(SearchedByPhrase, CatalogueAdmin):
    phrase_path = "synonyms__text"
    list_display = ("name", "slug", "kind", linked("parent", _("kind of")), "economic_run_low", "economic_run_high")
    list_filter = ("kind", "tooling_needed")
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    search_help_text = _("a name or any word that founders use for it")
    autocomplete_fields = ("parent", "common_materials")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "parent", "found_in", "common_materials")}),
        (
            _("Figures"),
            {
                "fields": (
                    "typical_min_run",
                    ("economic_run_low", "economic_run_high"),
                    ("lead_days_low", "lead_days_high"),
                    ("tooling_needed", "tooling_lead_days"),
                    "typical_tolerance_mm",
                    ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm"),
                )
            },
        ),
        (_("In standards"), {"fields": ("din8580_group", "iso52900_family", "wikidata_id")}),
        (_("Where it comes from"), {"fields": ("basis", "edited_here", "created_at", "updated_at")}),
    )
    inlines = (ProcessSynonyms, RelationsOut, RelationsIn)


@admin.register(ProcessRelation)
class ProcessRelationAdmin(CatalogueAdmin):
    list_display = (
        "__str__",
        linked("provided", _("provided")),
        "relation",
        linked("needed", _("needed")),
        "quality",
        "quantity_low",
        "quantity_high",
    )
    list_filter = ("relation",)
    list_select_related = ("provided", "needed")
    search_fields = ("provided__name", "provided__slug", "needed__name", "needed__slug", "condition")
    search_help_text = _("a process on either side")
    autocomplete_fields = ("provided", "needed")
    fields = (
        "provided",
        "relation",
        "needed",
        "quality",
        ("quantity_low", "quantity_high"),
        "condition",
        "basis",
        "edited_here",
    )


@admin.register(Synonym)
class SynonymAdmin(CatalogueAdmin):
    form = SynonymForm
    list_display = ("text", "finds", "kind_of_row")
    list_select_related = TARGETS
    search_fields = ("text", *(f"{target}__slug" for target in TARGETS))
    search_help_text = _("a phrase, or the short name of what it finds")
    autocomplete_fields = TARGETS
    fields = ("text", *TARGETS, "basis", "edited_here")

    @admin.display(description=_("finds"))
    def finds(self, synonym: Synonym) -> SafeString:
        return link_to(self._target(synonym))

    @admin.display(description=_("kind"))
    def kind_of_row(self, synonym: Synonym) -> str:
        return str(self._target(synonym)._meta.verbose_name)

    def _target(self, synonym: Synonym) -> Any:
        """The database takes a phrase only with exactly one."""
        return next(row for target in TARGETS if (row := getattr(synonym, target)) is not None)
