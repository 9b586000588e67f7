"""CRITERIA: every criterion, one function each -> the ends of its interval for each assignment.

The scale is fixed and never looks at other facilities. A known fact gives one value; an unknown one the least and the
most of the curve over its default range. A new criterion is one function, one row of CRITERIA, and its weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, reduce

import numpy as np

from matchmaker.asked import Asked
from matchmaker.beta import beta_quantile
from matchmaker.codes import Criterion, CriterionCode
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import (
    capacity_headroom,
    dependence_fit,
    distance_decay,
    haversine_km,
    lead_time_slack,
    price_fit,
)
from matchmaker.fits import StepFits, find_fits
from matchmaker.ground import Given
from matchmaker.row_gates import Prices, timing_facts
from matchmaker.timing import (
    Burden,
    Finish,
    Resources,
    find_burden,
    find_finish,
    find_readiness,
    find_resources,
)
from matchmaker.verdicts import FactColumn, Facts, Origin, no_facts

ANSWERS = np.array([False, True, None], dtype=object)  # by 0, 1 and -1 (blank)


@dataclass(frozen=True, slots=True)
class Values:
    """Ends of a criterion over assignments. `applies`: the rows that it is asked of. `code`: where it is not simply
    known or an interval by its ends."""

    low: FloatArray
    high: FloatArray
    applies: BoolArray
    facts: Facts = no_facts
    code: CriterionCode | None = None
    coded: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True)
class ScoreView:
    """What a criterion reads: assignments, when they would be done, how busy their makers are. Found when first asked.

    `idle`: as if nobody were ever busy, the best that any burden can be.
    """

    given: Given
    idle: bool = False

    @property
    def size(self) -> int:
        return self.given.size

    @cached_property
    def resources(self) -> Resources:
        return find_resources(self.given)

    @cached_property
    def finish(self) -> Finish:
        return find_finish(self.given, find_readiness(self.given, None if self.idle else self.resources))

    @cached_property
    def burden(self) -> Burden:
        return Burden.none(self.size) if self.idle else find_burden(self.given, self.finish, self.resources)

    @cached_property
    def fits(self) -> list[StepFits]:
        return [find_fits(self.given.ground.lot(plan), plan.codes) for plan in self.given.ground.plans]


def _everywhere(view: ScoreView) -> BoolArray:
    return np.ones(view.size, dtype=np.bool_)


def run_size(view: ScoreView) -> Values:
    """The step whose run size fits least, of those made here."""
    low, high = _least(view, "run_low", "run_high")
    return Values(low, high, _everywhere(view))


def _least(view: ScoreView, low_name: str, high_name: str) -> tuple[FloatArray, FloatArray]:
    ends = []
    for name in (low_name, high_name):
        steps = [view.given.of_option(s, getattr(fit, name), np.nan) for s, fit in enumerate(view.fits)]
        ends.append(reduce(np.fmin, steps))
    return np.nan_to_num(ends[0], nan=0.0), np.nan_to_num(ends[1], nan=0.0)


def capacity(view: ScoreView) -> Values:
    """The load of the tightest resource over the production window. A step on a resource unknown may be anything."""
    burden = view.burden
    low = np.where(burden.hours_unknown, 0.0, capacity_headroom(burden.load[1]))
    facts = (FactColumn("load_low", burden.load[0], "share"), FactColumn("load_high", burden.load[1], "share"))
    return Values(low, capacity_headroom(burden.load[0]), _everywhere(view), lambda: facts)


def lead_time(view: ScoreView) -> Values:
    """Days available over days expected. Where the lead time of the whole site misses the date but need not bind this
    step, the good end is the least that would still be in time."""
    asked, finish = view.given.ground.asked, view.finish
    available = asked.available_days
    if available is None:
        nothing = np.zeros(view.size)
        return Values(nothing, nothing, np.zeros(view.size, dtype=np.bool_))
    early = np.round(finish.total[0], 9)
    excused = finish.ready.firm & (early > available) & (np.round(finish.could_low, 9) <= available)
    good = lead_time_slack(available, np.where(excused, available, finish.total[0]))
    low = lead_time_slack(available, finish.total[1])
    return Values(low, good, _everywhere(view), lambda: timing_facts(asked, finish))


def distance(view: ScoreView) -> Values:
    """Decay with the great-circle distance by the need's mode; a customs border lowers it."""
    asked, where, site = view.given.ground.asked, view.given.ground.supply.sites.where, view.given.site
    ship_to, (half, floor) = asked.need.ship_to, asked.policy.distance_modes[asked.mode]
    known = ship_to.lat is not None and ship_to.lon is not None
    here = np.nan if ship_to.lat is None else ship_to.lat, np.nan if ship_to.lon is None else ship_to.lon
    km = haversine_km(where.lat[site], where.lon[site], here[0], here[1])
    score = distance_decay(km, half, floor)
    crosses = _customs_border(view.given)
    factor = asked.policy.border_factor
    low = np.where(np.isnan(km), floor, score) * np.where(crosses == 0, 1.0, factor)
    high = np.where(np.isnan(km), 1.0, score) * np.where(crosses == 1, factor, 1.0)
    return Values(low, high, np.full(view.size, known), lambda: _distance_facts(asked, km, crosses))


