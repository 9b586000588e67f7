"""The gates that are asked of a step at each option: process, material, envelope, tolerance, run size.

Every function returns one code for each option, or None where the step does not ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked, AskedStep
from matchmaker.codes import SEVERITY, Code, Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import envelope_ratio
from matchmaker.domain import MaterialMode
from matchmaker.options import Options
from matchmaker.runs import Runs, find_runs, other_families
from matchmaker.supply import Supply
from matchmaker.taxonomy import MaterialCase
from matchmaker.typicals import Typicals
from matchmaker.verdicts import Column, FactColumn, Origin, figure_origin


@dataclass(frozen=True, slots=True)
class StepView:
    """What a step gate reads: one step and all its options."""

    asked: Asked
    step: AskedStep
    supply: Supply
    options: Options
    typicals: Typicals
    families: BoolArray
    runs: Runs

    @classmethod
    def build(cls, asked: Asked, step: AskedStep, supply: Supply, options: Options, typicals: Typicals) -> StepView:
        runs = find_runs(asked, step, supply, options, typicals)
        return cls(asked, step, supply, options, typicals, other_families(options, supply), runs)

    def figure(self, name: str, label: str, unit: str) -> FactColumn:
        """A figure of the options' lines as a fact."""
        lines = self.supply.lines
        origin = figure_origin(lines.from_site[name][self.options.line])
        return FactColumn(label, lines.figures[name][self.options.line], unit, origin)


def process_gate(view: StepView) -> Column:
    """The option's own case; sites without any option are given PROCESS_NOT_MADE where assignments are made."""
    slugs = np.array(view.asked.taxonomy.process_slugs, dtype=object)
    facts = (
        FactColumn("asked_process", view.step.fact.process, origin=Origin.NEED),
        FactColumn("provided_process", slugs[view.supply.lines.process[view.options.line]], origin=Origin.LINE),
        FactColumn("quality", view.options.quality, "share", Origin.CATALOGUE),
    )
    return Column(Gate.PROCESS, view.options.code, view.step.sequence, facts=facts)


def material_gate(view: StepView) -> Column | None:
    """Any-of takes the best of the asked materials, all-of the worst. A blank list is unknown, an empty one is not."""
    if not view.step.materials:
        return None
    codes = np.stack([_material_codes(view, material) for material in view.step.materials])
    any_of = view.step.fact.material_mode == MaterialMode.ANY
    severity = SEVERITY[codes]
    deciding = severity.argmax(axis=0) if any_of else severity.argmin(axis=0)
    slugs = np.array(view.asked.taxonomy.material_slugs, dtype=object)[list(view.step.materials)]
    facts = (
        FactColumn("asked_material", slugs[deciding], origin=Origin.NEED),
        FactColumn("asked_mode", view.step.fact.material_mode.value, origin=Origin.NEED),
    )
    picked = codes[deciding, np.arange(codes.shape[1])] if codes.shape[1] else codes[0]
    return Column(Gate.MATERIAL, picked, view.step.sequence, facts=facts)


def _material_codes(view: StepView, material: int) -> IntArray:
    lines, options = view.supply.lines, view.options
    best = lines.materials.best(options.line, view.asked.taxonomy.material_case[material])
    machined = view.typicals.bar_and_sheet[options.work_process]
    sibling = Code.MATERIAL_EQUIVALENT if view.step.fact.equivalents_allowed else Code.MATERIAL_SIBLING_REFUSED
    cases = [
        lines.materials_blank[options.line],
        best >= MaterialCase.BELOW,
        (best == MaterialCase.CLASS_CLAIM) & machined,
        best >= MaterialCase.FAMILY_CLAIM,
        best == MaterialCase.SIBLING,
    ]
    codes = [
        Code.MATERIALS_BLANK,
        Code.MATERIAL_STATED,
        Code.MATERIAL_CLASS_MACHINED,
        Code.MATERIAL_CLASS_CLAIM,
        sibling,
    ]
    return np.select(cases, codes, Code.MATERIAL_NOT_RUN).astype(np.int64)


