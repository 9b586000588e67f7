"""Regions as people say them, and door-to-door days between transport regions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.base import CatalogueQuerySet, CatalogueRow
from apps.catalog.models.processes import Process
from apps.core import constraints


class RegionKind(models.TextChoices):
    TRANSPORT_REGION = "transport_region", _("transport region")
    COMBINATION = "combination", _("combination")
    COUNTRY = "country", _("country")
    SUB_AREA = "sub_area", _("part of a country")
    RELATIVE = "relative", _("around the place of delivery")
    ANY = "any", _("anywhere")
    RULE = "rule", _("rule")


class Region(CatalogueRow):
    """A word for a place: countries, a circle, or both. `rule` rows are the rule words of imported needs."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=RegionKind)
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True)
    bloc = models.CharField(_("customs union or bloc"), max_length=80, blank=True)
    transport_region = models.CharField(_("transport region"), max_length=10, blank=True)
    words = ArrayField(models.CharField(max_length=60), verbose_name=_("words"), default=list, blank=True)
    admin_areas = ArrayField(models.CharField(max_length=10), verbose_name=_("states"), default=list, blank=True)
    centre_lat = models.FloatField(_("centre, north"), null=True, blank=True)
    centre_lon = models.FloatField(_("centre, east"), null=True, blank=True)
    radius_km = models.FloatField(_("radius (km)"), null=True, blank=True)
    every_process = models.BooleanField(_("holds for every step"), default=False)
    applies_to = models.ManyToManyField(Process, verbose_name=_("holds for"), related_name="+", blank=True)
    notes = models.CharField(_("notes"), max_length=300, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("name", "id")
        constraints = [
            constraints.one_of("catalog_region", "kind", RegionKind.values),
            constraints.positive("catalog_region", "radius_km", 20_040),
            *constraints.position("catalog_region", "centre_lat", "centre_lon"),
        ]

    def __str__(self) -> str:
        return self.name


class TransportMode(models.TextChoices):
    COURIER = "courier", _("courier")
    PARCEL = "parcel", _("parcel")
    TRUCK = "truck", _("lorry")
    AIR_FREIGHT = "air_freight", _("air freight")
    SEA = "sea", _("sea")


class TransportTime(CatalogueRow):
    """Days from door to door; customs days come on top. Ends are region codes, `same-country` or `same-region`."""

    from_region = models.CharField(_("from"), max_length=20)
    to_region = models.CharField(_("to"), max_length=20)
    mode = models.CharField(_("mode"), max_length=12, choices=TransportMode)
    days_low = models.FloatField(_("days from"))
    days_high = models.FloatField(_("days to"))
    customs_days_low = models.FloatField(_("customs days from"), default=0)
    customs_days_high = models.FloatField(_("customs days to"), default=0)
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("transport time")
        verbose_name_plural = _("transport times")
        ordering = ("from_region", "to_region", "mode")
        constraints = [
            models.UniqueConstraint(name="catalog_transport_once", fields=["from_region", "to_region", "mode"]),
            constraints.one_of("catalog_transport", "mode", TransportMode.values),
            constraints.ordered("catalog_transport", "days_low", "days_high"),
            constraints.ordered("catalog_transport", "customs_days_low", "customs_days_high"),
        ]

    def __str__(self) -> str:
        return f"{self.from_region} to {self.to_region} by {self.mode}"
