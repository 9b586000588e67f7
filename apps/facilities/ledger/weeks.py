"""Adding to and taking from the hours of weeks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.core.errors import DomainError
from apps.facilities.models import CapacityWeek, Resource

FITS = "facilities_week_promised_within_limit"
NOTHING = Decimal(0)
Place = tuple[int, date]  # a resource's key and a Monday

_ADD = """
UPDATE facilities_capacityweek AS week SET
    firm_hours = week.firm_hours + added.firm,
    soft_hours = week.soft_hours + added.soft,
    updated_at = statement_timestamp()
FROM unnest(%s::bigint[], %s::date[], %s::numeric[], %s::numeric[]) AS added (resource_id, monday, firm, soft)
WHERE week.resource_id = added.resource_id AND week.monday = added.monday
"""


class LedgerBrokenError(RuntimeError):
    """Hours are to be given back in a week that has no row: somebody wrote past the ledger."""


@dataclass(frozen=True)
class Change:
    """Hours to add to one week of a resource; what is given back is negative."""

    resource_id: int
    monday: date
    firm: Decimal = NOTHING
    soft: Decimal = NOTHING


def lock_resources(keys: Iterable[int]) -> None:
    """Until the transaction ends nobody else writes their weeks. In order of key: no two lockers can deadlock."""
    rows = Resource.objects.filter(pk__in=set(keys)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def change_weeks(changes: Iterable[Change]) -> None:
    """All or none, inside a transaction that has locked the resources.

    Errors: DomainError `capacity_taken` with the first week in which the firm hours do not fit, and what is left there.
    """
    totals = _totals(changes)
    if not totals:
        return
    # Beforehand and by itself: INSERT .. ON CONFLICT DO UPDATE would test the new row alone and refuse what fits.
    CapacityWeek.objects.bulk_create(
        [CapacityWeek(resource_id=resource, monday=monday) for resource, monday in _growing(totals)],
        ignore_conflicts=True,
    )
    try:
        with transaction.atomic():
            _add(totals)
    except IntegrityError as error:
        if _rule_broken(error) != FITS:
            raise
        raise _refusal(totals) from error
    _drop_plain(totals)


def _totals(changes: Iterable[Change]) -> dict[Place, tuple[Decimal, Decimal]]:
    """One sum for each week, since an UPDATE joined with two rows for a week would take only one of them."""
    totals: defaultdict[Place, tuple[Decimal, Decimal]] = defaultdict(lambda: (NOTHING, NOTHING))
    for change in changes:
        place = (change.resource_id, change.monday)
        firm, soft = totals[place]
        totals[place] = firm + change.firm, soft + change.soft
    return dict(sorted(totals.items()))


def _growing(totals: Mapping[Place, tuple[Decimal, Decimal]]) -> list[Place]:
    return [place for place, (firm, soft) in totals.items() if firm > 0 or soft > 0]


def _add(totals: Mapping[Place, tuple[Decimal, Decimal]]) -> None:
    columns = (
        [resource for resource, _ in totals],
        [monday for _, monday in totals],
        [firm for firm, _ in totals.values()],
        [soft for _, soft in totals.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(_ADD, columns)
        if cursor.rowcount != len(totals):
            raise LedgerBrokenError(f"{len(totals) - cursor.rowcount} of {len(totals)} weeks are missing")


def _rule_broken(error: IntegrityError) -> str | None:
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def _refusal(totals: Mapping[Place, tuple[Decimal, Decimal]]) -> DomainError:
    """Exact, since the resources are locked: nothing has moved between the refusal and this reading."""
    _rows(totals).update(updated_at=Now())  # the refused write had counted the limit anew, and took that with it
    for week in _rows(totals).select_related("resource").order_by("resource_id", "monday"):
        asked = totals[week.resource_id, week.monday][0]
        if asked > 0 and asked > week.left_hours:
            facts = {
                "resource": str(week.resource.public_id),
                "monday": week.monday.isoformat(),
                "left_hours": float(week.left_hours),
                "asked_hours": float(asked),
            }
            detail = f"In the week of {week.monday} there are {week.left_hours:f} hours left, and {asked:f} are asked."
            return DomainError("capacity_taken", detail, facts=facts)
    raise LedgerBrokenError("the limit refused what seems to fit")


def _rows(totals: Mapping[Place, tuple[Decimal, Decimal]]) -> QuerySet[CapacityWeek]:
    places = Q()
    for resource, monday in totals:
        places |= Q(resource=resource, monday=monday)
    return CapacityWeek.objects.filter(places)


def _drop_plain(totals: Mapping[Place, tuple[Decimal, Decimal]]) -> None:
    """A week that neither differs nor carries holds has no row."""
    _rows(totals).filter(free_hours=None, firm_hours=0, soft_hours=0).delete()
