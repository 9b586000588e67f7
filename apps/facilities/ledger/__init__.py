"""The one way in which capacity is taken and given back.

Whoever writes hours of a week first locks its resource, several resources in the order of their keys, so that two
writers never wait for each other in a circle. Who may hold what is decided by the caller.
"""

from apps.facilities.ledger.checking import Difference, count_again, ledger_differences
from apps.facilities.ledger.holds import (
    Holder,
    HoldRequest,
    consume_holds,
    expire_holds,
    firm_holds,
    place_holds,
    release_holds,
)
from apps.facilities.ledger.moving import move_holds
from apps.facilities.ledger.weeks import lock_resources

__all__ = [
    "Difference",
    "HoldRequest",
    "Holder",
    "consume_holds",
    "count_again",
    "expire_holds",
    "firm_holds",
    "ledger_differences",
    "lock_resources",
    "move_holds",
    "place_holds",
    "release_holds",
]
