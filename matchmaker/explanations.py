"""From columns to reasons: for one assignment of one site, every verdict and value with the facts behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

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
from matchmaker.columns import BLANK_DAY, EVIDENCES, SOURCES
from matchmaker.domain import Evidence, Role, Source, Tier, Verdict
from matchmaker.gates import MAKING
from matchmaker.ground import Given
from matchmaker.notes import match_flags, match_questions
from matchmaker.options import Options
from matchmaker.results import (
    Adjustment,
    CriterionResult,
    Fact,
    GateResult,
    MatchResult,
    StepResult,
)
from matchmaker.shown import ORIGIN_SOURCES, Shown, ShownStep, Told, ToldFact, rounded
from matchmaker.step_facts import made_facts
from matchmaker.verdicts import Origin

Record = tuple[Source, date | None, Evidence]

GATE_PLACES = {gate.value: place for place, gate in enumerate(GATE_ORDER)}
VERDICT_OF = [Verdict(int(verdict)) for verdict in VERDICTS]
LINE, SITE = int(Origin.LINE), int(Origin.SITE)


@dataclass(frozen=True, slots=True)
class Explainer:
    shown: Shown
    records: dict[tuple[int, int], Record] = field(default_factory=dict)  # filled as they are asked for

    @classmethod
    def of(cls, given: Given, tier: list[Tier]) -> Explainer:
        """For assignments that are all to be explained."""
        return cls(Shown.of(given.narrowed(np.arange(given.size)), tier))

    def match(self, row: int, position: int, label: str) -> MatchResult:
        """The whole explanation of one assignment."""
        shown, scored = self.shown, self.shown.scored
        site = int(shown.given.ground.sites[shown.given.rows.site[row]])
        gates = self._gates(row, site)
        least, most = (float(end[row]) for end in scored.coverage)
        slack = float(scored.slack[row])  # without an end where a resource never frees the hours
        dated = np.isfinite(slack) and shown.given.ground.asked.available_days is not None
        return MatchResult(
            facility_id=shown.given.ground.supply.sites.ids[site],
            position=position,
            rank_label=label,
            tier=shown.tier[row],
            score=float(scored.score[row]),
            low=float(scored.low[row]),
            high=float(scored.high[row]),
            coverage=rounded(least + self._alpha * (most - least)),
            coverage_low=rounded(least),
            coverage_high=rounded(most),
            confirmed=sum(result.verdict == Verdict.PASS for result in gates),
            asked=len(gates),
            slack_days=slack if dated else None,
            steps=self._steps(row),
            gates=gates,
            criteria=self._criteria(row, site),
            adjustments=self._adjustments(row, site),
            questions=match_questions(shown, row, gates),
            flags=match_flags(shown, row),
        )

    @property
    def _alpha(self) -> float:
        return self.shown.given.ground.asked.policy.alpha

    def _gates(self, row: int, site: int) -> tuple[GateResult, ...]:
        """In the order of the gates, steps in sequence. Of a step that nobody here makes, only what it fails."""
        results: list[GateResult] = []
        for s, step in enumerate(self.shown.steps):
            option = self.shown.given.option_at(s, row)
            if option != NOBODY:
                results += self._made(row, site, step, option)
            else:
                results += self._lacked(row, site, step)
        place = int(np.searchsorted(self.shown.site_rows, site))
        results += [self._gate(row, site, column, place, -1) for column in self.shown.site_columns]
        results += [self._gate(row, site, column, row, -1) for column in self.shown.row_columns]
        return tuple(sorted(results, key=_gate_order))

    def _made(self, row: int, site: int, step: ShownStep, option: int) -> list[GateResult]:
        line = int(step.plan.options.line[option])
        return [self._gate(row, site, column, option, line) for column in (*step.columns.values(), *step.binding)]

    def _lacked(self, row: int, site: int, step: ShownStep) -> list[GateResult]:
        """What the option that comes nearest lacks; else that there is none, or that the step is left to others."""
        place = int(self.shown.given.rows.site[row])
        shown = int(step.fallback[place])
        if shown < 0:
            return [self._absent(step, absent_code(step, place))]
        line = int(step.plan.options.line[shown])
        columns = [step.columns[gate] for gate in MAKING if gate in step.columns]
        results = [self._gate(row, site, column, shown, line) for column in columns]
        return [result for result in results if result.verdict == Verdict.FAIL]

    def _absent(self, step: ShownStep, code: Code) -> GateResult:
        asked, near = step.plan.step, not step.plan.step.is_lead
        facts = (Fact("asked_process", asked.fact.process),)
        return GateResult(Gate.PROCESS.value, asked.sequence, None, Verdict.FAIL, code_name(code), facts, near)

    def _gate(self, row: int, site: int, column: Told, at: int, line: int) -> GateResult:
        code = column.codes[at]
        verdict = VERDICT_OF[code]
        near = verdict == Verdict.FAIL and (bool(IS_NEAR[code]) or self.shown.tier[row] == Tier.NEAR_MISS)
        facts = self._facts(column.facts, at, site, line)
        return GateResult(column.gate, column.step, column.subject, verdict, code_name(code), facts, near)

    def _lead_line(self, row: int) -> int:
        lead = self.shown.given.ground.lead
        option = self.shown.given.option_at(lead, row)
        return NOBODY if option == NOBODY else int(self.shown.steps[lead].plan.options.line[option])

    def _facts(self, columns: list[ToldFact], at: int, site: int, line: int) -> tuple[Fact, ...]:
        """Blank facts say nothing that the code does not say."""
        facts = []
        for told in columns:
            if told.alike is not None:
                facts.append(told.alike)
                continue
            value = told.values[at]
            if value is None:
                continue
            origin = told.origins[at]
            if origin == LINE:
                source, as_of, evidence = self._record(site, line)
                facts.append(Fact(told.name, value, told.unit, source, as_of, evidence))
            elif origin == SITE:
                source, as_of, evidence = self._record(site, -1)
                facts.append(Fact(told.name, value, told.unit, source, as_of, evidence))
            else:
                facts.append(Fact(told.name, value, told.unit, ORIGIN_SOURCES.get(origin, Source.DEFAULT)))
        return tuple(facts)

    def _record(self, site: int, line: int) -> Record:
        """Who said it, when, and how well it is shown: of a line, or of the site where there is none."""
        known = self.records.get((site, line))
        if known is not None:
            return known
        supply = self.shown.given.ground.supply
        told, row = (supply.lines, line) if line >= 0 else (supply.sites, site)
        day = int(told.as_of[row]) or int(supply.sites.as_of[site])
        as_of = None if day == BLANK_DAY else date.fromordinal(day)
        record = Source(SOURCES[told.source[row]]), as_of, Evidence(EVIDENCES[told.evidence[row]])
        self.records[site, line] = record
        return record

    def _criteria(self, row: int, site: int) -> tuple[CriterionResult, ...]:
        results = []
        line, alpha = self._lead_line(row), self._alpha
        floor = self.shown.given.ground.asked.policy.floor
        for told in self.shown.criteria:
            weight, low, high = told.weight[row], told.low[row], told.high[row]
            if not told.applies[row] or weight <= 0:
                continue
            code = CriterionCode.KNOWN if round(low, 9) == round(high, 9) else CriterionCode.INTERVAL
            if told.code is not None and told.coded[row]:
                code = told.code
            results.append(
                CriterionResult(
                    criterion=told.name,
                    low=rounded(low),
                    high=rounded(high),
                    value=rounded(low + alpha * (high - low)),
                    weight=rounded(weight),
                    contribution_low=rounded(max(low, floor) ** weight),
                    contribution_high=rounded(max(high, floor) ** weight),
                    code=code.value,
                    facts=self._facts(told.facts, row, site, line),
                )
            )
        return tuple(results)

    def _adjustments(self, row: int, site: int) -> tuple[Adjustment, ...]:
        ground, shown = self.shown.given.ground, self.shown
        policy, where = ground.asked.policy, ground.supply.sites.where
        country = where.countries[where.country[site]] if where.country[site] >= 0 else None
        facts = (Fact("country", country),)
        out = []
        rows = [(AdjustmentCode.OUTSIDE_WISHED_REGION, shown.outside[row], policy.wished_region_factor)]
        if ground.asked.strict:
            rows.append((AdjustmentCode.STRICT_SECRECY_ACROSS_BORDER, shown.abroad[row], policy.strict_border_factor))
        for code, holds, factor in rows:
            if holds != 0:
                out.append(Adjustment(code.value, factor, factor if holds == 1 else 1.0, facts))
        return tuple(out)

    def _steps(self, row: int) -> tuple[StepResult, ...]:
        place = int(self.shown.given.rows.site[row])
        results = [self._gated_step(row, s, place) for s in range(len(self.shown.steps))]
        results += [
            self._step(item.step, item.options, int(item.best[place]), Code.PROCESS_NOT_MADE, ())
            for item in self.shown.extras.preferred
        ]
        return tuple(sorted(results, key=lambda result: result.step))

    def _gated_step(self, row: int, s: int, place: int) -> StepResult:
        step, option = self.shown.steps[s], self.shown.given.option_at(s, row)
        facts: tuple[Fact, ...] = ()
        if option != NOBODY:
            facts = made_facts(self.shown.scored.view, step.runs, step.usual, s, row)
        return self._step(step.plan.step, step.plan.options, option, absent_code(step, place), facts)

    def _step(
        self, step: AskedStep, options: Options, option: int, absent: Code, facts: tuple[Fact, ...]
    ) -> StepResult:
        process, role = step.fact.process, Role(step.fact.role).value
        if option == NOBODY:
            return StepResult(step.sequence, process, role, code_name(absent), None, None, 0.0, 0.0, facts)
        supply, taxonomy = self.shown.given.ground.supply, self.shown.given.ground.asked.taxonomy
        line, case = int(options.line[option]), int(options.case[option])
        quality = rounded(options.cases.quality[case])
        relation = int(options.cases.relation[case])
        if relation >= 0:
            facts = (Fact("condition", taxonomy.relations[relation].condition), *facts)
        return StepResult(
            step=step.sequence,
            process=process,
            role=role,
            option=code_name(int(options.cases.code[case])),
            capability_id=supply.lines.ids[line],
            provided_process=taxonomy.process_slugs[supply.lines.process[line]],
            quality_low=quality,
            quality_high=1.0 if options.cases.claimed[case] else quality,
            facts=facts,
        )


def absent_code(step: ShownStep, place: int) -> Code:
    """Why nobody makes a step at a site that leaves it out."""
    return Code.PROCESS_LEFT_TO_OTHERS if step.able[place] else Code.PROCESS_NOT_MADE


def _gate_order(result: GateResult) -> tuple[int, int, str]:
    return (GATE_PLACES[result.gate], result.step or 0, result.subject or "")
