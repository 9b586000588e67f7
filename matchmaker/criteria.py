"""CRITERIA: every criterion, one function each -> the ends of its interval for each assignment.

The scale is fixed and never looks at other facilities. A known fact gives one value; an unknown one the least and the
most of the curve over its default range. A new criterion is one function, one row of CRITERIA, and its weight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

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
from matchmaker.fits import StepFits
from matchmaker.row_gates import RowView, lead_price, timing_facts
from matchmaker.verdicts import FactColumn, Origin


@dataclass(frozen=True, slots=True)
class Values:
    """Ends of a criterion over assignments. `applies`: the rows that it is asked of. `code`: where it is not simply
    known or an interval by its ends."""

    low: FloatArray
    high: FloatArray
    applies: BoolArray
    facts: tuple[FactColumn, ...] = ()
    code: CriterionCode | None = None
    coded: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class ScoreView:
    rows: RowView
    fits: list[StepFits]

    @property
    def size(self) -> int:
        return len(self.rows.rows.site)


def _everywhere(view: ScoreView) -> BoolArray:
    return np.ones(view.size, dtype=np.bool_)


def run_size(view: ScoreView) -> Values:
    """The step whose run size fits least, of those made here."""
    low, high = _least(view, "run_low", "run_high")
    return Values(low, high, _everywhere(view))


def _least(view: ScoreView, low_name: str, high_name: str) -> tuple[FloatArray, FloatArray]:
    ends = []
    for name in (low_name, high_name):
        steps = [view.rows.gather(s, getattr(fit, name), np.nan) for s, fit in enumerate(view.fits)]
        ends.append(np.fmin.reduce(steps, axis=0))
    return np.nan_to_num(ends[0], nan=0.0), np.nan_to_num(ends[1], nan=0.0)


def capacity(view: ScoreView) -> Values:
    """The load of the tightest resource over the production window. A step on a resource unknown may be anything."""
    timing = view.rows.timing
    low = np.where(timing.hours_unknown, 0.0, capacity_headroom(timing.load[1]))
    facts = (FactColumn("load_low", timing.load[0], "share"), FactColumn("load_high", timing.load[1], "share"))
    return Values(low, capacity_headroom(timing.load[0]), _everywhere(view), facts)


def lead_time(view: ScoreView) -> Values:
    """Days available over days expected. Where the lead time of the whole site misses the date but need not bind this
    step, the good end is the least that would still be in time."""
    available, timing = view.rows.asked.available_days, view.rows.timing
    if available is None:
        nothing = np.zeros(view.size)
        return Values(nothing, nothing, np.zeros(view.size, dtype=np.bool_))
    early = np.round(timing.total[0], 9)
    excused = timing.firm & (early > available) & (np.round(timing.could_low, 9) <= available)
    good = lead_time_slack(available, np.where(excused, available, timing.total[0]))
    facts = timing_facts(view.rows.asked, timing)
    return Values(lead_time_slack(available, timing.total[1]), good, _everywhere(view), facts)


def distance(view: ScoreView) -> Values:
    """Decay with the great-circle distance by the need's mode; a customs border lowers it."""
    asked, sites = view.rows.asked, view.rows.supply.sites
    ship_to, where, site = asked.need.ship_to, sites.where, view.rows.rows.site
    half, floor = asked.policy.distance_modes[asked.mode]
    known = ship_to.lat is not None and ship_to.lon is not None
    here = np.nan if ship_to.lat is None else ship_to.lat, np.nan if ship_to.lon is None else ship_to.lon
    km = haversine_km(where.lat, where.lon, here[0], here[1])[site]
    score = distance_decay(km, half, floor)
    crosses = border_column(view, customs=True)[site]
    factor = asked.policy.border_factor
    low = np.where(np.isnan(km), floor, score) * np.where(crosses == 0, 1.0, factor)
    high = np.where(np.isnan(km), 1.0, score) * np.where(crosses == 1, factor, 1.0)
    border = np.array([False, True, None], dtype=object)[crosses]
    facts = (
        FactColumn("distance_km", km, "km"),
        FactColumn("distance_mode", asked.mode.value),
        FactColumn("mode_rule", asked.mode_rule),
        FactColumn("customs_border", border),
    )
    return Values(low, high, np.full(view.size, known), facts)


