"""When a site would deliver, how loaded it would be, and how much of it the customer would be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY
from matchmaker.choices import NO_SLOT, StepPlan, Work, find_work, units_of, works_stated
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import production_start
from matchmaker.domain import DistanceMode
from matchmaker.ground import Given, Ground
from matchmaker.hours import Hours, find_hours, find_standing, fresh_slots
from matchmaker.policy import Range
from matchmaker.runs import other_families
from matchmaker.slots import Duration, Ends, Slots, find_durations, find_load, find_share, find_slots, some
from matchmaker.supply import Supply


@dataclass(frozen=True, slots=True)
class Readiness:
    """Where the days of assignments come from. `firm`: of every step made, from stated, fresh hours with stated work,
    or from a stated lead time. `on_hours`: which steps' come from hours. `rows` are the assignments that may have such
    a step, in `found` they are the rows `at`."""

    firm: BoolArray
    on_hours: BoolArray
    rows: IntArray
    at: IntArray
    found: Resources | None

    def take(self, kept: IntArray) -> Readiness:
        place = np.full(len(self.firm), -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        left = place[self.rows] >= 0
        rows, at = place[self.rows][left], self.at[left]
        return Readiness(self.firm[kept], self.on_hours[kept], rows, at, self.found)


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources that assignments use, their free hours, and the work of the choices of each step."""

    slots: Slots
    hours: Hours
    works: list[Work]


def find_resources(given: Given) -> Resources:
    """Narrow the assignments first: the work of every choice of their plans is found."""
    ground = given.ground
    hours = find_hours(ground.asked, ground.supply, np.concatenate([p.choices.slots.ravel() for p in ground.plans]))
    works = [find_work(plan, ground.supply, ground.typicals) for plan in ground.plans]
    return Resources(find_slots(ground.plans, works, given.rows, hours), hours, works)


def find_readiness(given: Given, known: Resources | None = None) -> Readiness:
    """`known`: the resources of all the assignments, where they are found already."""
    plans, found = given.ground.plans, known
    rows = np.arange(given.size) if known is not None else _may_be_on_hours(given)
    if known is None and len(rows):
        found = find_resources(given.narrowed(rows))
    firm, on_hours = np.ones(given.size, dtype=np.bool_), np.zeros((given.size, len(plans)), dtype=np.bool_)
    if found is not None:
        for s, by_hours in enumerate(_steps_on_hours(found, len(plans))):
            on_hours[rows, s] = by_hours
    for s, plan in enumerate(plans):
        firm &= on_hours[:, s] | ~given.holds(s, ~_states_lead(given.ground.supply, plan))
    return Readiness(firm, on_hours, rows, np.arange(len(rows)), found)


def _steps_on_hours(found: Resources, steps: int) -> list[BoolArray]:
    """For each step the assignments in which each of its resources states fresh hours, and all work on it is stated."""
    slots = found.slots
    loose = slots.used & ~(found.hours.firm[slots.place] & slots.stated)
    out = []
    for s in range(steps):
        mine = np.flatnonzero(slots.step == s)
        out.append(some(slots.used[:, mine]) & ~some(loose[:, mine]))
    return out


def _may_be_on_hours(given: Given) -> IntArray:
    """Few are: those with a step whose resources each state fresh hours for work that is stated."""
    ground = given.ground
    able = (given.holds(s, _may_run_on_hours(ground, plan)) for s, plan in enumerate(ground.plans))
    return np.flatnonzero(reduce(np.logical_or, able))


def _may_run_on_hours(ground: Ground, plan: StepPlan) -> BoolArray:
    """Choices with fresh hours and stated work of their own on each of their resources."""
    slots, supply = plan.choices.slots, ground.supply
    fresh = fresh_slots(ground.asked, supply, slots)
    out = some(fresh) & ~some((slots != NO_SLOT) & ~fresh)
    rows = np.flatnonzero(out)
    worked = works_stated(supply, plan.options.line[plan.choices.option[rows]])
    out[rows] = ~some((slots[rows] != NO_SLOT) & np.isnan(units_of(supply, slots[rows])) & ~worked[:, None])
    return out


def _states_lead(supply: Supply, plan: StepPlan) -> BoolArray:
    line = plan.options.line[plan.choices.option]
    return np.asarray(~np.isnan(supply.lines.figures["lead_days_low"][line]), dtype=np.bool_)


def _find_stale(given: Given, ready: Readiness) -> BoolArray:
    """Where an old word on hours leaves one of the steps without hours and without a lead time."""
    stale = np.zeros(given.size, dtype=np.bool_)
    if ready.firm.all():
        return stale
    for s, plan in enumerate(given.ground.plans):
        lost = ~_states_lead(given.ground.supply, plan) & _old_word(given.ground, plan)
        stale |= given.holds(s, lost) & ~ready.on_hours[:, s]
    return stale


