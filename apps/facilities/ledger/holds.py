"""The life of a hold: soft -> firm, released, expired; firm -> consumed, released.

Each function takes all its holds or none. A command that was carried out already changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.core.audit import record
from apps.core.constraints import MAX_HOURS_PER_WEEK
from apps.core.errors import DomainError, InvalidInputError
from apps.facilities.ledger.weeks import NOTHING, Change, change_weeks, lock_resources
from apps.facilities.models import HOLD_EDGES, TAKEN_HOLDS, Hold, HolderKind, HoldState, HoldWeek, Resource

MONDAY = 1
EXPIRED_AT_ONCE = 200
SMALLEST = Decimal("0.001")


@dataclass(frozen=True)
class Holder:
    """An offer or an award, by its public id."""

    kind: HolderKind
    id: UUID


@dataclass(frozen=True)
class HoldRequest:
    """Hours by the Monday of their week. `need` is the need's public id: its own ranking gets the hours back."""

    resource: Resource
    hours: Mapping[date, Decimal]
    holder: Holder
    need: UUID | None
    expires_at: datetime


@transaction.atomic
def place_holds(requests: Sequence[HoldRequest], *, acting_user: Any) -> list[Hold]:
    """Soft holds: other needs are ranked as if the hours were gone, but nothing is promised and nothing refused.

    Errors: InvalidInputError for hours, weeks or an end that cannot be; DomainError `already_held` where the holder
    has a live hold on the resource, `facility_merged` where another listing stands for the place.
    """
    now = timezone.now()
    for request in requests:
        _check(request, now)
    lock_resources(request.resource.pk for request in requests)
    _require_live_places(requests)
    placed = [_place(request, acting_user) for request in requests]
    change_weeks(change for hold in placed for change in _changes(hold, HoldState.SOFT, 1))
    return placed


@transaction.atomic
def firm_holds(holds: Iterable[Hold], *, acting_user: Any) -> None:
    """What was kept becomes a promise, if in each week the firm hours stay within the limit.

    Errors: DomainError `capacity_taken` (which week, what is left), `hold_expired`, `hold_ended`.
    """
    rows = _locked(holds)
    late = [row for row in rows if row.state == HoldState.SOFT and _is_over(row, timezone.now())]
    if late:
        raise DomainError("hold_expired", "The hours were not kept any longer.", facts={"hold": str(late[0].public_id)})
    _move(rows, HoldState.FIRM, acting_user)


@transaction.atomic
def release_holds(holds: Iterable[Hold], *, acting_user: Any, reason: str = "") -> None:
    """Give all hours back; what has ended already stays as it ended."""
    live = [row for row in _locked(holds) if (row.state, HoldState.RELEASED) in HOLD_EDGES]
    _move(live, HoldState.RELEASED, acting_user, reason)


@transaction.atomic
def consume_holds(holds: Iterable[Hold], *, today: date, acting_user: Any) -> None:
    """The work is done. Hours of weeks that have begun stay taken, those of later weeks come free.

    Errors: DomainError `hold_ended` where one is not firm.
    """
    due = [row for row in _locked(holds) if row.state != HoldState.CONSUMED]
    _require_edge(due, HoldState.CONSUMED)
    spare = HoldWeek.objects.filter(hold__in=due, monday__gt=today)
    change_weeks(Change(week.hold.resource_id, week.monday, firm=-week.hours) for week in spare.select_related("hold"))
    given_back = [(week.hold_id, week.monday.isoformat(), str(week.hours)) for week in spare]
    spare.delete()
    for row in due:
        back = {monday: hours for key, monday, hours in given_back if key == row.pk}
        _end(row, HoldState.CONSUMED, acting_user, facts={"given_back": back})


def expire_holds(now: datetime) -> int:
    """End the soft holds whose time is over; returns how many. Safe to run twice at once and to kill in between."""
    ended = 0
    while keys := _overdue(now):
        with transaction.atomic():
            rows = _locked(Hold.objects.filter(pk__in=keys))
            late = [row for row in rows if row.state == HoldState.SOFT]
            _move(late, HoldState.EXPIRED, None)
        ended += len(late)
    return ended


def _overdue(now: datetime) -> list[int]:
    rows = Hold.objects.filter(state=HoldState.SOFT, expires_at__lte=now).order_by("expires_at", "pk")
    return list(rows.values_list("pk", flat=True)[:EXPIRED_AT_ONCE])


