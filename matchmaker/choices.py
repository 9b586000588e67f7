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
from matchmaker.runs import Runs
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals
from matchmaker.verdicts import Column

NO_SLOT = -1  # a partner's line, or a process of which nobody knows the resource


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows in order of site, then of preference. An option that may run on either of two resources is two choices.

    `slots[row, k]` are rows of Hours; every slot takes the whole demand. `*_hours` are the order's, `*_year` the
    year's. `work_stated`: the line states set-up and cycle, or its resource is stated in units.
    """

    option: IntArray
    site: IntArray
    slots: IntArray
    low_hours: FloatArray
    high_hours: FloatArray
    low_year: FloatArray
    high_year: FloatArray
    work_stated: BoolArray


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One gated step: its options with what each gate found, and the choices among those that can make it."""

    step: AskedStep
    options: Options
    runs: Runs
    families: BoolArray
    columns: Mapping[Gate, Column]
    choices: Choices


def find_choices(step: AskedStep, supply: Supply, options: Options, makeable: BoolArray, typicals: Typicals) -> Choices:
    rows = np.flatnonzero(makeable)
    option, slots = _slots(supply, options, rows, typicals)
    line, process = options.line[option], options.work_process[option]
    lines, kinds = supply.lines, np.full(len(supply.taxonomy.kind_hours) + 1, np.nan)
    units = np.append(supply.resources.units_per_week, kinds)[np.maximum(slots, 0)]
    own = ~np.isnan(lines.setup_hours[line]) & ~np.isnan(lines.cycle_seconds[line])
    by_units = (slots >= 0) & ~np.isnan(units)
    spans = [
        _hours(supply, typicals, line, process, pieces, high=high, units=np.where(by_units, units, np.nan))
        for pieces in (step.pieces, step.year_pieces)
        for high in (False, True)
    ]
    unknown = np.isnan(spans[0]) | np.isnan(spans[1])
    return Choices(
        option=option,
        site=options.site[option],
        slots=np.where(unknown, NO_SLOT, slots),
        low_hours=spans[0],
        high_hours=spans[1],
        low_year=spans[2],
        high_year=spans[3],
        work_stated=by_units | own[:, None],
    )


def _slots(supply: Supply, options: Options, rows: IntArray, typicals: Typicals) -> tuple[IntArray, IntArray]:
    """Each option once for each resource it may run on: those it names, all at once; else one of its kind; else the
    kind itself, one machine and one shift. A partner's line runs on nothing of the site's."""
    lines, line, kinds = supply.lines, options.line[rows], len(supply.taxonomy.kind_hours)
    kind = typicals.work_kind[options.work_process[rows]]
    own = ~options.partner[rows]
    named = np.where(own, lines.named_resources.start[line + 1] - lines.named_resources.start[line], 0)
    by_kind = own & (kind >= 0) & (named == 0)
    begin, serving = _serving(supply, np.where(by_kind, options.site[rows] * kinds + kind, -1))
    copies = np.maximum(serving, 1)
    expanded = np.repeat(np.arange(len(rows)), copies)
    offset = np.arange(len(expanded)) - np.repeat(np.cumsum(copies) - copies, copies)
    slots = np.full((len(expanded), max(1, int(named.max(initial=0)))), NO_SLOT, dtype=np.int64)
    pooled = serving[expanded] > 0
    slots[pooled, 0] = supply.resources.kind_members.values[(begin[expanded] + offset)[pooled]]
    default = (by_kind & (serving == 0))[expanded]
    slots[default, 0] = len(supply.resources.ids) + kind[expanded[default]]
    for k in range(slots.shape[1]):
        has = named[expanded] > k
        slots[has, k] = lines.named_resources.values[lines.named_resources.start[line[expanded[has]]] + k]
    return rows[expanded], slots


def _serving(supply: Supply, keys: IntArray) -> tuple[IntArray, IntArray]:
    """Where the resources of each (site, kind) key begin, and how many serve it."""
    known, start = supply.resources.kind_key, supply.resources.kind_members.start
    at = np.searchsorted(known, keys)
    hit = np.append(known, -2)[at] == keys
    begin = start[np.where(hit, at, 0)]
    return begin, np.where(hit, np.append(start, start[-1])[np.where(hit, at, 0) + 1] - begin, 0)


def _hours(
    supply: Supply,
    typicals: Typicals,
    line: IntArray,
    process: IntArray,
    pieces: int,
    *,
    high: bool,
    units: FloatArray,
) -> FloatArray:
    """Hours on each slot at one end of the range. A line that states its cycle makes one part a cycle and loses none
    unless it says so; a resource known only in units takes 40 / units hours a piece."""
    lines = supply.lines
    own_cycle = ~np.isnan(lines.cycle_seconds[line])
    setup = _either(lines.setup_hours[line], (typicals.setup_high if high else typicals.setup_low)[process])
    cycle = _either(lines.cycle_seconds[line], (typicals.cycle_high if high else typicals.cycle_low)[process])
    parts = _either(lines.parts_per_cycle[line], np.where(own_cycle, 1.0, typicals.parts[process]))
    good = _either(lines.yield_share[line], np.where(own_cycle, 1.0, typicals.good[process]))
    needed = demand_hours(pieces, 1, setup, cycle, parts, good)
    return np.where(np.isnan(units), needed[:, None], pieces * UNITS_HOURS / units)


def _either(stated: FloatArray, usual: FloatArray) -> FloatArray:
    return np.where(np.isnan(stated), usual, stated)
