"""The capacity ledger: weekly hours by pattern, and the weeks that differ."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import ResourceKind
from apps.core import constraints
from apps.core.models import Identified, TimeStamped
from apps.facilities.models.capabilities import FacilityPartQuerySet
from apps.facilities.models.facility import Facility, Source


class Resource(Identified):
    """A bottleneck that capabilities share.

    Free hours in a week = gross hours x availability x (1 - booked share), unless a CapacityWeek says otherwise.
    A facility that counts in pieces states units a week instead of hours.
    """

    facility = models.ForeignKey(
        Facility, verbose_name=_("facility"), on_delete=models.CASCADE, related_name="resources"
    )
    kind = models.ForeignKey(ResourceKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    machines = models.PositiveSmallIntegerField(_("machines"), default=1)
    gross_hours_per_week = models.FloatField(
        _("gross hours a week"), null=True, blank=True, help_text=_("of all its machines together")
    )
    units_per_week = models.FloatField(_("units a week"), null=True, blank=True)
    availability = models.FloatField(
        _("availability (0-1)"), null=True, blank=True, help_text=_("1 where the hours are net labour hours")
    )
    booked_share = models.FloatField(_("booked share (0-1)"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.STATED)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    objects = FacilityPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ("facility_id", "kind__name", "name", "id")
        constraints = [
            models.UniqueConstraint(name="facilities_resource_once", fields=["facility", "kind", "name"]),
            models.CheckConstraint(
                name="facilities_resource_one_measure",
                condition=models.Q(gross_hours_per_week__isnull=True) ^ models.Q(units_per_week__isnull=True),
            ),
            constraints.one_of("facilities_resource", "source", Source.values),
            constraints.within("facilities_resource", "machines", 1, 10_000),
            constraints.within("facilities_resource", "gross_hours_per_week", 0, constraints.MAX_HOURS_PER_WEEK),
            constraints.positive("facilities_resource", "units_per_week", constraints.MAX_QUANTITY),
            constraints.within("facilities_resource", "availability", 0, 1),
            constraints.within("facilities_resource", "booked_share", 0, 1),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.kind} ({self.facility})"


class CapacityWeek(TimeStamped):
    """Free hours of a resource in one ISO week that differs from the pattern."""

    resource = models.ForeignKey(Resource, verbose_name=_("resource"), on_delete=models.CASCADE, related_name="weeks")
    monday = models.DateField(_("week from Monday"))
    free_hours = models.FloatField(_("free hours"))
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("capacity week")
        verbose_name_plural = _("capacity weeks")
        ordering = ("resource_id", "monday")
        constraints = [
            models.UniqueConstraint(name="facilities_week_once", fields=["resource", "monday"]),
            constraints.within("facilities_week", "free_hours", 0, constraints.MAX_HOURS_PER_WEEK),
            models.CheckConstraint(name="facilities_week_starts_on_monday", condition=models.Q(monday__iso_week_day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.resource}, {self.monday}"
