"""Entering a stretch of other hours as days, and what follows from it for the weeks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import InvalidInputError
from apps.facilities.ledger import lock_resources
from apps.facilities.models import CapacityException, CapacityWeek, Facility, Resource, working_days
from apps.facilities.models.exceptions import WORKING_DAYS
from apps.facilities.services.weeks import MAX_WEEKS_AHEAD, monday_of
from apps.facilities.services.writing import locked_for_writing, plain, save_checked, today, voice_for


@transaction.atomic
def add_exception(facility: Facility, values: Mapping[str, Any], *, acting_user: User) -> CapacityException:
    """Its weeks, from this one on, follow it as of today, whatever was stated of them before.

    `values` are columns of CapacityException; without `resource` it holds for all of the facility, those that come
    later included. Fewer hours than are promised make a week overbooked.
    Errors: NotAllowedError; InvalidInputError for a stretch that is over, too long, too far ahead or without a
    working day, for a resource of another facility, and for any broken rule.
    """
    facility = locked_for_writing(facility, acting_user)
    row = CapacityException(facility=facility, **voice_for(facility, acting_user).marks())
    _check(facility, values)
    save_checked(row, values, taken="first_on")
    _apply(row, take_over=True)
    new = {"id": str(row.public_id), **plain(values)}
    record("add_exception", facility, acting_user=acting_user, new=new)
    return row


@transaction.atomic
def clear_exception(row: CapacityException, *, acting_user: User) -> None:
    """Its weeks follow the pattern again, or whatever other exceptions say of them. Holds stay."""
    facility = locked_for_writing(row.facility, acting_user)
    told = {name: getattr(row, name) for name in ("first_on", "last_on", "reason", "note", "share", "hours")}
    old = {"id": str(row.public_id), "of": str(row.resource or facility), **plain(told)}
    resources = _resources_of(row)
    row.delete()
    _weeks_anew(resources, _mondays(row.first_on, row.last_on), take_over=False)
    record("clear_exception", facility, acting_user=acting_user, old=old)


def apply_exceptions(facilities: Iterable[int]) -> None:
    """Weeks of resources that came after an exception of their whole facility, or that were written past us."""
    rows = CapacityException.objects.filter(facility__in=list(facilities), last_on__gte=today())
    for row in rows.order_by("pk"):
        with transaction.atomic():
            _apply(row, take_over=False)


def follow_exceptions(facilities: Iterable[int]) -> None:
    """After exceptions or resources went from one of these facilities to another: the weeks that any of these
    exceptions touch follow those that hold now. Weeks that somebody stated by number stay."""
    keys = list(facilities)
    resources = list(Resource.objects.filter(facility__in=keys).order_by("pk").values_list("pk", flat=True))
    touched = {
        monday
        for row in CapacityException.objects.filter(facility__in=keys, last_on__gte=today())
        for monday in _mondays(row.first_on, row.last_on)
    }
    _weeks_anew(resources, sorted(touched), take_over=False)


def apply_all_exceptions() -> None:
    """Nightly, for what the receiver of new resources did not see."""
    live = CapacityException.objects.filter(last_on__gte=today())
    apply_exceptions(live.order_by("facility").values_list("facility", flat=True).distinct())


def _apply(row: CapacityException, *, take_over: bool) -> None:
    _weeks_anew(_resources_of(row), _mondays(row.first_on, row.last_on), take_over=take_over)


def _resources_of(row: CapacityException) -> list[int]:
    if row.resource_id is not None:
        return [row.resource_id]
    return list(Resource.objects.filter(facility=row.facility_id).values_list("pk", flat=True))


def _mondays(first: date, last: date) -> list[date]:
    """Of the weeks that are not over and of which a working day lies in the stretch."""
    start = max(monday_of(first), monday_of(today()))
    weeks = [start + timedelta(weeks=number) for number in range((last - start).days // 7 + 1)]
    return [monday for monday in weeks if any(first <= day <= last for day in working_days(monday))]


def _weeks_anew(resources: list[int], mondays: list[date], *, take_over: bool) -> None:
    """What the exceptions make of these weeks. Without `take_over`, weeks that somebody stated by number stay."""
    lock_resources(resources)
    standing = CapacityWeek.objects.filter(resource__in=resources, monday__in=mondays)
    by_hand = standing.filter(free_hours__isnull=False, pattern_share=None)
    kept = set() if take_over else set(by_hand.values_list("resource_id", "monday"))
    covering = _covering(resources)
    changed: list[CapacityWeek] = []
    for resource, facility_wide_and_own in covering.items():
        for monday in mondays:
            shares = _shares(facility_wide_and_own, monday)
            if shares is not None and (resource, monday) not in kept:
                changed.append(_week(resource, monday, *shares))
    made = {(week.resource_id, week.monday) for week in changed}
    for week in standing.filter(pattern_share__isnull=False):
        if (week.resource_id, week.monday) not in made:
            week.delete()  # of one that carries holds the table keeps these
    CapacityWeek.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["resource", "monday"],
        update_fields=["free_hours", "as_of", "pattern_share", "fixed_hours", "updated_at"],
    )


def _covering(resources: list[int]) -> dict[int, list[CapacityException]]:
    """By resource, in the order of entering, so that the last of several is the one that holds."""
    found: dict[int, list[CapacityException]] = {}
    sites = dict(Resource.objects.filter(pk__in=resources).values_list("pk", "facility_id"))
    rows = list(CapacityException.objects.filter(facility__in=set(sites.values())).order_by("pk"))
    for resource, site in sites.items():
        found[resource] = [row for row in rows if row.facility_id == site and row.resource_id in (None, resource)]
    return found


def _shares(rows: Sequence[CapacityException], monday: date) -> tuple[float, float] | None:
    """(share of the pattern, hours besides) that the week has; None where no exception touches a working day of it."""
    share = hours = 0.0
    touched = False
    for day in working_days(monday):
        holding = next((row for row in reversed(rows) if row.covers(day)), None)
        touched |= holding is not None
        if holding is None:
            share += 1
        elif holding.share is not None:
            share += holding.share
        else:
            hours += holding.hours or 0.0
    return (share / WORKING_DAYS, hours / WORKING_DAYS) if touched else None


def _week(resource: int, monday: date, share: float, hours: float) -> CapacityWeek:
    # The table counts the free hours from both, now and whenever the pattern changes.
    return CapacityWeek(
        resource_id=resource, monday=monday, pattern_share=share, fixed_hours=hours, free_hours=0, as_of=today()
    )


def _check(facility: Facility, values: Mapping[str, Any]) -> None:
    first, last, resource = values["first_on"], values["last_on"], values.get("resource")
    if resource is not None and resource.facility_id != facility.pk:
        raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")
    if last < first:
        raise InvalidInputError("ends_before_it_begins", "The last day comes after the first.", field="last_on")
    if last < today():
        raise InvalidInputError("stretch_over", "That stretch is over.", field="last_on")
    horizon = monday_of(today()) + timedelta(weeks=MAX_WEEKS_AHEAD, days=6)
    if last > horizon or first < today() - timedelta(days=366):
        raise InvalidInputError("week_out_of_range", f"Up to {MAX_WEEKS_AHEAD} weeks ahead.", field="last_on")
    if not _mondays(first, last):
        raise InvalidInputError("no_working_day", "No working day lies in that stretch.", field="first_on")