def _distance_facts(asked: Asked, km: FloatArray, crosses: IntArray) -> tuple[FactColumn, ...]:
    return (
        FactColumn("distance_km", km, "km"),
        FactColumn("distance_mode", asked.mode.value),
        FactColumn("mode_rule", asked.mode_rule),
        FactColumn("customs_border", ANSWERS[crosses]),
    )


def _customs_border(given: Given) -> IntArray:
    """1 where goods cross a customs border to the ship-to place, 0 where they do not, -1 unknown."""
    where, asked = given.ground.supply.sites.where, given.ground.asked
    target, same = asked.need.ship_to.country, asked.taxonomy.places.same_customs_area
    crosses = [-1 if target is None else int(not same(country, target)) for country in where.countries]
    return np.array([*crosses, -1], dtype=np.int64)[where.country[given.site]]


def mutual_fit(view: ScoreView) -> Values:
    """Would they want it: dependence on one customer, start-ups welcome, wished stages and industries."""
    asked, sites, site = view.given.ground.asked, view.given.ground.supply.sites, view.given.site
    burden, least, unwished = view.burden, asked.policy.mutual_fit_floor, asked.policy.unwished_factor
    low = np.minimum(np.where(burden.share_unknown, least, 1.0), dependence_fit(burden.share[1]))
    high = dependence_fit(burden.share[0])
    welcome = sites.accepts_startups[site]
    low = low * np.where(welcome == 1, 1.0, least)
    high = high * np.where(welcome == 0, least, 1.0)
    told = []
    for name, has, words, word in (
        ("stage_wished", sites.has_stage_wishes, sites.wished_stages, asked.need.stage),
        ("industry_wished", sites.has_industry_wishes, sites.wished_industries, asked.need.industry),
    ):
        if word is not None:
            stated = has[site]
            wished = (stated == 0) | words.among(site, [word])
            low = low * np.where(wished, 1.0, unwished)
            high = high * np.where((stated < 0) | wished, 1.0, unwished)
            told.append((name, np.where(stated < 0, -1, wished.astype(np.int64))))
    return Values(low, high, _everywhere(view), lambda: _mutual_facts(burden, welcome, told))


def _mutual_facts(burden: Burden, welcome: IntArray, told: list[tuple[str, IntArray]]) -> tuple[FactColumn, ...]:
    return (
        FactColumn("year_share_low", burden.share[0], "share"),
        FactColumn("year_share_high", burden.share[1], "share"),
        FactColumn("accepts_startups", ANSWERS[welcome], origin=Origin.SITE),
        *(FactColumn(name, ANSWERS[answer], origin=Origin.SITE) for name, answer in told),
    )


def precision(view: ScoreView) -> Values:
    """The worse of tolerance and envelope margin, at the step where it is worst; asked where a step asks either."""
    low, high = _least(view, "precision_low", "precision_high")
    asks = np.zeros(view.size, dtype=np.bool_)
    for s, fit in enumerate(view.fits):
        if fit.asks_precision:
            asks |= view.given.made(s)
    return Values(low, high, asks)


def track_record(view: ScoreView) -> Values:
    """A cautious quantile of the share of good lots, starting from the prior."""
    policy, sites, site = view.given.ground.asked.policy, view.given.ground.supply.sites, view.given.site
    a, b = policy.track_prior
    good, bad = sites.good_lots[site], sites.bad_lots[site]
    value = np.full(view.size, beta_quantile(policy.track_quantile, a, b))
    told = np.flatnonzero((good > 0) | (bad > 0))
    pairs = zip(good[told].tolist(), bad[told].tolist(), strict=True)
    value[told] = [beta_quantile(policy.track_quantile, a + lots, b + spoilt) for lots, spoilt in pairs]
    fresh = np.ones(view.size, dtype=np.bool_)
    fresh[told] = False
    facts = (FactColumn("good_lots", good, "lots", Origin.SITE), FactColumn("bad_lots", bad, "lots", Origin.SITE))
    return Values(value, value, _everywhere(view), lambda: facts, CriterionCode.NO_RECORD_YET, fresh)


def price(view: ScoreView) -> Values:
    """The price band of the lead step against the stated target; asked only where both are known."""
    ground, size = view.given.ground, view.size
    target, currency = ground.asked.need.target_price, ground.asked.need.currency
    if not target:
        return Values(np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.bool_))
    prices = Prices.of(ground.lot(ground.plans[ground.lead]))
    low, high = (view.given.of_option(ground.lead, end, np.nan) for end in (prices.low, prices.high))
    facts = (
        FactColumn("target_price", target, currency, Origin.NEED),
        FactColumn("price_low", low, currency, Origin.LINE),
        FactColumn("price_high", high, currency, Origin.LINE),
    )
    bad, good = (
        np.nan_to_num(price_fit(end, target, ground.asked.policy.price_zero_at), nan=0.0) for end in (high, low)
    )
    return Values(bad, good, ~np.isnan(low) & ~np.isnan(high), lambda: facts)


CRITERIA: dict[Criterion, Callable[[ScoreView], Values]] = {
    Criterion.RUN_SIZE: run_size,
    Criterion.CAPACITY: capacity,
    Criterion.LEAD_TIME: lead_time,
    Criterion.DISTANCE: distance,
    Criterion.MUTUAL_FIT: mutual_fit,
    Criterion.PRECISION: precision,
    Criterion.TRACK_RECORD: track_record,
    Criterion.PRICE: price,
}
