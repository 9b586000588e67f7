"""From a need and a supply to plans and the site's side: everything that is settled before assignments are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked, AskedStep
from matchmaker.choices import NO_SLOT, StepPlan, find_choices
from matchmaker.codes import GATE_ORDER, IS_NEAR, VERDICTS, Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.domain import RegionStrength, Verdict
from matchmaker.evaluation import SiteSide
from matchmaker.fits import StepFits, find_fits
from matchmaker.gates import MAKING, SITE_GATES, STEP_GATES
from matchmaker.hours import Hours, find_hours
from matchmaker.options import Options, find_options
from matchmaker.step_gates import StepView
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals
from matchmaker.verdicts import Column


@dataclass(frozen=True, slots=True)
class Preferred:
    """A preferred step: its options, and the one that each site would use (-1 = none)."""

    step: AskedStep
    options: Options
    best: IntArray


@dataclass(frozen=True, slots=True)
class Groundwork:
    """`fallback[s][site]`: the option to show where a site has options for a gated step but none that can make it."""

    asked: Asked
    supply: Supply
    sites: IntArray
    hours: Hours
    typicals: Typicals
    plans: list[StepPlan]
    fallback: list[IntArray]
    fits: list[StepFits]
    side: SiteSide
    preferred: list[Preferred]


def prepare(asked: Asked, supply: Supply) -> Groundwork:
    """Options, gates of steps and of sites, and the fits of options: all before assignments are made."""
    considered = considered_sites(asked, supply)
    typicals = Typicals.of(asked.taxonomy, asked.policy)
    planned = [plan_step(asked, step, supply, considered, typicals) for step in asked.gated]
    slots = np.concatenate([plan.choices.slots.ravel() for plan, _ in planned])
    preferred = [_prefer(asked, step, supply, considered) for step in asked.steps if not step.gated]
    return Groundwork(
        asked=asked,
        supply=supply,
        sites=np.flatnonzero(considered),
        hours=find_hours(asked, supply, slots[slots != NO_SLOT]),
        typicals=typicals,
        plans=[plan for plan, _ in planned],
        fallback=[shown for _, shown in planned],
        fits=[find_fits(asked, supply, plan, typicals) for plan, _ in planned],
        side=_site_side(asked, supply, preferred),
        preferred=preferred,
    )


def considered_sites(asked: Asked, supply: Supply) -> BoolArray:
    """The facilities of the need's networks; without networks, everybody."""
    size = len(supply.sites.ids)
    if not asked.need.network_ids:
        return np.ones(size, dtype=np.bool_)
    return supply.sites.networks.carriers(size, asked.need.network_ids)


def plan_step(
    asked: Asked, step: AskedStep, supply: Supply, considered: BoolArray, typicals: Typicals
) -> tuple[StepPlan, IntArray]:
    """The plan, and for each site the option to show where none can make the step (-1 where it has none)."""
    options = find_options(asked, step, supply)
    options = options.take(considered[options.site])
    view = StepView.build(asked, step, supply, options, typicals)
    columns = {gate: column for gate, function in STEP_GATES.items() if (column := function(view)) is not None}
    failing = _first_hard_fail(options, columns)
    makeable = failing == len(GATE_ORDER)
    choices = find_choices(step, supply, options, makeable, typicals)
    plan = StepPlan(step, options, view.runs, view.families, columns, choices)
    return plan, _furthest(options, failing, len(considered))


def _first_hard_fail(options: Options, columns: dict[Gate, Column]) -> IntArray:
    """The first of the making gates that an option fails beyond its near-miss bound."""
    first = np.full(len(options.site), len(GATE_ORDER), dtype=np.int64)
    for gate in reversed(MAKING):
        if gate in columns:
            codes = columns[gate].codes
            first[(VERDICTS[codes] == Verdict.FAIL) & ~IS_NEAR[codes]] = GATE_ORDER.index(gate)
    return first


def _furthest(options: Options, failing: IntArray, size: int) -> IntArray:
    """Of each site the option that fails latest, the first of equals."""
    shown = np.full(size, -1, dtype=np.int64)
    order = np.lexsort((-np.arange(len(failing)), failing))  # later fails, then earlier options, come last and stay
    shown[options.site[order]] = order
    return shown


def _prefer(asked: Asked, step: AskedStep, supply: Supply, considered: BoolArray) -> Preferred:
    options = find_options(asked, step, supply)
    options = options.take(considered[options.site])
    return Preferred(step, options, _best_quality(asked, options, len(considered)))


def _site_side(asked: Asked, supply: Supply, preferred: list[Preferred]) -> SiteSide:
    low, high = np.zeros(len(supply.sites.ids)), np.zeros(len(supply.sites.ids))
    for item in preferred:
        has = item.best >= 0
        quality, claimed = item.options.quality[item.best[has]], item.options.claimed[item.best[has]]
        low[has] += item.step.weight * quality
        high[has] += item.step.weight * np.where(claimed, 1.0, quality)
    columns = [column for gate in SITE_GATES.values() for column in gate(asked, supply)]
    return SiteSide(columns, (low, high), _factors(asked, supply))


def _best_quality(asked: Asked, options: Options, size: int) -> IntArray:
    worth = np.where(options.claimed, options.quality + asked.policy.alpha * (1 - options.quality), options.quality)
    best = np.full(size, -1, dtype=np.int64)
    order = np.lexsort((-np.arange(len(worth)), np.round(worth, 9)))
    best[options.site[order]] = order
    return best


def outside_wish(asked: Asked, supply: Supply) -> IntArray:
    """1 where a site lies outside every wished region, 0 inside one or without a wish, -1 where that is unknown.

    A wish for single steps counts where the need has such a step.
    """
    size = len(supply.sites.ids)
    answers = []
    for region, processes in asked.region_rules(RegionStrength.WISH):
        steps = [step.fact.process for step in asked.steps]
        if not processes or any(asked.taxonomy.is_below(step, top) for step in steps for top in processes):
            places = asked.taxonomy.places
            answers.append(places.inside(places.region(region), supply.sites.where, asked.need.ship_to))
    if not answers:
        return np.zeros(size, dtype=np.int64)
    table = np.stack(answers)
    inside, unknown = (table == 1).any(axis=0), (table == -1).any(axis=0)
    return np.select([inside, unknown], [0, -1], 1).astype(np.int64)


def foreign(asked: Asked, supply: Supply) -> IntArray:
    """1 where a site lies in another country than the ship-to place, 0 in the same, -1 where that is unknown."""
    where, target = supply.sites.where, asked.need.ship_to.country
    crosses = [-1 if target is None else int(country != target) for country in where.countries]
    return np.array([*crosses, -1], dtype=np.int64)[where.country]


def _factors(asked: Asked, supply: Supply) -> tuple[FloatArray, FloatArray]:
    policy = asked.policy
    outside = outside_wish(asked, supply)
    low = np.where(outside == 0, 1.0, policy.wished_region_factor)
    high = np.where(outside == 1, policy.wished_region_factor, 1.0)
    if asked.strict:
        abroad = foreign(asked, supply)
        low = low * np.where(abroad == 0, 1.0, policy.strict_border_factor)
        high = high * np.where(abroad == 1, policy.strict_border_factor, 1.0)
    return low, high
