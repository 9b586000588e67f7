"""The figures behind one made step: resources, hours, lead days, and the fits that enter the criteria."""

from __future__ import annotations

from datetime import date

from matchmaker.choices import NO_SLOT
from matchmaker.columns import BLANK_DAY, SOURCES
from matchmaker.domain import Source
from matchmaker.planning import Groundwork
from matchmaker.results import Fact
from matchmaker.row_gates import RowView


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 9) + 0.0


def made_facts(ground: Groundwork, view: RowView, s: int, row: int) -> tuple[Fact, ...]:
    plan, fits, choice = ground.plans[s], ground.fits[s], int(view.rows.option[row, s])
    option = int(plan.choices.option[choice])
    runs = plan.runs
    blank_low, blank_high = runs.economic_low[option], runs.economic_high[option]
    facts = [
        _banded("economic_low_used", blank_low, runs.usual_low[option]),
        _banded("economic_high_used", blank_high, runs.usual_high[option]),
        Fact("run_fit_low", _number(fits.run_low[option]), "", Source.DERIVED),
        Fact("run_fit_high", _number(fits.run_high[option]), "", Source.DERIVED),
    ]
    if fits.asks_precision:
        facts += [
            Fact("precision_low", _number(fits.precision_low[option]), "", Source.DERIVED),
            Fact("precision_high", _number(fits.precision_high[option]), "", Source.DERIVED),
        ]
    for k, slot in enumerate(plan.choices.slots[choice]):
        if slot != NO_SLOT:
            facts += _resource_facts(ground, s, choice, k, int(slot))
    return tuple(fact for fact in facts if fact.value is not None)


def _banded(name: str, stated: float, usual: float) -> Fact:
    if stated == stated:
        return Fact(name, _number(stated), "pieces")
    return Fact(name, _number(usual), "pieces", Source.DEFAULT)


def _resource_facts(ground: Groundwork, s: int, choice: int, k: int, slot: int) -> list[Fact]:
    hours, choices, resources = ground.hours, ground.plans[s].choices, ground.supply.resources
    known = slot < len(resources.ids)
    work = Source.STATED if choices.work_stated[choice, k] else Source.DEFAULT
    day = int(resources.as_of[slot]) if known else BLANK_DAY
    as_of = None if day == BLANK_DAY else date.fromordinal(day)
    source = Source(SOURCES[resources.source[slot]]) if known else Source.DEFAULT
    name = resources.ids[slot] if known else sorted(ground.asked.taxonomy.kind_index)[slot - len(resources.ids)]
    return [
        Fact("resource" if known else "resource_kind", name, "", source, as_of),
        Fact("gross_hours_per_week", _number(hours.gross[slot]), "hours", source, as_of),
        Fact("free_hours_next_weeks_low", _number(hours.least.before(slot, 5)), "hours", source, as_of),
        Fact("free_hours_next_weeks_high", _number(hours.most.before(slot, 5)), "hours", source, as_of),
        Fact("demand_hours_low", _number(choices.low_hours[choice, k]), "hours", work),
        Fact("demand_hours_high", _number(choices.high_hours[choice, k]), "hours", work),
    ]
