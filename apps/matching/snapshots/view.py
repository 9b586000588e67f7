"""The supply of the day in this process, and the consistent view that it is read in.

A process keeps what it has loaded last. It goes on from there, or from a base that some process of its host has
written, by reading the facilities that changed since. Only where there is nothing to go on from are all of them read:
a small network's at once, a large one's by a task of its own.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.conf import settings

from apps.facilities.models import Facility
from apps.matching import doorbells
from apps.matching.snapshots.building import alone, bases_of, build_base
from apps.matching.snapshots.changes import Version
from apps.matching.snapshots.isolation import consistent_view
from apps.matching.snapshots.loaded import Base, Loaded, advanced, leads_to
from apps.matching.snapshots.store import KeptBase

__all__ = ["Loaded", "SupplyNotBuiltError", "consistent_view", "current_supply"]

WAIT_SECONDS = 8.0  # for another process that builds, well inside the soft time limit of the drain


class SupplyNotBuiltError(RuntimeError):
    """Nothing to rank over yet: a task is asked to read all facilities, which takes longer than may be waited for."""


class _Kept:
    """What this process has loaded last."""

    loaded: Loaded | None = None


def current_supply(as_of: date) -> Loaded:
    """The supply at the newest version; inside a consistent view.

    Its day may be the one before where a large network's day has just begun. Raises SupplyNotBuiltError.
    """
    _Kept.loaded = _up_to_date(_Kept.loaded, Version.newest(), as_of)
    return _Kept.loaded


def _up_to_date(kept: Loaded | None, version: Version, as_of: date) -> Loaded:
    if kept is not None and kept.is_current(version, as_of) and not kept.is_worn:
        return kept
    for start in _starts(kept, version, as_of):
        found = advanced(start, version, as_of)
        if found is not None:
            if found.is_worn:
                doorbells.ring(doorbells.BUILD)
            return found
    if Facility.objects.count() <= settings.SUPPLY_BUILT_IN_PLACE:
        return _built(version, as_of)
    doorbells.ring(doorbells.BUILD)
    return _of_yesterday(kept, version, as_of)


def _starts(kept: Loaded | None, version: Version, as_of: date) -> Iterator[Loaded]:
    """What may lead to that version, the nearest first; a worn supply only after bases that are newer than its own."""
    bases = bases_of(version)
    if kept is None:
        yield from _opened(bases, version, as_of)
        return
    if not kept.is_worn:
        yield kept
    own = kept.base.kept.state
    newer = [base for base in bases if (base.state.number, base.state.as_of) > (own.number, own.as_of)]
    yield from _opened(newer, version, as_of)
    if kept.is_worn:
        yield kept
    yield Loaded.of(kept.base)
    yield from _opened([base for base in bases if base not in newer], version, as_of)


def _opened(bases: Sequence[KeptBase], version: Version, as_of: date) -> Iterator[Loaded]:
    for kept in bases:
        if leads_to(kept.state, version, as_of) and (base := Base.open(kept)) is not None:
            yield Loaded.of(base)


def _built(version: Version, as_of: date) -> Loaded:
    with alone(WAIT_SECONDS) as mine:
        if not mine:
            raise SupplyNotBuiltError("another process reads all facilities")
        for start in _starts(None, version, as_of):  # which may have been written while we waited
            if (found := advanced(start, version, as_of)) is not None:
                return found
        return Loaded.of(build_base(version, as_of))


def _of_yesterday(kept: Loaded | None, version: Version, as_of: date) -> Loaded:
    """While a task reads all facilities for the new day, rankings go on as of the last one."""
    yesterday = as_of - timedelta(days=1)
    for start in _starts(kept, version, yesterday):
        if (found := advanced(start, version, yesterday)) is not None:
            return found
    raise SupplyNotBuiltError("all facilities have to be read first, by a task of its own")
