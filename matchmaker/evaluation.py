"""The ends of the score of assignments, and the best assignment of each site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from matchmaker.asked import Asked
from matchmaker.codes import Criterion
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.criteria import CRITERIA, ScoreView, Values
from matchmaker.ground import Given, Ground
from matchmaker.planning import Preferred, factors, find_preferred

Ends = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Extras:
    """What the sites of a ground add to every assignment: preferred steps, and their weighted quality."""

    preferred: list[Preferred]
    quality: Ends

    @classmethod
    def of(cls, ground: Ground, kept: BoolArray) -> Extras:
        """For the sites of the ground that are kept."""
        preferred = find_preferred(ground, kept)
        low, high = np.zeros(len(ground.sites)), np.zeros(len(ground.sites))
        for item in preferred:
            has = item.best >= 0
            quality, claimed = item.options.quality[item.best[has]], item.options.claimed[item.best[has]]
            low[has] += item.step.weight * quality
            high[has] += item.step.weight * np.where(claimed, 1.0, quality)
        return cls(preferred, (low, high))


@dataclass(frozen=True, slots=True)
class Scored:
    """Columns over assignments. `low`, `high`, `score` and `slack` are rounded to 9 decimals."""

    view: ScoreView
    values: dict[Criterion, Values]
    weights: dict[Criterion, FloatArray]
    coverage: Ends
    low: FloatArray
    high: FloatArray
    score: FloatArray
    slack: FloatArray


def score(given: Given, extras: Extras) -> Scored:
    """Plans of `given` should hold little more than its assignments: every option of theirs is worked out."""
    asked = given.ground.asked
    view = ScoreView(given)
    values = {name: function(view) for name, function in CRITERIA.items()}
    weights = find_weights(asked, {name: value.applies for name, value in values.items()})
    coverage, factor = find_coverage(given, extras), factors(given.ground, given.site)
    low, high = (np.round(coverage[e] * _product(asked, values, weights, e) * factor[e], 9) for e in (0, 1))
    slack = np.zeros(given.size)
    if asked.available_days is not None:
        slack = asked.available_days - view.finish.total[1]
    return Scored(
        view=view,
        values=values,
        weights=weights,
        coverage=coverage,
        low=low,
        high=high,
        score=np.round(low + asked.policy.alpha * (high - low), 9),
        slack=np.round(slack, 9),
    )


def find_weights(asked: Asked, applies: dict[Criterion, BoolArray]) -> dict[Criterion, FloatArray]:
    """Renormalised, for each assignment, over the criteria that apply."""
    raw = {name: np.where(where, asked.policy.weights[name], 0.0) for name, where in applies.items()}
    total = reduce(np.add, raw.values())
    return {name: weight / np.where(total > 0, total, 1.0) for name, weight in raw.items()}


def _product(
    asked: Asked, values: dict[Criterion, Values], weights: dict[Criterion, FloatArray], end: int
) -> FloatArray:
    parts = (contribution((value.low, value.high)[end], weights[name], asked) for name, value in values.items())
    return np.asarray(reduce(np.multiply, parts))


def contribution(value: FloatArray, weight: FloatArray, asked: Asked) -> FloatArray:
    return np.asarray(np.maximum(value, asked.policy.floor) ** weight)


def find_coverage(given: Given, extras: Extras) -> Ends:
    """The weighted share of the steps, each at the quality of its option; a claim may be worth anything up to 1."""
    low, high = (end[given.rows.site] for end in extras.quality)
    for s, plan in enumerate(given.ground.plans):
        options = plan.options
        best = np.where(options.claimed, 1.0, options.quality)
        low = low + plan.step.weight * given.of_option(s, options.quality, 0.0)
        high = high + plan.step.weight * given.of_option(s, best, 0.0)
    whole = sum(step.weight for step in given.ground.asked.steps)
    return low / whole, high / whole


def hundredths(score: FloatArray) -> IntArray:
    """A score of 9 decimals in whole hundredths, halves up: in integers, so that no binary fraction decides a tie."""
    return (np.rint(score * 1e9).astype(np.int64) + 5_000_000) // 10_000_000


def best_rows(site: IntArray, unknown: IntArray, steps_made: IntArray, scored: Scored) -> IntArray:
    """Of assignments of one tier the one that puts each site highest: score to two decimals, fewer unknowns, more
    slack, exact score, more steps; ties fall to the first."""
    keys = (-steps_made, -scored.score, -scored.slack, unknown, -hundredths(scored.score), site)
    order = np.lexsort(keys)
    return np.asarray(order[np.append(True, site[order][1:] != site[order][:-1])]) if len(order) else order
