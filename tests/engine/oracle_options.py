"""What one facility can do for one step, and how each gate of the step answers: the slow way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from matchmaker.domain import (
    CapabilityFact,
    FacilityFact,
    Figures,
    MaterialMode,
    NeedFact,
    Role,
    Source,
    StepFact,
)
from matchmaker.policy import Policy
from tests.engine.oracle_curves import banded, envelope_score, size_ratio, tolerance_score
from tests.engine.oracle_world import Book

PASS, UNKNOWN, NEAR, HARD = "pass", "unknown", "near", "hard"
BADNESS = {HARD: 0, NEAR: 1, UNKNOWN: 2, PASS: 3}
JOINING = ("assembly", "joining", "wood-joinery", "sewing", "rf-welding", "ultrasonic-welding", "battery-pack-assembly")
WHOLE = (*JOINING, "finishing", "wood-finishing", "electronics-test", "certification-testing")
FIXED = ("pcb-fab", "pcb-assembly", "cutting-2d", "injection-moulding")


@dataclass(frozen=True)
class Line:
    """A capability with the figures that hold for it. `site`: the names of figures given for the whole site."""

    fact: CapabilityFact
    figures: Figures
    site: frozenset[str]
    money_currency: str | None
    price_currency: str | None
    suggested: bool


@dataclass(frozen=True)
class Option:
    line: Line
    case: str
    quality: float
    claim: bool
    process: str  # whose catalogue row stands in for blanks
    verdicts: dict[str, str]
    run: tuple[float, float]
    precision: tuple[float, float] | None


SHARED = ("min_run", "min_order_money", "economic_low", "economic_high", "max_run")
OTHERS = (
    "materials",
    "lead_days_low",
    "lead_days_high",
    "tooling_days_low",
    "tooling_days_high",
    "tolerance_mm",
    "envelope_mm",
    "price_low",
    "price_high",
)


def _both_ends(figures: Figures) -> Figures:
    for low, high in (
        ("lead_days_low", "lead_days_high"),
        ("tooling_days_low", "tooling_days_high"),
        ("price_low", "price_high"),
    ):
        a, b = getattr(figures, low), getattr(figures, high)
        figures = replace(figures, **{low: b if a is None else a, high: a if b is None else b})
    return figures


def lines_of(book: Book, facility: FacilityFact) -> list[Line]:
    site = Figures() if facility.source == Source.DEFAULT else facility.figures
    facts = list(facility.capabilities)
    known = {fact.process for fact in facts if not fact.through_partner}
    for held in sorted(facility.machines or (), key=lambda item: item.machine):
        for process in sorted(book.machines[held.machine].processes):
            if held.count > 0 and process not in known:
                known.add(process)
                facts.append(CapabilityFact(f"machine:{held.machine}", process, source=Source.DERIVED))
    return [_line(fact, site) for fact in facts]


def _line(fact: CapabilityFact, site_figures: Figures) -> Line:
    own_raw = Figures() if fact.source == Source.DEFAULT else fact.figures
    own, site = _both_ends(own_raw), _both_ends(site_figures)
    values, from_site = {}, set()
    for name in (*SHARED, *OTHERS):
        value = getattr(own, name)
        if value is None and (name in SHARED or not fact.through_partner):
            value = getattr(site, name)
            if value is not None:
                from_site.add(name)
        values[name] = value
    money = own.currency if own.min_order_money is not None and own.currency else site.currency
    price = own.currency if own.price_low is not None and own.currency else site.currency
    suggested = fact.source in (Source.DERIVED, Source.DEFAULT)
    return Line(fact, Figures(**values), frozenset(from_site), money, price, suggested)


def cases(book: Book, step: StepFact, process: str, q: float, *, substitutes: bool) -> list[tuple[str, float, bool]]:
    """(case, quality, claim) of a provided process for a needed one: the best firm one, and a claim."""
    firm = ("none", 0.0)
    if process == step.process:
        firm = ("exact", 1.0)
    elif book.under(process, step.process):
        firm = ("specialisation", 1.0)
    else:
        for row in sorted(book.relations, key=lambda r: (r.provided, r.needed, r.relation, r.quality or 0)):
            usable = row.relation == "covers" or (row.relation == "substitutes" and substitutes)
            inside = (row.quantity_low is None or q >= row.quantity_low) and (
                row.quantity_high is None or q <= row.quantity_high
            )
            fits = book.under(process, row.provided) and book.under(step.process, row.needed)
            if usable and inside and fits and (row.quality or 0) > firm[1]:
                firm = ("covers" if row.relation == "covers" else "substitute", row.quality or 0.0)
    out = [(firm[0], firm[1], False)] if firm[0] != "none" else []
    if process != step.process and book.under(step.process, process):
        category = book.row(process).kind == "category"
        out.append(("category_claim", 0.3, True) if category else ("general_claim", 0.5, True))
    return out


def step_size(book: Book, need: NeedFact, step: StepFact) -> tuple[float, float, float] | None:
    if step.envelope_mm is not None:
        return step.envelope_mm
    if book.row(step.process).envelope_mm is None:
        return None
    joins = [s.sequence for s in need.steps if s.role != Role.PREFERRED and book.under(s.process, *JOINING)]
    if not joins:
        return need.envelope_mm if step.role == Role.LEAD else None
    here = step.sequence >= min(joins) and book.under(step.process, *WHOLE)
    return need.envelope_mm if here else None


class StepOracle:
    """Options of one facility for one step."""

    def __init__(self, book: Book, policy: Policy, need: NeedFact, step: StepFact, facility: FacilityFact) -> None:
        self.book, self.policy, self.need, self.step, self.facility = book, policy, need, step, facility
        self.q = float(need.order_quantity * step.pieces_per_unit)
        self.size = step_size(book, need, step)

    def options(self) -> list[Option]:
        validated = set(self.need.required_certificates) & set(self.policy.validated_certificates)
        substitutes = self.step.substitutes_allowed and not validated
        out = []
        for line in lines_of(self.book, self.facility):
            if self.book.under(line.fact.process, "maker-access") and not self.need.self_service:
                continue
            for case, quality, claim in cases(self.book, self.step, line.fact.process, self.q, substitutes=substitutes):
                option = self._option(line, case, quality, claim=claim)
                if option is not None:
                    out.append(option)
        return out

    def _option(self, line: Line, case: str, quality: float, *, claim: bool) -> Option | None:
        partner = line.fact.through_partner
        if claim and line.suggested:
            return None
        if case == "substitute" and (partner or line.suggested):
            return None
        if partner:
            quality = min(quality, 0.6)
        if line.suggested:
            quality, claim = min(quality, 0.7), True
        process = self.step.process if case.endswith("claim") else line.fact.process
        verdicts = {"process": UNKNOWN if claim else PASS}
        verdicts |= {k: v for k, v in self._making(line, process).items() if v is not None}
        run_verdict, run = self._run(line, process)
        verdicts["run_size"] = run_verdict
        return Option(line, case, quality, claim, process, verdicts, run, self._precision(line, process, verdicts))

    def _families(self, process: str) -> bool:
        roots = {
            self.book.root(fact.process)
            for fact in self.facility.capabilities
            if not fact.through_partner and fact.source in (Source.STATED, Source.IMPORTED)
        }
        return bool(roots - {self.book.root(process)})

    def _making(self, line: Line, process: str) -> dict[str, str | None]:
        return {
            "material": self._material(line, process),
            "envelope": self._envelope(line, process),
            "tolerance": self._tolerance(line, process),
        }

    def _material(self, line: Line, process: str) -> str | None:
        if not self.step.materials:
            return None
        if line.figures.materials is None:
            return UNKNOWN
        answers = [self._one_material(line, process, asked) for asked in self.step.materials]
        pick = max if self.step.material_mode == MaterialMode.ANY else min
        return pick(answers, key=lambda answer: BADNESS[answer])

    def _one_material(self, line: Line, process: str, asked: str) -> str:
        found = {self.book.material_case(asked, provided) for provided in line.figures.materials or ()}
        if found & {"exact", "below"}:
            return PASS
        if "class" in found:
            return PASS if self.book.under(process, "machining", "cutting-2d", "sheet-metal") else UNKNOWN
        if "family" in found:
            return UNKNOWN
        if "sibling" in found:
            return UNKNOWN if self.step.equivalents_allowed else NEAR
        return HARD

    def _envelope(self, line: Line, process: str) -> str | None:
        if self.size is None:
            return None
        room = line.figures.envelope_mm
        if room is None:
            return UNKNOWN
        turn = not self.book.under(self.step.process, *FIXED)
        k = size_ratio(self.size, room, rotatable=turn)
        if k >= 1:
            return PASS
        usual = self.book.row(process).envelope_mm
        usual_fits = usual is None or size_ratio(self.size, usual, rotatable=turn) >= 1
        if "envelope_mm" in line.site and self._families(process) and usual_fits:
            return UNKNOWN
        return NEAR if k >= self.policy.near_envelope else HARD

    def _tolerance(self, line: Line, process: str) -> str | None:
        required, best = self.step.tolerance_mm, line.figures.tolerance_mm
        if required is None:
            return None
        if best is None:
            return UNKNOWN
        if round(required / best, 9) >= 1:
            return PASS
        usual = self.book.row(process).tolerance_mm
        usual_holds = usual is None or round(required / usual, 9) >= 1
        if "tolerance_mm" in line.site and self._families(process) and usual_holds:
            return UNKNOWN
        return NEAR if round(required / best, 9) >= self.policy.near_tolerance else HARD

    # ------------------------------------------------------------ run sizes

    def worth(self) -> float | None:
        if self.need.target_price:
            return self.need.target_price * self.need.order_quantity
        if self.need.budget:
            left = self.need.budget - (self.need.tooling_budget or 0)
            return left if left > 0 else None
        return None

    def _money_pieces(self, amount: float | None, rate: float | None) -> float:
        worth = self.worth()
        if worth is None or not amount or rate is None:
            return 0.0
        return math.ceil(round(amount * rate / (worth / self.q), 9))

    def _rate(self, currency: str | None) -> float | None:
        return self.policy.exchange_rate(currency, self.need.currency)

    def _run(self, line: Line, process: str) -> tuple[str, tuple[float, float]]:
        f, row, q, kind = line.figures, self.book.row(process), self.q, self.facility.kind.value
        money = self._money_pieces(f.min_order_money, self._rate(line.money_currency))
        families = self._families(process)
        usual_passes = row.typical_min_run is None or row.typical_min_run <= q
        min_excused = families and "min_run" in line.site and usual_passes
        lower = self._lower(f, money, excused=min_excused)
        usual_top = None if row.economic_high is None else row.economic_high * self.policy.max_run_factor
        max_excused = families and "max_run" in line.site and (usual_top is None or usual_top >= q)
        upper = self._upper(f, excused=max_excused)
        verdict = lower if BADNESS[lower] <= BADNESS[upper] else upper
        # the fit over every minimum that may hold
        blank = f.min_run is None
        site_only = min_excused and not blank and (f.min_run or 0) > q
        default = max(row.typical_min_run or 1.0, 1.0) * self.policy.kind_min_run_factor[kind]
        least = 1.0 if blank else q if site_only else float(f.min_run or 0)
        most = default if blank else float(f.min_run or 0)
        open_money = f.min_order_money is None and self.worth() is not None
        usual_money = self._money_pieces(self.policy.kind_min_order_money[kind], 1.0)
        least, most = max(least, money), max(most, usual_money if open_money else money)
        most = max(least, most)
        band_low, band_high = self.policy.kind_run_band[kind]
        low = f.economic_low if f.economic_low is not None else _clip(row.economic_low, band_low, band_high)
        high = f.economic_high if f.economic_high is not None else _clip(row.economic_high, band_low, band_high)
        good_top = q if max_excused and f.max_run is not None and f.max_run < q else f.max_run
        minima = sorted({least, most, *(m for m in (low, high, q) if m is not None and least <= m <= most)})
        # any finer grid of minima would find nothing outside these
        worst = min(banded(q, m, low, high, f.max_run) for m in minima)
        best = max(banded(q, m, low, high, good_top) for m in minima)
        return verdict, (worst, best)

    def _lower(self, f: Figures, money: float, *, excused: bool) -> str:
        q = self.q
        counted = money if excused else max(f.min_run or 0.0, money)
        if counted > q:
            return NEAR if round(q / counted, 9) >= self.policy.near_run_share else HARD
        if f.min_run is None or f.min_run > q:
            return UNKNOWN
        if f.min_order_money is None and self.worth() is not None:
            return UNKNOWN
        return PASS

    def _upper(self, f: Figures, *, excused: bool) -> str:
        q = self.q
        if f.max_run is None:
            return PASS if f.economic_high is not None and q <= f.economic_high else UNKNOWN
        top = max(f.max_run, f.economic_high or 0)
        if q < 2 * top or q <= top:
            return PASS
        return UNKNOWN if excused else HARD

    def _precision(self, line: Line, process: str, verdicts: dict[str, str]) -> tuple[float, float] | None:
        ends = []
        if self.step.tolerance_mm is not None:
            ends.append(self._tolerance_ends(line, process, verdicts["tolerance"]))
        if self.size is not None:
            ends.append(self._envelope_ends(line, verdicts["envelope"]))
        if not ends:
            return None
        return min(low for low, _ in ends), min(high for _, high in ends)

    def _tolerance_ends(self, line: Line, process: str, verdict: str) -> tuple[float, float]:
        required, best = self.step.tolerance_mm or 0.0, line.figures.tolerance_mm
        if best is not None:
            known = tolerance_score(required, best)
            return known, 0.8 if verdict == UNKNOWN else known
        usual, factor = self.book.row(process).tolerance_mm, self.policy.tolerance_default_factor
        if usual is None:
            return 0.0, 1.0
        return tolerance_score(required, usual / factor), tolerance_score(required, usual * factor)

    def _envelope_ends(self, line: Line, verdict: str) -> tuple[float, float]:
        room = line.figures.envelope_mm
        if room is None or self.size is None:
            return 0.0, 1.0
        turn = not self.book.under(self.step.process, *FIXED)
        known = envelope_score(size_ratio(self.size, room, rotatable=turn))
        return known, 0.8 if verdict == UNKNOWN else known


def _clip(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(max(value, low), high)
