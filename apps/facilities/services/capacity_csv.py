"""Taking free hours from a table: what would change, then the good rows at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.facilities.capacity_table import Name, Refusal, Table, read_table
from apps.facilities.models import CapacityWeek, Facility, Resource
from apps.facilities.services.weeks import MAX_WEEKS_AHEAD, change_weeks, monday_of
from apps.facilities.services.writing import locked_for_writing, today


@dataclass(frozen=True)
class Change:
    """Stated free hours of a week before and after; None where it follows the pattern or an exception."""

    row: int
    resource: Resource
    monday: date
    before: float | None
    after: float | None


@dataclass(frozen=True)
class CsvOutcome:
    """`rows` = changes + unchanged + refused rows."""

    rows: int
    changes: list[Change]
    unchanged: int
    refusals: list[Refusal]
    applied: bool


@transaction.atomic
def read_capacity_csv(facility: Facility, text: str, *, apply: bool, acting_user: User) -> CsvOutcome:
    """Read the table; with `apply`, write its good rows in one transaction. A second time changes nothing.

    Errors: NotAllowedError; those of capacity_table.read_table.
    """
    facility = locked_for_writing(facility, acting_user)
    resources = {row.pk: row for row in Resource.objects.filter(facility=facility).select_related("kind", "facility")}
    names = [Name(row.pk, str(row.public_id), row.name, row.kind.slug) for row in resources.values()]
    first = monday_of(today())
    table = read_table(text, names, first=first, last=first + timedelta(weeks=MAX_WEEKS_AHEAD))
    changes = _changes(table, resources)
    if apply:
        _write(changes, acting_user)
    unchanged = len(table.lines) - len(changes)
    return CsvOutcome(len(table.lines) + len(table.refusals), changes, unchanged, table.refusals, applied=apply)


def _changes(table: Table, resources: dict[int, Resource]) -> list[Change]:
    weeks = CapacityWeek.objects.filter(resource__in=resources)
    stated = {(week.resource_id, week.monday): week for week in weeks}
    changes = []
    for line in table.lines:
        week = stated.get((line.resource, line.monday))
        by_exception = week is not None and week.pattern_share is not None
        before = None if week is None or by_exception else week.free_hours
        if before != line.hours or (line.hours is None and by_exception):
            changes.append(Change(line.row, resources[line.resource], line.monday, before, line.hours))
    return changes


def _write(changes: list[Change], user: User) -> None:
    """Resources in the order of their keys, as every writer locks them."""
    weeks: defaultdict[int, dict[date, float | None]] = defaultdict(dict)
    for change in changes:
        weeks[change.resource.pk][change.monday] = change.after
    by_key = {change.resource.pk: change.resource for change in changes}
    for key in sorted(weeks):
        change_weeks(by_key[key], weeks[key], acting_user=user)
