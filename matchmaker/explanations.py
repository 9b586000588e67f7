"""From columns to reasons: for one assignment of one site, every verdict and value with the facts behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

import numpy as np

from matchmaker.asked import AskedStep
from matchmaker.assignments import NOBODY
from matchmaker.codes import (
    GATE_ORDER,
    IS_NEAR,
    VERDICTS,
    AdjustmentCode,
    Code,
    CriterionCode,
    Gate,
    code_name,
)
from matchmaker.columns import BLANK_DAY, EVIDENCES, SOURCES, IntArray
from matchmaker.domain import Evidence, Role, Source, Tier, Verdict
from matchmaker.evaluation import Judged, StepCodes
from matchmaker.notes import match_flags, match_questions
from matchmaker.planning import Groundwork, foreign, outside_wish
from matchmaker.results import (
    Adjustment,
    CriterionResult,
    Fact,
    FactValue,
    GateResult,
    MatchResult,
    StepResult,
)
from matchmaker.row_gates import NOT_ASKED, RowView
from matchmaker.step_facts import made_facts
from matchmaker.verdicts import Column, FactColumn, Origin

Record = tuple[Source, date | None, Evidence]

ORIGIN_SOURCES: dict[int, Source] = {Origin.NEED: Source.STATED, Origin.DERIVED: Source.DERIVED}
GATE_PLACES = {gate.value: place for place, gate in enumerate(GATE_ORDER)}
UNWRITTEN = frozenset({"day", "evidence", "share"})  # units that only say how a value is to be read


@dataclass(frozen=True, slots=True)
class Explainer:
    ground: Groundwork
    view: RowView
    judged: Judged
    outside: IntArray
    abroad: IntArray
    records: dict[tuple[int, int], Record] = field(default_factory=dict)  # filled as they are asked for

    @classmethod
    def build(cls, ground: Groundwork, view: RowView, judged: Judged) -> Explainer:
        asked, supply = ground.asked, ground.supply
        return cls(ground, view, judged, outside_wish(asked, supply), foreign(asked, supply))

    def match(self, row: int, position: int, label: str) -> MatchResult:
        """The whole explanation of one assignment."""
        judged, site = self.judged, int(self.view.rows.site[row])
        gates = self._gates(row, site)
        criteria = self._criteria(row, site)
        least, most = (float(end[row]) for end in judged.coverage)
        slack = float(judged.slack[row])  # without an end where a resource never frees the hours
        dated = np.isfinite(slack) and self.ground.asked.available_days is not None
        return MatchResult(
            facility_id=self.ground.supply.sites.ids[site],
            position=position,
            rank_label=label,
            tier=Tier(int(judged.tier[row])),
            score=float(judged.score[row]),
            low=float(judged.low[row]),
            high=float(judged.high[row]),
            coverage=_rounded(least + self._alpha * (most - least)),
            coverage_low=_rounded(least),
            coverage_high=_rounded(most),
            confirmed=sum(result.verdict == Verdict.PASS for result in gates),
            asked=len(gates),
            slack_days=slack if dated else None,
            steps=self._steps(row, site),
            gates=gates,
            criteria=criteria,
            adjustments=self._adjustments(site),
            questions=match_questions(self.ground, self.view, row, gates),
            flags=match_flags(self.ground, self.view, judged, row),
        )

    @property
    def _alpha(self) -> float:
        return self.ground.asked.policy.alpha

    def _gates(self, row: int, site: int) -> tuple[GateResult, ...]:
        """In the order of the gates, steps in sequence. Of a step that nobody here makes, only what it fails."""
        results: list[GateResult] = []
        line = self._lead_line(row)
        for s, step in enumerate(self.judged.steps):
            results += self._step_gates(row, s, step)
        for column in self.ground.side.columns:
            results += self._gate(row, column, int(column.codes[site]), self._facts(column.facts, site, site, -1))
        for column in self.judged.columns:
            results += self._gate(row, column, int(column.codes[row]), self._facts(column.facts, row, site, line))
        return tuple(sorted(results, key=_gate_order))

    def _step_gates(self, row: int, s: int, step: StepCodes) -> list[GateResult]:
        plan, shown = self.ground.plans[s], int(step.shown[row])
        site, line = int(self.view.rows.site[row]), -1
        if shown >= 0:
            line = int(plan.options.line[shown])
        results: list[GateResult] = []
        for gate, codes in step.codes.items():
            code, column = int(codes[row]), plan.columns[gate]
            if not step.made[row] and (code == NOT_ASKED or VERDICTS[code] != Verdict.FAIL):
                continue
            facts = self._facts(column.facts, shown, site, line) if shown >= 0 else self._absent(plan.step)
            results += self._gate(row, column, code, facts, lead=plan.step.is_lead)
        return results

    def _absent(self, step: AskedStep) -> tuple[Fact, ...]:
        return (Fact("asked_process", step.fact.process),)

    def _gate(
        self, row: int, column: Column, code: int, facts: tuple[Fact, ...], *, lead: bool = False
    ) -> list[GateResult]:
        if code == NOT_ASKED:
            return []
        verdict = Verdict(int(VERDICTS[code]))
        bound = bool(IS_NEAR[code]) and not (lead and column.gate == Gate.PROCESS)
        near = verdict == Verdict.FAIL and (bound or bool(self.judged.tier[row] == Tier.NEAR_MISS))
        name = code_name(code)
        return [GateResult(column.gate.value, column.step, column.subject, verdict, name, facts, near)]

    def _lead_line(self, row: int) -> int:
        lead = next(s for s, plan in enumerate(self.ground.plans) if plan.step.is_lead)
        option = self.view.option_at(lead, row)
        return int(self.ground.plans[lead].options.line[option]) if option != NOBODY else -1

    def _facts(self, columns: tuple[FactColumn, ...], at: int, site: int, line: int) -> tuple[Fact, ...]:
        """Blank facts say nothing that the code does not say."""
        of_site, of_line = self._record(site, -1), self._record(site, line)
        facts = []
        for column in columns:
            value = _plain(column.value(at), column.unit)
            if value is None:
                continue
            unit = "" if column.unit in UNWRITTEN else column.unit
            origin = column.origin if isinstance(column.origin, Origin) else column.origin.item(at)
            if origin == Origin.LINE:
                facts.append(Fact(column.name, value, unit, *of_line))
            elif origin == Origin.SITE:
                facts.append(Fact(column.name, value, unit, *of_site))
            else:
                facts.append(Fact(column.name, value, unit, ORIGIN_SOURCES.get(origin, Source.DEFAULT)))
        return tuple(facts)

    def _record(self, site: int, line: int) -> Record:
        """Who said it, when, and how well it is shown: of a line, or of the site where there is none."""
        if (site, line) not in self.records:
            sites, lines = self.ground.supply.sites, self.ground.supply.lines
            told, row = (lines, line) if line >= 0 else (sites, site)
            day = int(told.as_of[row]) or int(sites.as_of[site])
            as_of = None if day == BLANK_DAY else date.fromordinal(day)
            self.records[site, line] = Source(SOURCES[told.source[row]]), as_of, Evidence(EVIDENCES[told.evidence[row]])
        return self.records[site, line]

    def _criteria(self, row: int, site: int) -> tuple[CriterionResult, ...]:
        results = []
        floor, line = self.ground.asked.policy.floor, self._lead_line(row)
        for name, value in self.judged.values.items():
            weight = float(self.judged.weights[name][row])
            if not value.applies[row] or weight <= 0:
                continue
            low, high = float(value.low[row]), float(value.high[row])
            code = CriterionCode.KNOWN if round(low, 9) == round(high, 9) else CriterionCode.INTERVAL
            if value.code is not None and value.coded[row]:
                code = value.code
            results.append(
                CriterionResult(
                    criterion=name.value,
                    low=_rounded(low),
                    high=_rounded(high),
                    value=_rounded(low + self._alpha * (high - low)),
                    weight=_rounded(weight),
                    contribution_low=_rounded(max(low, floor) ** weight),
                    contribution_high=_rounded(max(high, floor) ** weight),
                    code=code.value,
                    facts=self._facts(value.facts, row, site, line),
                )
            )
        return tuple(results)

    def _adjustments(self, site: int) -> tuple[Adjustment, ...]:
        policy, where = self.ground.asked.policy, self.ground.supply.sites.where
        country = where.countries[where.country[site]] if where.country[site] >= 0 else None
        facts = (Fact("country", country),)
        out = []
        rows = [(AdjustmentCode.OUTSIDE_WISHED_REGION, self.outside[site], policy.wished_region_factor)]
        if self.ground.asked.strict:
            rows.append((AdjustmentCode.STRICT_SECRECY_ACROSS_BORDER, self.abroad[site], policy.strict_border_factor))
        for code, holds, factor in rows:
            if holds != 0:
                out.append(Adjustment(code.value, factor, factor if holds == 1 else 1.0, facts))
        return tuple(out)

    def _steps(self, row: int, site: int) -> tuple[StepResult, ...]:
        results = [self._gated_step(row, s, step) for s, step in enumerate(self.judged.steps)]
        results += [
            self._step(item.step, item.options, int(item.best[site]), Code.PROCESS_NOT_MADE, ())
            for item in self.ground.preferred
        ]
        return tuple(sorted(results, key=lambda result: result.step))

    def _gated_step(self, row: int, s: int, step: StepCodes) -> StepResult:
        plan = self.ground.plans[s]
        option = self.view.option_at(s, row)
        absent = Code(int(step.codes[Gate.PROCESS][row]))
        if step.shown[row] >= 0:
            absent = Code.PROCESS_NOT_MADE
        facts = made_facts(self.ground, self.view, s, row) if option != NOBODY else ()
        return self._step(plan.step, plan.options, option, absent, facts)

    def _step(self, step: AskedStep, options: Any, option: int, absent: Code, facts: tuple[Fact, ...]) -> StepResult:
        process, role = step.fact.process, Role(step.fact.role).value
        if option == NOBODY:
            return StepResult(step.sequence, process, role, code_name(absent), None, None, 0.0, 0.0, facts)
        lines, line = self.ground.supply.lines, int(options.line[option])
        quality = _rounded(options.quality[option])
        relation = int(options.relation[option])
        if relation >= 0:
            facts = (Fact("condition", self.ground.asked.taxonomy.relations[relation].condition), *facts)
        return StepResult(
            step=step.sequence,
            process=process,
            role=role,
            option=code_name(int(options.code[option])),
            capability_id=lines.ids[line],
            provided_process=self.ground.asked.taxonomy.process_slugs[lines.process[line]],
            quality_low=quality,
            quality_high=1.0 if options.claimed[option] else quality,
            facts=facts,
        )


def _gate_order(result: GateResult) -> tuple[int, int, str]:
    return (GATE_PLACES[result.gate], result.step or 0, result.subject or "")


def _rounded(value: float) -> float:
    return round(float(value), 9) + 0.0


def _plain(value: Any, unit: str) -> FactValue:
    """A value as plain Python: NaN, no bound and blanks as None, days as ISO dates, floats of 9 decimals."""
    if value is None or isinstance(value, str):
        return value
    if unit == "day":
        return None if value == BLANK_DAY else date.fromordinal(value).isoformat()
    if unit == "evidence":
        return None if value < 0 else EVIDENCES[value]
    if isinstance(value, float):
        return _rounded(value) if isfinite(value) else None  # JSON knows no infinity
    if isinstance(value, int):
        return value
    numbers = [float(item) for item in value]
    return None if any(item != item for item in numbers) else tuple(_rounded(item) for item in numbers)
