"""Reading facilities, what belongs to them, and how much of it is free."""

from apps.facilities.selectors.listing import (
    access_facility,
    access_resource,
    facilities_visible_to,
    only_one,
    overbooked_weeks,
    parts_of,
    weeks_of,
)

__all__ = [
    "access_facility",
    "access_resource",
    "facilities_visible_to",
    "only_one",
    "overbooked_weeks",
    "parts_of",
    "weeks_of",
]
