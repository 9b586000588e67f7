"""One facility as a whole: its own gates, its hours, its days, its score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import exp, log
from typing import Any

import numpy as np

from apps.facilities.models import Facility, Resource
from benchmarks.peers.orm_step import FAIL, PASS, UNKNOWN, LineFound, StepJudge
from matchmaker.asked import Asked
from matchmaker.beta import beta_quantile
from matchmaker.domain import Confidentiality, DistanceMode, Place, RegionStrength
from matchmaker.places import Positions
from tests.engine.oracle_curves import dependence, load_score, price_score, slack_score
from tests.engine.oracle_world import km_between

Ends = tuple[float, float]
EVIDENCE = ("stated", "documented", "coordinator_verified", "registry_verified")
FAR_WEEKS = 54


@dataclass(frozen=True)
class Timing:
    total: Ends
    load: Ends
    share: Ends
    firm: bool


class SiteJudge:
    """What a need asks of a site, compiled once."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.related = {
            slug
            for slug, at in asked.taxonomy.process_index.items()
            if any(
                asked.taxonomy.process_below[at, asked.taxonomy.process_index[step.fact.process]]
                or asked.taxonomy.process_below[asked.taxonomy.process_index[step.fact.process], at]
                for step in asked.gated
            )
        }
        self.prior = beta_quantile(asked.policy.track_quantile, *asked.policy.track_prior)

    # ------------------------------------------------------------ gates

    def gates(self, facility: Facility) -> dict[str, int]:
        need = self.asked.need
        out = {"active": self._active(facility)}
        for slug in self.asked.facility_certificates:
            out[f"certificates:{slug}"] = self._certificate(facility, slug)
        if self.asked.workmanship is not None:
            built = facility.workmanship_class
            out["certificates"] = UNKNOWN if built is None else PASS if built >= self.asked.workmanship else FAIL
        for slug in self.asked.statements:
            shown = any(
                slug in self._closure(held) and held.evidence_level != "stated" for held in self._valid(facility)
            )
            out[f"product_statements:{slug}"] = PASS if shown else UNKNOWN
        for word, _ in self.asked.region_rules(RegionStrength.MUST):
            out[f"region:{word}"] = self._inside(facility, word)
        if need.export_controlled:
            wanted = self.asked.policy.export_certificates
            verified = any(
                slug in self._closure(held) and EVIDENCE.index(held.evidence_level) >= 2
                for held in self._valid(facility)
                for slug in wanted
            )
            out["export_control"] = PASS if verified else FAIL
        if need.confidentiality != Confidentiality.PUBLIC:
            out["secrecy"] = {True: PASS, False: FAIL, None: UNKNOWN}[facility.signs_nda]
        refused = {(item.kind, item.value) for item in facility.no_gos.all()}
        asks = {("industry", need.industry), ("stage", need.stage), ("customer", need.customer_kind)}
        out["no_go"] = FAIL if refused & asks else PASS
        return out

    def _active(self, facility: Facility) -> int:
        paused = facility.operating_state == "paused"
        back = paused and facility.paused_until is not None and facility.paused_until < self.asked.as_of
        if facility.operating_state != "active" and not back:
            return FAIL
        if facility.access in ("members_only", "self_service") and not self.asked.need.self_service:
            return FAIL
        return PASS if facility.claim_state == "claimed" else UNKNOWN

    def _closure(self, held: Any) -> frozenset[str]:
        return self.asked.taxonomy.certificate_closure[held.certification.slug]

    def _valid(self, facility: Facility) -> list[Any]:
        valid_on = self.asked.valid_on
        return [held for held in facility.certificates.all() if held.expires_on is None or held.expires_on >= valid_on]

    def _certificate(self, facility: Facility, slug: str) -> int:
        if not facility.certificates.all() and not facility.certificates_listed:
            return UNKNOWN
        best = FAIL
        for held in self._valid(facility):
            scope = {process.slug for process in held.scope_processes.all()}
            if slug not in self._closure(held) or (scope and not scope & self.related):
                continue
            settled = held.evidence_level != "stated" or (held.expires_on is not None and scope)
            best = max(best, PASS if settled else UNKNOWN)
        return best

    def _inside(self, facility: Facility, word: str) -> int:
        places = self.asked.taxonomy.places
        where, only = _positions(facility), np.zeros(1, dtype=np.int64)
        answer = int(places.inside(places.region(word), where, only, self.asked.need.ship_to)[0])
        return {1: PASS, 0: FAIL, -1: UNKNOWN}[answer]

    # ------------------------------------------------------------ hours and days

    def timing(self, facility: Facility, made: list[tuple[StepJudge, LineFound]]) -> Timing:
        policy, need = self.asked.policy, self.asked.need
        quote, material, inspection = (
            (usual[0], usual[1]) if stated is None else (stated, stated)
            for stated, usual in (
                (facility.quote_days, policy.quote_days),
                (facility.material_days, policy.material_days),
                (facility.inspection_days, policy.inspection_days),
            )
        )
        transport = policy.transport_days[self.asked.mode]
        shipped = self.asked.mode != DistanceMode.ON_SITE
        if shipped and facility.country.code and need.ship_to.country:
            known = self.asked.taxonomy.places.transit_days(
                facility.country.code, need.ship_to.country, self.asked.mode
            )
            transport = known or transport
        tooling = [max((found.tooling[end] for _, found in made), default=0.0) for end in (0, 1)]
        start = [quote[end] + max(tooling[end], material[end]) for end in (0, 1)]
        firm, own = True, [0.0, 0.0]
        load, share = [0.0, 0.0], [0.0, 0.0]
        for judge, found in made:
            resource = self._resource(facility, found)
            days, stated = self._days(resource, judge, found, start, inspection)
            firm = firm and stated
            own = [max(own[end], days[end]) for end in (0, 1)]
            loads, shares = self._load(resource, judge, found, start, transport)
            load = [max(load[end], loads[end]) for end in (0, 1)]
            share = [max(share[end], shares[end]) for end in (0, 1)]
        total = (start[0] + own[0] + transport[0], start[1] + own[1] + transport[1])
        return Timing(total, (load[0], load[1]), (share[0], share[1]), firm)

    def _resource(self, facility: Facility, found: LineFound) -> Resource | None:
        work = self.asked.taxonomy.work_of(found.line.process.slug)
        resource: Resource
        for resource in facility.resources.all():
            if resource.pk == found.line.resource_id or (work and resource.kind.slug == work.resource_kind):
                return resource
        return None

    def _days(
        self, resource: Resource | None, judge: StepJudge, found: LineFound, start: list[float], inspection: Ends
    ) -> tuple[Ends, bool]:
        hours = judge.hours(found, resource, judge.step.pieces)
        line = found.line
        worked = line.setup_hours is not None and line.cycle_seconds is not None
        if resource is not None and hours and worked and resource.booked_share is not None and self._fresh(resource):
            days = [self._reach(resource, start[end], hours[end]) + inspection[end] for end in (0, 1)]
            return (days[0], days[1]), True
        return found.lead, found.lead_stated

    def _fresh(self, resource: Resource) -> bool:
        oldest = self.asked.as_of - timedelta(days=self.asked.policy.capacity_fresh_days)
        return resource.confirmed_on is not None and resource.confirmed_on >= oldest

    def _free(self, resource: Resource | None, week: int, booked: float, kind_hours: float) -> float:
        """Free hours of a whole week, counted from the current one."""
        if resource is None:
            return kind_hours * (1 - booked)
        monday = self.asked.as_of - timedelta(days=self.asked.as_of.weekday()) + timedelta(weeks=week)
        gross = resource.gross_hours_per_week or 40.0
        availability = resource.kind.availability if resource.availability is None else resource.availability
        share = booked if resource.booked_share is None else resource.booked_share
        pattern: float = gross * availability * (1 - share)
        for item in resource.weeks.all():
            if item.monday == monday:
                stated = pattern if item.free_hours is None else item.free_hours
                return max(stated - float(item.firm_hours + item.soft_hours), 0.0)
        return pattern

    def _reach(self, resource: Resource, start: float, hours: float) -> float:
        """Days from the start until so many hours have come free, week by week."""
        day = start
        for week in range(int(start // 7), FAR_WEEKS):
            end = 7.0 * (week + 1)
            rate = self._free(resource, week, 0.7, 0.0) / 7
            if rate > 0 and hours <= rate * (end - day):
                return day + hours / rate - start
            hours, day = hours - rate * max(end - day, 0.0), max(end, day)
        return float("inf")

    def _load(
        self, resource: Resource | None, judge: StepJudge, found: LineFound, start: list[float], transport: Ends
    ) -> tuple[Ends, Ends]:
        work = self.asked.taxonomy.work_of(found.line.process.slug)
        hours = judge.hours(found, resource, judge.step.pieces)
        year = judge.hours(found, resource, judge.step.year_pieces)
        if work is None or hours is None or year is None:
            return (0.0, 2.0), (0.0, 1.0)
        kind = self.asked.taxonomy.kind_index[work.resource_kind]
        tree = self.asked.taxonomy
        usual = float(tree.kind_hours[kind] * tree.kind_availability[kind])
        due = self.asked.available_days or self.asked.policy.open_window_days
        loads = []
        for end, booked in enumerate(self.asked.policy.booked_share):
            finish = max(due - transport[end], start[end])
            free = sum(
                self._free(resource, week, booked, usual)
                * max(0.0, min(finish, 7.0 * week + 7) - max(start[end], 7.0 * week))
                / 7
                for week in range(int(start[end] // 7), int(finish // 7) + 1)
            )
            loads.append(hours[end] / free if free > 0 else 99.0)
        gross = usual if resource is None else resource.gross_hours_per_week or 40.0
        return (loads[0], loads[1]), (year[0] / 52 / gross, year[1] / 52 / gross)

    # ------------------------------------------------------------ score

    def criteria(self, facility: Facility, made: list[tuple[StepJudge, LineFound]], timing: Timing) -> dict[str, Ends]:
        asked, policy = self.asked, self.asked.policy
        out = {
            "run_size": (min(f.run_size[0] for _, f in made), min(f.run_size[1] for _, f in made)),
            "capacity": (load_score(timing.load[1]), load_score(timing.load[0])),
            "mutual_fit": self._mutual_fit(facility, timing),
            "track_record": (self.prior, self.prior),
        }
        if asked.available_days is not None:
            days = asked.available_days
            out["lead_time"] = (slack_score(days, timing.total[1]), slack_score(days, timing.total[0]))
        fine = [found.precision for _, found in made if found.precision is not None]
        if fine:
            out["precision"] = (min(low for low, _ in fine), min(high for _, high in fine))
        if asked.need.ship_to.lat is not None:
            out["distance"] = self._distance(facility)
        target = asked.need.target_price
        line = next((found.line for judge, found in made if judge.step.is_lead), None)
        if target and line is not None and line.unit_price_low and line.unit_price_high:
            zero = policy.price_zero_at
            out["price"] = (
                price_score(float(line.unit_price_high), target, zero),
                price_score(float(line.unit_price_low), target, zero),
            )
        return out

    def _distance(self, facility: Facility) -> Ends:
        half, floor = self.asked.policy.distance_modes[self.asked.mode]
        km = km_between(Place(None, None, facility.lat, facility.lon), self.asked.need.ship_to)
        if km is None:
            return floor, 1.0
        score = floor + (1 - floor) * 2 ** (-km / half)
        here, there = facility.country.code, self.asked.need.ship_to.country
        if here and there and not self.asked.taxonomy.places.same_customs_area(here, there):
            score *= self.asked.policy.border_factor
        return score, score

    def _mutual_fit(self, facility: Facility, timing: Timing) -> Ends:
        policy, need = self.asked.policy, self.asked.need
        low, high = dependence(timing.share[1]), dependence(timing.share[0])
        if facility.accepts_startups is not True:
            low *= policy.mutual_fit_floor
        if facility.accepts_startups is False:
            high *= policy.mutual_fit_floor
        for wished, word in ((facility.wished_stages, need.stage), (facility.wished_industries, need.industry)):
            if word is not None and wished is None:
                low *= policy.unwished_factor
            elif word is not None and wished and word not in wished:
                low, high = low * policy.unwished_factor, high * policy.unwished_factor
        return low, high

    def score(self, values: dict[str, Ends], coverage: Ends, facility: Facility) -> tuple[float, float, float]:
        policy = self.asked.policy
        total = sum(policy.weights[name] for name in values)
        ends = []
        for end in (0, 1):
            worth = sum(
                policy.weights[name] / total * log(max(value[end], policy.floor)) for name, value in values.items()
            )
            ends.append(coverage[end] * exp(worth) * self._factor(facility))
        return ends[0], ends[1], round(ends[0] + policy.alpha * (ends[1] - ends[0]), 9)

    def _factor(self, facility: Facility) -> float:
        factor, rules = 1.0, self.asked.region_rules(RegionStrength.WISH)
        if rules and not any(self._inside(facility, word) == PASS for word, _ in rules):
            factor *= self.asked.policy.wished_region_factor
        if self.asked.strict and facility.country.code != self.asked.need.ship_to.country:
            factor *= self.asked.policy.strict_border_factor
        return factor


def _positions(facility: Facility) -> Positions:
    """One place in the columns that the region table reads."""
    country, area = facility.country.code, facility.admin_area
    nan = float("nan")
    return Positions(
        np.array([0 if country else -1]),
        (country,) if country else (),
        np.array([0 if area else -1]),
        (area,) if area else (),
        np.array([nan if facility.lat is None else facility.lat]),
        np.array([nan if facility.lon is None else facility.lon]),
    )
