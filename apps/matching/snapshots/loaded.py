"""A supply in this process, and how it goes on to a newer version or another day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from apps.matching.snapshots.changes import TooMuchError, Version, aged_between, changed_since
from apps.matching.snapshots.delta_files import Delta, State
from apps.matching.snapshots.keys import CatalogueKeys, NewerCatalogueError
from apps.matching.snapshots.loading import load_tables
from apps.matching.snapshots.store import KeptBase, keep_delta, open_base
from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.supply import Supply
from matchmaker.tables import SupplyTables

# When a base has too much behind it: a ranking goes over the changes as well, and each change builds them anew.
LEAST_CHANGED = 1_000
CHANGED_SHARE = 0.02
MOST_CHANGED = 30_000  # facilities that can be read again within a round of the queue
MOST_DELTAS = 500
MOST_DAYS = 7


@dataclass(frozen=True)
class Base:
    """A plain supply that lies on disk, and what its codes mean in this database."""

    kept: KeptBase
    supply: Supply
    catalogue: CatalogueKeys

    @classmethod
    def open(cls, kept: KeptBase, *, verify: bool = True) -> Self | None:
        """None where it is gone or damaged."""
        supply = open_base(kept, verify=verify)
        if supply is None:
            return None
        return cls(kept, supply, CatalogueKeys.read(CatalogueCodes.of(supply.taxonomy)))

    @property
    def most_changed(self) -> int:
        return min(MOST_CHANGED, max(LEAST_CHANGED, int(CHANGED_SHARE * len(self.supply.sites.ids))))

    def bears_day(self, as_of: date) -> bool:
        return (as_of - self.kept.state.as_of).days < MOST_DAYS


@dataclass(frozen=True)
class Loaded:
    """All supply in one state: `base` with the facilities `changed` since, in so many `deltas`."""

    state: State
    supply: Supply
    base: Base
    changed: frozenset[int] = frozenset()
    deltas: int = 0

    @classmethod
    def of(cls, base: Base) -> Self:
        return cls(base.kept.state, base.supply, base)

    @property
    def number(self) -> int:
        return self.state.number

    @property
    def at(self) -> datetime | None:
        return self.state.at

    @property
    def as_of(self) -> date:
        return self.state.as_of

    def is_current(self, version: Version, as_of: date) -> bool:
        named = self.at is not None  # before the first version nothing says what changed
        return named and (self.number, self.at, self.as_of) == (version.number, version.at, as_of)

    @property
    def is_worn(self) -> bool:
        """A reason for a new base, not yet one to do without this supply."""
        return len(self.changed) > self.base.most_changed or not self.base.bears_day(self.as_of)


def advanced(loaded: Loaded, version: Version, as_of: date) -> Loaded | None:
    """The supply at that version on that day, read in a consistent view in which the version is the newest.

    None where it does not lead there: too much changed, or the catalogue did, or it is of another database.
    """
    if loaded.is_current(version, as_of):
        return loaded
    if loaded.deltas >= MOST_DELTAS:
        loaded = Loaded.of(loaded.base)
    try:
        keys = to_read(loaded.state, version, as_of, MOST_CHANGED)
        changed = load_tables(as_of, loaded.base.catalogue, sorted(keys))
    except (TooMuchError, NewerCatalogueError):
        return None
    return _with(loaded, keys, version, as_of, changed)


def leads_to(state: State, version: Version, as_of: date, most: int | None = None) -> bool:
    """Whether at most so many facilities have to be read again from there."""
    most = MOST_CHANGED if most is None else most
    try:
        return len(to_read(state, version, as_of, most)) <= most
    except TooMuchError:
        return False


def to_read(state: State, version: Version, as_of: date, most: int) -> set[int]:
    """The facilities that another version and another day say something else of. Raises TooMuchError."""
    changed = changed_since(Version(state.number, state.at), version, most)
    return changed | aged_between(state.as_of, as_of, most)


def _with(loaded: Loaded, keys: set[int], version: Version, as_of: date, changed: SupplyTables) -> Loaded:
    """The delta is kept, so that rankings over what comes of it can be made again."""
    found = {text.decode() for text in changed.sites.ids.tolist()}
    removed = tuple(sorted({str(key) for key in keys} - found))
    supply = loaded.supply.apply(changed, removed)
    state = State(version.number, version.at, as_of, supply.digest())
    keep_delta(loaded.base.kept, Delta(loaded.state, state, changed, removed))
    return Loaded(state, supply, loaded.base, loaded.changed | keys, loaded.deltas + 1)
