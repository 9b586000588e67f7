"""The gates that depend on who would make what: due date, regions of single steps, budget.

The due date is asked of assignments. The others are asked of a step's options, but bind the site as a whole: what
they fail is no matter of one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.asked import Asked
from matchmaker.codes import Code, Gate
from matchmaker.columns import FloatArray
from matchmaker.domain import RegionStrength
from matchmaker.ground import Given
from matchmaker.runs import Lot, exchange_rates
from matchmaker.site_gates import SiteView, region_codes, region_facts
from matchmaker.slots import Ends
from matchmaker.timing import Finish
from matchmaker.verdicts import CodeArray, Column, FactColumn, Facts, Origin, first_that_holds

NOT_ASKED = -1


def due_codes(asked: Asked, finish: Finish) -> CodeArray:
    """Both ends of the finish interval, transport included, against the due date. What rests on defaults only asks."""
    available = asked.available_days or 0.0
    early, late = np.round(finish.total[0], 9), np.round(finish.total[1], 9)
    cases = [
        finish.stale,
        ~finish.ready.firm,
        late <= available,
        early <= available,
        np.round(finish.could_low, 9) <= available,
        np.round(available - asked.policy.near_days_share * early, 9) >= 0,
    ]
    codes = [
        Code.DUE_CAPACITY_STALE,
        Code.DUE_ON_DEFAULTS,
        Code.DUE_MET,
        Code.DUE_STRADDLED,
        Code.DUE_SITE_ONLY,
        Code.DUE_NEAR,
    ]
    return first_that_holds(len(early), cases, codes, Code.DUE_MISSED)


def due_date_gate(given: Given, finish: Finish) -> list[Column]:
    asked = given.ground.asked
    if asked.available_days is None:
        return []
    return [Column(Gate.DUE_DATE, due_codes(asked, finish), facts=lambda: timing_facts(asked, finish))]


def timing_facts(asked: Asked, finish: Finish) -> tuple[FactColumn, ...]:
    parts: tuple[tuple[str, Ends], ...] = (
        ("quote_days", finish.quote),
        ("tooling_days", finish.tooling),
        ("material_days", finish.material),
        ("production_days", finish.production),
        ("partner_days", finish.partner),
        ("inspection_days", finish.inspection),
        ("transport_days", finish.transport),
        ("total_days", finish.total),
    )
    pairs = tuple(
        FactColumn(f"{name}_{end}", ends[at], "days") for name, ends in parts for at, end in enumerate(("low", "high"))
    )
    available = FactColumn("available_days", asked.available_days, "days", Origin.NEED)
    return (available, *pairs, FactColumn("finish_from_hours", np.asarray(finish.ready.on_hours.any(axis=1))))


def step_region_gate(lot: Lot) -> list[Column]:
    """A rule for single steps binds the site only for those that it would make itself; a partner's place is unknown."""
    taxonomy, process = lot.asked.taxonomy, lot.step.fact.process
    out = []
    for region, processes in lot.asked.region_rules(RegionStrength.MUST):
        if any(taxonomy.is_below(process, top) for top in processes):
            view = SiteView(lot.asked, lot.supply, lot.site)
            codes = np.where(lot.options.partner, np.int8(Code.REGION_PARTNER), region_codes(view, region))
            out.append(Column(Gate.REGION, codes, lot.step.sequence, region, _region_facts_of(view)))
    return out


def _region_facts_of(view: SiteView) -> Facts:
    return lambda: region_facts(view)


@dataclass(frozen=True, slots=True)
class Prices:
    """The price band of options for one unit of the product, in the need's currency; NaN unknown."""

    low: FloatArray
    high: FloatArray

    @classmethod
    def of(cls, lot: Lot) -> Prices:
        lines, line = lot.supply.lines, lot.options.line
        rates = exchange_rates(lot.asked, lot.supply)[lines.price_currency[line]]
        per_unit = rates * lot.step.fact.pieces_per_unit
        return cls(lines.figures["price_low"][line] * per_unit, lines.figures["price_high"][line] * per_unit)


def budget_gate(lot: Lot) -> list[Column]:
    """Only a hard ceiling binds, and only the price that is known; the tooling budget is not for pieces."""
    need = lot.asked.need
    if not lot.step.is_lead or not need.budget_is_ceiling or not need.budget:
        return []
    ceiling, prices = need.budget - (need.tooling_budget or 0.0), Prices.of(lot)
    low, high = (np.round(price * need.order_quantity, 9) for price in (prices.low, prices.high))
    cases = [
        np.isnan(low) | np.isnan(high),
        high <= ceiling,
        low <= ceiling,
        low <= ceiling * (1 + lot.asked.policy.near_budget) + 1e-9,
    ]
    codes = [Code.PRICE_BLANK, Code.BUDGET_INSIDE, Code.BUDGET_STRADDLED, Code.BUDGET_NEAR]
    facts = (
        FactColumn("ceiling", ceiling, need.currency, Origin.NEED),
        FactColumn("price_low", low, need.currency, Origin.LINE),
        FactColumn("price_high", high, need.currency, Origin.LINE),
    )
    return [Column(Gate.BUDGET, first_that_holds(len(low), cases, codes, Code.BUDGET_OVER), facts=lambda: facts)]
