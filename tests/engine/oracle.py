"""The slow oracle: ranks one facility at a time, one gate at a time, in plain Python, from the definition alone.

It imports the engine's records and the policy's numbers, never its curves, gates or columns.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from matchmaker.catalogue import Catalogue
from matchmaker.domain import (
    Access,
    ClaimState,
    Confidentiality,
    Evidence,
    FacilityFact,
    FacilityState,
    HeldCertificateFact,
    NeedFact,
    Place,
    RegionStrength,
    Role,
    Source,
    StepFact,
)
from matchmaker.policy import Policy
from tests.engine.oracle_curves import beta_quantile, dependence, load_score, price_score, slack_score
from tests.engine.oracle_options import BADNESS, HARD, NEAR, PASS, UNKNOWN, Option, StepOracle
from tests.engine.oracle_time import Choice, Shop, Slot
from tests.engine.oracle_world import Book, km_between, mode_of

ORDER = [
    "active",
    "process",
    "material",
    "envelope",
    "tolerance",
    "certificates",
    "product_statements",
    "run_size",
    "due_date",
    "region",
    "export_control",
    "secrecy",
    "no_go",
    "budget",
]
VERIFIED = (Evidence.COORDINATOR_VERIFIED, Evidence.REGISTRY_VERIFIED)
Range = tuple[float, float]


@dataclass
class Judgement:
    """One assignment of one facility."""

    tier: int
    unknown: int
    first_fail: int
    low: float
    high: float
    score: float
    slack: float

    @property
    def key(self) -> tuple[float, ...]:
        if self.tier == 5:
            return (5, -self.first_fail)
        return (self.tier, -hundredths(self.score), self.unknown, -self.slack, -self.score)


@dataclass
class Answer:
    """The whole ranking: facility ids in order with tier and score, and the gate of each excluded one."""

    placed: list[tuple[str, int, float, float, float]]
    excluded: dict[str, str]


def hundredths(score: float) -> int:
    return (round(score * 1e9) + 5_000_000) // 10_000_000


def rank_slowly(
    need: NeedFact, facilities: Iterable[FacilityFact], catalogue: Catalogue, policy: Policy, as_of: date
) -> Answer:
    book = Book(catalogue)
    judged = {
        facility.id: (facility, FacilityOracle(book, policy, need, facility, as_of).best())
        for facility in facilities
        if not need.network_ids or set(need.network_ids) & set(facility.network_ids)
    }
    placed = [(facility, found) for facility, found in judged.values() if found.tier < 5]
    placed.sort(key=lambda pair: _order(need, policy, *pair))
    return Answer(
        [(f.id, j.tier, j.score, j.low, j.high) for f, j in placed],
        {name: ORDER[j.first_fail] for name, (_, j) in judged.items() if j.tier == 5},
    )


def _order(need: NeedFact, policy: Policy, facility: FacilityFact, found: Judgement) -> tuple[object, ...]:
    text = f"{need.id}\n{facility.id}\n{policy.name}\n{policy.version}"
    offered = facility.last_offered_on.toordinal() if facility.last_offered_on else 0
    digest = hashlib.sha256(text.encode()).hexdigest()
    return (found.tier, -hundredths(found.score), found.unknown, -found.slack, offered, digest)


class FacilityOracle:
    def __init__(self, book: Book, policy: Policy, need: NeedFact, facility: FacilityFact, as_of: date) -> None:
        self.book, self.policy, self.need, self.facility, self.as_of = book, policy, need, facility, as_of
        self.steps = sorted(need.steps, key=lambda step: step.sequence)
        self.gated = [step for step in self.steps if step.role != Role.PREFERRED]
        self.shop = Shop(book, policy, need, facility, as_of)
        self.oracles = {s.sequence: StepOracle(book, policy, need, s, facility) for s in self.steps}
        lead = next(step for step in self.steps if step.role == Role.LEAD)
        self.mode, self.rule = mode_of(book, lead.process, need)
        self.valid_on = max(need.due_on or as_of, as_of)
        self.available = None if need.due_on is None else float((need.due_on - as_of).days)
        self.options = {s.sequence: self.oracles[s.sequence].options() for s in self.steps}
        self.site = self._site_gates()

    # ------------------------------------------------------------ assignments

    def best(self) -> Judgement:
        """Of every way to give out the steps, leaving any to others included, the one that puts the site highest."""
        lists: list[list[Choice | None]] = []
        for step in self.gated:
            makers = [o for o in self.options[step.sequence] if _makes(o)]
            lists.append([None, *(c for option in makers for c in self.shop.choices(step, option))])
        found = [self.judge(dict(zip(self.gated_sequences, combo, strict=True))) for combo in itertools.product(*lists)]
        return min(found, key=lambda judgement: judgement.key)

    @property
    def gated_sequences(self) -> list[int]:
        return [step.sequence for step in self.gated]

    def judge(self, given: dict[int, Choice | None]) -> Judgement:
        rows: list[tuple[str, str]] = list(self.site)
        missing, lead_missing, complete, run_hard = 0, False, False, False
        fails: list[str] = []
        for step in self.gated:
            choice = given[step.sequence]
            if choice is None:
                missing += 1
                lead_missing |= step.role == Role.LEAD
                fails.append(self._why_not(step))
                continue
            step_rows = list(choice.option.verdicts.items())
            rows += step_rows
            hard = any(verdict == HARD for _, verdict in step_rows)
            run_hard |= hard
            complete |= not hard
        row_gates = self._row_gates(given)
        rows += row_gates
        site_hard = any(verdict == HARD for _, verdict in [*self.site, *row_gates])
        near = sum(verdict == NEAR for _, verdict in rows) + (missing == 1)
        unknown = sum(verdict == UNKNOWN for _, verdict in rows)
        if lead_missing or missing >= 2:
            tier = 4 if complete and not site_hard else 5
        elif site_hard or run_hard:
            tier = 5
        elif near:
            tier = 3 if near <= 2 else 5
        else:
            tier = 2 if unknown else 1
        fails += [gate for gate, verdict in rows if verdict in (NEAR, HARD)]
        first = min((ORDER.index(gate) for gate in fails), default=len(ORDER))
        low, high = self._score(given)
        score = round(low + self.policy.alpha * (high - low), 9)
        slack = 0.0 if self.available is None else round(self.available - self.days(given)[1], 9)
        return Judgement(tier, unknown, first, low, high, score, slack)

    def _why_not(self, step: StepFact) -> str:
        """The gate that a step left out fails: the process, or of the options that cannot make it the latest of their
        first failing gates, within its bound or not."""
        options = self.options[step.sequence]
        if not options or any(_makes(o) for o in options):
            return "process"
        firsts = [
            min(ORDER.index(gate) for gate, v in o.verdicts.items() if v in (NEAR, HARD) and gate != "run_size")
            for o in options
        ]
        return ORDER[max(firsts)]

    # ------------------------------------------------------------ gates of the site

    def _site_gates(self) -> list[tuple[str, str]]:
        rows = [("active", self._active()), ("no_go", self._no_go())]
        for slug in sorted(set(self.need.required_certificates)):
            if self.book.certificates[slug].scope in ("product", "person"):
                rows.append(("product_statements", self._statement(slug)))
            else:
                rows.append(("certificates", self._certificate(slug)))
        electronic = any(self.book.under(step.process, "electronics") for step in self.gated)
        if self.need.workmanship_class is not None and electronic:
            rows.append(("certificates", self._workmanship(self.need.workmanship_class)))
        musts = [r for r in self.need.region_rules if r.strength == RegionStrength.MUST and not r.processes]
        rows += [("region", self._inside(rule.region)) for rule in musts]
        if self.need.export_controlled:
            rows.append(("export_control", self._export()))
        if self.need.confidentiality != Confidentiality.PUBLIC:
            answer = {True: PASS, False: HARD, None: UNKNOWN}[self.facility.signs_nda]
            rows.append(("secrecy", answer))
        return rows

    def _active(self) -> str:
        f = self.facility
        if f.state != FacilityState.ACTIVE or not f.accepting:
            return HARD
        if f.access == Access.MEMBERS_ONLY:
            asked = [
                s
                for s in self.need.required_certificates
                if self.book.certificates[s].scope not in ("product", "person")
            ]
            few = self.need.order_quantity <= self.policy.self_service_pieces
            if not (self.need.self_service and few and not asked):
                return HARD
        return PASS if f.claim == ClaimState.CLAIMED else UNKNOWN

    def _no_go(self) -> str:
        n, no = self.need, self.facility.no_go
        hit = n.industry in no.industries or n.stage in no.stages or n.customer_kind in no.customer_kinds
        return HARD if hit else PASS

    def _in_scope(self, held: HeldCertificateFact) -> bool:
        scope = held.scope_processes or ()
        return any(
            self.book.under(step.process, named) or self.book.under(named, step.process)
            for step in self.gated
            for named in scope
        )

    def _holding(self, held: HeldCertificateFact) -> str:
        """held, stated_only, expired or out_of_scope."""
        if held.expires_on is not None and held.expires_on < self.valid_on:
            return "expired"
        if held.scope_processes is not None and not self._in_scope(held):
            return "out_of_scope"
        if held.evidence != Evidence.STATED:
            return "held"
        row = self.book.certificates[held.certificate]
        dated = held.expires_on is not None or not row.expires
        if held.expires_on is None and row.expires and held.issued_on and row.validity_months:
            months = held.issued_on.month - 1 + row.validity_months
            end = date(held.issued_on.year + months // 12, months % 12 + 1, min(held.issued_on.day, 28))
            dated = end >= self.valid_on
        return "held" if dated and held.scope_processes is not None else "stated_only"

    def _certificate(self, slug: str) -> str:
        if self.facility.certificates is None:
            return UNKNOWN
        found = {self._holding(h) for h in self.facility.certificates if slug in self.book.amounts_to(h.certificate)}
        if "held" in found:
            return PASS
        return UNKNOWN if "stated_only" in found else HARD

    def _workmanship(self, wanted: int) -> str:
        by_class = f"ipc-class{wanted}"
        for held in self.facility.certificates or ():
            if by_class in self.book.amounts_to(held.certificate) and self._holding(held) == "held":
                return PASS
        built = self.facility.workmanship_class
        if built is None:
            return UNKNOWN
        return PASS if built >= wanted else HARD

    def _statement(self, slug: str) -> str:
        for held in self.facility.certificates or ():
            shown = held.evidence != Evidence.STATED and self._holding(held) != "expired"
            if shown and slug in self.book.amounts_to(held.certificate):
                return PASS
        test = self.policy.statement_tests.get(slug)
        lines = [c for c in self.facility.capabilities if c.source in (Source.STATED, Source.IMPORTED)]
        if test is not None and any(self.book.under(c.process, test) for c in lines):
            return PASS
        return UNKNOWN

    def _export(self) -> str:
        for held in self.facility.certificates or ():
            implied = self.book.amounts_to(held.certificate) & set(self.policy.export_certificates)
            if implied and held.evidence in VERIFIED and self._holding(held) != "expired":
                return PASS
        return HARD

    def _inside(self, region: str) -> str:
        answer = self.book.inside(self.book.region(region), self.facility.place, self.need.ship_to)
        return {True: PASS, False: HARD, None: UNKNOWN}[answer]

    # ------------------------------------------------------------ gates of an assignment

    def _row_gates(self, given: dict[int, Choice | None]) -> list[tuple[str, str]]:
        rows = []
        if self.available is not None:
            rows.append(("due_date", self._due(given, self.available)))
        for rule in self.need.region_rules:
            for step in self.gated:
                choice = given[step.sequence]
                bound = rule.strength == RegionStrength.MUST and self.book.under(step.process, *rule.processes)
                if bound and rule.processes and choice is not None:
                    through = choice.option.line.fact.through_partner
                    rows.append(("region", UNKNOWN if through else self._inside(rule.region)))
        budget = self._budget(given)
        return rows if budget is None else [*rows, ("budget", budget)]

    def _due(self, given: dict[int, Choice | None], available: float) -> str:
        early, late, could, firm = self.days(given)
        if not firm:
            return UNKNOWN
        if round(late, 9) <= available:
            return PASS
        if round(early, 9) <= available or round(could, 9) <= available:
            return UNKNOWN
        return NEAR if round(available - self.policy.near_days_share * round(early, 9), 9) >= 0 else HARD

    def price(self, given: dict[int, Choice | None]) -> Range | None:
        lead = next(step for step in self.gated if step.role == Role.LEAD)
        choice = given[lead.sequence]
        if choice is None or choice.option.line.figures.price_low is None:
            return None
        rate = self.policy.exchange_rate(choice.option.line.price_currency, self.need.currency)
        if rate is None:
            return None
        f = choice.option.line.figures
        return (f.price_low or 0.0) * rate * lead.pieces_per_unit, (f.price_high or 0.0) * rate * lead.pieces_per_unit

    def _budget(self, given: dict[int, Choice | None]) -> str | None:
        lead = next(step for step in self.gated if step.role == Role.LEAD)
        if not self.need.budget_is_ceiling or not self.need.budget or given[lead.sequence] is None:
            return None
        ceiling = self.need.budget - (self.need.tooling_budget or 0.0)
        band = self.price(given)
        if band is None:
            return UNKNOWN
        low, high = (round(end * self.need.order_quantity, 9) for end in band)
        if high <= ceiling:
            return PASS
        if low <= ceiling:
            return UNKNOWN
        return NEAR if low <= ceiling * (1 + self.policy.near_budget) + 1e-9 else HARD

    # ------------------------------------------------------------ days and hours

    def _made(self, given: dict[int, Choice | None]) -> list[tuple[StepFact, Choice]]:
        return [(s, c) for s in self.gated if (c := given[s.sequence]) is not None]

    def _total(self, given: dict[int, Choice | None], slot: Slot, *, high: bool, year: bool = False) -> float:
        """All that the order (or the year) asks of one resource, over every step on it."""
        hours = 0.0
        for step, choice in self._made(given):
            pieces = self.need.order_quantity
            if year:
                pieces = max(self.need.annual_quantity or 0, pieces)
            for other in choice.slots:
                if other.name == slot.name:
                    found = self.shop.demand(
                        step, choice.option, other, high=high, pieces=pieces * step.pieces_per_unit
                    )
                    hours += found or 0.0
        return hours

    def _all_stated(self, given: dict[int, Choice | None], slot: Slot) -> bool:
        return all(
            self.shop.work_stated(choice.option, other)
            for _, choice in self._made(given)
            for other in choice.slots
            if other.name == slot.name
        )

    def _span(self, stated: float | None, usual: Range) -> Range:
        return usual if stated is None else (stated, stated)

    def start(self, given: dict[int, Choice | None]) -> Range:
        quote = self._span(self.facility.quote_days, self.policy.quote_days)
        material = self._span(self.facility.material_days, self.policy.material_days)
        tools = [self.shop.tooling(step, choice.option) for step, choice in self._made(given)]
        return (
            quote[0] + max([material[0], *(t[0] for t in tools)]),
            quote[1] + max([material[1], *(t[1] for t in tools)]),
        )

    def days(self, given: dict[int, Choice | None]) -> tuple[float, float, float, bool]:
        """Early and late day of arrival, the early one if a lead time of the whole site did not bind, firm or not."""
        start = self.start(given)
        inspection = self._span(self.facility.inspection_days, self.policy.inspection_days)
        own, partner, could, firm = [0.0, 0.0], [0.0, 0.0], 0.0, True
        for step, choice in self._made(given):
            low, high, able, settled = self._step_days(given, step, choice, start, inspection)
            firm &= settled
            if choice.option.line.fact.through_partner:
                partner = [partner[0] + low, partner[1] + high]
            else:
                own, could = [max(own[0], low), max(own[1], high)], max(could, able)
        ship = self.shop.transport(self.mode)
        fixed = partner[0] + ship[0] + start[0]
        return fixed + own[0], start[1] + own[1] + partner[1] + ship[1], fixed + could, firm

    def _step_days(
        self, given: dict[int, Choice | None], step: StepFact, choice: Choice, start: Range, inspection: Range
    ) -> tuple[float, float, float, bool]:
        slots, f = choice.slots, choice.option.line.figures
        if slots and all(self.shop.firm(s) and self._all_stated(given, s) for s in slots):
            ends = []
            for end, booked in ((0, self.policy.booked_share[0]), (1, self.policy.booked_share[1])):
                longest = 0.0
                for s in slots:
                    target = self.shop.free_until(s, start[end], booked) + self._total(given, s, high=end == 1)
                    longest = max(longest, self.shop.day_of(s, target, booked) - start[end])
                ends.append(longest + inspection[end])
            return ends[0], ends[1], ends[0], True
        row = self.book.row(choice.option.process)
        usual_low, usual_high = row.lead_days_low or 0.0, row.lead_days_high or self.policy.open_window_days
        if f.lead_days_low is not None and f.lead_days_high is not None:
            excused = "lead_days_low" in choice.option.line.site and self._families(choice.option.process)
            able = min(f.lead_days_low, usual_low) if excused else f.lead_days_low
            return f.lead_days_low, f.lead_days_high, able, True
        return usual_low, usual_high * self.policy.lead_high_factor, usual_low, False

    def _families(self, process: str) -> bool:
        roots = {
            self.book.root(c.process)
            for c in self.facility.capabilities
            if not c.through_partner and c.source in (Source.STATED, Source.IMPORTED)
        }
        return bool(roots - {self.book.root(process)})

    # ------------------------------------------------------------ score

    def _score(self, given: dict[int, Choice | None]) -> Range:
        values = self._criteria(given)
        weights = {name: self.policy.weights[name] for name in values}
        total = sum(weights.values())
        out = []
        for end in (0, 1):
            product = self._coverage(given)[end] * self._factors()[end]
            for name, ends in values.items():
                product *= max(ends[end], self.policy.floor) ** (weights[name] / total if total else 0.0)
            out.append(round(product, 9))
        return out[0], out[1]

    def _coverage(self, given: dict[int, Choice | None]) -> Range:
        weigh = self.policy.role_weights
        total = sum(weigh[step.role] for step in self.steps)
        ends = [0.0, 0.0]
        for step in self.steps:
            option: Option | None
            if step.role == Role.PREFERRED:
                option = max(self.options[step.sequence], key=self._worth, default=None)
            else:
                choice = given[step.sequence]
                option = None if choice is None else choice.option
            if option is not None:
                ends[0] += weigh[step.role] * option.quality
                ends[1] += weigh[step.role] * (1.0 if option.claim else option.quality)
        return ends[0] / total, ends[1] / total

    def _worth(self, option: Option) -> float:
        high = 1.0 if option.claim else option.quality
        return round(option.quality + self.policy.alpha * (high - option.quality), 9)

    def _factors(self) -> Range:
        low, high = 1.0, 1.0
        wishes = [
            r
            for r in self.need.region_rules
            if r.strength == RegionStrength.WISH
            and (not r.processes or any(self.book.under(s.process, *r.processes) for s in self.steps))
        ]
        answers = {self._inside(rule.region) for rule in wishes}
        if wishes and PASS not in answers:
            low *= self.policy.wished_region_factor
            high *= 1.0 if UNKNOWN in answers else self.policy.wished_region_factor
        here, there = self.facility.place.country, self.need.ship_to.country
        if self.need.confidentiality == Confidentiality.STRICT and (here is None or there is None or here != there):
            low *= self.policy.strict_border_factor
            high *= 1.0 if here is None or there is None else self.policy.strict_border_factor
        return low, high

    def _criteria(self, given: dict[int, Choice | None]) -> dict[str, Range]:
        made = self._made(given)
        values: dict[str, Range] = {"run_size": (0.0, 0.0)}
        if made:
            values["run_size"] = (min(c.option.run[0] for _, c in made), min(c.option.run[1] for _, c in made))
        values["capacity"] = self._capacity(given)
        if self.available is not None:
            values["lead_time"] = self._lead_time(given, self.available)
        if self.need.ship_to.lat is not None and self.need.ship_to.lon is not None:
            values["distance"] = self._distance(self.need.ship_to)
        values["mutual_fit"] = self._mutual(given)
        precise = [c.option.precision for _, c in made if c.option.precision is not None]
        if precise:
            values["precision"] = (min(low for low, _ in precise), min(high for _, high in precise))
        values["track_record"] = self._track()
        band = self.price(given)
        if band is not None and self.need.target_price:
            target, zero = self.need.target_price, self.policy.price_zero_at
            values["price"] = (price_score(band[1], target, zero), price_score(band[0], target, zero))
        return values

    def _capacity(self, given: dict[int, Choice | None]) -> Range:
        made = self._made(given)
        slots = {s.name: s for _, choice in made for s in choice.slots}
        start, ship = self.start(given), self.shop.transport(self.mode)
        inspection = self._span(self.facility.inspection_days, self.policy.inspection_days)
        partner = [0.0, 0.0]
        for step, choice in made:
            if choice.option.line.fact.through_partner:
                low, high, _, _ = self._step_days(given, step, choice, start, inspection)
                partner = [partner[0] + low, partner[1] + high]
        loads = []
        for end, booked in ((0, self.policy.booked_share[0]), (1, self.policy.booked_share[1])):
            finish = start[end] + self.policy.open_window_days
            if self.available is not None:
                finish = max(self.available - ship[end] - partner[end] - inspection[end], start[end])
            worst = 0.0
            for s in slots.values():
                free = self.shop.free_until(s, finish, booked) - self.shop.free_until(s, start[end], booked)
                worst = max(worst, self._total(given, s, high=end == 1) / free if free > 0 else float("inf"))
            loads.append(worst)
        unknown = not made or any(not choice.slots for _, choice in made)
        return (0.0 if unknown else load_score(loads[1])), load_score(loads[0])

    def _lead_time(self, given: dict[int, Choice | None], available: float) -> Range:
        early, late, could, firm = self.days(given)
        if firm and round(early, 9) > available and round(could, 9) <= available:
            early = available
        return slack_score(available, late), slack_score(available, early)

    def _distance(self, ship_to: Place) -> Range:
        half, floor = self.policy.distance_modes[self.mode]
        km = km_between(self.facility.place, ship_to)
        ends = (floor, 1.0) if km is None else (floor + (1 - floor) * 2 ** (-km / half),) * 2
        here, there = self.facility.place.country, ship_to.country
        factor = self.policy.border_factor
        if here is None or there is None:
            return ends[0] * factor, ends[1]
        crossed = 1.0 if self.book.one_customs_area(here, there) else factor
        return ends[0] * crossed, ends[1] * crossed

    def _mutual(self, given: dict[int, Choice | None]) -> Range:
        least = self.policy.mutual_fit_floor
        low, high = self._dependence(given)
        welcome = self.facility.preferences.accepts_startups
        low *= 1.0 if welcome else least
        high *= least if welcome is False else 1.0
        wishes = self.facility.preferences
        for wished, word in ((wishes.stages, self.need.stage), (wishes.industries, self.need.industry)):
            if word is not None and wished is None:
                low *= self.policy.unwished_factor
            elif word is not None and wished and word not in wished:
                low, high = low * self.policy.unwished_factor, high * self.policy.unwished_factor
        return low, high

    def _dependence(self, given: dict[int, Choice | None]) -> Range:
        made = self._made(given)
        slots = {s.name: s for _, choice in made for s in choice.slots}
        low, high = 1.0, 1.0
        unknown = not made or any(not choice.slots for _, choice in made)
        for s in slots.values():
            gross, stated = self.shop.gross(s)
            if not stated:
                unknown = True
                continue
            share = [self._total(given, s, high=end == 1, year=True) / 52 for end in (0, 1)]
            low = min(low, dependence(share[1] / gross if gross > 0 else float("inf")))
            high = min(high, dependence(share[0] / gross if gross > 0 else float("inf")))
        return (min(low, self.policy.mutual_fit_floor) if unknown else low), high

    def _track(self) -> Range:
        record = self.facility.track_record
        good, bad = (0, 0) if record is None else (record.good_lots, record.bad_lots)
        a, b = self.policy.track_prior
        value = beta_quantile(self.policy.track_quantile, int(a) + good, int(b) + bad)
        return value, value


def _makes(option: Option) -> bool:
    """No making gate fails beyond its near-miss bound."""
    return all(BADNESS[v] > 0 for gate, v in option.verdicts.items() if gate != "run_size")
