"""The supply that an old ranking was made over."""

from datetime import date

from apps.matching.snapshots.view import consistent_view, current_supply
from matchmaker.supply import Supply


class NotKeptError(LookupError):
    """That supply cannot be had any more."""


def supply_of(number: int, as_of: date, digest: str) -> Supply:
    """The supply of that version, as of that day, with that digest; NotKeptError where it is gone.

    What is at hand is the supply of now, read as of that day: the same one while no facility has changed since.
    """
    with consistent_view():
        loaded = current_supply(as_of)
    if loaded.supply.digest() != digest:
        raise NotKeptError(f"supply {number} as of {as_of} is not kept")
    return loaded.supply
