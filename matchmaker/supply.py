"""Supply: all facilities as read-only columns, built once and ranked against many times.

A supply is plain, with columns of its own, or a plain one with changes on top: then each of its `segments` is plain.
Nothing that a facility is ranked by depends on another facility, so each segment can be ranked by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matchmaker.columns import HoldingColumns, LineColumns, ResourceColumns, SiteColumns
from matchmaker.domain import FacilityFact
from matchmaker.fact_tables import tables_of
from matchmaker.lines import build_lines
from matchmaker.ordering import text_keys
from matchmaker.resources import build_resources
from matchmaker.sites import build_holdings, build_sites
from matchmaker.storage import Array, IntArray, Texts
from matchmaker.supply_digest import Digests, facility_digests, supply_digest, total_of
from matchmaker.table_edits import joined, of_sites, without_defaults
from matchmaker.tables import SupplyTables
from matchmaker.taxonomy import Taxonomy


class SegmentedError(TypeError):
    """A supply with changes on top has no columns of its own; each of its segments has."""

    def __init__(self) -> None:
        super().__init__("a supply with changes on top is read segment by segment")


@dataclass(frozen=True, slots=True)
class SiteIndex:
    """From a facility's id to its row, by halving."""

    ids: Texts

    def get(self, facility_id: str) -> int | None:
        return self.ids.find(facility_id)


@dataclass(frozen=True, slots=True)
class ResourceIndex:
    """From a facility's row and a resource's id to the row of the resource, by halving."""

    columns: ResourceColumns

    def get(self, key: tuple[int, str]) -> int | None:
        site, resource_id = key
        wanted = np.asarray([site, site + 1], dtype=self.columns.site.dtype)  # else all sites would be cast first
        first, last = np.searchsorted(self.columns.site, wanted)
        return self.columns.ids.find(resource_id, int(first), int(last))


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a plain supply. `digests`: 32 bytes for each facility, whose sum is `total`."""

    sites: SiteColumns
    lines: LineColumns
    resources: ResourceColumns
    holdings: HoldingColumns
    digests: Digests
    total: int

    @classmethod
    def build(cls, tables: SupplyTables, taxonomy: Taxonomy) -> Columns:
        rank = _rank(tables.sites.ids)
        digests = facility_digests(tables, rank)
        stated = without_defaults(tables)
        resources, resource_rank = build_resources(stated, taxonomy, rank)
        return cls(
            sites=build_sites(stated, taxonomy, rank),
            lines=build_lines(stated, taxonomy, rank, resource_rank),
            resources=resources,
            holdings=build_holdings(stated, taxonomy, rank),
            digests=digests,
            total=total_of(digests),
        )


@dataclass(frozen=True, slots=True)
class Patch:
    """Changes on top of a plain supply: rows of it that no longer count, and the facilities that came or changed."""

    base: Supply
    dead: IntArray
    delta: Supply
    tables: SupplyTables  # what the delta was built from, for the next change


@dataclass(frozen=True, slots=True)
class Supply:
    """Read-only. `sites` stand in order of id whatever the order given. Either `columns` or `patch` is there."""

    taxonomy: Taxonomy
    columns: Columns | None
    patch: Patch | None = None

    @classmethod
    def build(cls, facilities: Iterable[FacilityFact], taxonomy: Taxonomy) -> Supply:
        """Raises KeyError for a slug that the catalogue lacks, ValueError for an id that stands twice."""
        return cls.from_tables(tables_of(facilities, taxonomy), taxonomy)

    @classmethod
    def from_tables(cls, tables: SupplyTables, taxonomy: Taxonomy) -> Supply:
        """Raises ValueError for an id that stands twice."""
        return cls(taxonomy, Columns.build(tables, taxonomy))

    @property
    def _own(self) -> Columns:
        if self.columns is None:
            raise SegmentedError
        return self.columns

    @property
    def sites(self) -> SiteColumns:
        return self._own.sites

    @property
    def lines(self) -> LineColumns:
        return self._own.lines

    @property
    def resources(self) -> ResourceColumns:
        return self._own.resources

    @property
    def holdings(self) -> HoldingColumns:
        return self._own.holdings

    @property
    def site_index(self) -> SiteIndex:
        return SiteIndex(self.sites.ids)

    @property
    def resource_index(self) -> ResourceIndex:
        return ResourceIndex(self.resources)

    @property
    def segments(self) -> tuple[tuple[Supply, IntArray], ...]:
        """Plain supplies, each with the rows of its sites that do not count, in order."""
        nobody = np.zeros(0, dtype=np.int64)
        if self.patch is None:
            return ((self, nobody),)
        return ((self.patch.base, self.patch.dead), (self.patch.delta, nobody))

    def digest(self) -> str:
        """sha256 (hex) over all that is stated and the catalogue, however the supply came about."""
        count, total = self._content()
        return supply_digest(self.taxonomy.digest, count, total)

    def _content(self) -> tuple[int, int]:
        """The number of facilities and the sum of their digests."""
        count, total = 0, 0
        for segment, dead in self.segments:
            count += len(segment.sites.ids) - len(dead)
            total += segment._own.total - total_of(segment._own.digests[dead])
        return count, total

    def apply(self, changed: SupplyTables, removed: Iterable[str] = ()) -> Supply:
        """The supply with the facilities of `changed` in place of those of the same id, and without the `removed`.

        This one stays as it is; its base columns are shared. The catalogue must be the same. Raises ValueError for an
        id that stands twice.
        """
        base, dead = self.segments[0]
        gone = {*removed, *(text.decode() for text in changed.sites.ids.tolist())}
        rows = (base.site_index.get(facility_id) for facility_id in gone)
        found = np.array([row for row in rows if row is not None], dtype=np.int64)
        tables = changed
        if self.patch is not None:
            tables = joined(of_sites(self.patch.tables, ~_is_one_of(self.patch.tables.sites.ids, gone)), changed)
        delta = Supply.from_tables(tables, self.taxonomy)
        return Supply(self.taxonomy, None, Patch(base, np.union1d(dead, found), delta, tables))


def _is_one_of(ids: Array, wanted: set[str]) -> Array:
    return np.array([facility_id.decode() in wanted for facility_id in ids.tolist()], dtype=np.bool_)


def _rank(ids: Array) -> IntArray:
    """The place of each row in order of id. Raises ValueError for an id that stands twice."""
    keys = text_keys(ids)
    order = np.lexsort(tuple(reversed(keys)))
    sorted_keys = [key[order] for key in keys]
    if len(ids) > 1 and np.all([key[1:] == key[:-1] for key in sorted_keys], axis=0).any():
        raise ValueError("a facility id stands twice")
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return rank
