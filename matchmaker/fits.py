"""How well each option fits its step in run size and precision: the ends of the curves over what is not known.

Where a figure of the whole site fails but need not bind this process, the good end is the least that would still
pass: enough to ask, never better than a stated figure that passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from matchmaker.codes import Code, Gate
from matchmaker.columns import FloatArray
from matchmaker.curves import envelope_fit, envelope_ratio, tolerance_fit
from matchmaker.runs import Lot, Runs, UsualRuns, banded_fit, find_runs, find_usual_runs
from matchmaker.verdicts import CodeArray


@dataclass(frozen=True, slots=True)
class StepFits:
    """Columns over a step's options."""

    run_low: FloatArray
    run_high: FloatArray
    precision_low: FloatArray
    precision_high: FloatArray
    asks_precision: bool


def find_fits(lot: Lot, codes: Mapping[Gate, CodeArray]) -> StepFits:
    """`codes`: what the gates found of the options."""
    run_low, run_high = _run_size(find_runs(lot), find_usual_runs(lot))
    tolerance, envelope = _tolerance(lot, codes), _envelope(lot, codes)
    return StepFits(
        run_low=run_low,
        run_high=run_high,
        precision_low=np.fmin(tolerance[0], envelope[0]),
        precision_high=np.fmin(tolerance[1], envelope[1]),
        asks_precision=asks_precision(lot),
    )


def asks_precision(lot: Lot) -> bool:
    return lot.step.fact.tolerance_mm is not None or lot.step.envelope_mm is not None


def _run_size(runs: Runs, usual: UsualRuns) -> tuple[FloatArray, FloatArray]:
    """Over every minimum from the least to the most that it may be. Between the ends and the breakpoints (the band,
    the order itself) the curve only rises or only falls in the minimum, so these points hold its extremes."""
    q, blank = runs.pieces, np.isnan(runs.min_run)
    least = np.where(blank, 1.0, np.where(runs.min_site_only, q, runs.min_run))
    most = np.where(blank, usual.default_min, runs.min_run)
    money_open = runs.money_blank & runs.price_open
    least = np.fmax(least, runs.money_pieces)
    most = np.fmax(most, np.where(money_open, usual.default_money_pieces, runs.money_pieces))
    low = np.where(np.isnan(usual.economic_low), usual.usual_low, usual.economic_low)
    high = np.where(np.isnan(runs.economic_high), usual.usual_high, runs.economic_high)
    worst = banded_fit(q, least, low, high, runs.max_run)
    best, open_ended = worst.copy(), np.flatnonzero((most > least) | runs.max_site_only)
    if len(open_ended):
        least, most, low, high = least[open_ended], most[open_ended], low[open_ended], high[open_ended]
        points = np.stack([least, most, low, high, np.full_like(least, q)])
        minima = np.fmin(np.fmax(points, least), np.fmax(least, most))
        fit = banded_fit(q, minima, low, high, runs.max_run[open_ended])
        worst[open_ended] = reduce(np.minimum, fit)
        excused = np.flatnonzero(runs.max_site_only[open_ended])
        if len(excused):
            top = np.full(len(excused), q)
            fit[:, excused] = banded_fit(q, minima[:, excused], low[excused], high[excused], top)
        best[open_ended] = reduce(np.maximum, fit)
    return worst, best


def _tolerance(lot: Lot, codes: Mapping[Gate, CodeArray]) -> tuple[FloatArray, FloatArray]:
    required, options = lot.step.fact.tolerance_mm, lot.options
    if required is None:
        return np.full(len(options.line), np.nan), np.full(len(options.line), np.nan)
    stated = lot.supply.lines.figures["tolerance_mm"][options.line]
    usual, factor = lot.typicals.tolerance, lot.asked.policy.tolerance_default_factor
    known, process = tolerance_fit(required, stated), options.work_process
    low = np.where(np.isnan(usual), 0.0, tolerance_fit(required, usual / factor))[process]
    high = np.where(np.isnan(usual), 1.0, tolerance_fit(required, usual * factor))[process]
    excused = codes[Gate.TOLERANCE] == Code.TOLERANCE_SITE_ONLY
    blank, just = np.isnan(stated), tolerance_fit(1.0, 1.0)
    return np.where(blank, low, known), np.where(blank, high, np.where(excused, just, known))


def _envelope(lot: Lot, codes: Mapping[Gate, CodeArray]) -> tuple[FloatArray, FloatArray]:
    part, size = lot.step.envelope_mm, len(lot.options.line)
    if part is None:
        return np.full(size, np.nan), np.full(size, np.nan)
    sizes = lot.supply.lines.envelope[lot.options.line]
    ratio = envelope_ratio(np.array(part), sizes, rotatable=lot.step.rotatable)
    blank, known = np.isnan(ratio), envelope_fit(np.nan_to_num(ratio, nan=0.0))
    excused = codes[Gate.ENVELOPE] == Code.ENVELOPE_SITE_ONLY
    return np.where(blank, 0.0, known), np.where(blank, 1.0, np.where(excused, envelope_fit(1.0), known))
