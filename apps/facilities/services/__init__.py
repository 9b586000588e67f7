"""Writing facilities and their parts."""

from apps.facilities.services.facility import change_facility, decide_claim, register_facility
from apps.facilities.services.parts import add_part, change_part, remove_part
from apps.facilities.services.weeks import state_weeks

__all__ = [
    "add_part",
    "change_facility",
    "change_part",
    "decide_claim",
    "register_facility",
    "remove_part",
    "state_weeks",
]
