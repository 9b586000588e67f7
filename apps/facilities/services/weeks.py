"""The weeks in which a facility states other free hours than a resource's pattern gives."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import InvalidInputError
from apps.facilities.ledger import lock_resources
from apps.facilities.models import CapacityWeek, Resource
from apps.facilities.services.writing import locked_for_writing, today

MAX_WEEKS_AHEAD = 104
MONDAY = 1


@transaction.atomic
def state_weeks(resource: Resource, free_hours: Mapping[date, float], *, acting_user: User) -> None:
    """From this week on exactly these weeks differ, as of today. Earlier weeks stay as history.

    Fewer hours than are promised in a week are stored as they are said: the week is overbooked then. A week that is
    left out follows the pattern again and keeps its holds.
    Errors: InvalidInputError, with the field as `weeks.<position>.monday`.
    """
    facility = locked_for_writing(resource.facility, acting_user)
    lock_resources([resource.pk])
    this_monday = today() - timedelta(days=today().weekday())
    for position, monday in enumerate(free_hours):
        _check(position, monday, this_monday)
    weeks = CapacityWeek.objects.filter(resource=resource, monday__gte=this_monday, free_hours__isnull=False)
    old = {monday.isoformat(): hours for monday, hours in weeks.values_list("monday", "free_hours")}
    weeks.exclude(monday__in=free_hours).delete()  # of one that carries holds the table keeps these
    CapacityWeek.objects.bulk_create(
        [
            CapacityWeek(resource=resource, monday=monday, free_hours=hours, as_of=today())
            for monday, hours in free_hours.items()
        ],
        update_conflicts=True,
        unique_fields=["resource", "monday"],
        update_fields=["free_hours", "as_of"],
    )
    Resource.objects.filter(pk=resource.pk).update(confirmed_on=today(), updated_at=timezone.now())
    new: dict[str, Any] = {monday.isoformat(): hours for monday, hours in free_hours.items()}
    overbooked = CapacityWeek.objects.overbooked().filter(resource=resource, monday__gte=this_monday)
    new |= {"overbooked": [monday.isoformat() for monday in overbooked.values_list("monday", flat=True)]}
    record("state_weeks", facility, acting_user=acting_user, old={"of": str(resource), **old}, new=new)


def _check(position: int, monday: date, this_monday: date) -> None:
    field = f"weeks.{position}.monday"
    if monday.isoweekday() != MONDAY:
        raise InvalidInputError("not_a_monday", "A week is named by its Monday.", field=field)
    if not this_monday <= monday <= this_monday + timedelta(weeks=MAX_WEEKS_AHEAD):
        detail = f"From this week up to {MAX_WEEKS_AHEAD} weeks ahead."
        raise InvalidInputError("week_out_of_range", detail, field=field)
