"""Who is left out, and at which gate: counted for everybody, listed for those that got furthest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

import numpy as np

from matchmaker.asked import Asked
from matchmaker.codes import GATE_ORDER, Gate
from matchmaker.columns import BoolArray, IntArray
from matchmaker.domain import Tier
from matchmaker.results import Excluded, FunnelRow
from matchmaker.site_gates import members_agree
from matchmaker.supply import Supply
from matchmaker.tiers import Tiers

ACTIVE, PROCESS = GATE_ORDER.index(Gate.ACTIVE), GATE_ORDER.index(Gate.PROCESS)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Of one segment. `rows` are the excluded among the sites that cover a step, each with the place of its gate.
    `idle` marks, over all sites, the considered ones without an option: all fail at active or else at process."""

    asked: Asked
    supply: Supply
    considered: int
    rows: IntArray
    gates: IntArray
    idle: BoolArray
    by_gate: IntArray

    @classmethod
    def of(cls, tiers: Tiers, considered: BoolArray) -> Exclusions:
        ground = tiers.tally.ground
        out = np.flatnonzero(tiers.tier == Tier.EXCLUDED)
        gates = tiers.first_fail[out].astype(np.int64)
        by_gate = np.bincount(gates, minlength=len(GATE_ORDER))
        size, idle = int(np.count_nonzero(considered)), considered.copy()
        idle[ground.sites] = False
        closed = int(np.count_nonzero(idle & _closed(ground.asked, ground.supply, slice(None))))
        by_gate[ACTIVE] += closed
        by_gate[PROCESS] += size - len(ground.sites) - closed
        return cls(ground.asked, ground.supply, size, ground.sites[out], gates, idle, by_gate)

    def of_gate(self, gate: int, most: int) -> list[str]:
        """The first facilities by id that are excluded there."""
        rows = self.rows[self.gates == gate][:most]
        if gate in (ACTIVE, PROCESS):
            rows = np.sort(np.append(rows, self._idle_rows(most, closed=gate == ACTIVE)))[:most]
        return [raw.decode() for raw in self.supply.sites.ids.array(rows).tolist()]

    def _idle_rows(self, most: int, *, closed: bool) -> IntArray:
        rows = np.flatnonzero(self.idle)
        return np.asarray(rows[_closed(self.asked, self.supply, rows) == closed][:most])


def _closed(asked: Asked, supply: Supply, rows: IntArray | slice) -> BoolArray:
    """What fails the first gate."""
    sites = supply.sites
    closed: BoolArray = ~sites.running[rows]
    return closed if members_agree(asked) else closed | sites.members_only[rows]


def excluded(parts: Sequence[Exclusions], most: int) -> tuple[Excluded, ...]:
    """At most so many: those that got furthest first, of one gate in order of id."""
    out: list[Excluded] = []
    for gate in reversed(range(len(GATE_ORDER))):
        left = most - len(out)
        if left > 0 and any(part.by_gate[gate] > 0 for part in parts):
            found = [ids for part in parts if (ids := part.of_gate(gate, left))]
            ids, name = found[0] if len(found) == 1 else list(merge(*found))[:left], GATE_ORDER[gate].value
            out += [Excluded(facility_id, name) for facility_id in ids]
    return tuple(out)


def funnel(by_gate: IntArray, considered: int) -> tuple[FunnelRow, ...]:
    rows, remaining = [], considered
    for gate, failed in zip(GATE_ORDER, by_gate.tolist(), strict=True):
        remaining -= failed
        rows.append(FunnelRow(gate.value, failed, remaining))
    return tuple(rows)
