"""Writing a base: all facilities, read at once. One process of a host does it while the others wait or go on."""

import ctypes
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import structlog

from apps.matching.snapshots.changes import Version, known
from apps.matching.snapshots.delta_files import State
from apps.matching.snapshots.isolation import consistent_view
from apps.matching.snapshots.loaded import Base, leads_to
from apps.matching.snapshots.loading import read_supply
from apps.matching.snapshots.store import KeptBase, keep_base, kept_bases, root

LONG_STATEMENT = "600s"
POLL_SECONDS = 0.05

log = structlog.get_logger(__name__)


@contextmanager
def alone(seconds: float) -> Iterator[bool]:
    """Whether this process is the only one of its host in the block; False where another one was, for so long."""
    root().mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    with (root() / "lock").open("w") as lock:
        while not (mine := _locked(lock.fileno())) and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
        yield mine


def _locked(file: int) -> bool:
    """The lock goes with the process, however it ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def build_base(version: Version, as_of: date) -> Base:
    """Read all, write it, and map what was written; inside a consistent view, and alone."""
    since = time.monotonic()
    kept = _written(version, as_of)
    return_memory()
    base = Base.open(kept)
    if base is None:
        raise OSError(f"{kept.directory} cannot be read back")
    log.info("supply_built", number=version.number, as_of=str(as_of), seconds=round(time.monotonic() - since, 2))
    return base


def _written(version: Version, as_of: date) -> KeptBase:
    supply = read_supply(as_of)
    return keep_base(supply, State(version.number, version.at, as_of, supply.digest()))


def return_memory() -> None:
    """What reading or ranking worked in stays with the allocator; that of glibc gives it back when asked, in a
    millisecond or two."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def bases_of(version: Version) -> list[KeptBase]:
    """Those on disk that were written from this database, up to that version; the newest first."""
    found = [base for base in kept_bases() if base.state.number <= version.number]
    ours = known(Version(base.state.number, base.state.at) for base in found)
    return [base for base in found if Version(base.state.number, base.state.at) in ours]


def build_where_needed(as_of: date) -> bool:
    """Write a base for that day unless one that is there bears what changed since. True where it was written."""
    with alone(0) as mine:
        if not mine:
            return False
        with consistent_view(LONG_STATEMENT):
            version = Version.newest()
            if version.at is None or any(_serves(kept, version, as_of) for kept in bases_of(version)):
                return False
            build_base(version, as_of)
            return True


def _serves(kept: KeptBase, version: Version, as_of: date) -> bool:
    """Whether rankings of that day can go on from it without much behind it. Who maps it sees whether it is whole."""
    base = Base.open(kept, verify=False)
    return base is not None and base.bears_day(as_of) and leads_to(kept.state, version, as_of, base.most_changed)
