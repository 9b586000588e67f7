"""Resources and their weeks."""

from datetime import date, timedelta

from apps.facilities.models import UNIT_RESOURCE_HOURS, CapacityWeek, Resource
from apps.matching.snapshots.reading import SOURCES, Keys, grouped, of_facilities
from matchmaker.domain import ResourceFact, WeekFact


def read_resources(keys: Keys, as_of: date) -> dict[int, list[ResourceFact]]:
    """By facility. Weeks that are over are left out."""
    monday = as_of - timedelta(days=as_of.weekday())
    weeks = of_facilities(CapacityWeek.objects.filter(monday__gte=monday), keys, "resource__facility")
    weeks_of = grouped((week.resource_id, week) for week in weeks.order_by("monday").iterator())
    rows = of_facilities(Resource.objects.select_related("kind").order_by("pk"), keys)
    return grouped((row.facility_id, _resource(row, weeks_of.get(row.pk, []))) for row in rows.iterator())


def _resource(row: Resource, weeks: list[CapacityWeek]) -> ResourceFact:
    stated_on = [row.confirmed_on, *(week.as_of for week in weeks if not week.by_exception)]
    return ResourceFact(
        id=str(row.pk),
        kind=row.kind.slug,
        gross_hours=row.gross_hours_per_week,
        machines=row.machines,
        units_per_week=row.units_per_week,
        availability=row.availability,
        booked_share=row.booked_share,
        weeks=tuple(_week(row, week) for week in weeks),
        source=SOURCES[row.source],
        # Who told of one week has looked at the plan: the newest word dates the resource.
        as_of=max((day for day in stated_on if day is not None), default=None),
    )


def _week(row: Resource, week: CapacityWeek) -> WeekFact:
    """What the facility states of the week, less what is held there, whoever holds it."""
    gross, booked = _stated(row, week)
    return WeekFact(week.monday, gross, booked, firm_hours=float(week.firm_hours), soft_hours=float(week.soft_hours))


def _stated(row: Resource, week: CapacityWeek) -> tuple[float | None, float | None]:
    """Gross hours and booked share, blank where the pattern holds.

    A week of an exception has a share of the usual gross hours, and whatever share of these is usually booked: a
    holiday says nothing of orders. Free hours are said in the engine's words: so much of the usual hours is booked, or
    there are more hours than usual. Where the availability is 0 the engine can be told of no free hours, so the week
    is fully booked.
    """
    if week.free_hours is None:
        return None, None
    gross, availability = _usual(row)
    if week.pattern_share is not None and not week.fixed_hours:
        return gross * week.pattern_share, None
    usual = gross * availability
    if week.free_hours <= usual and usual > 0:
        return None, 1 - week.free_hours / usual
    if availability > 0:
        return week.free_hours / availability, 0.0
    return None, 1.0


def _usual(row: Resource) -> tuple[float, float]:
    if row.gross_hours_per_week is None:
        return UNIT_RESOURCE_HOURS, 1.0
    return row.gross_hours_per_week, row.kind.availability if row.availability is None else row.availability