def _is_over(row: Hold, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _check(request: HoldRequest, now: datetime) -> None:
    if not request.hours:
        raise InvalidInputError("no_hours", "A hold keeps at least one hour of one week.", field="hours")
    if request.expires_at <= now:
        raise InvalidInputError("already_over", "A soft hold ends in the future.", field="expires_at")
    this_monday = now.date() - timedelta(days=now.weekday())
    for monday, hours in request.hours.items():
        field = f"hours.{monday.isoformat()}"
        if monday.isoweekday() != MONDAY:
            raise InvalidInputError("not_a_monday", "A week is named by its Monday.", field=field)
        if monday < this_monday:
            raise InvalidInputError("week_over", "That week is over.", field=field)
        if not (hours.is_finite() and 0 < hours <= Decimal(MAX_HOURS_PER_WEEK)):
            raise InvalidInputError("hours_out_of_range", f"Up to {MAX_HOURS_PER_WEEK:.0f} hours a week.", field=field)


def _require_live_places(requests: Sequence[HoldRequest]) -> None:
    """Asked behind the locks: a merge takes them too, and moves resources."""
    keys = [request.resource.pk for request in requests]
    merged = Resource.objects.filter(pk__in=keys, facility__merged_into__isnull=False).first()
    if merged is not None:
        facts = {"resource": str(merged.public_id)}
        raise DomainError("facility_merged", "Another listing stands for the place, and for its hours.", facts=facts)


def _place(request: HoldRequest, acting_user: Any) -> Hold:
    holder, resource = request.holder, request.resource
    if Hold.objects.live().filter(holder_kind=holder.kind, holder_id=holder.id, resource=resource).exists():
        facts = {"resource": str(resource.public_id)}
        raise DomainError("already_held", "The holder has a hold there, which can be released.", facts=facts)
    hold = Hold.objects.create(
        resource=resource,
        holder_kind=holder.kind,
        holder_id=holder.id,
        need_public_id=request.need,
        expires_at=request.expires_at,
    )
    # Rounded up: never less is kept than was asked.
    hours = {monday: value.quantize(SMALLEST, ROUND_UP) for monday, value in sorted(request.hours.items())}
    HoldWeek.objects.bulk_create(HoldWeek(hold=hold, monday=monday, hours=value) for monday, value in hours.items())
    told = {"resource": str(resource.public_id), "holder": str(holder.id), "kind": holder.kind.value}
    weeks = {monday.isoformat(): str(value) for monday, value in hours.items()}
    record("place_hold", hold, acting_user=acting_user, new={**told, "hours": weeks})
    return hold


def _locked(holds: Iterable[Hold]) -> list[Hold]:
    """As they stand, each behind the lock of its resource, which every change of a hold takes first."""
    rows = Hold.objects.filter(pk__in=[hold.pk for hold in holds]).order_by("pk")
    lock_resources(rows.values_list("resource_id", flat=True))
    return list(rows.select_related("resource").prefetch_related("weeks"))


def _move(rows: Sequence[Hold], to: HoldState, acting_user: Any, reason: str = "") -> None:
    due = [row for row in rows if row.state != to]
    _require_edge(due, to)
    before = [change for row in due for change in _changes(row, row.state, -1)]
    change_weeks(before + [change for row in due for change in _changes(row, to, 1)])
    for row in due:
        _end(row, to, acting_user, reason)


def _changes(hold: Hold, state: str, sign: int) -> Iterator[Change]:
    """What a hold in that state counts for in its weeks, to be added (1) or taken off (-1)."""
    for week in hold.weeks.all():
        firm = week.hours if state in TAKEN_HOLDS else NOTHING
        soft = week.hours if state == HoldState.SOFT else NOTHING
        if firm or soft:
            yield Change(hold.resource_id, week.monday, sign * firm, sign * soft)


def _require_edge(rows: Sequence[Hold], to: HoldState) -> None:
    for row in rows:
        if (row.state, to) not in HOLD_EDGES:
            facts = {"hold": str(row.public_id), "from": row.state, "to": to.value}
            raise DomainError("hold_ended", f"A hold that is {row.state} does not become {to.value}.", facts=facts)


def _end(
    row: Hold, to: HoldState, acting_user: Any, reason: str = "", *, facts: Mapping[str, Any] | None = None
) -> None:
    verb = {"firm": "firm", "released": "release", "expired": "expire", "consumed": "consume"}[to]
    before, row.state = row.state, to
    row.save(update_fields=["state", "updated_at"])
    old, new = {"state": before}, {"state": to.value, **(facts or {})}
    record(f"{verb}_hold", row, acting_user=acting_user, old=old, new=new, reason=reason)
