"""Tiers: what the gates say of every site together, counted before any score is worked out.

What an option or a site adds to a tier is one whole number of fields side by side, and the gates that it fails are
bits: adding up an assignment is adding numbers. The due date needs days only where all of them are firm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from matchmaker.assignments import NOBODY, Assignments, Spans, combine
from matchmaker.choices import StepPlan
from matchmaker.codes import CODE_ROWS, GATE_ORDER, IS_NEAR, VERDICTS, Code, Gate
from matchmaker.columns import BoolArray, IntArray
from matchmaker.domain import Tier, Verdict
from matchmaker.gates import BINDING_GATES, MAKING, SITE_GATES
from matchmaker.ground import Given, Ground
from matchmaker.planning import fallback_options
from matchmaker.row_gates import due_codes
from matchmaker.site_gates import SiteView
from matchmaker.timing import find_finish, find_readiness
from matchmaker.verdicts import CodeArray, first_that_holds

# Fields of one whole number, ten bits each: no need has so many steps or gates that one runs into the next.
WIDTH = 10
NEAR, UNKNOWN, HARD, BINDING, MADE, LEAD = (1 << WIDTH * at for at in range(6))
FIELD = (1 << WIDTH) - 1

ACTIVE_BIT, PROCESS_BIT = 1 << GATE_ORDER.index(Gate.ACTIVE), 1 << GATE_ORDER.index(Gate.PROCESS)
DUE = GATE_ORDER.index(Gate.DUE_DATE)
LAST = len(GATE_ORDER)

# What each code adds, asked of a step and asked of the site as a whole; and the gate that it fails, as a bit.
_MILD = np.where(IS_NEAR, NEAR, np.where(VERDICTS == Verdict.UNKNOWN, UNKNOWN, 0)).astype(np.int64)
_IS_HARD = (VERDICTS == Verdict.FAIL) & ~IS_NEAR
STEP_ADDS, SITE_ADDS = _MILD + HARD * _IS_HARD, _MILD + BINDING * _IS_HARD
FAIL_BITS = np.array(
    [
        1 << GATE_ORDER.index(CODE_ROWS[code].gate) if CODE_ROWS[code].verdict == Verdict.FAIL else 0
        for code in sorted(Code)
    ],
    dtype=np.int16,
)
# The lowest bit of every set of gates, LAST for none.
FIRST_BIT = np.array([(bits & -bits).bit_length() - 1 if bits else LAST for bits in range(1 << LAST)], dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Marks:
    """Columns: what each row adds, and the gates that it fails."""

    adds: IntArray
    fails: NDArray[np.int16]

    @classmethod
    def of(cls, size: int, asked_of_steps: Iterable[CodeArray], asked_of_site: Iterable[CodeArray]) -> Marks:
        adds, fails = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int16)
        for table, columns in ((STEP_ADDS, asked_of_steps), (SITE_ADDS, asked_of_site)):
            for codes in columns:
                adds += table[codes]
                fails |= FAIL_BITS[codes]
        return cls(adds, fails)


@dataclass(frozen=True, slots=True)
class RowTiers:
    """Columns over assignments. `first_fail`: index into GATE_ORDER, LAST where nothing fails."""

    tier: NDArray[np.int8]
    unknown: IntArray
    first_fail: NDArray[np.int8]


def sum_up(adds: IntArray, fails: NDArray[np.int16], steps: int) -> RowTiers:
    """Section 4. A step that nobody here makes counts as one failing row, whatever its option lacks."""
    near, unknown, hard = adds & FIELD, adds >> WIDTH & FIELD, adds >> 2 * WIDTH & FIELD
    binding, made = (adds >> 3 * WIDTH & FIELD) > 0, adds >> 4 * WIDTH & FIELD
    missing = steps - made
    partial = (adds < LEAD) | (missing >= 2)
    near = near + (missing == 1)
    cases = [
        partial & (made > hard) & ~binding,
        partial | binding | (hard > 0),
        (near == 0) & (unknown == 0),
        near == 0,
        near <= 2,
    ]
    tiers = [Tier.COMPONENT, Tier.EXCLUDED, Tier.READY, Tier.TO_CONFIRM, Tier.NEAR_MISS]
    return RowTiers(first_that_holds(len(adds), cases, tiers, Tier.EXCLUDED), unknown, FIRST_BIT[fails])


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything that assignments are counted from. `steps[s]` are marks of the choices of step s, and after them of
    the sites, as far as they leave that step to others."""

    ground: Ground
    spans: Spans
    site: Marks
    steps: list[Marks]

    @classmethod
    def of(cls, ground: Ground) -> Tally:
        view = SiteView(ground.asked, ground.supply, ground.sites)
        columns = [column.codes for gate in SITE_GATES.values() for column in gate(view)]
        spans = Spans.of([plan.choice_site for plan in ground.plans], len(ground.sites))
        steps = [_step_marks(ground, plan, spans.count[:, s] > 0) for s, plan in enumerate(ground.plans)]
        return cls(ground, spans, Marks.of(view.size, [], columns), steps)

    def left_out(self, sites: IntArray) -> Assignments:
        """The assignments of those sites that leave out a step which could be made, and make another."""
        able = (self.spans.count > 0).sum(axis=1)
        limit = self.ground.asked.policy.max_assignments
        rows = combine(self.spans, sites[able[sites] > 1], limit, optional=True)
        made = (rows.option != NOBODY).sum(axis=1)
        return rows.take((made > 0) & (made < able[rows.site]))

    def judge(self, rows: Assignments, *, furthest: bool) -> RowTiers:
        """`furthest`: whether the first failing gate of what is excluded is wanted."""
        adds, fails = self.site.adds[rows.site], self.site.fails[rows.site]
        for s, marks in enumerate(self.steps):
            option = rows.option[:, s]
            at = np.where(option == NOBODY, rows.site + (len(marks.adds) - len(self.ground.sites)), option)
            adds += marks.adds[at]
            fails |= marks.fails[at]
        if self.ground.asked.available_days is not None:
            self._add_due_date(rows, adds, fails, furthest=furthest)
        return sum_up(adds, fails, len(self.steps))

    def _add_due_date(self, rows: Assignments, adds: IntArray, fails: NDArray[np.int16], *, furthest: bool) -> None:
        """In place. Nothing is asked where the rest excludes already, at a gate before this one: no date undoes that.
        What does not rest on firm days can only ask, whatever the days; the others are worked out."""
        before = sum_up(adds, fails, len(self.steps))
        settled = before.tier == Tier.EXCLUDED
        open_rows = np.flatnonzero(~(settled & (before.first_fail < DUE)) if furthest else ~settled)
        given = Given(self.ground, rows.take(open_rows))
        ready = find_readiness(given)
        adds[open_rows[~ready.firm]] += UNKNOWN
        firm = np.flatnonzero(ready.firm)
        codes = due_codes(self.ground.asked, find_finish(given.take(firm), ready.take(firm)))
        adds[open_rows[firm]] += SITE_ADDS[codes]
        fails[open_rows[firm]] |= FAIL_BITS[codes]