def envelope_gate(view: StepView) -> Column | None:
    """k, the smallest ratio of the option's size to the part's: 1 fits exactly and passes."""
    part = view.step.envelope_mm
    if part is None:
        return None
    lines, rows = view.supply.lines, view.options.line
    ratio = envelope_ratio(np.array(part), lines.envelope[rows], rotatable=view.step.rotatable)
    usual = envelope_ratio(
        np.array(part), view.typicals.envelope[view.options.work_process], rotatable=view.step.rotatable
    )
    excused = lines.from_site["envelope_mm"][rows] & view.families & ~(usual < 1)
    cases = [np.isnan(ratio), ratio >= 1, excused, ratio >= view.asked.policy.near_envelope]
    codes = [Code.ENVELOPE_BLANK, Code.ENVELOPE_FITS, Code.ENVELOPE_SITE_ONLY, Code.ENVELOPE_NEAR]
    facts = (
        FactColumn("part_mm", part, "mm", Origin.NEED),
        FactColumn("envelope_mm", lines.envelope[rows], "mm", figure_origin(lines.from_site["envelope_mm"][rows])),
        FactColumn("ratio", ratio, "share"),
    )
    picked = np.select(cases, codes, Code.ENVELOPE_TOO_SMALL).astype(np.int64)
    return Column(Gate.ENVELOPE, picked, view.step.sequence, facts=facts)


def tolerance_ratio(required: float, best: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.round(required / best, 9), dtype=np.float64)


def tolerance_gate(view: StepView) -> Column | None:
    """Required over best achievable, both plus/minus: equal passes."""
    required = view.step.fact.tolerance_mm
    if required is None:
        return None
    lines, rows = view.supply.lines, view.options.line
    ratio = tolerance_ratio(required, lines.figures["tolerance_mm"][rows])
    usual = tolerance_ratio(required, view.typicals.tolerance[view.options.work_process])
    excused = lines.from_site["tolerance_mm"][rows] & view.families & ~(usual < 1)
    cases = [np.isnan(ratio), ratio >= 1, excused, ratio >= view.asked.policy.near_tolerance]
    codes = [Code.TOLERANCE_BLANK, Code.TOLERANCE_HELD, Code.TOLERANCE_SITE_ONLY, Code.TOLERANCE_NEAR]
    facts = (
        FactColumn("required_mm", required, "mm", Origin.NEED),
        view.figure("tolerance_mm", "best_mm", "mm"),
        FactColumn("ratio", ratio, "share"),
    )
    picked = np.select(cases, codes, Code.TOLERANCE_TOO_COARSE).astype(np.int64)
    return Column(Gate.TOLERANCE, picked, view.step.sequence, facts=facts)


def run_size_gate(view: StepView) -> Column:
    """The order's pieces between the strictest minimum and the maximum; exactly the minimum passes.

    A minimum in money counts only where the worth of the order is known. Above the maximum, up to twice it, the order
    is split into lots. A blank maximum is no bound inside the stated economic band, and a question above it.
    """
    runs = view.runs
    below, above = _below_codes(view, runs), _above_codes(runs)
    worse = (SEVERITY[below] <= SEVERITY[above]) & (below != Code.RUN_INSIDE)
    worst = np.where(worse, below, above)
    return Column(Gate.RUN_SIZE, worst, view.step.sequence, facts=_run_facts(view))


def _below_codes(view: StepView, runs: Runs) -> IntArray:
    q = runs.pieces
    excused = runs.min_site_only
    counted = np.where(excused, runs.money_pieces, runs.minimum)
    near = np.round(q / np.fmax(counted, 1e-9), 9) >= view.asked.policy.near_run_share
    cases = [
        (counted > q) & near,
        counted > q,
        (runs.min_run > q) & excused,
        np.isnan(runs.min_run),
        runs.money_blank & runs.price_open,
    ]
    codes = [
        Code.RUN_BELOW_NEAR,
        Code.RUN_BELOW,
        Code.RUN_SITE_ONLY,
        Code.RUN_MINIMUM_BLANK,
        Code.RUN_MONEY_BLANK,
    ]
    return np.select(cases, codes, Code.RUN_INSIDE).astype(np.int64)


def _above_codes(runs: Runs) -> IntArray:
    q, top = runs.pieces, runs.maximum
    cases = [
        np.isnan(top) & (q <= runs.economic_high),
        np.isnan(top),
        q <= top,
        q < 2 * top,
        runs.max_site_only,
    ]
    codes = [Code.RUN_INSIDE, Code.RUN_MAXIMUM_BLANK, Code.RUN_INSIDE, Code.RUN_SPLIT, Code.RUN_SITE_ONLY]
    return np.select(cases, codes, Code.RUN_ABOVE).astype(np.int64)


def _run_facts(view: StepView) -> tuple[FactColumn, ...]:
    return (
        FactColumn("order_pieces", view.step.pieces, "pieces", Origin.NEED),
        view.figure("min_run", "min_run", "pieces"),
        FactColumn(
            "min_order_money", view.runs.money, view.asked.need.currency, view.figure("min_order_money", "", "").origin
        ),
        FactColumn("money_pieces", view.runs.money_pieces, "pieces"),
        view.figure("economic_low", "economic_low", "pieces"),
        view.figure("economic_high", "economic_high", "pieces"),
        view.figure("max_run", "max_run", "pieces"),
    )
