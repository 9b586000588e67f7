"""One step at one facility, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.facilities.models import Capability, Facility
from matchmaker.asked import Asked, AskedStep
from matchmaker.domain import MaterialMode
from matchmaker.resources import UNITS_HOURS
from matchmaker.taxonomy import MaterialCase, ProcessCase
from tests.engine.oracle_curves import banded, envelope_score, size_ratio, tolerance_score

FAIL, NEAR, UNKNOWN, PASS = 0, 1, 2, 3


@dataclass(frozen=True)
class LineFound:
    """The line that would make a step: its gates, its quality and fits, its days and hours, both ends of each."""

    line: Capability
    gates: dict[str, int]
    quality: tuple[float, float]
    run_size: tuple[float, float]
    precision: tuple[float, float] | None
    lead: tuple[float, float]
    lead_stated: bool
    tooling: tuple[float, float]

    @property
    def rank(self) -> tuple[float, ...]:
        worst = sorted(self.gates.values())
        return (*worst, self.quality[0], self.run_size[0])


class StepJudge:
    """What a step asks, compiled once for a need."""

    def __init__(self, asked: Asked, step: AskedStep) -> None:
        self.asked, self.step = asked, step
        tree = asked.taxonomy
        claims = tree.claim_cases(step.fact.process)
        self.firm = {
            slug: float(step.firm.quality[at])
            for slug, at in tree.process_index.items()
            if step.firm.case[at] != ProcessCase.NONE
        }
        names = {ProcessCase.GENERAL_CLAIM: "general_claim", ProcessCase.CATEGORY_CLAIM: "category_claim"}
        self.claims = {
            slug: asked.policy.quality[names[ProcessCase(claims[at])]]
            for slug, at in tree.process_index.items()
            if claims[at] != ProcessCase.NONE
        }

    @property
    def processes(self) -> set[str]:
        return self.firm.keys() | self.claims.keys()

    def best(self, facility: Facility, lines: Iterable[Capability]) -> LineFound | None:
        found = [self._judge(facility, line) for line in lines if line.process.slug in self.processes]
        return max(found, key=lambda item: item.rank, default=None)

    def _judge(self, facility: Facility, line: Capability) -> LineFound:
        slug, partner = line.process.slug, line.offer == "partner"
        firm = slug in self.firm
        quality = self.firm.get(slug, self.claims.get(slug, 0.0))
        if partner:
            quality = min(quality, self.asked.policy.quality["partner"])
        run, run_size = self._run_size(facility, line)
        envelope, size_fit = self._envelope(facility, line)
        tolerance, fine_fit = self._tolerance(facility, line)
        fits = [fit for fit in (size_fit, fine_fit) if fit is not None]
        lead, stated = self._lead(facility, line)
        return LineFound(
            line=line,
            gates={
                "process": PASS if firm else UNKNOWN,
                "material": self._material(facility, line),
                "envelope": envelope,
                "tolerance": tolerance,
                "run_size": run,
            },
            quality=(quality, quality if firm else 1.0),
            run_size=run_size,
            precision=(min(low for low, _ in fits), min(high for _, high in fits)) if fits else None,
            lead=lead,
            lead_stated=stated,
            tooling=self._tooling(facility, line),
        )

    def _figure(self, facility: Facility, line: Capability, name: str) -> Any:
        own = getattr(line, name)
        return getattr(facility, name) if own is None and line.offer != "partner" else own

    def _material(self, facility: Facility, line: Capability) -> int:
        if not self.step.materials:
            return PASS
        listed = list(line.materials.all()) or list(facility.materials.all())
        if not listed and not line.materials_listed and not facility.materials_listed:
            return UNKNOWN
        answers = [self._one_material(asked, [item.slug for item in listed]) for asked in self.step.materials]
        return max(answers) if self.step.fact.material_mode == MaterialMode.ANY else min(answers)

    def _one_material(self, asked: int, listed: list[str]) -> int:
        tree = self.asked.taxonomy
        case = max((int(tree.material_case[asked, tree.material_index[slug]]) for slug in listed), default=0)
        if case >= MaterialCase.BELOW:
            return PASS
        if case >= MaterialCase.FAMILY_CLAIM:
            return UNKNOWN
        if case == MaterialCase.SIBLING:
            return UNKNOWN if self.step.fact.equivalents_allowed else NEAR
        return FAIL

    def _envelope(self, facility: Facility, line: Capability) -> tuple[int, tuple[float, float] | None]:
        if self.step.envelope_mm is None:
            return PASS, None
        room = line.envelope_mm or facility.envelope_mm
        if room is None:
            return UNKNOWN, (0.0, 1.0)
        ratio = size_ratio(self.step.envelope_mm, room, rotatable=self.step.rotatable)
        fit = envelope_score(ratio)
        near = NEAR if ratio >= self.asked.policy.near_envelope else FAIL
        return (PASS if ratio >= 1 else near), (fit, fit)

    def _tolerance(self, facility: Facility, line: Capability) -> tuple[int, tuple[float, float] | None]:
        required = self.step.fact.tolerance_mm
        if required is None:
            return PASS, None
        best = self._figure(facility, line, "best_tolerance_mm")
        if best is None:
            usual, factor = line.process.typical_tolerance_mm, self.asked.policy.tolerance_default_factor
            if usual is None:
                return UNKNOWN, (0.0, 1.0)
            return UNKNOWN, (tolerance_score(required, usual / factor), tolerance_score(required, usual * factor))
        fit = tolerance_score(required, best)
        near = NEAR if required >= self.asked.policy.near_tolerance * best else FAIL
        return (PASS if required >= best else near), (fit, fit)

    def _run_size(self, facility: Facility, line: Capability) -> tuple[int, tuple[float, float]]:
        policy, q, process = self.asked.policy, float(self.step.pieces), line.process
        minimum = self._figure(facility, line, "min_run")
        low, high = policy.kind_run_band[facility.kind]
        eco_low = self._figure(facility, line, "economic_run_low")
        eco_high = self._figure(facility, line, "economic_run_high")
        top = self._figure(facility, line, "max_run")
        used_low = min(max(process.economic_run_low or low, low), high) if eco_low is None else eco_low
        used_high = min(max(process.economic_run_high or high, low), high) if eco_high is None else eco_high
        usual = max(process.typical_min_run or 1, 1) * policy.kind_min_run_factor[facility.kind]
        money = self._money(facility, line)
        ends = (max(minimum or 1, money), max(usual if minimum is None else minimum, money))
        fits = [banded(q, end, used_low, used_high, top) for end in ends]
        return self._run_gate(q, minimum, money, top, eco_high), (min(fits), max(fits))

    def _money(self, facility: Facility, line: Capability) -> float:
        """The pieces that the smallest order value buys, where the worth of the order is known."""
        amount = self._figure(facility, line, "min_order_amount")
        rate = self.asked.policy.exchange_rate(facility.currency, self.asked.need.currency)
        if not amount or not rate or not self.asked.order_worth:
            return 0.0
        return float(amount) * rate / (self.asked.order_worth / self.step.pieces)

    def _run_gate(self, q: float, minimum: float | None, money: float, top: float | None, band: float | None) -> int:
        least = max(minimum or 0, money)
        if q < least:
            return NEAR if q >= self.asked.policy.near_run_share * least else FAIL
        if minimum is None:
            return UNKNOWN
        if top is None:
            return PASS if band is not None and q <= band else UNKNOWN
        return PASS if q < 2 * max(top, band or 0) else FAIL

    def _lead(self, facility: Facility, line: Capability) -> tuple[tuple[float, float], bool]:
        low = self._figure(facility, line, "lead_days_low")
        high = self._figure(facility, line, "lead_days_high")
        if low is None and high is None:
            usual = (line.process.lead_days_low or 0, line.process.lead_days_high or 0)
            return (usual[0], usual[1] * self.asked.policy.lead_high_factor), False
        return (high if low is None else low, low if high is None else high), True

    def _tooling(self, facility: Facility, line: Capability) -> tuple[float, float]:
        process = line.process
        if not process.tooling_needed or self.step.fact.tooling_exists or not process.tooling_lead_days:
            return 0.0, 0.0
        low = self._figure(facility, line, "tooling_lead_days_low")
        high = self._figure(facility, line, "tooling_lead_days_high")
        factor, usual = self.asked.policy.tooling_factor, float(process.tooling_lead_days)
        return usual * factor[0] if low is None else low, usual * factor[1] if high is None else high

    def hours(self, found: LineFound, resource: Any, pieces: int) -> tuple[float, float] | None:
        """What the step takes of a resource; None where nobody knows the work."""
        line = found.line
        if resource is not None and resource.gross_hours_per_week is None:
            hours = pieces * UNITS_HOURS / resource.units_per_week
            return hours, hours
        work = self.asked.taxonomy.work_of(line.process.slug)
        if work is None:
            return None
        fast, slow = self.asked.policy.cycle_factor
        typical = work.cycle_seconds_typical
        spans = (
            (work.setup_hours_low, max(work.cycle_seconds_low, typical * fast)),
            (work.setup_hours_high, min(work.cycle_seconds_high, typical * slow)),
        )
        parts = line.parts_per_cycle or (1.0 if line.cycle_seconds else work.parts_per_cycle)
        good = line.yield_share or (1.0 if line.cycle_seconds else work.yield_share)
        low, high = (
            (setup if line.setup_hours is None else line.setup_hours)
            + pieces / good / parts * (line.cycle_seconds or cycle) / 3600
            for setup, cycle in spans
        )
        return low, high
