"""Does the ledger add up? Asked nightly, since a figure that is kept twice may come to differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models.functions import Now

from apps.facilities.ledger.weeks import lock_resources
from apps.facilities.models import TAKEN_HOLDS, CapacityWeek
from apps.facilities.models.capacity import PATTERN

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


_COUNTED_WRONG = """
SELECT week.id, week.resource_id
FROM facilities_capacityweek AS week
JOIN facilities_resource AS resource ON resource.id = week.resource_id
JOIN catalog_resourcekind AS kind ON kind.id = resource.kind_id
CROSS JOIN LATERAL (SELECT :pattern AS hours) AS usual
CROSS JOIN LATERAL (
    SELECT coalesce(usual.hours * week.pattern_share + week.fixed_hours, week.free_hours, usual.hours) AS free
) AS counted
WHERE week.monday >= %s AND (
    week.stated_hours <> round(counted.free::numeric, 3)
    OR week.limit_hours <> greatest(week.stated_hours, week.firm_hours)
)
ORDER BY week.resource_id, week.id
""".replace(":pattern", PATTERN)


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


def count_again(since: date) -> int:
    """Count anew the weeks from that day on whose stated hours or limit are not what they should be; returns how many.

    The table counts at each write, and a resource that changes has its weeks counted. Unseen remain the availability
    that a resource takes from its kind, and rows that were written with triggers off, such as by a data-only restore.
    """
    found = _counted_wrong(since)
    for keys in _portions(sorted({resource for _, resource in found})):
        with transaction.atomic():
            lock_resources(keys)
            mine = [week for week, resource in found if resource in set(keys)]
            CapacityWeek.objects.filter(pk__in=mine).update(updated_at=Now())
    return len(found)


def _counted_wrong(since: date) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED_WRONG, [since])
        return list(cursor.fetchall())


def _portions(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), RESOURCES_AT_ONCE):
        yield keys[start : start + RESOURCES_AT_ONCE]
