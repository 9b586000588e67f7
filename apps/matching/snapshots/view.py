"""One consistent view of the database, and the supply of the day in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from apps.matching.models import SupplyVersion
from apps.matching.models.watched.supply import CATALOGUE
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from matchmaker.domain import FacilityFact
from matchmaker.supply import Supply
from matchmaker.taxonomy import Taxonomy

STATEMENT_TIMEOUT = "10s"


@dataclass(frozen=True)
class Loaded:
    """All supply at one version, as of one day. `at` is when the version was made: with the number it is its name."""

    number: int
    at: datetime | None
    as_of: date
    facts: Mapping[int, FacilityFact]
    supply: Supply


class _Kept:
    """What this process has loaded last."""

    loaded: Loaded | None = None


@contextmanager
def consistent_view() -> Iterator[None]:
    """Everything that the block reads is of one moment, and the block cannot write.

    Inside somebody's transaction, as in tests, that transaction's view is all there is.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
        yield


def current_supply(as_of: date) -> Loaded:
    """The supply at the newest version; inside a consistent view. Keeps it, and next time reads only what changed."""
    _Kept.loaded = _caught_up(_Kept.loaded, as_of)
    return _Kept.loaded


def _caught_up(kept: Loaded | None, as_of: date) -> Loaded:
    if kept is None:
        return _load(as_of)
    versions = list(SupplyVersion.objects.filter(number__gte=kept.number).order_by("number"))
    if not _continues(kept, versions, as_of):
        return _load(as_of)
    changed = {key for version in versions[1:] for key in version.facility_ids}
    if not changed:
        return kept
    if CATALOGUE in changed:
        return _load(as_of)
    return _reload(kept, versions[-1], changed)


def _continues(kept: Loaded, versions: list[SupplyVersion], as_of: date) -> bool:
    """Whether `versions` begins with the one that is kept. Facts depend on the day, so each day loads anew."""
    return kept.as_of == as_of and bool(versions) and (versions[0].number, versions[0].at) == (kept.number, kept.at)


def _load(as_of: date) -> Loaded:
    version = SupplyVersion.objects.order_by("number").last()
    facts = read_facilities(as_of)
    supply = Supply.build(facts.values(), Taxonomy.build(read_catalogue()))
    number, at = (version.number, version.at) if version else (0, None)
    return Loaded(number, at, as_of, facts, supply)


def _reload(kept: Loaded, version: SupplyVersion, changed: set[int]) -> Loaded:
    unchanged = {key: fact for key, fact in kept.facts.items() if key not in changed}
    facts = unchanged | read_facilities(kept.as_of, sorted(changed))
    supply = Supply.build(facts.values(), kept.supply.taxonomy)
    return Loaded(version.number, version.at, kept.as_of, facts, supply)
