"""How well each option fits its step in run size and precision: the ends of the curves over what is not known.

Where a figure of the whole site fails but need not bind this process, the good end is the least that would still
pass: enough to ask, never better than a stated figure that passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.choices import StepPlan
from matchmaker.codes import Code, Gate
from matchmaker.columns import FloatArray
from matchmaker.curves import envelope_fit, envelope_ratio, tolerance_fit
from matchmaker.runs import banded_fit
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals


@dataclass(frozen=True, slots=True)
class StepFits:
    """Columns over a step's options."""

    run_low: FloatArray
    run_high: FloatArray
    precision_low: FloatArray
    precision_high: FloatArray
    asks_precision: bool


def find_fits(asked: Asked, supply: Supply, plan: StepPlan, typicals: Typicals) -> StepFits:
    run_low, run_high = _run_size(plan)
    tolerance = _tolerance(asked, supply, plan, typicals)
    envelope = _envelope(supply, plan)
    return StepFits(
        run_low=run_low,
        run_high=run_high,
        precision_low=np.fmin(tolerance[0], envelope[0]),
        precision_high=np.fmin(tolerance[1], envelope[1]),
        asks_precision=plan.step.fact.tolerance_mm is not None or plan.step.envelope_mm is not None,
    )


def _run_size(plan: StepPlan) -> tuple[FloatArray, FloatArray]:
    """Over every minimum from the least to the most that it may be. Between the ends and the breakpoints (the band,
    the order itself) the curve only rises or only falls in the minimum, so these points hold its extremes."""
    runs, q = plan.runs, plan.runs.pieces
    blank = np.isnan(runs.min_run)
    site_only = runs.min_site_only & (runs.min_run > q)
    least = np.where(blank, 1.0, np.where(site_only, q, runs.min_run))
    most = np.where(blank, runs.default_min, runs.min_run)
    money_open = runs.money_blank & runs.price_open
    least = np.fmax(least, runs.money_pieces)
    most = np.fmax(most, np.where(money_open, runs.default_money_pieces, runs.money_pieces))
    low = np.where(np.isnan(runs.economic_low), runs.usual_low, runs.economic_low)
    high = np.where(np.isnan(runs.economic_high), runs.usual_high, runs.economic_high)
    top_good = np.where(runs.max_site_only & (runs.max_run < q), q, runs.max_run)
    points = np.stack([least, most, low, high, np.full_like(least, q)])
    minima = np.fmin(np.fmax(points, least), np.fmax(least, most))
    worst = banded_fit(q, minima, low, high, runs.max_run).min(axis=0)
    best = banded_fit(q, minima, low, high, top_good).max(axis=0)
    return worst, best


def _tolerance(asked: Asked, supply: Supply, plan: StepPlan, typicals: Typicals) -> tuple[FloatArray, FloatArray]:
    required = plan.step.fact.tolerance_mm
    size = len(plan.options.line)
    if required is None:
        return np.full(size, np.nan), np.full(size, np.nan)
    stated = supply.lines.figures["tolerance_mm"][plan.options.line]
    usual = typicals.tolerance[plan.options.work_process]
    factor = asked.policy.tolerance_default_factor
    known = tolerance_fit(required, stated)
    low = np.where(np.isnan(usual), 0.0, tolerance_fit(required, usual / factor))
    high = np.where(np.isnan(usual), 1.0, tolerance_fit(required, usual * factor))
    excused = plan.columns[Gate.TOLERANCE].codes == Code.TOLERANCE_SITE_ONLY
    blank = np.isnan(stated)
    just = tolerance_fit(1.0, 1.0)
    return np.where(blank, low, known), np.where(blank, high, np.where(excused, just, known))


def _envelope(supply: Supply, plan: StepPlan) -> tuple[FloatArray, FloatArray]:
    part, size = plan.step.envelope_mm, len(plan.options.line)
    if part is None:
        return np.full(size, np.nan), np.full(size, np.nan)
    ratio = envelope_ratio(np.array(part), supply.lines.envelope[plan.options.line], rotatable=plan.step.rotatable)
    blank, known = np.isnan(ratio), envelope_fit(np.nan_to_num(ratio, nan=0.0))
    excused = plan.columns[Gate.ENVELOPE].codes == Code.ENVELOPE_SITE_ONLY
    return np.where(blank, 0.0, known), np.where(blank, 1.0, np.where(excused, envelope_fit(1.0), known))