def _old_word(ground: Ground, plan: StepPlan) -> BoolArray:
    """Choices on a resource whose hours were stated too long ago."""
    return some(find_standing(ground.asked, ground.supply, plan.choices.slots).stale)


@dataclass(frozen=True, slots=True)
class Finish:
    """Columns over assignments; days from as_of. `could_low` is the early end if the lead time stated for the whole
    site did not bind the step (its process's usual one may be shorter). `stale`: an old word on hours leaves a step
    without either hours or a lead time."""

    ready: Readiness
    stale: BoolArray
    start: Ends
    quote: Ends
    tooling: Ends
    material: Ends
    production: Ends
    partner: Ends
    inspection: Ends
    transport: Ends
    total: Ends
    could_low: FloatArray


def find_finish(given: Given, ready: Readiness) -> Finish:
    asked, supply, site = given.ground.asked, given.ground.supply, given.site
    policy = asked.policy
    quote = _stated_or(supply.sites.quote_days[site], policy.quote_days)
    material = _stated_or(supply.sites.material_days[site], policy.material_days)
    inspection = _stated_or(supply.sites.inspection_days[site], policy.inspection_days)
    transit = given.ground.transit[supply.sites.where.country[site]]
    transport = transit[:, 0], transit[:, 1]
    tooling = _tooling(given)
    start = (
        production_start(quote[0], tooling[0], material[0]),
        production_start(quote[1], tooling[1], material[1]),
    )
    made = _production(given, ready, start, inspection)
    total = tuple(start[e] + made.own[e] + made.partner[e] + transport[e] for e in (0, 1))
    return Finish(
        ready=ready,
        stale=_find_stale(given, ready),
        start=start,
        quote=quote,
        tooling=tooling,
        material=material,
        production=made.own,
        partner=made.partner,
        inspection=inspection,
        transport=transport,
        total=(total[0], total[1]),
        could_low=start[0] + made.could_low + made.partner[0] + transport[0],
    )


def _stated_or(stated: FloatArray, usual: Range) -> Ends:
    blank = np.isnan(stated)
    return np.where(blank, usual[0], stated), np.where(blank, usual[1], stated)


def _tooling(given: Given) -> Ends:
    """The longest tooling of the steps made here; none where the process needs none or the tool exists."""
    low, high = np.zeros(given.size), np.zeros(given.size)
    ground = given.ground
    factor, figures = ground.asked.policy.tooling_factor, ground.supply.lines.figures
    for s, plan in enumerate(ground.plans):
        usual = ground.typicals.tooling[plan.options.work_process]
        needed = np.flatnonzero(usual > 0)
        if plan.step.fact.tooling_exists or not len(needed):
            continue
        line = plan.options.line[needed]
        for out, name, part in ((low, "tooling_days_low", factor[0]), (high, "tooling_days_high", factor[1])):
            stated, days = figures[name][line], np.zeros(len(usual))
            days[needed] = np.where(np.isnan(stated), usual[needed] * part, stated)
            np.maximum(out, given.of_option(s, days, 0.0), out=out)
    return low, high


@dataclass(frozen=True, slots=True)
class _Production:
    own: Ends
    could_low: FloatArray
    partner: Ends


def _production(given: Given, ready: Readiness, start: Ends, inspection: Ends) -> _Production:
    """Steps made in one plant overlap, so the longest counts; those of partners follow one after the other.

    A step's days come from stated, fresh hours with stated work; else from the stated lead time; else from the
    process's usual one, which is never firm.
    """
    size, plans = given.size, given.ground.plans
    own_low, own_high, could = np.zeros(size), np.zeros(size), np.zeros(size)
    partner_low, partner_high = np.zeros(size), np.zeros(size)
    runs = _durations(given, ready, start, inspection)
    for s, plan in enumerate(plans):
        lead = _lead_days(given.ground, plan)
        low, high, able = (given.of_option(s, days, 0.0) for days in (lead.low, lead.high, lead.could_low))
        if runs is not None:
            by_hours = ready.on_hours[runs.rows, s]
            rows = runs.rows[by_hours]
            low[rows], high[rows] = runs.steps[s].low[by_hours], runs.steps[s].high[by_hours]
            able[rows] = low[rows]
        through = given.of_option(s, plan.options.partner.astype(np.float64), 0.0) > 0
        np.maximum(own_low, np.where(through, 0.0, low), out=own_low)
        np.maximum(own_high, np.where(through, 0.0, high), out=own_high)
        np.maximum(could, np.where(through, 0.0, able), out=could)
        partner_low += np.where(through, low, 0.0)
        partner_high += np.where(through, high, 0.0)
    return _Production((own_low, own_high), could, (partner_low, partner_high))


