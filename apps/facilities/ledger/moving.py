"""Holds go over to another resource, when two listings of one machine become one, and back."""

from collections.abc import Iterable

from django.db import transaction

from apps.core.errors import DomainError
from apps.facilities.ledger.weeks import NOTHING, Change, change_weeks, lock_resources
from apps.facilities.models import TAKEN_HOLDS, Hold, HoldState, Resource


@transaction.atomic
def move_holds(holds: Iterable[Hold], to: Resource) -> list[Hold]:
    """Their hours leave the weeks of the resources they were on and count in those of `to`; returns those that moved.

    Errors: DomainError `capacity_taken` where the firm hours do not fit there, `already_held` where the holder has a
    live hold there.
    """
    rows = Hold.objects.filter(pk__in=[hold.pk for hold in holds]).exclude(resource=to).order_by("pk")
    lock_resources({to.pk, *rows.values_list("resource_id", flat=True)})
    moving = list(rows.select_related("resource").prefetch_related("weeks"))
    _require_apart(moving, to)
    changes: list[Change] = []
    for hold in moving:
        for week in hold.weeks.all():
            firm = week.hours if hold.state in TAKEN_HOLDS else NOTHING
            soft = week.hours if hold.state == HoldState.SOFT else NOTHING
            changes.append(Change(hold.resource_id, week.monday, -firm, -soft))
            changes.append(Change(to.pk, week.monday, firm, soft))
    change_weeks(change for change in changes if change.firm or change.soft)
    Hold.objects.filter(pk__in=[hold.pk for hold in moving]).update(resource=to)
    return moving


def _require_apart(moving: Iterable[Hold], to: Resource) -> None:
    there = set(Hold.objects.live().filter(resource=to).values_list("holder_kind", "holder_id"))
    for hold in moving:
        if (hold.holder_kind, hold.holder_id) in there:
            facts = {"hold": str(hold.public_id), "resource": str(to.public_id)}
            raise DomainError("already_held", "The holder has a hold on either resource.", facts=facts)
        there.add((hold.holder_kind, hold.holder_id))
