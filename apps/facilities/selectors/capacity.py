"""A facility's weeks as a grid: what is free by pattern, by exception or as stated, and what of it is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from apps.facilities.models import UNIT_RESOURCE_HOURS, CapacityException, CapacityWeek, Facility, Hold, Resource

STALE_DAYS = 14  # the engine's own bound: older figures count as unknown
YEAR_WEEKS = 53
MOST_WEEKS = 105
NOTHING = Decimal(0)


class Basis(StrEnum):
    """Where the free hours of a week come from."""

    PATTERN = "pattern"
    EXCEPTION = "exception"
    STATED = "stated"


@dataclass(frozen=True)
class GridWeek:
    """Hours; `free` is before holds are taken off, `left` what a firm hold can still take."""

    monday: date
    free: float
    firm: float
    soft: float
    basis: Basis
    as_of: date | None

    @property
    def left(self) -> float:
        return max(self.free - self.firm, 0.0)

    @property
    def overbooked(self) -> bool:
        return self.firm > self.free


@dataclass(frozen=True)
class GridRow:
    """`pattern_hours` is what a week has that nothing is said of; for a resource in units, 40 hours stand for all."""

    resource: Resource
    pattern_hours: float
    stale: bool
    weeks: tuple[GridWeek, ...]


def capacity_grid(facility: Facility, *, since: date, weeks: int, today: date) -> list[GridRow]:
    """`weeks` weeks of each resource from the one in which `since` lies. Three queries, however many there are."""
    mondays = [since - timedelta(days=since.weekday()) + timedelta(weeks=number) for number in range(weeks)]
    resources = list(Resource.objects.filter(facility=facility).select_related("kind", "facility"))
    rows = CapacityWeek.objects.filter(resource__in=resources, monday__gte=mondays[0], monday__lte=mondays[-1])
    stored = {(week.resource_id, week.monday): week for week in rows}
    return [_row(resource, mondays, stored, today) for resource in resources]


def is_stale(resource: Resource, today: date) -> bool:
    """Never confirmed, or longer ago than STALE_DAYS."""
    return resource.confirmed_on is None or resource.confirmed_on < today - timedelta(days=STALE_DAYS)


def pattern_hours(resource: Resource) -> float:
    """As the table counts it: a booked share that nobody stated takes nothing away."""
    usual = UNIT_RESOURCE_HOURS
    if resource.gross_hours_per_week is not None:
        availability = resource.kind.availability if resource.availability is None else resource.availability
        usual = resource.gross_hours_per_week * availability
    return usual * (1 - (resource.booked_share or 0.0))


def exceptions_of(facility: Facility) -> QuerySet[CapacityException]:
    return CapacityException.objects.filter(facility=facility).select_related("resource__kind", "resource__facility")


def holds_visible_to(user: Any) -> QuerySet[Hold]:
    rows = Hold.objects.visible_to(user).select_related("resource__kind", "resource__facility")
    return rows.prefetch_related("weeks")


def coordinates(user: Any, facility: Facility) -> bool:
    """Whether the user serves a network of the facility."""
    return bool(user.is_superuser or facility.networks.filter(coordinators__user=user).exists())


def overbooked_visible_to(user: Any, today: date) -> QuerySet[CapacityWeek]:
    """The coordinator's task list: weeks, not over yet, of facilities that she serves, with more promised than there
    is. A week leaves it by itself when its promises fit again."""
    mine = Facility.objects.all() if user.is_superuser else Facility.objects.filter(networks__coordinators__user=user)
    rows = CapacityWeek.objects.overbooked().filter(monday__gte=today - timedelta(days=today.weekday()))
    return rows.filter(resource__facility__in=mine.values("pk")).select_related("resource__kind", "resource__facility")


def _row(
    resource: Resource, mondays: Sequence[date], stored: dict[tuple[int, date], CapacityWeek], today: date
) -> GridRow:
    usual = pattern_hours(resource)
    weeks = tuple(_week(monday, usual, stored.get((resource.pk, monday))) for monday in mondays)
    return GridRow(resource, usual, is_stale(resource, today), weeks)


def _week(monday: date, usual: float, row: CapacityWeek | None) -> GridWeek:
    if row is None:
        return GridWeek(monday, usual, 0.0, 0.0, Basis.PATTERN, None)
    basis = Basis.PATTERN if row.free_hours is None else Basis.STATED
    if row.pattern_share is not None:
        basis = Basis.EXCEPTION
    return GridWeek(monday, float(row.stated_hours), float(row.firm_hours), float(row.soft_hours), basis, row.as_of)
