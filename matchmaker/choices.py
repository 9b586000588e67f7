"""Choices: the options that can make a step, each with the resources it would run on and the hours it would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matchmaker.asked import AskedStep
from matchmaker.codes import Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import demand_hours
from matchmaker.options import Options
from matchmaker.resources import UNITS_HOURS
from matchmaker.runs import Lot
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals
from matchmaker.verdicts import CodeArray

NO_SLOT = -1  # a partner's line, or a process of which nobody knows the resource


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows in order of site, then of preference. An option that may run on either of two resources is two choices.

    `slots[row, k]` are resources of the supply, or beyond them kinds: "one machine, one shift" of the kind.
    """

    option: IntArray
    slots: IntArray

    def take(self, rows: IntArray | BoolArray) -> Choices:
        return Choices(self.option[rows], self.slots[rows])


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One gated step: its options with what each gate found, and the choices among those that can make it."""

    step: AskedStep
    options: Options
    codes: Mapping[Gate, CodeArray]
    choices: Choices

    @property
    def choice_site(self) -> IntArray:
        return self.options.site[self.choices.option]

    def only(self, kept: BoolArray) -> tuple[StepPlan, IntArray]:
        """The plan for the sites that are kept, each in its place; and where every choice has gone."""
        options, choices = kept[self.options.site], kept[self.choice_site]
        place = np.cumsum(options) - 1
        taken = self.choices.take(choices)
        codes = {gate: codes[options] for gate, codes in self.codes.items()}
        moved = Choices(place[taken.option], taken.slots)
        return StepPlan(self.step, self.options.take(options), codes, moved), np.cumsum(choices) - 1


@dataclass(frozen=True, slots=True)
class Work:
    """Hours that each slot of each choice would take: every slot takes the whole demand. `*_hours` are the order's,
    `*_year` the year's. `stated`: the line states set-up and cycle, or its resource is stated in units."""

    low_hours: FloatArray
    high_hours: FloatArray
    low_year: FloatArray
    high_year: FloatArray
    stated: BoolArray


def find_work(plan: StepPlan, supply: Supply, typicals: Typicals) -> Work:
    """A line that states its cycle makes one part a cycle and loses none unless it says so; a resource known only in
    units takes 40 / units hours a piece."""
    option, lines = plan.choices.option, supply.lines
    line, process = plan.options.line[option], plan.options.work_process[option]
    units = units_of(supply, plan.choices.slots)
    by_units = ~np.isnan(units)
    setup, cycle = lines.setup_hours[line], lines.cycle_seconds[line]
    own_setup, own_cycle = ~np.isnan(setup), ~np.isnan(cycle)
    parts = _either(lines.parts_per_cycle[line], np.where(own_cycle, 1.0, typicals.parts[process]))
    good = _either(lines.yield_share[line], np.where(own_cycle, 1.0, typicals.good[process]))
    ends = []
    for usual_setup, usual_cycle in (
        (typicals.setup_low, typicals.cycle_low),
        (typicals.setup_high, typicals.cycle_high),
    ):
        a_setup = np.where(own_setup, setup, usual_setup[process])
        a_cycle = np.where(own_cycle, cycle, usual_cycle[process])
        for pieces in (plan.step.pieces, plan.step.year_pieces):
            needed = demand_hours(pieces, 1, a_setup, a_cycle, parts, good)
            ends.append(np.where(by_units, pieces * UNITS_HOURS / units, needed[:, None]))
    return Work(ends[0], ends[2], ends[1], ends[3], by_units | (own_setup & own_cycle)[:, None])


def works_stated(supply: Supply, line: IntArray) -> BoolArray:
    """Lines that state both set-up and cycle."""
    lines = supply.lines
    return np.asarray(~(np.isnan(lines.setup_hours[line]) | np.isnan(lines.cycle_seconds[line])), dtype=np.bool_)


def units_of(supply: Supply, slots: IntArray) -> FloatArray:
    """Units a week of resources that are known only in units; NaN for all others."""
    units, known = np.full(slots.shape, np.nan), (slots >= 0) & (slots < resource_count(supply))
    units[known] = supply.resources.units_per_week[slots[known]]
    return units


def resource_count(supply: Supply) -> int:
    """Slots from here on are kinds."""
    return len(supply.resources.site)


def find_choices(lot: Lot, makeable: BoolArray) -> Choices:
    supply, options, typicals = lot.supply, lot.options, lot.typicals
    option, slots = _slots(lot, np.flatnonzero(makeable))
    process = options.work_process[option]
    blank = np.flatnonzero(np.isnan(typicals.setup_low[process]) & (slots[:, 0] != NO_SLOT))
    if len(blank):  # nobody knows what such a process takes, but for lines that say so and resources known in units
        unknown = ~works_stated(supply, options.line[option[blank]])[:, None] & np.isnan(units_of(supply, slots[blank]))
        slots[blank] = np.where(unknown, NO_SLOT, slots[blank])
    return Choices(option, slots)


def _slots(lot: Lot, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Each option once for each resource it may run on: those it names, all at once; else one of its kind; else the
    kind itself, one machine and one shift. A partner's line runs on nothing of the site's."""
    supply, options = lot.supply, lot.options
    lines, line, case = supply.lines, options.line[rows], options.case[rows]
    kind = lot.typicals.work_kind[options.cases.work_process][case]
    own = ~options.cases.partner[case]
    named = np.where(own, lines.named_resources.start[line + 1] - lines.named_resources.start[line], 0)
    by_kind = own & (kind >= 0) & (named == 0)
    site = lot.site[rows].astype(np.int64)
    begin, serving = _serving(supply, np.where(by_kind, site * len(supply.taxonomy.kind_hours) + kind, -1))
    copies = np.maximum(serving, 1)
    expanded = np.repeat(np.arange(len(rows)), copies)
    offset = np.arange(len(expanded)) - np.repeat(np.cumsum(copies) - copies, copies)
    slots = np.full((len(expanded), max(1, int(named.max(initial=0)))), NO_SLOT, dtype=np.int64)
    pooled = np.flatnonzero(serving[expanded] > 0)
    slots[pooled, 0] = supply.resources.kind_members.values[begin[expanded[pooled]] + offset[pooled]]
    default = np.flatnonzero((by_kind & (serving == 0))[expanded])
    slots[default, 0] = resource_count(supply) + kind[expanded[default]]
    several = np.flatnonzero(named[expanded])
    for k in range(slots.shape[1] if len(several) else 0):
        has = several[named[expanded[several]] > k]
        slots[has, k] = lines.named_resources.values[lines.named_resources.start[line[expanded[has]]] + k]
    return rows[expanded], slots


def _serving(supply: Supply, keys: IntArray) -> tuple[IntArray, IntArray]:
    """Where the resources of each (site, kind) key begin, and how many serve it."""
    known, start = supply.resources.kind_key, supply.resources.kind_members.start
    if not len(known):
        return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    wanted = np.minimum(keys, int(known[-1])).astype(known.dtype)  # of another type all known ones would be cast
    at = np.searchsorted(known, wanted)
    begin = start[at]
    return begin, np.where(known[at] == keys, start[at + 1] - begin, 0)


def _either(stated: FloatArray, usual: FloatArray) -> FloatArray:
    return np.where(np.isnan(stated), usual, stated)
