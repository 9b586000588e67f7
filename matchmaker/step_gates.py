"""The gates that are asked of a step at each option: process, material, envelope, tolerance, run size.

Every function returns one code for each option, or None where the step does not ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.codes import SEVERITY, Code, Gate
from matchmaker.columns import BoolArray, FloatArray
from matchmaker.curves import envelope_ratio
from matchmaker.domain import MaterialMode
from matchmaker.runs import Lot, Runs, excuse, find_runs
from matchmaker.taxonomy import MaterialCase
from matchmaker.verdicts import CodeArray, Column, FactColumn, Facts, Origin, figure_origin, first_that_holds


@dataclass(frozen=True, slots=True)
class StepView:
    """What a step gate reads: one step and its options."""

    lot: Lot
    runs: Runs

    @classmethod
    def build(cls, lot: Lot) -> StepView:
        return cls(lot, find_runs(lot))

    @property
    def size(self) -> int:
        return len(self.lot.options.line)

    def column(self, gate: Gate, codes: CodeArray, facts: Facts) -> Column:
        return Column(gate, codes, self.lot.step.sequence, facts=facts)

    def figure(self, name: str, label: str, unit: str) -> FactColumn:
        """A figure of the options' lines as a fact."""
        lines, rows = self.lot.supply.lines, self.lot.options.line
        return FactColumn(label, lines.figures[name][rows], unit, figure_origin(lines.from_site[name][rows]))

    def excused(self, name: str, ratio: FloatArray, usual: FloatArray) -> BoolArray:
        """A figure of the whole site that is too small for this step, though this process's own need not be."""
        return excuse(self.lot.supply, self.lot.options, self.lot.site, name, ratio < 1, usual < 1)


def process_gate(view: StepView) -> Column:
    """The option's own case; sites without any option are given PROCESS_NOT_MADE where assignments are made."""
    return view.column(Gate.PROCESS, view.lot.options.code, lambda: _process_facts(view))


def _process_facts(view: StepView) -> tuple[FactColumn, ...]:
    slugs = np.array(view.lot.asked.taxonomy.process_slugs, dtype=object)
    return (
        FactColumn("asked_process", view.lot.step.fact.process, origin=Origin.NEED),
        FactColumn("provided_process", slugs[view.lot.supply.lines.process[view.lot.options.line]], origin=Origin.LINE),
        FactColumn("quality", view.lot.options.quality, "share", Origin.CATALOGUE),
    )


def material_gate(view: StepView) -> Column | None:
    """Any-of takes the best of the asked materials, all-of the worst. A blank list is unknown, an empty one is not."""
    materials, mode = view.lot.step.materials, view.lot.step.fact.material_mode
    if not materials:
        return None
    picked, deciding = _material_codes(view, materials[0]), np.zeros(view.size, dtype=np.int64)
    for at, material in enumerate(materials[1:], start=1):
        codes = _material_codes(view, material)
        worth, held = SEVERITY[codes], SEVERITY[picked]
        wins = worth > held if mode == MaterialMode.ANY else worth < held
        picked, deciding = np.where(wins, codes, picked), np.where(wins, at, deciding)

    def facts() -> tuple[FactColumn, ...]:
        slugs = np.array(view.lot.asked.taxonomy.material_slugs, dtype=object)[list(materials)]
        return (
            FactColumn("asked_material", slugs[deciding], origin=Origin.NEED),
            FactColumn("asked_mode", mode.value, origin=Origin.NEED),
        )

    return view.column(Gate.MATERIAL, picked, facts)


def _material_codes(view: StepView, material: int) -> CodeArray:
    lines, options, taxonomy = view.lot.supply.lines, view.lot.options, view.lot.asked.taxonomy
    best = lines.materials.best(options.line, taxonomy.material_case[material])
    machined = view.lot.typicals.bar_and_sheet[options.work_process]
    allowed = view.lot.step.fact.equivalents_allowed
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
        Code.MATERIAL_EQUIVALENT if allowed else Code.MATERIAL_SIBLING_REFUSED,
    ]
    return first_that_holds(view.size, cases, codes, Code.MATERIAL_NOT_RUN)


