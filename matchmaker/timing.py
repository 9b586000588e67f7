"""When a site would deliver, how loaded it would be, and how much of it the customer would be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY, Assignments
from matchmaker.choices import NO_SLOT, StepPlan
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.curves import production_start
from matchmaker.domain import DistanceMode
from matchmaker.hours import Hours
from matchmaker.policy import Range
from matchmaker.slots import Duration, Ends, Slots, find_durations, find_load, find_share, find_slots, some
from matchmaker.supply import Supply
from matchmaker.typicals import Typicals


@dataclass(frozen=True, slots=True)
class Timing:
    """Columns over assignments; days from as_of. `could_low` is the early end if the lead time stated for the whole
    site did not bind the step (its process's usual one may be shorter). `on_hours`: which steps' finish comes from
    stated, fresh hours. `load_*` are infinite without free hours; `hours_unknown`: some step's resource is."""

    quote: Ends
    tooling: Ends
    material: Ends
    production: Ends
    partner: Ends
    inspection: Ends
    transport: Ends
    total: Ends
    could_low: FloatArray
    firm: BoolArray
    stale: BoolArray
    on_hours: BoolArray
    load: Ends
    hours_unknown: BoolArray
    hours_firm: BoolArray
    share: Ends  # of the tightest resource's gross hours over a year
    share_unknown: BoolArray


def pick(values: FloatArray, choice: IntArray, blank: float) -> FloatArray:
    """`values[choice]`, or `blank` where nobody is chosen."""
    if not len(values):
        return np.full(len(choice), blank)
    return np.where(choice == NOBODY, blank, values[np.maximum(choice, 0)])


def find_timing(
    asked: Asked, supply: Supply, plans: list[StepPlan], rows: Assignments, hours: Hours, typicals: Typicals
) -> Timing:
    slots = find_slots(plans, rows)
    site, policy = rows.site, asked.policy
    quote = _stated_or(supply.sites.quote_days[site], policy.quote_days)
    material = _stated_or(supply.sites.material_days[site], policy.material_days)
    inspection = _stated_or(supply.sites.inspection_days[site], policy.inspection_days)
    transport = _transport(asked, supply, site)
    tooling = _tooling(asked, supply, plans, rows, typicals)
    start = (
        production_start(quote[0], tooling[0], material[0]),
        production_start(quote[1], tooling[1], material[1]),
    )
    runs = find_durations(slots, hours, start, inspection, len(plans))
    steps = _production(asked, supply, plans, rows, typicals, runs)
    total = tuple(start[e] + steps.own[e] + steps.partner[e] + transport[e] for e in (0, 1))
    load = find_load(asked, slots, hours, start, tuple(transport[e] + steps.partner[e] + inspection[e] for e in (0, 1)))
    share, share_unknown = find_share(slots, hours)
    unplaced = _unplaced(slots, rows, len(plans))
    return Timing(
        quote=quote,
        tooling=tooling,
        material=material,
        production=steps.own,
        partner=steps.partner,
        inspection=inspection,
        transport=transport,
        total=(total[0], total[1]),
        could_low=start[0] + steps.could_low + steps.partner[0] + transport[0],
        firm=steps.firm,
        stale=steps.stale,
        on_hours=steps.on_hours,
        load=load,
        hours_unknown=unplaced,
        hours_firm=~some((slots.row != NO_SLOT) & ~(hours.firm[slots.row] & slots.stated)),
        share=share,
        share_unknown=share_unknown | unplaced,
    )


def _unplaced(slots: Slots, rows: Assignments, steps: int) -> BoolArray:
    """Some step that is made here runs on a resource that nobody knows, or nothing is made here at all."""
    made = rows.option != NOBODY
    placed = np.stack([some(slots.row[:, slots.step == s] != NO_SLOT) for s in range(steps)], axis=1)
    return np.asarray(some(made & ~placed) | ~some(made), dtype=np.bool_)


def _stated_or(stated: FloatArray, usual: Range) -> Ends:
    return np.where(np.isnan(stated), usual[0], stated), np.where(np.isnan(stated), usual[1], stated)


def _tooling(asked: Asked, supply: Supply, plans: list[StepPlan], rows: Assignments, typicals: Typicals) -> Ends:
    """The longest tooling of the steps made here; none where the process needs none or the tool exists."""
    low, high = np.zeros(len(rows.site)), np.zeros(len(rows.site))
    factor = asked.policy.tooling_factor
    for s, plan in enumerate(plans):
        option, options = plan.choices.option, plan.options
        usual = typicals.tooling[options.work_process[option]]
        needed = (usual > 0) & (not plan.step.fact.tooling_exists)
        figures, line = supply.lines.figures, options.line[option]
        for out, name, part in ((low, "tooling_days_low", factor[0]), (high, "tooling_days_high", factor[1])):
            stated = figures[name][line]
            days = np.where(needed, np.where(np.isnan(stated), usual * part, stated), 0.0)
            np.maximum(out, pick(days, rows.option[:, s], 0.0), out=out)
    return low, high


@dataclass(frozen=True, slots=True)
class _Production:
    own: Ends
    could_low: FloatArray
    partner: Ends
    firm: BoolArray
    stale: BoolArray
    on_hours: BoolArray


def _production(
    asked: Asked,
    supply: Supply,
    plans: list[StepPlan],
    rows: Assignments,
    typicals: Typicals,
    runs: list[Duration],
) -> _Production:
    """Steps made in one plant overlap, so the longest counts; those of partners follow one after the other.

    A step's days come from stated, fresh hours with stated work; else from the stated lead time; else from the
    process's usual one, which is never firm.
    """
    size = len(rows.site)
    own_low, own_high, could = np.zeros(size), np.zeros(size), np.zeros(size)
    partner_low, partner_high = np.zeros(size), np.zeros(size)
    firm, stale = np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    on_hours = np.zeros((size, len(plans)), dtype=np.bool_)
    for s, plan in enumerate(plans):
        lead = _lead_days(asked, supply, plan, typicals)
        choice = rows.option[:, s]
        made = choice != NOBODY
        by_hours = made & runs[s].firm
        through = made & (pick(plan.options.partner[plan.choices.option].astype(float), choice, 0.0) > 0)
        stated = pick(lead.stated.astype(float), choice, 1.0) > 0
        low = np.where(by_hours, runs[s].low, pick(lead.low, choice, 0.0))
        high = np.where(by_hours, runs[s].high, pick(lead.high, choice, 0.0))
        able = np.where(by_hours, runs[s].low, pick(lead.could_low, choice, 0.0))
        np.maximum(own_low, np.where(through, 0.0, low), out=own_low)
        np.maximum(own_high, np.where(through, 0.0, high), out=own_high)
        np.maximum(could, np.where(through, 0.0, able), out=could)
        partner_low += np.where(through, low, 0.0)
        partner_high += np.where(through, high, 0.0)
        firm &= ~made | by_hours | stated
        stale |= made & ~by_hours & ~stated & runs[s].stale
        on_hours[:, s] = by_hours
    return _Production((own_low, own_high), could, (partner_low, partner_high), firm, stale, on_hours)


@dataclass(frozen=True, slots=True)
class _Lead:
    low: FloatArray
    high: FloatArray
    could_low: FloatArray
    stated: BoolArray


def _lead_days(asked: Asked, supply: Supply, plan: StepPlan, typicals: Typicals) -> _Lead:
    """Lead days of each choice: stated, or the process's usual ones stretched at the late end."""
    option = plan.choices.option
    line, process = plan.options.line[option], plan.options.work_process[option]
    figures, from_site = supply.lines.figures, supply.lines.from_site["lead_days_low"][line]
    usual_low = np.nan_to_num(typicals.lead_low[process], nan=0.0)
    usual_high = np.nan_to_num(typicals.lead_high[process], nan=asked.policy.open_window_days)
    stated = ~np.isnan(figures["lead_days_low"][line])
    low = np.where(stated, figures["lead_days_low"][line], usual_low)
    high = np.where(stated, figures["lead_days_high"][line], usual_high * asked.policy.lead_high_factor)
    excused = from_site & plan.families[option]
    return _Lead(low, high, np.where(excused, np.minimum(low, usual_low), low), stated)


def _transport(asked: Asked, supply: Supply, site: IntArray) -> Ends:
    """Door-to-door days by the mode that the distance mode ships in; the policy's range where the tables are silent."""
    policy, where, ship_to = asked.policy, supply.sites.where, asked.need.ship_to.country
    usual = policy.transport_days[asked.mode]
    table = []
    for country in where.countries:
        known = None
        if ship_to is not None and asked.mode != DistanceMode.ON_SITE:
            known = asked.taxonomy.places.transit_days(country, ship_to, asked.mode)
        table.append(known or usual)
    days = np.array([*table, usual], dtype=np.float64)[where.country[site]]
    extra = policy.lithium_days if asked.need.lithium else (0.0, 0.0)
    return days[:, 0] + extra[0], days[:, 1] + extra[1]
