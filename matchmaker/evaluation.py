"""Judging assignments: every gate's codes, the tier, the ends of the score, and the best assignment of each site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import Assignments
from matchmaker.choices import StepPlan
from matchmaker.codes import GATE_ORDER, IS_NEAR, VERDICTS, Code, Criterion, Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.criteria import CRITERIA, ScoreView, Values
from matchmaker.domain import Tier, Verdict
from matchmaker.fits import StepFits
from matchmaker.gates import MAKING, ROW_GATES, STEP_GATES
from matchmaker.row_gates import NOT_ASKED, RowView
from matchmaker.verdicts import Column

# Codes with one more entry at the end, for NOT_ASKED (-1): it passes and is not counted.
_FAILS = np.append(VERDICTS == Verdict.FAIL, [False])
_UNKNOWN = np.append(VERDICTS == Verdict.UNKNOWN, [False])
_NEAR = np.append(IS_NEAR, [False])
LAST = len(GATE_ORDER)


@dataclass(frozen=True, slots=True)
class StepCodes:
    """A step's codes for each assignment: its option's, or why nobody here makes it."""

    step: int
    codes: dict[Gate, IntArray]
    made: BoolArray
    shown: IntArray  # the option whose codes these are, -1 where the site has none


@dataclass(frozen=True, slots=True)
class Judged:
    """Columns over assignments. `low`, `high`, `score` are rounded to 9 decimals."""

    steps: list[StepCodes]
    columns: list[Column]  # of assignments, site columns apart
    tier: IntArray
    unknown: IntArray
    first_fail: IntArray  # index into GATE_ORDER, LAST where nothing fails
    values: dict[Criterion, Values]
    weights: dict[Criterion, FloatArray]
    coverage: tuple[FloatArray, FloatArray]
    low: FloatArray
    high: FloatArray
    score: FloatArray
    slack: FloatArray


@dataclass(frozen=True, slots=True)
class SiteSide:
    """What every assignment of a site shares: the columns of site gates, the quality of preferred steps, and the
    factors on the whole score, each at both ends."""

    columns: list[Column]
    preferred: tuple[FloatArray, FloatArray]
    factors: tuple[FloatArray, FloatArray]


def judge(view: RowView, side: SiteSide, fits: list[StepFits], fallback: list[IntArray]) -> Judged:
    """`fallback[s][site]` is the option to show where a site has options for step s but none that can make it."""
    asked = view.asked
    steps = [_step_codes(view, s, plan, fallback[s]) for s, plan in enumerate(view.plans)]
    columns = [column for gate in ROW_GATES.values() for column in gate(view)]
    site_codes = [(column.gate, column.codes[view.rows.site]) for column in side.columns]
    row_codes = site_codes + [(column.gate, column.codes) for column in columns]
    tier, unknown = _tiers(view, steps, row_codes)
    values = {name: function(ScoreView(view, fits)) for name, function in CRITERIA.items()}
    weights = _weights(asked, values)
    coverage = _coverage(view, side)
    low, high = (
        np.round(coverage[e] * _product(asked, values, weights, e) * side.factors[e][view.rows.site], 9) for e in (0, 1)
    )
    slack = np.zeros(len(low)) if asked.available_days is None else asked.available_days - view.timing.total[1]
    return Judged(
        steps=steps,
        columns=columns,
        tier=tier,
        unknown=unknown,
        first_fail=_first_fail(steps, row_codes),
        values=values,
        weights=weights,
        coverage=coverage,
        low=low,
        high=high,
        score=np.round(low + asked.policy.alpha * (high - low), 9),
        slack=np.round(slack, 9),
    )


def _step_codes(view: RowView, s: int, plan: StepPlan, fallback: IntArray) -> StepCodes:
    made, option = view.made(s), view.option(s)
    able = np.isin(view.rows.site, plan.choices.site)
    shown = np.where(made, option, np.where(able, -1, fallback[view.rows.site]))
    codes: dict[Gate, IntArray] = {}
    for gate in STEP_GATES:
        if gate not in plan.columns:
            continue
        picked = np.append(plan.columns[gate].codes, NOT_ASKED)[shown]
        if gate == Gate.PROCESS:
            absent = np.where(able, Code.PROCESS_LEFT_TO_OTHERS, Code.PROCESS_NOT_MADE)
            picked = np.where(shown < 0, absent, picked)
        if gate not in MAKING:
            picked = np.where(made, picked, NOT_ASKED)
        codes[gate] = picked
    return StepCodes(plan.step.sequence, codes, made, shown)


def _tiers(view: RowView, steps: list[StepCodes], row_codes: list[tuple[Gate, IntArray]]) -> tuple[IntArray, IntArray]:
    """Section 4. A step that nobody here makes counts as one failing row, whatever its option lacks."""
    size = len(view.rows.site)
    near, unknown, missing = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    run_fails, complete, lead_missing = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size, bool)
    for step, plan in zip(steps, view.plans, strict=True):
        hard = np.zeros(size, dtype=np.bool_)
        for codes in step.codes.values():
            near += step.made & _NEAR[codes]
            unknown += step.made & _UNKNOWN[codes]
            hard |= step.made & _FAILS[codes] & ~_NEAR[codes]
        run_fails |= hard
        complete |= step.made & ~hard
        missing += ~step.made
        if plan.step.is_lead:
            lead_missing = ~step.made
    site_hard = np.zeros(size, dtype=np.bool_)
    for _, codes in row_codes:
        near += _NEAR[codes]
        unknown += _UNKNOWN[codes]
        site_hard |= _FAILS[codes] & ~_NEAR[codes]
    partial = lead_missing | (missing >= 2)
    near += missing == 1
    cases = [
        partial & complete & ~site_hard,
        partial | site_hard | run_fails,
        (near == 0) & (unknown == 0),
        near == 0,
        near <= 2,
    ]
    tiers = [Tier.COMPONENT, Tier.EXCLUDED, Tier.READY, Tier.TO_CONFIRM, Tier.NEAR_MISS]
    return np.select(cases, tiers, Tier.EXCLUDED).astype(np.int64), unknown


def _first_fail(steps: list[StepCodes], row_codes: list[tuple[Gate, IntArray]]) -> IntArray:
    every = [(gate, codes) for step in steps for gate, codes in step.codes.items()] + row_codes
    first = np.full(len(every[0][1]), LAST, dtype=np.int64)
    for gate, codes in every:
        first = np.where(_FAILS[codes], np.minimum(first, GATE_ORDER.index(gate)), first)
    return first


def first_fail_unable(plans: list[StepPlan], fallback: list[IntArray], side: SiteSide, sites: IntArray) -> IntArray:
    """The first failing gate of sites that can make no step. Without the lead they are excluded, and a making gate,
    before all gates that depend on an assignment, says why."""
    steps = []
    for plan, shown in zip(plans, (option[sites] for option in fallback), strict=True):
        codes = {gate: np.append(plan.columns[gate].codes, NOT_ASKED)[shown] for gate in MAKING if gate in plan.columns}
        codes[Gate.PROCESS] = np.where(shown < 0, Code.PROCESS_NOT_MADE, codes[Gate.PROCESS])
        steps.append(StepCodes(plan.step.sequence, codes, np.zeros(len(sites), dtype=np.bool_), shown))
    return _first_fail(steps, [(column.gate, column.codes[sites]) for column in side.columns])


def _weights(asked: Asked, values: dict[Criterion, Values]) -> dict[Criterion, FloatArray]:
    """Renormalised, for each assignment, over the criteria that apply."""
    raw = {name: np.where(value.applies, asked.policy.weights[name], 0.0) for name, value in values.items()}
    total = np.sum(list(raw.values()), axis=0)
    return {name: weight / np.where(total > 0, total, 1.0) for name, weight in raw.items()}


def _product(
    asked: Asked, values: dict[Criterion, Values], weights: dict[Criterion, FloatArray], end: int
) -> FloatArray:
    product = np.ones(len(next(iter(weights.values()))))
    for name, value in values.items():
        product = product * np.maximum((value.low, value.high)[end], asked.policy.floor) ** weights[name]
    return product


def _coverage(view: RowView, side: SiteSide) -> tuple[FloatArray, FloatArray]:
    """The weighted share of the steps, each at the quality of its option; a claim may be worth anything up to 1."""
    ends = []
    for end in (0, 1):
        total = side.preferred[end][view.rows.site]
        for s, plan in enumerate(view.plans):
            quality = plan.options.quality if end == 0 else np.where(plan.options.claimed, 1.0, plan.options.quality)
            total = total + plan.step.weight * view.gather(s, quality, 0.0)
        ends.append(total / sum(step.weight for step in view.asked.steps))
    return ends[0], ends[1]


def hundredths(score: FloatArray) -> IntArray:
    """A score of 9 decimals in whole hundredths, halves up: in integers, so that no binary fraction decides a tie."""
    return (np.rint(score * 1e9).astype(np.int64) + 5_000_000) // 10_000_000


def best_rows(rows: Assignments, judged: Judged) -> IntArray:
    """The assignment that puts each site highest: tier, score to two decimals, fewer unknowns, more slack, exact
    score; of excluded sites the one that gets furthest in the order of the gates. Ties fall to the first."""
    excluded = judged.tier == Tier.EXCLUDED
    keys = (
        np.arange(len(rows.site)),
        np.where(excluded, 0.0, -judged.score),
        np.where(excluded, 0.0, -judged.slack),
        np.where(excluded, 0, judged.unknown),
        np.where(excluded, -judged.first_fail, -hundredths(judged.score)),
        judged.tier,
        rows.site,
    )
    order = np.lexsort(keys)
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = rows.site[order][1:] != rows.site[order][:-1]
    return order[first]
