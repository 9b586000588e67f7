"""Resources of a supply as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.catalogue_codes import CatalogueCodes
from matchmaker.columns import BLANK_DAY, SOURCES, ResourceColumns, lock
from matchmaker.ordering import is_among, order_by, stands_twice, text_keys
from matchmaker.row_lists import Ragged
from matchmaker.storage import Array, Coded, FloatArray, IntArray, Texts, narrow
from matchmaker.tables import SupplyTables
from matchmaker.taxonomy import Taxonomy

UNITS_HOURS = 40.0  # the net hours of a resource of which only units per week are known
DERIVED = SOURCES.index("derived")


@dataclass(frozen=True, slots=True)
class _Rows:
    """Resources in order of (site, id). `own` is the row of the table, -1 for machines that are merely counted."""

    own: IntArray
    site: IntArray
    kind: IntArray
    machines: IntArray
    ids: Array

    def pick(self, stated: Array, blank: float = float("nan")) -> Array:
        return np.append(stated, np.array([blank], dtype=stated.dtype))[self.own]


def build_resources(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> tuple[ResourceColumns, IntArray]:
    """The columns, and the row in them of each row of the table. Raises ValueError for an id twice at one site."""
    stated, rows = tables.resources, _ordered(tables, taxonomy, rank)
    gross_hours, hours_each = rows.pick(stated.gross_hours), rows.pick(stated.hours_per_machine)
    units, availability = rows.pick(stated.units_per_week), rows.pick(stated.availability)
    blank = np.isnan(gross_hours) & np.isnan(hours_each)
    by_units = blank & (units > 0)  # only units per week are known of it
    shift = taxonomy.kind_hours[rows.kind] * rows.machines
    usual = np.where(by_units, UNITS_HOURS, np.where(np.isnan(hours_each), shift, hours_each * rows.machines))
    kinds, members = _by_kind(rows, taxonomy)
    rank_of = np.empty(len(stated.site), dtype=np.int64)
    rank_of[rows.own[rows.own >= 0]] = np.flatnonzero(rows.own >= 0)
    weeks = _Weeks.of(tables, rank_of)
    columns = ResourceColumns(
        site=narrow(rows.site),
        ids=Texts.of(rows.ids),
        gross=Coded.column(np.where(np.isnan(gross_hours), usual, gross_hours)),
        hours_stated=~blank | by_units,
        availability=Coded.column(_availability(availability, by_units, taxonomy.kind_availability[rows.kind])),
        booked=Coded.column(rows.pick(stated.booked_share)),
        units_per_week=Coded.column(np.where(by_units, units, np.nan)),
        as_of=narrow(rows.pick(stated.as_of, BLANK_DAY)),
        source=narrow(rows.pick(stated.source, DERIVED), np.int8),
        kind_key=kinds,
        kind_members=members,
        week_start=narrow(np.searchsorted(weeks.resource, np.arange(len(rows.own) + 1))),
        week_resource=narrow(weeks.resource),
        week_monday=narrow(weeks.monday),
        week_gross=Coded.column(weeks.gross),
        week_booked=Coded.column(weeks.booked),
        week_held=Coded.column(weeks.held),
    )
    return lock(columns), rank_of


def _availability(stated: FloatArray, by_units: Array, usual: FloatArray) -> FloatArray:
    return np.where(by_units, 1.0, np.where(np.isnan(stated), usual, stated))


def _ordered(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> _Rows:
    stated = tables.resources
    site, kind, machines = _counted(tables, taxonomy, rank)
    names = np.array([f"machines:{slug}".encode() for slug in taxonomy.kind_index] or [b""])
    sites = np.concatenate([rank[stated.site], site])
    ids = np.concatenate([stated.ids, names[kind]])
    if stands_twice(sites, ids):
        raise ValueError("a resource id stands twice at one facility")
    order = order_by(sites, lambda rows: text_keys(ids[rows]))
    count = np.concatenate([np.where(stated.machines < 0, 1, stated.machines), machines])
    own = np.where(order < len(stated.site), order, -1)
    return _Rows(own, sites[order], np.concatenate([stated.kind, kind])[order], count[order], ids[order])


def _counted(tables: SupplyTables, taxonomy: Taxonomy, rank: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Machines on the floor of a kind of which no resource is stated: as many, for one shift. Never firm."""
    codes, machines, kinds = CatalogueCodes.of(taxonomy), tables.machines, max(len(taxonomy.kind_index), 1)
    kind = np.append(codes.machine_kind, -1)[machines.machine]
    there = (machines.count > 0) & (kind >= 0)
    keys, place = np.unique(rank[machines.site[there]] * kinds + kind[there], return_inverse=True)
    count = np.zeros(len(keys), dtype=np.int64)
    np.add.at(count, place, machines.count[there])
    row, member = codes.kind_members.expand(tables.resources.kind.astype(np.int64))
    stated = rank[tables.resources.site] * kinds
    known = np.sort(np.concatenate([stated + tables.resources.kind, stated[row] + member]))
    kept = ~is_among(keys, known)
    return keys[kept] // kinds, keys[kept] % kinds, count[kept]


def _by_kind(rows: _Rows, taxonomy: Taxonomy) -> tuple[Array, Ragged]:
    """For each (site, kind) the resources of that very kind, else those of a group word that contains it."""
    codes, kinds, size = CatalogueCodes.of(taxonomy), max(len(taxonomy.kind_index), 1), max(len(rows.own), 1)
    exact = rows.site * kinds + rows.kind
    row, member = codes.kind_members.expand(rows.kind)
    grouped = rows.site[row] * kinds + member
    vague = ~is_among(grouped, np.sort(exact))
    pairs = np.sort(np.concatenate([exact * size + np.arange(len(exact)), grouped[vague] * size + row[vague]]))
    keys = pairs // size
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return narrow(keys[first]), Ragged(narrow(np.append(first, len(keys))), narrow(pairs % size))


@dataclass(frozen=True, slots=True)
class _Weeks:
    """In order of resource and day."""

    resource: IntArray
    monday: IntArray
    gross: FloatArray
    booked: FloatArray
    held: FloatArray

    @classmethod
    def of(cls, tables: SupplyTables, rank: IntArray) -> _Weeks:
        weeks = tables.weeks
        resource = rank[weeks.resource]
        days = weeks.monday.astype(np.int64)
        span = int(days.max(initial=0)) + 1
        order = np.argsort(resource * span + days, kind="stable")
        held = (weeks.firm_hours + weeks.soft_hours)[order]
        return cls(resource[order], days[order], weeks.gross_hours[order], weeks.booked_share[order], held)
