"""Which facilities must be read again: those that changed, and those of which the calendar says something else now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.db import connection

from apps.matching.models import SupplyVersion
from apps.matching.models.watched.supply import CATALOGUE

_CHANGED = """
SELECT DISTINCT unnest(facility_ids) FROM matching_supplyversion
WHERE number > %(after)s AND number <= %(until)s LIMIT %(limit)s
"""
# A pause that ended, a week that is over.
_AGED = """
SELECT id FROM facilities_facility WHERE paused_until >= %(was)s AND paused_until < %(now)s
UNION
SELECT resource.facility_id FROM facilities_capacityweek AS week
JOIN facilities_resource AS resource ON resource.id = week.resource_id
WHERE week.monday >= %(monday_was)s AND week.monday < %(monday_now)s
LIMIT %(limit)s
"""


class TooMuchError(LookupError):
    """More changed than can be read again, or nobody can tell what: all has to be read."""


@dataclass(frozen=True)
class Version:
    """`at` is when it was made: after a restore of the database the numbers come again, for other contents."""

    number: int
    at: datetime | None

    @classmethod
    def newest(cls) -> Self:
        """Number 0 while there is none: what changes then, nobody writes down."""
        row = SupplyVersion.objects.order_by("number").values_list("number", "at").last()
        return cls(0, None) if row is None else cls(*row)

    def exists(self) -> bool:
        return self.at is not None and SupplyVersion.objects.filter(number=self.number, at=self.at).exists()


def known(versions: Iterable[Version]) -> set[Version]:
    """Those that this database has."""
    numbers = [version.number for version in versions]
    return {Version(*row) for row in SupplyVersion.objects.filter(number__in=numbers).values_list("number", "at")}


def changed_since(version: Version, until: Version, most: int) -> set[int]:
    """Raises TooMuchError; also where the catalogue changed, and where the database never had that version."""
    if version.number > until.number or not version.exists():
        raise TooMuchError(f"version {version.number} is not in this database")
    keys = _keys(_CHANGED, {"after": version.number, "until": until.number}, most)
    if CATALOGUE in keys:
        raise TooMuchError("the catalogue changed")
    return keys


def aged_between(was: date, now: date, most: int) -> set[int]:
    """Facilities of which the engine is told something else on the day `now`. Raises TooMuchError."""
    if now < was:
        raise TooMuchError(f"{now} is before {was}")
    days = {"was": was, "now": now, "monday_was": _monday(was), "monday_now": _monday(now)}
    return _keys(_AGED, days, most) if now > was else set()


def _keys(query: str, values: Mapping[str, int | date], most: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, "limit": most + 1})
        keys = {key for (key,) in cursor.fetchall()}
    if len(keys) > most:
        raise TooMuchError(f"more than {most} facilities changed")
    return keys


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
