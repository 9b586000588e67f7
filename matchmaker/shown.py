"""What is shown, looked up column by column: codes and facts of the assignments that are to be explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.choices import StepPlan
from matchmaker.codes import Code, Criterion, CriterionCode, Flag, Gate
from matchmaker.columns import BLANK_DAY, EVIDENCES, BoolArray, IntArray
from matchmaker.domain import Source, Tier
from matchmaker.evaluation import Extras, Scored, score
from matchmaker.gates import BINDING_GATES, ROW_GATES, SITE_GATES, STEP_GATES
from matchmaker.ground import Given, Ground
from matchmaker.planning import fallback_options, foreign, outside_wish
from matchmaker.results import Fact, FactValue
from matchmaker.runs import Runs, UsualRuns, find_usual_runs
from matchmaker.site_gates import SiteView
from matchmaker.step_gates import StepView
from matchmaker.verdicts import Column, FactColumn, Origin

ORIGIN_SOURCES: dict[int, Source] = {Origin.NEED: Source.STATED, Origin.DERIVED: Source.DERIVED}
UNWRITTEN = frozenset({"day", "evidence", "share"})  # units that only say how a value is to be read


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A column of facts in Python's own types, ready to be told of any row. `alike`: one fact for all rows, where it
    does not depend on whose word it is."""

    name: str
    unit: str
    values: list[FactValue]
    origins: list[int]
    alike: Fact | None


@dataclass(frozen=True, slots=True)
class Told:
    """A gate's column with its facts, as lists."""

    gate: str
    step: int | None
    subject: str | None
    codes: list[int]
    facts: list[ToldFact]

    @classmethod
    def of(cls, column: Column) -> Told:
        codes = column.codes.tolist()
        facts = [fact for item in column.facts() if (fact := _told(item, len(codes))) is not None]
        return cls(column.gate.value, column.step, column.subject, codes, facts)


@dataclass(frozen=True, slots=True)
class ToldCriterion:
    """A criterion's ends, weights and facts as lists over the shown assignments. `code`: where it is coded."""

    name: str
    low: list[float]
    high: list[float]
    weight: list[float]
    applies: list[bool]
    code: CriterionCode | None
    coded: list[bool]
    facts: list[ToldFact]

    @classmethod
    def of(cls, scored: Scored, name: Criterion) -> ToldCriterion:
        value, size = scored.values[name], len(scored.score)
        return cls(
            name=name.value,
            low=value.low.tolist(),
            high=value.high.tolist(),
            weight=scored.weights[name].tolist(),
            applies=value.applies.tolist(),
            code=value.code,
            coded=value.coded.tolist(),
            facts=[fact for item in value.facts() if (fact := _told(item, size)) is not None],
        )


def _told(column: FactColumn, size: int) -> ToldFact | None:
    """None where nothing is known of anybody."""
    unit = "" if column.unit in UNWRITTEN else column.unit
    origins = [int(column.origin)] * size if isinstance(column.origin, Origin) else column.origin.tolist()
    if isinstance(column.values, np.ndarray):
        return ToldFact(column.name, unit, _plain_values(column.values, column.unit), origins, None)
    value = plain_value(column.values, column.unit)
    if value is None:
        return None
    alike = None
    if column.origin not in (Origin.SITE, Origin.LINE):
        alike = Fact(column.name, value, unit, ORIGIN_SOURCES.get(int(column.origin), Source.DEFAULT))
    return ToldFact(column.name, unit, [value] * size, origins, alike)


def _plain_values(values: NDArray[Any], unit: str) -> list[FactValue]:
    if values.ndim == 1 and values.dtype.kind == "f":
        return [round(value, 9) + 0.0 if isfinite(value) else None for value in values.tolist()]
    return [plain_value(value, unit) for value in values.tolist()]


def rounded(value: float) -> float:
    return round(float(value), 9) + 0.0


