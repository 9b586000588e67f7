"""Regions and door-to-door days."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.base import CatalogueAdmin
from apps.catalog.models import Region, TransportTime


@admin.register(Region)
class RegionAdmin(CatalogueAdmin):
    list_display = ("name", "code", "kind", "country_list", "radius_km")
    list_filter = ("kind", "every_process")
    search_fields = ("name", "code", "words__icontains", "countries__icontains", "bloc")
    search_help_text = _("a name, a code, a country or a word that people use for it")
    autocomplete_fields = ("applies_to",)
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "words", "notes")}),
        (_("Countries"), {"fields": ("countries", "admin_areas", "bloc", "transport_region")}),
        (_("Circle"), {"fields": (("centre_lat", "centre_lon"), "radius_km")}),
        (_("As a rule"), {"fields": ("every_process", "applies_to")}),
        (_("Where it comes from"), {"fields": ("basis", "edited_here", "created_at", "updated_at")}),
    )

    @admin.display(description=_("countries"), ordering="countries", empty_value="-")
    def country_list(self, region: Region) -> str:
        shown = ", ".join(region.countries[:8])
        return f"{shown}, …" if len(region.countries) > 8 else shown


@admin.register(TransportTime)
class TransportTimeAdmin(CatalogueAdmin):
    list_display = (
        "__str__",
        "from_region",
        "to_region",
        "mode",
        "days_low",
        "days_high",
        "customs_days_low",
        "customs_days_high",
    )
    list_filter = ("mode", "from_region", "to_region")
    search_fields = ("from_region__iexact", "to_region__iexact", "mode", "notes")
    search_help_text = _("a region code, a mode or words of the notes")
    fields = (
        ("from_region", "to_region"),
        "mode",
        ("days_low", "days_high"),
        ("customs_days_low", "customs_days_high"),
        "notes",
        "basis",
        "edited_here",
    )
