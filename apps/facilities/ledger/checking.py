"""Does the ledger add up? Asked nightly, since a figure that is kept twice may come to differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models.functions import Now

from apps.facilities.ledger.weeks import lock_resources
from apps.facilities.models import TAKEN_HOLDS, CapacityWeek

RESOURCES_AT_ONCE = 200

_DIFFERENCES = """
SELECT resource_id, monday, coalesce(week.firm_hours, 0), coalesce(held.firm, 0),
    coalesce(week.soft_hours, 0), coalesce(held.soft, 0)
FROM facilities_capacityweek AS week
FULL JOIN (
    SELECT hold.resource_id, hours.monday,
        coalesce(sum(hours.hours) FILTER (WHERE hold.state = ANY(%(taken)s)), 0) AS firm,
        coalesce(sum(hours.hours) FILTER (WHERE hold.state = 'soft'), 0) AS soft
    FROM facilities_holdweek AS hours JOIN facilities_hold AS hold ON hold.id = hours.hold_id
    WHERE hold.state = 'soft' OR hold.state = ANY(%(taken)s)
    GROUP BY hold.resource_id, hours.monday
) AS held USING (resource_id, monday)
WHERE coalesce(week.firm_hours, 0) <> coalesce(held.firm, 0) OR coalesce(week.soft_hours, 0) <> coalesce(held.soft, 0)
ORDER BY resource_id, monday
"""


@dataclass(frozen=True)
class Difference:
    """A week whose hours are not the sum of its holds'."""

    resource_id: int
    monday: date
    firm_in_week: Decimal
    firm_in_holds: Decimal
    soft_in_week: Decimal
    soft_in_holds: Decimal


def ledger_differences() -> list[Difference]:
    """In one statement, so a hold that is being placed is seen on both sides or on neither."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"taken": list(TAKEN_HOLDS)})
        return [Difference(*row) for row in cursor.fetchall()]


def count_patterns_again(since: date) -> None:
    """Count the limits of weeks that follow the pattern anew, from that day on.

    A resource that changes does so by itself; the availability that it takes from its kind may change unseen.
    """
    rows = CapacityWeek.objects.filter(free_hours=None, monday__gte=since)
    for keys in _portions(sorted(set(rows.values_list("resource_id", flat=True)))):
        with transaction.atomic():
            lock_resources(keys)
            rows.filter(resource__in=keys).update(updated_at=Now())


def _portions(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), RESOURCES_AT_ONCE):
        yield keys[start : start + RESOURCES_AT_ONCE]