def border_column(view: ScoreView, *, customs: bool) -> IntArray:
    """For each site 1 where goods (or, without customs, secrets) cross a border to the ship-to place, -1 unknown."""
    where, asked = view.rows.supply.sites.where, view.rows.asked
    target = asked.need.ship_to.country
    if target is None:
        return np.full(len(where.country), -1, dtype=np.int64)
    same = asked.taxonomy.places.same_customs_area if customs else str.__eq__
    crosses = [int(not same(country, target)) for country in where.countries]
    return np.array([*crosses, -1], dtype=np.int64)[where.country]


def mutual_fit(view: ScoreView) -> Values:
    """Would they want it: dependence on one customer, start-ups welcome, wished stages and industries."""
    policy, need, sites = view.rows.asked.policy, view.rows.asked.need, view.rows.supply.sites
    site, timing, least = view.rows.rows.site, view.rows.timing, view.rows.asked.policy.mutual_fit_floor
    low = np.where(timing.share_unknown, least, 1.0)
    low = np.minimum(low, dependence_fit(timing.share[1]))
    high = dependence_fit(timing.share[0])
    welcome = sites.accepts_startups[site]
    low = low * np.where(welcome == 1, 1.0, least)
    high = high * np.where(welcome == 0, least, 1.0)
    answers, wishes = np.array([False, True, None], dtype=object), []
    for name, has, words, word in (
        ("stage_wished", sites.has_stage_wishes, sites.wished_stages, need.stage),
        ("industry_wished", sites.has_industry_wishes, sites.wished_industries, need.industry),
    ):
        if word is not None:
            wished = (has[site] == 0) | words.carriers(len(sites.ids), [word])[site]
            low = low * np.where(wished, 1.0, policy.unwished_factor)
            high = high * np.where((has[site] < 0) | wished, 1.0, policy.unwished_factor)
            told = np.where(has[site] < 0, -1, wished.astype(np.int64))
            wishes.append(FactColumn(name, answers[told], origin=Origin.SITE))
    facts = (
        FactColumn("year_share_low", timing.share[0], "share"),
        FactColumn("year_share_high", timing.share[1], "share"),
        FactColumn("accepts_startups", answers[welcome], origin=Origin.SITE),
        *wishes,
    )
    return Values(low, high, _everywhere(view), facts)


def precision(view: ScoreView) -> Values:
    """The worse of tolerance and envelope margin, at the step where it is worst; asked where a step asks either."""
    low, high = _least(view, "precision_low", "precision_high")
    asks = np.zeros(view.size, dtype=np.bool_)
    for s, fit in enumerate(view.fits):
        if fit.asks_precision:
            asks |= view.rows.made(s)
    return Values(low, high, asks)


def track_record(view: ScoreView) -> Values:
    """A cautious quantile of the share of good lots, starting from the prior."""
    policy, sites, site = view.rows.asked.policy, view.rows.supply.sites, view.rows.rows.site
    span = int(sites.bad_lots.max(initial=0)) + 1
    records, back = np.unique(sites.good_lots[site] * span + sites.bad_lots[site], return_inverse=True)
    a, b = policy.track_prior
    pairs = (divmod(record, span) for record in records.tolist())
    worth = np.array([beta_quantile(policy.track_quantile, a + good, b + bad) for good, bad in pairs], dtype=np.float64)
    value = worth[back]
    facts = (
        FactColumn("good_lots", sites.good_lots[site], "lots", Origin.SITE),
        FactColumn("bad_lots", sites.bad_lots[site], "lots", Origin.SITE),
    )
    fresh = sites.good_lots[site] + sites.bad_lots[site] == 0
    return Values(value, value, _everywhere(view), facts, CriterionCode.NO_RECORD_YET, fresh)


def price(view: ScoreView) -> Values:
    """The price band of the lead step against the stated target; asked only where both are known."""
    asked = view.rows.asked
    low, high = lead_price(view.rows)
    target = asked.need.target_price
    known = ~np.isnan(low) & ~np.isnan(high) & bool(target)
    goal, zero = target or 1.0, asked.policy.price_zero_at
    facts = (
        FactColumn("target_price", target, asked.need.currency, Origin.NEED),
        FactColumn("price_low", low, asked.need.currency, Origin.LINE),
        FactColumn("price_high", high, asked.need.currency, Origin.LINE),
    )
    bad, good = (np.nan_to_num(price_fit(end, goal, zero), nan=0.0) for end in (high, low))
    return Values(bad, good, known, facts)


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
