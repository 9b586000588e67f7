"""Capacity: weekly hours by pattern, and the weeks that differ or carry holds."""

from decimal import Decimal
from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import ResourceKind
from apps.core import constraints
from apps.core.models import Identified, TimeStamped
from apps.facilities.models.capabilities import FacilityPartQuerySet
from apps.facilities.models.facility import Facility
from apps.facilities.models.statements import Stated, statement_constraints

UNIT_RESOURCE_HOURS = 40.0  # the net hours that a resource which counts in pieces stands for
# Hours of holds add up and are taken off again, so they are exact.
HOURS: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}
COUNTED: dict[str, Any] = {**HOURS, "default": Decimal(0), "db_default": Decimal(0), "editable": False}

# What a row opens to holds, and how far they may go: no further than stated, but what is promised already stays.
# A booked share that is not known takes nothing away: whoever accepts an order knows better than we do.
# Where an exception holds, the free hours follow from it and from the pattern; whoever states a figure ends that.
PATTERN = f"""
coalesce(resource.gross_hours_per_week * coalesce(resource.availability, kind.availability), {UNIT_RESOURCE_HOURS})
    * (1 - coalesce(resource.booked_share, 0))
"""
_COUNT = """
SELECT {pattern} INTO usual
FROM facilities_resource AS resource JOIN catalog_resourcekind AS kind ON kind.id = resource.kind_id
WHERE resource.id = NEW.resource_id;
IF TG_OP = 'UPDATE' AND NEW.free_hours IS DISTINCT FROM OLD.free_hours
    AND (NEW.pattern_share, NEW.fixed_hours) IS NOT DISTINCT FROM (OLD.pattern_share, OLD.fixed_hours) THEN
    NEW.pattern_share := NULL;
    NEW.fixed_hours := NULL;
END IF;
IF NEW.pattern_share IS NOT NULL THEN
    NEW.free_hours := usual * NEW.pattern_share + NEW.fixed_hours;
END IF;
NEW.stated_hours := round(coalesce(NEW.free_hours, usual)::numeric, 3);
promised := 0;
IF TG_OP = 'UPDATE' THEN promised := OLD.firm_hours; END IF;
NEW.limit_hours := greatest(NEW.stated_hours, least(NEW.firm_hours, promised));
RETURN NEW;
"""
# Taking back what was stated of a week takes back no hold.
_KEEP = """
IF OLD.firm_hours = 0 AND OLD.soft_hours = 0 THEN RETURN OLD; END IF;
UPDATE facilities_capacityweek SET free_hours = NULL, as_of = NULL, pattern_share = NULL, fixed_hours = NULL
WHERE id = OLD.id;
RETURN NULL;
"""
_COUNT_AGAIN = """
UPDATE facilities_capacityweek SET updated_at = statement_timestamp()
WHERE resource_id = NEW.id AND (free_hours IS NULL OR pattern_share IS NOT NULL);
RETURN NULL;
"""


class Resource(Identified, Stated):
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
            *statement_constraints("facilities_resource"),
            constraints.within("facilities_resource", "machines", 1, 10_000),
            constraints.within("facilities_resource", "gross_hours_per_week", 0, constraints.MAX_HOURS_PER_WEEK),
            constraints.positive("facilities_resource", "units_per_week", constraints.MAX_QUANTITY),
            constraints.within("facilities_resource", "availability", 0, 1),
            constraints.within("facilities_resource", "booked_share", 0, 1),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pattern_changed",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "kind", "gross_hours_per_week", "units_per_week", "availability", "booked_share"
                ),
                func=_COUNT_AGAIN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or self.kind} ({self.facility})"


class CapacityWeekQuerySet(models.QuerySet["CapacityWeek"]):
    def overbooked(self) -> Self:
        """Weeks in which more is promised than the facility has: somebody must talk to it."""
        return self.filter(firm_hours__gt=models.F("stated_hours"))


class CapacityWeek(TimeStamped):
    """A resource in one ISO week that differs from the pattern or carries holds.

    `free_hours` is what the facility states of that week, before our holds are taken off; blank where the week
    follows the pattern. Where an exception holds, it is counted: `pattern_share` of the pattern's hours and
    `fixed_hours` besides. `stated_hours` is that or the pattern's figure, `limit_hours` the greater of it and what is
    promised already: an honest cut is stored, and the week is overbooked. Both are counted by a trigger at each write.
    Only the ledger changes firm and soft hours.
    """

    resource = models.ForeignKey(Resource, verbose_name=_("resource"), on_delete=models.CASCADE, related_name="weeks")
    monday = models.DateField(_("week from Monday"))
    free_hours = models.FloatField(_("free hours"), null=True, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    pattern_share = models.FloatField(_("share of the pattern left by exceptions"), null=True, editable=False)
    fixed_hours = models.FloatField(_("hours set by exceptions"), null=True, editable=False)
    firm_hours = models.DecimalField(_("firm hours"), **COUNTED)
    soft_hours = models.DecimalField(_("soft hours"), **COUNTED)
    stated_hours = models.DecimalField(_("stated hours"), **COUNTED)
    limit_hours = models.DecimalField(_("limit of firm hours"), **COUNTED)

    objects = CapacityWeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("capacity week")
        verbose_name_plural = _("capacity weeks")
        ordering = ("resource_id", "monday")
        constraints = [
            models.UniqueConstraint(name="facilities_week_once", fields=["resource", "monday"]),
            constraints.within("facilities_week", "free_hours", 0, constraints.MAX_HOURS_PER_WEEK),
            constraints.within("facilities_week", "limit_hours", 0, constraints.MAX_HOURS_PER_WEEK),
            constraints.within("facilities_week", "soft_hours", 0, constraints.MAX_QUANTITY),
            constraints.together("facilities_week", "statement_whole", "free_hours", "as_of"),
            constraints.together("facilities_week", "exception_whole", "pattern_share", "fixed_hours"),
            constraints.within("facilities_week", "pattern_share", 0, 1),
            constraints.within("facilities_week", "fixed_hours", 0, constraints.MAX_HOURS_PER_WEEK),
            models.CheckConstraint(
                name="facilities_week_promised_within_limit",
                condition=models.Q(firm_hours__gte=0, firm_hours__lte=models.F("limit_hours")),
            ),
            models.CheckConstraint(name="facilities_week_starts_on_monday", condition=models.Q(monday__iso_week_day=1)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_limit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("promised", "numeric"), ("usual", "double precision")],
                func=_COUNT.format(pattern=PATTERN.strip()),
            ),
            pgtrigger.Trigger(name="keep_holds", when=pgtrigger.Before, operation=pgtrigger.Delete, func=_KEEP),
        ]

    def __str__(self) -> str:
        return f"{self.resource}, {self.monday}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever edits a week read its holds a while ago and must not write them back."""
        if not self._state.adding:
            kwargs.setdefault("update_fields", ("resource", "monday", "free_hours", "as_of", "updated_at"))
        super().save(*args, **kwargs)

    @property
    def by_exception(self) -> bool:
        return self.pattern_share is not None

    @property
    def overbooked(self) -> bool:
        return self.firm_hours > self.stated_hours

    @property
    def left_hours(self) -> Decimal:
        """What a firm hold can still take."""
        return max(self.stated_hours - self.firm_hours, Decimal(0))
