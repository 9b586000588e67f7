"""From a need and a supply to the sites that cover a step, and a plan of each gated step over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked, AskedStep
from matchmaker.choices import StepPlan, find_choices
from matchmaker.codes import GATE_ORDER, IS_NEAR, VERDICTS, Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.domain import RegionStrength, Verdict
from matchmaker.gates import MAKING, STEP_GATES
from matchmaker.ground import Ground
from matchmaker.options import Found, Options, find_options
from matchmaker.runs import Lot
from matchmaker.step_gates import StepView
from matchmaker.supply import Supply
from matchmaker.timing import transit_table
from matchmaker.typicals import Typicals
from matchmaker.verdicts import CodeArray


def considered_sites(asked: Asked, supply: Supply, gone: IntArray) -> BoolArray:
    """The facilities of the need's networks; without networks, everybody. `gone`: rows that no longer count."""
    networks = asked.need.network_ids
    mask = np.full(len(supply.sites.ids), not networks, dtype=np.bool_)
    for network in networks:
        mask[supply.sites.networks.rows_of([network])] = True
    mask[gone] = False
    return mask


def prepare(asked: Asked, supply: Supply, considered: BoolArray) -> Ground:
    """Options and the gates of steps, over the considered sites that have an option for a gated step."""
    typicals = Typicals.of(asked.taxonomy, asked.policy)
    found = [_considered(find_options(asked, step, supply), considered) for step in asked.gated]
    covering = np.zeros(len(considered), dtype=np.bool_)
    for options in found:
        covering[options.site] = True
    sites = np.flatnonzero(covering)
    place = np.empty(len(considered), dtype=np.int64)  # read only where it is written
    place[sites] = np.arange(len(sites))
    plans = [
        _plan(Lot(asked, step, supply, options, typicals, sites[options.site]))
        for step, options in ((step, options.placed(place)) for step, options in zip(asked.gated, found, strict=True))
    ]
    return Ground(asked, supply, typicals, sites, plans, transit_table(asked, supply))


def _considered(options: Found, considered: BoolArray) -> Found:
    kept = considered[options.site]
    return options if kept.all() else options.take(kept)


def _plan(lot: Lot) -> StepPlan:
    view = StepView.build(lot)
    columns = {gate: column for gate, function in STEP_GATES.items() if (column := function(view)) is not None}
    codes = {gate: column.codes for gate, column in columns.items()}
    makeable = first_hard_fail(codes, len(lot.options.line)) == len(GATE_ORDER)
    choices = find_choices(lot, makeable)
    return StepPlan(lot.step, lot.options, codes, choices)


def first_hard_fail(codes: dict[Gate, CodeArray], size: int) -> CodeArray:
    """The first of the making gates that an option fails beyond its near-miss bound, by its place in the order."""
    first = np.full(size, len(GATE_ORDER), dtype=np.int8)
    for gate in reversed(MAKING):
        if gate in codes:
            first[HARD[codes[gate]]] = GATE_ORDER.index(gate)
    return first


HARD = (VERDICTS == Verdict.FAIL) & ~IS_NEAR


def fallback_options(plan: StepPlan, able: BoolArray) -> IntArray:
    """For each site that has options for a step but is not `able` to make it the option that fails latest, the first
    of equals: the one to show. -1 for all other sites."""
    rows = np.flatnonzero(~able[plan.options.site])
    failing = first_hard_fail({gate: codes[rows] for gate, codes in plan.codes.items()}, len(rows))
    order = rows[np.lexsort((-rows, failing))]  # later fails, then earlier options, come last and stay
    shown = np.full(len(able), -1, dtype=np.int64)
    shown[plan.options.site[order]] = order
    return shown


@dataclass(frozen=True, slots=True)
class Preferred:
    """A preferred step: its options, and the one that each of some sites would use (-1 = none)."""

    step: AskedStep
    options: Options
    best: IntArray


def find_preferred(ground: Ground, kept: BoolArray) -> list[Preferred]:
    """Of the sites of the ground that are kept. Preferred steps have no gates."""
    asked, supply = ground.asked, ground.supply
    wanted = np.zeros(len(supply.sites.ids), dtype=np.bool_)
    wanted[ground.sites[kept]] = True
    place = np.empty(len(wanted), dtype=np.int64)  # read only where it is written
    place[ground.sites] = np.arange(len(ground.sites))
    out = []
    for step in asked.steps:
        if not step.gated:
            options = _considered(find_options(asked, step, supply), wanted).placed(place)
            out.append(Preferred(step, options, _best_quality(asked, options, len(ground.sites))))
    return out


def _best_quality(asked: Asked, options: Options, size: int) -> IntArray:
    quality, claimed = options.quality, options.claimed
    worth = np.where(claimed, quality + asked.policy.alpha * (1 - quality), quality)
    best = np.full(size, -1, dtype=np.int64)
    order = np.lexsort((-np.arange(len(worth)), np.round(worth, 9)))
    best[options.site[order]] = order
    return best


def outside_wish(ground: Ground, site: IntArray) -> IntArray:
    """For rows of the supply's sites 1 where one lies outside every wished region, 0 inside one or without a wish, -1
    where that is unknown. A wish for single steps counts where the need has such a step."""
    asked, places = ground.asked, ground.asked.taxonomy.places
    answers = []
    for region, processes in asked.region_rules(RegionStrength.WISH):
        steps = [step.fact.process for step in asked.steps]
        if not processes or any(asked.taxonomy.is_below(step, top) for step in steps for top in processes):
            where = ground.supply.sites.where
            answers.append(places.inside(places.region(region), where, site, asked.need.ship_to))
    if not answers:
        return np.zeros(len(site), dtype=np.int64)
    table = np.stack(answers)
    inside, unknown = (table == 1).any(axis=0), (table == -1).any(axis=0)
    return np.select([inside, unknown], [0, -1], 1).astype(np.int64)


def foreign(ground: Ground, site: IntArray) -> IntArray:
    """1 where a site lies in another country than the ship-to place, 0 in the same, -1 where that is unknown."""
    where, target = ground.supply.sites.where, ground.asked.need.ship_to.country
    crosses = [-1 if target is None else int(country != target) for country in where.countries]
    return np.array([*crosses, -1], dtype=np.int64)[where.country[site]]


def factors(ground: Ground, site: IntArray) -> tuple[FloatArray, FloatArray]:
    """What a whole score is multiplied by, at both ends, for rows of the supply's sites."""
    policy = ground.asked.policy
    outside = outside_wish(ground, site)
    low = np.where(outside == 0, 1.0, policy.wished_region_factor)
    high = np.where(outside == 1, policy.wished_region_factor, 1.0)
    if ground.asked.strict:
        abroad = foreign(ground, site)
        low = low * np.where(abroad == 0, 1.0, policy.strict_border_factor)
        high = high * np.where(abroad == 1, policy.strict_border_factor, 1.0)
    return low, high
