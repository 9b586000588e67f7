"""The gates that depend on who would make what: due date, regions of single steps, budget. One code an assignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.assignments import NOBODY, Assignments
from matchmaker.choices import StepPlan
from matchmaker.codes import Code, Gate
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.domain import RegionStrength
from matchmaker.runs import exchange_rates
from matchmaker.site_gates import REGION_CODES, region_facts
from matchmaker.slots import Ends
from matchmaker.supply import Supply
from matchmaker.timing import Timing
from matchmaker.verdicts import Column, FactColumn, Origin

NOT_ASKED = -1


@dataclass(frozen=True, slots=True)
class RowView:
    """What a gate or criterion of assignments reads."""

    asked: Asked
    supply: Supply
    plans: list[StepPlan]
    rows: Assignments
    timing: Timing

    def option(self, step: int) -> IntArray:
        """The option behind the choice of a step; meaningless where nobody is chosen."""
        options = self.plans[step].choices.option
        return options[np.maximum(self.rows.option[:, step], 0)] if len(options) else np.zeros_like(self.rows.site)

    def made(self, step: int) -> BoolArray:
        return np.asarray(self.rows.option[:, step] != NOBODY, dtype=np.bool_)

    def option_at(self, step: int, row: int) -> int:
        """The option that makes a step in one assignment, NOBODY where nobody does. For explanations of single rows."""
        choice = int(self.rows.option[row, step])
        return choice if choice == NOBODY else int(self.plans[step].choices.option[choice])

    def gather(self, step: int, values: FloatArray, blank: float) -> FloatArray:
        """`values` over the options of a step, for each assignment; `blank` where nobody makes it."""
        if not len(values):
            return np.full(len(self.rows.site), blank)
        return np.where(self.made(step), values[np.minimum(self.option(step), len(values) - 1)], blank)


def due_date_gate(view: RowView) -> list[Column]:
    """Both ends of the finish interval, transport included, against the due date. What rests on defaults only asks."""
    available = view.asked.available_days
    if available is None:
        return []
    timing = view.timing
    early, late = np.round(timing.total[0], 9), np.round(timing.total[1], 9)
    cases = [
        timing.stale,
        ~timing.firm,
        late <= available,
        early <= available,
        np.round(timing.could_low, 9) <= available,
        np.round(available - view.asked.policy.near_days_share * early, 9) >= 0,
    ]
    codes = [
        Code.DUE_CAPACITY_STALE,
        Code.DUE_ON_DEFAULTS,
        Code.DUE_MET,
        Code.DUE_STRADDLED,
        Code.DUE_SITE_ONLY,
        Code.DUE_NEAR,
    ]
    picked = np.select(cases, codes, Code.DUE_MISSED).astype(np.int64)
    return [Column(Gate.DUE_DATE, picked, facts=timing_facts(view.asked, timing))]


def timing_facts(asked: Asked, timing: Timing) -> tuple[FactColumn, ...]:
    parts: tuple[tuple[str, Ends], ...] = (
        ("quote_days", timing.quote),
        ("tooling_days", timing.tooling),
        ("material_days", timing.material),
        ("production_days", timing.production),
        ("partner_days", timing.partner),
        ("inspection_days", timing.inspection),
        ("transport_days", timing.transport),
        ("total_days", timing.total),
    )
    pairs = tuple(
        FactColumn(f"{name}_{end}", ends[at], "days") for name, ends in parts for at, end in enumerate(("low", "high"))
    )
    available = FactColumn("available_days", asked.available_days, "days", Origin.NEED)
    return (available, *pairs, FactColumn("finish_from_hours", np.asarray(timing.on_hours.any(axis=1))))


def step_region_gate(view: RowView) -> list[Column]:
    """A rule for single steps binds the site only for those that it would make itself; a partner's place is unknown."""
    asked, supply = view.asked, view.supply
    out = []
    for region, processes in asked.region_rules(RegionStrength.MUST):
        if not processes:
            continue
        inside = asked.taxonomy.places.inside(
            asked.taxonomy.places.region(region), supply.sites.where, asked.need.ship_to
        )
        at_site = REGION_CODES[inside][view.rows.site]
        for s, plan in enumerate(view.plans):
            if any(asked.taxonomy.is_below(plan.step.fact.process, top) for top in processes):
                through = view.gather(s, plan.options.partner.astype(np.float64), 0.0) > 0
                codes = np.select([~view.made(s), through], [NOT_ASKED, Code.REGION_PARTNER], at_site)
                facts = tuple(
                    FactColumn(fact.name, np.asarray(fact.values)[view.rows.site], fact.unit, fact.origin)
                    for fact in region_facts(supply)
                )
                out.append(Column(Gate.REGION, codes.astype(np.int64), plan.step.sequence, region, facts))
    return out


def lead_price(view: RowView) -> Ends:
    """The price band of the lead step's option for one unit of the product, in the need's currency; NaN unknown."""
    lead = next(s for s, plan in enumerate(view.plans) if plan.step.is_lead)
    plan, lines = view.plans[lead], view.supply.lines
    rates = exchange_rates(view.asked, view.supply)[lines.price_currency[plan.options.line]]
    per_unit = rates * plan.step.fact.pieces_per_unit
    low, high = (lines.figures[name][plan.options.line] * per_unit for name in ("price_low", "price_high"))
    return view.gather(lead, low, np.nan), view.gather(lead, high, np.nan)


def budget_gate(view: RowView) -> list[Column]:
    """Only a hard ceiling binds, and only the price that is known; the tooling budget is not for pieces."""
    need = view.asked.need
    if not need.budget_is_ceiling or not need.budget:
        return []
    ceiling = need.budget - (need.tooling_budget or 0.0)
    low, high = (np.round(price * need.order_quantity, 9) for price in lead_price(view))
    lead = next(s for s, plan in enumerate(view.plans) if plan.step.is_lead)
    cases = [
        ~view.made(lead),
        np.isnan(low) | np.isnan(high),
        high <= ceiling,
        low <= ceiling,
        low <= ceiling * (1 + view.asked.policy.near_budget) + 1e-9,
    ]
    codes = [NOT_ASKED, Code.PRICE_BLANK, Code.BUDGET_INSIDE, Code.BUDGET_STRADDLED, Code.BUDGET_NEAR]
    facts = (
        FactColumn("ceiling", ceiling, need.currency, Origin.NEED),
        FactColumn("price_low", low, need.currency, Origin.LINE),
        FactColumn("price_high", high, need.currency, Origin.LINE),
    )
    return [Column(Gate.BUDGET, np.select(cases, codes, Code.BUDGET_OVER).astype(np.int64), facts=facts)]
