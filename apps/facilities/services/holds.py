"""Hours that a coordinator keeps by hand, for something arranged outside of offers and awards."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import DomainError, NotAllowedError
from apps.facilities import ledger
from apps.facilities.models import Facility, Hold, HolderKind, Resource
from apps.facilities.selectors import coordinates


def keep_hours(
    resource: Resource, hours: Mapping[date, Decimal], *, expires_at: datetime, need: UUID | None, acting_user: User
) -> Hold:
    """A soft hold. `need` is the public id of the need that gets the hours back in its own ranking.

    Errors: NotAllowedError for all but coordinators; those of ledger.place_holds.
    """
    _require_coordinator(resource.facility, acting_user)
    holder = ledger.Holder(HolderKind.COORDINATOR, uuid4())
    asked = ledger.HoldRequest(resource, hours, holder, need, expires_at)
    return ledger.place_holds([asked], acting_user=acting_user)[0]


def firm_up(hold: Hold, *, acting_user: User) -> None:
    """Errors: NotAllowedError, `not_by_hand`; those of ledger.firm_holds, `capacity_taken` above all."""
    _by_hand(hold, acting_user, lambda holds: ledger.firm_holds(holds, acting_user=acting_user))


def give_back(hold: Hold, *, reason: str, acting_user: User) -> None:
    """What has ended already stays as it ended. Errors: NotAllowedError, `not_by_hand`."""
    _by_hand(hold, acting_user, lambda holds: ledger.release_holds(holds, acting_user=acting_user, reason=reason))


def use_up(hold: Hold, *, today: date, acting_user: User) -> None:
    """Errors: NotAllowedError, `not_by_hand`, `hold_ended` where it is not firm."""
    _by_hand(hold, acting_user, lambda holds: ledger.consume_holds(holds, today=today, acting_user=acting_user))


@transaction.atomic
def _by_hand(hold: Hold, user: User, act: Callable[[Sequence[Hold]], None]) -> None:
    _require_coordinator(hold.resource.facility, user)
    if hold.holder_kind != HolderKind.COORDINATOR:
        raise DomainError("not_by_hand", "It ends with the offer or award that it is for.")
    act([hold])


def _require_coordinator(facility: Facility, user: User) -> None:
    if not coordinates(user, facility):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network keeps hours by hand.")
