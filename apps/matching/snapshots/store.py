"""Supplies on disk: one large file that all processes of a host map, and small deltas that lead on from it.

    SUPPLY_DIR/<engine>/<state of the base>/base.supply
    SUPPLY_DIR/<engine>/<state of the base>/<state after the delta>.delta

Whatever is there is whole: both are written aside and renamed. A supply that a ranking was made over is found again by
its number, day and digest, until `remove_old` has taken it away.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from apps.matching.snapshots.delta_files import DamagedDeltaError, Delta, State, read_delta, write_delta
from matchmaker import ENGINE_VERSION
from matchmaker.array_files import FORMAT
from matchmaker.supply import Supply
from matchmaker.supply_files import DamagedSupplyError, open_supply, write_supply

BASE = "base.supply"
WAITING = ".building-"
KEPT_SECONDS = 31 * 86_400  # each day that a base is used adds a delta, so a supply can be had for 30 days at least
MOMENT = "%Y%m%dT%H%M%S%f"
NAME = re.compile(r"\d{12,}_\d{8}_[0-9a-f]{64}_(never|\d{8}T\d{12})")


class NotKeptError(LookupError):
    """That supply cannot be had any more."""


@dataclass(frozen=True)
class KeptBase:
    """A directory with a base, or what was one: it may be gone by now."""

    directory: Path
    state: State


def root() -> Path:
    """Columns are what one version of the engine makes of facts, and two may be at work while one takes over."""
    return Path(settings.SUPPLY_DIR) / f"engine-{ENGINE_VERSION}-{FORMAT}"


def kept_bases() -> list[KeptBase]:
    """Those of the highest number first."""
    with suppress(FileNotFoundError):
        found = [KeptBase(path, _state_of(path.name)) for path in root().iterdir() if NAME.fullmatch(path.name)]
        return sorted(found, key=lambda base: (base.state.number, base.state.as_of), reverse=True)
    return []


def _name(state: State) -> str:
    at = "never" if state.at is None else state.at.astimezone(UTC).strftime(MOMENT)
    return f"{state.number:012d}_{state.as_of:%Y%m%d}_{state.digest}_{at}"


def _state_of(name: str) -> State:
    number, as_of, digest, at = name.split("_")
    moment = None if at == "never" else datetime.strptime(at, MOMENT).replace(tzinfo=UTC)
    return State(int(number), moment, date.fromisoformat(as_of), digest)


def _is(state: State, number: int, as_of: date, digest: str) -> bool:
    return (state.number, state.as_of, state.digest) == (number, as_of, digest)


def keep_base(supply: Supply, state: State) -> KeptBase:
    """Write a plain supply. Whoever builds has the lock, so what others have left unfinished is taken away first."""
    root().mkdir(parents=True, exist_ok=True)
    for left in root().glob(f"{WAITING}*"):
        shutil.rmtree(left, ignore_errors=True)
    aside, place = root() / f"{WAITING}{os.getpid()}", root() / _name(state)
    aside.mkdir()
    write_supply(supply, aside / BASE)
    if place.exists():
        shutil.rmtree(aside)
    else:
        aside.rename(place)
    return KeptBase(place, state)


def open_base(base: KeptBase, *, verify: bool = True) -> Supply | None:
    """Mapped, not read. None where it is gone, or damaged, in which case its directory goes."""
    try:
        return open_supply(base.directory / BASE, verify=verify)
    except FileNotFoundError:
        return None
    except DamagedSupplyError:
        forget(base)
        return None


def forget(base: KeptBase) -> None:
    """Deltas lead nowhere without their base."""
    shutil.rmtree(base.directory, ignore_errors=True)


def keep_delta(base: KeptBase, delta: Delta) -> None:
    base.directory.mkdir(parents=True, exist_ok=True)
    write_delta(delta, base.directory / f"{_name(delta.after)}.delta")


def supply_of(number: int, as_of: date, digest: str) -> Supply:
    """The very supply of that version, as of that day, with that digest, as this host has used it.

    Raises NotKeptError where it was never used here, is older than 30 days or damaged.
    """
    for base in kept_bases():
        supply = open_base(base) if _is(base.state, number, as_of, digest) else _led_to(base, number, as_of, digest)
        if supply is not None and supply.digest() == digest:
            return supply
    raise NotKeptError(f"supply {number} as of {as_of} is not kept")


def _led_to(base: KeptBase, number: int, as_of: date, digest: str) -> Supply | None:
    """Along the deltas from the base. None where they do not lead there."""
    last = next(base.directory.glob(f"{number:012d}_{as_of:%Y%m%d}_{digest}_*.delta"), None)
    if last is None:
        return None
    try:
        deltas = [*_deltas_back(base, last)]
    except (DamagedDeltaError, FileNotFoundError):
        return None
    supply = open_base(base)
    for delta in reversed(deltas):
        supply = supply and supply.apply(delta.changed, delta.removed)
    return supply


def _deltas_back(base: KeptBase, path: Path) -> Iterator[Delta]:
    while True:
        delta = read_delta(path)
        yield delta
        if delta.before == base.state:
            return
        path = base.directory / f"{_name(delta.before)}.delta"


def remove_old() -> int:
    """Take away each base, with its deltas, to which nothing was added for so long; never the newest. Says how many."""
    until = time.time() - KEPT_SECONDS
    newest = [base.directory for base in kept_bases()[:1]]
    old = [path for path in Path(settings.SUPPLY_DIR).glob("engine-*/*_*") if _last_used(path) < until]
    gone = [path for path in old if path not in newest]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)


def _last_used(directory: Path) -> float:
    with suppress(FileNotFoundError):
        return max((path.stat().st_mtime for path in directory.iterdir()), default=0.0)
    return 0.0