def _step_marks(ground: Ground, plan: StepPlan, able: BoolArray) -> Marks:
    lot = ground.lot(plan)
    binding = [column.codes for gate in BINDING_GATES.values() for column in gate(lot)]
    options = Marks.of(len(plan.options.line), plan.codes.values(), binding)
    adds = options.adds[plan.choices.option] + (MADE + LEAD * plan.step.is_lead)
    absent = np.full(len(ground.sites), PROCESS_BIT, dtype=np.int16)
    if not able.all():
        shown = fallback_options(plan, able)
        has = shown >= 0
        absent[has] = Marks.of(int(has.sum()), [plan.codes[g][shown[has]] for g in MAKING if g in plan.codes], []).fails
    fails = np.concatenate([options.fails[plan.choices.option], absent])
    return Marks(np.concatenate([adds, np.zeros(len(absent), dtype=np.int64)]), fails)


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tier of every site of the ground, and of excluded ones the first failing gate. `rows` are the assignments
    that leave no step out which the site can make."""

    tally: Tally
    tier: NDArray[np.int8]
    first_fail: NDArray[np.int8]
    rows: Assignments
    of_rows: RowTiers

    def candidates(self, tier: Tier) -> tuple[Assignments, IntArray]:
        """Every assignment in the tier of the sites whose best tier it is; and how many gates are unknown in each.

        Only the lower tiers have room for steps left out that could be made.
        """
        kept = (self.of_rows.tier == tier) & (self.tier[self.rows.site] == tier)
        rows, unknown = self.rows.take(kept), self.of_rows.unknown[kept]
        if tier <= Tier.TO_CONFIRM:
            return rows, unknown
        fewer = self.tally.left_out(np.flatnonzero(self.tier == tier))
        judged = self.tally.judge(fewer, furthest=False)
        kept = judged.tier == tier
        more = fewer.take(kept)
        both = Assignments(np.append(rows.site, more.site), np.append(rows.option, more.option, axis=0))
        return both, np.append(unknown, judged.unknown[kept])


def find_tiers(ground: Ground) -> Tiers:
    """A site that can make no step, or is not open at all, gets no assignments: it is excluded at the first of the
    gates of sites and of the making gates that fails."""
    tally, limit = Tally.of(ground), ground.asked.policy.max_assignments
    able = np.flatnonzero((tally.spans.count > 0).any(axis=1) & (tally.site.fails & ACTIVE_BIT == 0))
    tier = np.full(len(ground.sites), Tier.EXCLUDED, dtype=np.int8)
    rows = combine(tally.spans, able, limit, optional=False)
    judged = tally.judge(rows, furthest=True)
    first_fail = FIRST_BIT[reduce(np.bitwise_or, (m.fails[-len(tier) :] for m in tally.steps), tally.site.fails.copy())]
    if len(able):
        first = rows.firsts()
        tier[able] = np.minimum.reduceat(judged.tier, first)
        first_fail[able] = np.maximum.reduceat(judged.first_fail, first)
    again = _worth_less(tally, able[tier[able] == Tier.EXCLUDED])
    fewer = tally.left_out(again)
    if len(fewer.site):
        first = fewer.firsts()
        tier[fewer.site[first]] = np.minimum.reduceat(tally.judge(fewer, furthest=False).tier, first)
    return Tiers(tally, tier, first_fail, rows, judged)


def _worth_less(tally: Tally, sites: IntArray) -> IntArray:
    """Of excluded sites those that may do better with less: it never helps against what fails whatever they make."""
    return np.asarray(sites[tally.site.adds[sites] < BINDING])
