"""The weeks in which a facility states other free hours than a resource's pattern gives."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError
from apps.facilities.ledger import lock_resources
from apps.facilities.models import CapacityWeek, Facility, Resource
from apps.facilities.services.writing import Voice, locked_for_writing, today, voice_for

MAX_WEEKS_AHEAD = 104
MONDAY = 1


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@transaction.atomic
def state_weeks(resource: Resource, free_hours: Mapping[date, float], *, acting_user: User) -> None:
    """From this week on exactly these weeks differ by number, as of today. Earlier weeks stay as history.

    Fewer hours than are promised in a week are stored as they are said: the week is overbooked then. A week that is
    left out follows the pattern again, or an exception that covers it, and keeps its holds.
    Errors: InvalidInputError, with the field as `weeks.<position>.monday`.
    """
    facility = locked_for_writing(resource.facility, acting_user)
    lock_resources([resource.pk])
    _check_all(free_hours)
    by_hand = _from_now_on(resource).filter(free_hours__isnull=False, pattern_share=None)
    old = _in_words(by_hand)
    by_hand.exclude(monday__in=free_hours).delete()  # of one that carries holds the table keeps these
    _store(resource, free_hours)
    _mark([resource.pk], voice_for(facility, acting_user))
    new: dict[str, Any] = {monday.isoformat(): hours for monday, hours in free_hours.items()}
    new |= {"overbooked": _overbooked(resource)}
    record("state_weeks", facility, acting_user=acting_user, old={"of": str(resource), **old}, new=new)


@transaction.atomic
def change_weeks(resource: Resource, free_hours: Mapping[date, float | None], *, acting_user: User) -> list[date]:
    """These weeks have so many free hours, as of today; None gives a week back to the pattern. Others stay as they are.

    Returns the weeks that were not so already; when there is none, nothing is written.
    Errors: InvalidInputError, with the field as `weeks.<position>.monday`.
    """
    facility = locked_for_writing(resource.facility, acting_user)
    lock_resources([resource.pk])
    _check_all(free_hours)
    rows = _from_now_on(resource).filter(monday__in=free_hours)
    before = {week.monday: None if week.pattern_share is not None else week.free_hours for week in rows}
    by_exception = set(rows.filter(pattern_share__isnull=False).values_list("monday", flat=True))
    changed = {
        monday: hours
        for monday, hours in free_hours.items()
        if before.get(monday) != hours or (hours is None and monday in by_exception)
    }
    if not changed:
        return []
    rows.filter(monday__in=[monday for monday, hours in changed.items() if hours is None]).delete()
    _store(resource, {monday: hours for monday, hours in changed.items() if hours is not None})
    Resource.objects.filter(pk=resource.pk).update(updated_at=timezone.now())
    old = {monday.isoformat(): before.get(monday) for monday in changed}
    new: dict[str, Any] = {monday.isoformat(): hours for monday, hours in changed.items()}
    new |= {"overbooked": _overbooked(resource)}
    record("change_weeks", facility, acting_user=acting_user, old={"of": str(resource), **old}, new=new)
    return sorted(changed)


@transaction.atomic
def confirm_capacity(facility: Facility, *, acting_user: User) -> int:
    """ "Still true": pattern and stated weeks of every resource count as said today; returns how many resources.

    Errors: NotAllowedError; DomainError `no_resources` where there is nothing to confirm.
    """
    facility = locked_for_writing(facility, acting_user)
    resources = list(Resource.objects.filter(facility=facility).order_by("pk"))
    if not resources:
        raise DomainError("no_resources", "The facility has stated no capacity yet.")
    confirm_resources(resources, voice_for(facility, acting_user))
    record("confirm_capacity", facility, acting_user=acting_user, new={"resources": [str(row) for row in resources]})
    return len(resources)


def confirm_resources(resources: Iterable[Resource], voice: Voice) -> None:
    """As said today, inside the caller's transaction."""
    keys = [row.pk for row in resources]
    lock_resources(keys)
    _mark(keys, voice)
    weeks = CapacityWeek.objects.filter(resource__in=keys, monday__gte=monday_of(today()), free_hours__isnull=False)
    weeks.update(as_of=today(), updated_at=timezone.now())


def _mark(keys: Iterable[int], voice: Voice) -> None:
    Resource.objects.filter(pk__in=list(keys)).update(**voice.marks(), updated_at=timezone.now())


def _from_now_on(resource: Resource) -> QuerySet[CapacityWeek]:
    return CapacityWeek.objects.filter(resource=resource, monday__gte=monday_of(today()))


def _store(resource: Resource, free_hours: Mapping[date, float]) -> None:
    CapacityWeek.objects.bulk_create(
        [
            CapacityWeek(resource=resource, monday=monday, free_hours=hours, as_of=today())
            for monday, hours in free_hours.items()
        ],
        update_conflicts=True,
        unique_fields=["resource", "monday"],
        update_fields=["free_hours", "as_of", "pattern_share", "fixed_hours", "updated_at"],
    )


def _in_words(weeks: QuerySet[CapacityWeek]) -> dict[str, Any]:
    return {monday.isoformat(): hours for monday, hours in weeks.values_list("monday", "free_hours")}


def _overbooked(resource: Resource) -> list[str]:
    rows = CapacityWeek.objects.overbooked().filter(resource=resource, monday__gte=monday_of(today()))
    return [monday.isoformat() for monday in rows.values_list("monday", flat=True)]


def _check_all(weeks: Iterable[date]) -> None:
    this_monday = monday_of(today())
    for position, monday in enumerate(weeks):
        _check(position, monday, this_monday)


def _check(position: int, monday: date, this_monday: date) -> None:
    field = f"weeks.{position}.monday"
    if monday.isoweekday() != MONDAY:
        raise InvalidInputError("not_a_monday", "A week is named by its Monday.", field=field)
    if not this_monday <= monday <= this_monday + timedelta(weeks=MAX_WEEKS_AHEAD):
        detail = f"From this week up to {MAX_WEEKS_AHEAD} weeks ahead."
        raise InvalidInputError("week_out_of_range", detail, field=field)
