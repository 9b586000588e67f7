"""The figures behind one made step: resources, hours, lead days, and the fits that enter the criteria."""

from __future__ import annotations

from datetime import date

import numpy as np

from matchmaker.choices import NO_SLOT, Work
from matchmaker.columns import BLANK_DAY, SOURCES
from matchmaker.criteria import ScoreView
from matchmaker.domain import Source
from matchmaker.fits import StepFits
from matchmaker.ground import Ground
from matchmaker.hours import Hours
from matchmaker.results import Fact
from matchmaker.runs import Runs, UsualRuns


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 9) + 0.0


def made_facts(view: ScoreView, runs: Runs, usual: UsualRuns, s: int, row: int) -> tuple[Fact, ...]:
    """Of a step that is made in an assignment."""
    given, choice = view.given, int(view.given.rows.option[row, s])
    plan, found = given.ground.plans[s], view.resources
    option = int(plan.choices.option[choice])
    facts = [
        _banded("economic_low_used", usual.economic_low[option], usual.usual_low[option]),
        _banded("economic_high_used", runs.economic_high[option], usual.usual_high[option]),
        *_fit_facts(view.fits[s], option),
    ]
    for k, slot in enumerate(plan.choices.slots[choice].tolist()):
        if slot != NO_SLOT:
            facts += _resource_facts(given.ground, found.hours, slot) + _work_facts(found.works[s], choice, k)
    return tuple(fact for fact in facts if fact.value is not None)


def _fit_facts(fits: StepFits, option: int) -> list[Fact]:
    names = ["run_fit_low", "run_fit_high"]
    if fits.asks_precision:
        names += ["precision_low", "precision_high"]
    columns = {
        "run_fit_low": fits.run_low,
        "run_fit_high": fits.run_high,
        "precision_low": fits.precision_low,
        "precision_high": fits.precision_high,
    }
    return [Fact(name, _number(columns[name][option]), "", Source.DERIVED) for name in names]


def _banded(name: str, stated: float, usual: float) -> Fact:
    if stated == stated:
        return Fact(name, _number(stated), "pieces")
    return Fact(name, _number(usual), "pieces", Source.DEFAULT)


def _resource_facts(ground: Ground, hours: Hours, slot: int) -> list[Fact]:
    resources = ground.supply.resources
    kind = slot - len(resources.site)
    day = int(resources.as_of[slot]) if kind < 0 else BLANK_DAY
    as_of = None if day == BLANK_DAY else date.fromordinal(day)
    source = Source(SOURCES[resources.source[slot]]) if kind < 0 else Source.DEFAULT
    name = resources.ids[slot] if kind < 0 else sorted(ground.asked.taxonomy.kind_index)[kind]
    place = int(np.searchsorted(hours.slot, slot))
    return [
        Fact("resource" if kind < 0 else "resource_kind", name, "", source, as_of),
        Fact("gross_hours_per_week", _number(hours.gross[place]), "hours", source, as_of),
        Fact("free_hours_next_weeks_low", _number(hours.least.before(place, 5)), "hours", source, as_of),
        Fact("free_hours_next_weeks_high", _number(hours.most.before(place, 5)), "hours", source, as_of),
    ]


def _work_facts(work: Work, choice: int, k: int) -> list[Fact]:
    source = Source.STATED if work.stated[choice, k] else Source.DEFAULT
    return [
        Fact("demand_hours_low", _number(work.low_hours[choice, k]), "hours", source),
        Fact("demand_hours_high", _number(work.high_hours[choice, k]), "hours", source),
    ]
