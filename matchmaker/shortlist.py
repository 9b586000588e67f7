"""The sites that can be shown: the best of each tier, found without scoring everybody.

A bound on a score takes what is cheap to know as it is and everything else at its best. Assignments are scored best
bound first; once as many sites as are wanted have a score, whoever's bound lies below the last of them is left out.
Equal hundredths are never left out, so that order, ties and the printed rank are those of scoring everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.assignments import NOBODY, Assignments
from matchmaker.codes import Criterion
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.criteria import CRITERIA, ScoreView
from matchmaker.domain import Tier
from matchmaker.evaluation import (
    Extras,
    best_rows,
    contribution,
    find_coverage,
    find_weights,
    hundredths,
    score,
)
from matchmaker.ground import Given
from matchmaker.planning import factors
from matchmaker.tiers import Tiers

FEW = 800  # assignments that are scored sooner than sifted
PROBED = 96
MARGIN = 1e-8  # above any error of rounding in a bound
PLACED = tuple(tier for tier in Tier if tier != Tier.EXCLUDED)


@dataclass(frozen=True, slots=True)
class Candidates:
    """One assignment for each site of a tier that may be shown, with what orders them."""

    tier: Tier
    rows: Assignments
    unknown: IntArray
    hundredths: IntArray
    slack: FloatArray


def shortlist(tiers: Tiers, wanted: int) -> list[Candidates]:
    """The best of whole tiers from the top down, until `wanted` sites are there."""
    out = []
    for tier in PLACED:
        sites = int((tiers.tier == tier).sum())
        if sites and wanted > 0:
            out.append(_best_of(tiers, tier, wanted))
        wanted -= sites
    return out


def _best_of(tiers: Tiers, tier: Tier, wanted: int) -> Candidates:
    rows, unknown = tiers.candidates(tier)
    given = Given(tiers.tally.ground, rows).narrowed(np.arange(len(rows.site)))
    extras = Extras.of(given.ground, np.isin(np.arange(len(given.ground.sites)), rows.site))
    left = _sifted(given, extras, wanted)
    rows, unknown = rows.take(left), unknown[left]
    scored = score(given.narrowed(left), extras)
    best = best_rows(rows.site, unknown, (rows.option != NOBODY).sum(axis=1), scored)
    points = hundredths(scored.score[best])
    best = best[points >= _worth_of_place(points, wanted)]
    return Candidates(tier, rows.take(best), unknown[best], hundredths(scored.score[best]), scored.slack[best])


def _worth_of_place(points: IntArray, place: int) -> int:
    """The hundredths of the site in that place; 0 where there are fewer."""
    return int(np.partition(points, len(points) - place)[len(points) - place]) if len(points) >= place else 0


def _sifted(given: Given, extras: Extras, wanted: int) -> IntArray:
    """The assignments that may put their site among the wanted."""
    rows = np.arange(given.size)
    if given.size <= FEW:
        return rows
    sieve = _Sieve.of(given, extras)
    for criteria in ROUNDS:
        for name in criteria:
            sieve = sieve.after(name)
        points = sieve.points
        kept = points >= _probe(sieve.view.given, extras, points, wanted)
        rows, sieve = rows[kept], sieve.take(kept)
        if len(rows) <= FEW:
            break
    return rows


def _probe(given: Given, extras: Extras, points: IntArray, wanted: int) -> int:
    """Score the most promising: what the last of the wanted reaches at least."""
    size = max(3 * wanted, PROBED)
    if size >= len(points):
        return 0
    best = np.sort(np.argpartition(-points, size - 1)[:size])
    tried = given.narrowed(best)
    worth = hundredths(score(tried, extras).score)
    order = np.lexsort((-worth, tried.rows.site))
    site = tried.rows.site[order]
    return _worth_of_place(worth[order][np.append(True, site[1:] != site[:-1])], wanted)


# What is looked at before the most promising are tried, cheap to know and telling first. Capacity is not: it is taken
# at its best, as is how much a site would depend on the customer.
ROUNDS = (
    (Criterion.RUN_SIZE, Criterion.PRECISION, Criterion.PRICE),
    (Criterion.LEAD_TIME, Criterion.MUTUAL_FIT, Criterion.DISTANCE, Criterion.TRACK_RECORD),
)


@dataclass(frozen=True, slots=True)
class _Sieve:
    """Assignments with the ends of their scores so far; what is not looked at yet is at its best."""

    view: ScoreView
    weights: dict[Criterion, FloatArray]
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, given: Given, extras: Extras) -> _Sieve:
        view = ScoreView(given, idle=True)
        coverage, factor = find_coverage(given, extras), factors(given.ground, given.site)
        weights = find_weights(given.ground.asked, _applying(view))
        return cls(view, weights, coverage[0] * factor[0], coverage[1] * factor[1])

    @property
    def points(self) -> IntArray:
        """No fewer hundredths than the score will have."""
        alpha = self.view.given.ground.asked.policy.alpha
        return hundredths(self.low + alpha * (self.high - self.low) + MARGIN)

    def after(self, name: Criterion) -> _Sieve:
        asked, value, weight = self.view.given.ground.asked, CRITERIA[name](self.view), self.weights[name]
        low, high = contribution(value.low, weight, asked), contribution(value.high, weight, asked)
        return _Sieve(self.view, self.weights, self.low * low, self.high * high)

    def take(self, kept: BoolArray) -> _Sieve:
        weights = {name: weight[kept] for name, weight in self.weights.items()}
        return _Sieve(ScoreView(self.view.given.narrowed(kept), idle=True), weights, self.low[kept], self.high[kept])


def _applying(view: ScoreView) -> dict[Criterion, BoolArray]:
    """As the criteria themselves say, without working out those that are dear."""
    asked = view.given.ground.asked
    where, everywhere = asked.need.ship_to, np.ones(view.size, dtype=np.bool_)
    known = {
        Criterion.LEAD_TIME: asked.available_days is not None,
        Criterion.DISTANCE: where.lat is not None and where.lon is not None,
    }
    cheap = {name: CRITERIA[name](view).applies for name in (Criterion.PRECISION, Criterion.PRICE)}
    return {name: cheap.get(name, everywhere & known.get(name, True)) for name in CRITERIA}
