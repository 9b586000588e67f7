"""A synthetic network as columns, named as the columns of the project's tables.

In number columns NaN is a blank, in code columns -1. Dates are days from the day the world is made for; NO_DAY is a
blank. Keys are those that the rows have in an empty database: 1, 2, 3...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.taxonomy import Taxonomy
from tests.engine.catalogue_files import rows as catalogue_rows
from tests.engine.catalogue_files import taxonomy

Array = NDArray[Any]
Table = dict[str, Array]

SEED = 20_261_124
NO_DAY = -(2**31)
KINDS = ("makerspace", "jobshop", "contract_manufacturer")
OPERATING = ("active", "paused", "closed")
CLAIMS = ("claimed", "unclaimed", "claim_pending", "denied", "revoked")
ACCESS = ("staff", "members_or_staff", "members_only", "self_service")
SOURCES = ("stated", "coordinator", "imported")
OFFERS = ("core", "supplementary", "partner")
EVIDENCE = ("stated", "documented", "coordinator_verified", "registry_verified")
CURRENCIES = ("USD", "EUR")
HOLD_STATES = ("soft", "firm", "released", "expired", "consumed")
INDUSTRIES = ("consumer", "industrial", "medical", "automotive", "aerospace", "robotics", "defence", "energy")
STAGES = ("concept", "prototype", "evt", "dvt", "pvt", "mass-production")
CUSTOMERS = ("startup", "individual", "university", "established")


@dataclass(frozen=True, slots=True)
class World:
    """Tables of one block of facilities. `facility_materials` and its like are pairs of keys; a catalogue's row is
    named by its place in the taxonomy's alphabetical order."""

    facilities: Table
    capabilities: Table
    resources: Table
    weeks: Table
    holds: Table
    hold_weeks: Table
    machines: Table
    certificates: Table
    no_gos: Table
    networks: Table
    facility_materials: Table
    capability_materials: Table
    scope_processes: Table

    def sizes(self) -> dict[str, int]:
        return {entry.name: length(getattr(self, entry.name)) for entry in fields(self)}


def length(table: Table) -> int:
    return len(next(iter(table.values())))


def joined(worlds: Iterator[World] | list[World]) -> World:
    """Blocks in order as one."""
    parts = list(worlds)
    tables = {}
    for entry in fields(World):
        given = [getattr(part, entry.name) for part in parts]
        tables[entry.name] = {name: np.concatenate([table[name] for table in given]) for name in given[0]}
    return World(**tables)


@dataclass(frozen=True, slots=True)
class Trade:
    """The catalogue's figures that the world is drawn around, by place in the taxonomy's order."""

    taxonomy: Taxonomy
    typical_run: Array
    lead_low: Array
    lead_high: Array
    tolerance: Array
    envelope: Array
    tooling: Array
    common: Array  # processes x materials
    kind: Array  # resource kind of each process, -1 without
    machines: tuple[str, ...]
    machines_of: tuple[tuple[int, ...], ...]  # process -> machines

    @classmethod
    def read(cls) -> Trade:
        tree = taxonomy()
        rows = tree.process_rows
        blank = float("nan")
        common = np.zeros((len(rows), len(tree.material_slugs)))
        for at, row in enumerate(rows):
            common[at, [tree.material_index[slug] for slug in row.common_materials]] = 1
        work = [tree.work_of(row.slug) for row in rows]
        machines = tuple(sorted(row["slug"] for row in catalogue_rows("machines")))
        return cls(
            taxonomy=tree,
            typical_run=np.array([row.typical_min_run or 1.0 for row in rows]),
            lead_low=np.array([row.lead_days_low or 1.0 for row in rows]),
            lead_high=np.array([row.lead_days_high or 10.0 for row in rows]),
            tolerance=np.array([blank if row.tolerance_mm is None else row.tolerance_mm for row in rows]),
            envelope=np.array([row.envelope_mm or (blank,) * 3 for row in rows], dtype=np.float64),
            tooling=np.array([row.tooling_days or blank for row in rows], dtype=np.float64),
            common=common,
            kind=np.array([-1 if item is None else tree.kind_index[item.resource_kind] for item in work]),
            machines=machines,
            machines_of=tuple(
                tuple(at for at, slug in enumerate(machines) if row.slug in tree.machine_processes[slug])
                for row in rows
            ),
        )


@cache
def trade() -> Trade:
    return Trade.read()