def plain_value(value: Any, unit: str) -> FactValue:
    """A value as it is told: NaN, no bound and blanks as None, days as ISO dates, floats of 9 decimals."""
    if value is None or isinstance(value, str):
        return value
    if unit == "day":
        return None if value == BLANK_DAY else date.fromordinal(value).isoformat()
    if unit == "evidence":
        return None if value < 0 else EVIDENCES[value]
    if isinstance(value, float):
        return round(value, 9) + 0.0 if isfinite(value) else None  # JSON knows no infinity
    if isinstance(value, int):
        return value
    numbers = [float(item) for item in value]
    return None if any(item != item for item in numbers) else tuple(rounded(item) for item in numbers)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A gated step over the shown sites. `fallback`: see `fallback_options`."""

    plan: StepPlan
    runs: Runs
    usual: UsualRuns
    columns: dict[Gate, Told]
    binding: list[Told]
    flags: list[tuple[Flag, list[bool]]]  # over options
    able: BoolArray
    fallback: IntArray

    @classmethod
    def of(cls, ground: Ground, plan: StepPlan) -> ShownStep:
        lot = ground.lot(plan)
        view, usual, able = StepView.build(lot), find_usual_runs(lot), np.zeros(len(ground.sites), dtype=np.bool_)
        able[plan.choice_site] = True
        found = {gate: column for gate, function in STEP_GATES.items() if (column := function(view)) is not None}
        return cls(
            plan=plan,
            runs=view.runs,
            usual=usual,
            columns={gate: Told.of(column) for gate, column in found.items()},
            binding=[Told.of(column) for gate in BINDING_GATES.values() for column in gate(lot)],
            flags=[(flag, holds.tolist()) for flag, holds in _option_flags(plan, view.runs, usual).items()],
            able=able,
            fallback=fallback_options(plan, able),
        )


def _option_flags(plan: StepPlan, runs: Runs, usual: UsualRuns) -> dict[Flag, BoolArray]:
    q, codes = runs.pieces, plan.codes
    high = np.where(np.isnan(runs.economic_high), usual.usual_high, runs.economic_high)
    return {
        Flag.SUBSTITUTE: codes[Gate.PROCESS] == Code.PROCESS_SUBSTITUTE,
        Flag.THROUGH_PARTNER: plan.options.partner,
        Flag.BELOW_MINIMUM: runs.minimum > q,
        Flag.ABOVE_COMFORT: (high < q) & ~(runs.maximum < q),
        Flag.SPLIT_LOTS: codes[Gate.RUN_SIZE] == Code.RUN_SPLIT,
        Flag.MONEY_MINIMUM_NOT_CHECKED: ~runs.price_known & (runs.money != 0),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """Lists and columns over the shown assignments, but for `site_columns`: over their sites, in the order of
    `site_rows`."""

    scored: Scored
    extras: Extras
    tier: list[Tier]
    steps: list[ShownStep]
    site_rows: IntArray
    site_columns: list[Told]
    row_columns: list[Told]
    criteria: list[ToldCriterion]
    outside: list[int]
    abroad: list[int]

    @classmethod
    def of(cls, given: Given, tier: list[Tier]) -> Shown:
        """Of assignments that are all to be shown, with plans of their sites alone."""
        ground, asked = given.ground, given.ground.asked
        kept = np.zeros(len(ground.sites), dtype=np.bool_)
        kept[given.rows.site] = True
        extras = Extras.of(ground, kept)
        scored, rows = score(given, extras), ground.sites[kept]
        view = SiteView(asked, ground.supply, rows)
        finish = scored.view.finish
        return cls(
            scored=scored,
            extras=extras,
            tier=tier,
            steps=[ShownStep.of(ground, plan) for plan in ground.plans],
            site_rows=rows,
            site_columns=[Told.of(column) for gate in SITE_GATES.values() for column in gate(view)],
            row_columns=[Told.of(column) for gate in ROW_GATES.values() for column in gate(given, finish)],
            criteria=[ToldCriterion.of(scored, name) for name in scored.values],
            outside=outside_wish(ground, given.site).tolist(),
            abroad=foreign(ground, given.site).tolist(),
        )

    @property
    def given(self) -> Given:
        return self.scored.view.given