@dataclass(frozen=True, slots=True)
class _Durations:
    rows: IntArray
    steps: list[Duration]


def _durations(given: Given, ready: Readiness, start: Ends, inspection: Ends) -> _Durations | None:
    """Days on hours, of the assignments that have a step on hours."""
    those = np.flatnonzero(some(ready.on_hours[ready.rows]))
    if ready.found is None or not len(those):
        return None
    rows, slots = ready.rows[those], ready.found.slots.take(ready.at[those])
    begin, after = (start[0][rows], start[1][rows]), (inspection[0][rows], inspection[1][rows])
    return _Durations(rows, find_durations(slots, ready.found.hours, begin, after, len(given.ground.plans)))


@dataclass(frozen=True, slots=True)
class _Lead:
    low: FloatArray
    high: FloatArray
    could_low: FloatArray


def _lead_days(ground: Ground, plan: StepPlan) -> _Lead:
    """Lead days of each option: stated, or the process's usual ones stretched at the late end."""
    asked, typicals, lines = ground.asked, ground.typicals, ground.supply.lines
    line, process = plan.options.line, plan.options.work_process
    low, high = lines.figures["lead_days_low"][line], lines.figures["lead_days_high"][line]
    usual_low = np.nan_to_num(typicals.lead_low, nan=0.0)
    usual_high = np.nan_to_num(typicals.lead_high, nan=asked.policy.open_window_days) * asked.policy.lead_high_factor
    blank = np.flatnonzero(np.isnan(low))
    low[blank], high[blank] = usual_low[process[blank]], usual_high[process[blank]]
    could, longer = low.copy(), np.flatnonzero(low > usual_low[process])
    longer = longer[lines.from_site["lead_days_low"][line[longer]]]
    longer = longer[other_families(ground.supply, ground.sites[plan.options.site[longer]], process[longer])]
    could[longer] = usual_low[process[longer]]
    return _Lead(low, high, could)


def transit_table(asked: Asked, supply: Supply) -> FloatArray:
    """Door-to-door days by the mode that the distance mode ships in, from each country; the policy's range where the
    tables are silent."""
    policy, ship_to = asked.policy, asked.need.ship_to.country
    usual = policy.transport_days[asked.mode]
    table = []
    for country in supply.sites.where.countries:
        known = None
        if ship_to is not None and asked.mode != DistanceMode.ON_SITE:
            known = asked.taxonomy.places.transit_days(country, ship_to, asked.mode)
        table.append(known or usual)
    extra = policy.lithium_days if asked.need.lithium else (0.0, 0.0)
    return np.array([*table, usual], dtype=np.float64) + extra


@dataclass(frozen=True, slots=True)
class Burden:
    """Columns over assignments. `load_*` are infinite without free hours; `hours_unknown`: some step's resource is.
    `share`: of the tightest resource's gross hours over a year."""

    load: Ends
    hours_unknown: BoolArray
    hours_firm: BoolArray
    share: Ends
    share_unknown: BoolArray

    @classmethod
    def none(cls, size: int) -> Burden:
        """As if nothing were ever busy: the best that any burden can be."""
        zero, no = np.zeros(size), np.zeros(size, dtype=np.bool_)
        return cls((zero, zero), no, ~no, (zero, zero), no)


def find_burden(given: Given, finish: Finish, found: Resources) -> Burden:
    slots, hours = found.slots, found.hours
    after = tuple(finish.transport[e] + finish.partner[e] + finish.inspection[e] for e in (0, 1))
    load = find_load(given.ground.asked, slots, hours, finish.start, (after[0], after[1]))
    share, share_unknown = find_share(slots, hours)
    unplaced = _unplaced(slots, given)
    return Burden(
        load=load,
        hours_unknown=unplaced,
        hours_firm=~some(slots.used & ~(hours.firm[slots.place] & slots.stated)),
        share=share,
        share_unknown=share_unknown | unplaced,
    )


def _unplaced(slots: Slots, given: Given) -> BoolArray:
    """Some step that is made here runs on a resource that nobody knows, or nothing is made here at all."""
    made = given.rows.option != NOBODY
    placed = np.stack([some(slots.used[:, slots.step == s]) for s in range(made.shape[1])], axis=1)
    return np.asarray(some(made & ~placed) | ~some(made), dtype=np.bool_)