def envelope_gate(view: StepView) -> Column | None:
    """k, the smallest ratio of the option's size to the part's: 1 fits exactly and passes."""
    part, turns = view.lot.step.envelope_mm, view.lot.step.rotatable
    if part is None:
        return None
    lines, rows = view.lot.supply.lines, view.lot.options.line
    ratio = envelope_ratio(np.array(part), lines.envelope[rows], rotatable=turns)
    usual = envelope_ratio(np.array(part), view.lot.typicals.envelope, rotatable=turns)[view.lot.options.work_process]
    near = view.lot.asked.policy.near_envelope
    cases = [np.isnan(ratio), ratio >= 1, view.excused("envelope_mm", ratio, usual), ratio >= near]
    codes = [Code.ENVELOPE_BLANK, Code.ENVELOPE_FITS, Code.ENVELOPE_SITE_ONLY, Code.ENVELOPE_NEAR]

    def facts() -> tuple[FactColumn, ...]:
        origin = figure_origin(lines.from_site["envelope_mm"][rows])
        return (
            FactColumn("part_mm", part, "mm", Origin.NEED),
            FactColumn("envelope_mm", lines.envelope[rows], "mm", origin),
            FactColumn("ratio", ratio, "share"),
        )

    return view.column(Gate.ENVELOPE, first_that_holds(view.size, cases, codes, Code.ENVELOPE_TOO_SMALL), facts)


def tolerance_ratio(required: float, best: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.round(required / best, 9), dtype=np.float64)


def tolerance_gate(view: StepView) -> Column | None:
    """Required over best achievable, both plus/minus: equal passes."""
    required = view.lot.step.fact.tolerance_mm
    if required is None:
        return None
    ratio = tolerance_ratio(required, view.lot.supply.lines.figures["tolerance_mm"][view.lot.options.line])
    usual = tolerance_ratio(required, view.lot.typicals.tolerance)[view.lot.options.work_process]
    near = view.lot.asked.policy.near_tolerance
    cases = [np.isnan(ratio), ratio >= 1, view.excused("tolerance_mm", ratio, usual), ratio >= near]
    codes = [Code.TOLERANCE_BLANK, Code.TOLERANCE_HELD, Code.TOLERANCE_SITE_ONLY, Code.TOLERANCE_NEAR]

    def facts() -> tuple[FactColumn, ...]:
        return (
            FactColumn("required_mm", required, "mm", Origin.NEED),
            view.figure("tolerance_mm", "best_mm", "mm"),
            FactColumn("ratio", ratio, "share"),
        )

    return view.column(Gate.TOLERANCE, first_that_holds(view.size, cases, codes, Code.TOLERANCE_TOO_COARSE), facts)


def run_size_gate(view: StepView) -> Column:
    """The order's pieces between the strictest minimum and the maximum; exactly the minimum passes.

    A minimum in money counts only where the worth of the order is known. Above the maximum, up to twice it, the order
    is split into lots. A blank maximum is no bound inside the stated economic band, and a question above it.
    """
    below, above = _below_codes(view), _above_codes(view)
    worse = (SEVERITY[below] <= SEVERITY[above]) & (below != Code.RUN_INSIDE)
    return view.column(Gate.RUN_SIZE, np.where(worse, below, above), lambda: _run_facts(view))


def _below_codes(view: StepView) -> CodeArray:
    runs = view.runs
    q = runs.pieces
    excused = runs.min_site_only
    counted = np.where(excused, runs.money_pieces, runs.minimum)
    short = counted > q
    near = np.round(q / np.fmax(counted, 1e-9), 9) >= view.lot.asked.policy.near_run_share
    cases = [short & near, short, excused, np.isnan(runs.min_run), runs.money_blank & runs.price_open]
    codes = [
        Code.RUN_BELOW_NEAR,
        Code.RUN_BELOW,
        Code.RUN_SITE_ONLY,
        Code.RUN_MINIMUM_BLANK,
        Code.RUN_MONEY_BLANK,
    ]
    return first_that_holds(view.size, cases, codes, Code.RUN_INSIDE)


def _above_codes(view: StepView) -> CodeArray:
    runs = view.runs
    q, top, blank = runs.pieces, runs.maximum, np.isnan(runs.max_run)
    cases = [blank & (q <= runs.economic_high), blank, q <= top, q < 2 * top, runs.max_site_only]
    codes = [Code.RUN_INSIDE, Code.RUN_MAXIMUM_BLANK, Code.RUN_INSIDE, Code.RUN_SPLIT, Code.RUN_SITE_ONLY]
    return first_that_holds(view.size, cases, codes, Code.RUN_ABOVE)


def _run_facts(view: StepView) -> tuple[FactColumn, ...]:
    money = view.figure("min_order_money", "min_order_money", "")
    currency = view.lot.asked.need.currency
    return (
        FactColumn("order_pieces", view.lot.step.pieces, "pieces", Origin.NEED),
        view.figure("min_run", "min_run", "pieces"),
        FactColumn("min_order_money", view.runs.money, currency, money.origin),
        FactColumn("money_pieces", view.runs.money_pieces, "pieces"),
        view.figure("economic_low", "economic_low", "pieces"),
        view.figure("economic_high", "economic_high", "pieces"),
        view.figure("max_run", "max_run", "pieces"),
    )
