"""Questions to ask of a facility and flags to show beside a match."""

from __future__ import annotations

import numpy as np

from matchmaker.assignments import NOBODY
from matchmaker.choices import NO_SLOT
from matchmaker.codes import CODE_ROWS, Code, Flag, Gate
from matchmaker.columns import BLANK_DAY
from matchmaker.domain import Verdict
from matchmaker.evaluation import Judged
from matchmaker.planning import Groundwork
from matchmaker.results import GateResult, Question
from matchmaker.row_gates import RowView


def match_questions(ground: Groundwork, view: RowView, row: int, gates: tuple[GateResult, ...]) -> tuple[Question, ...]:
    """What the unknown gates lack, then what would sharpen the criteria."""
    made = {plan.step.sequence for s, plan in enumerate(ground.plans) if view.option_at(s, row) != NOBODY}
    questions = [
        Question(result.code, CODE_ROWS[Code[result.code.upper()]].asks, result.step, result.gate, result.subject)
        for result in gates
        if result.verdict == Verdict.UNKNOWN and (result.step is None or result.step in made)
    ]
    sites, site = ground.supply.sites, int(view.rows.site[row])
    if not view.timing.hours_firm[row]:
        questions.append(Question("capacity_not_firm", "capacity", None, None))
    if sites.accepts_startups[site] < 0:
        questions.append(Question("startups_silent", "accepts_startups", None, None))
    if np.isnan(sites.where.lat[site]) or np.isnan(sites.where.lon[site]):
        questions.append(Question("position_blank", "place", None, None))
    return tuple(questions)


def match_flags(ground: Groundwork, view: RowView, judged: Judged, row: int) -> tuple[str, ...]:
    flags: set[str] = set()
    for s in range(len(ground.plans)):
        if view.option_at(s, row) != NOBODY:
            flags |= _step_flags(ground, view, judged, s, row)
    flags |= _site_flags(ground, int(view.rows.site[row]))
    order = [flag.value for flag in Flag]
    return tuple(sorted(flags, key=lambda flag: (order.index(flag.partition(":")[0]), flag)))


def _step_flags(ground: Groundwork, view: RowView, judged: Judged, s: int, row: int) -> set[str]:
    plan, option = ground.plans[s], view.option_at(s, row)
    runs, codes = plan.runs, judged.steps[s].codes
    top = runs.maximum_at(option)
    high = runs.economic_high[option] if not np.isnan(runs.economic_high[option]) else runs.usual_high[option]
    slots = plan.choices.slots[view.rows.option[row, s]]
    found = {
        Flag.SUBSTITUTE: codes[Gate.PROCESS][row] == Code.PROCESS_SUBSTITUTE,
        Flag.THROUGH_PARTNER: bool(plan.options.partner[option]),
        Flag.BELOW_MINIMUM: runs.minimum_at(option) > runs.pieces,
        Flag.ABOVE_COMFORT: high < runs.pieces and not top < runs.pieces,
        Flag.SPLIT_LOTS: codes[Gate.RUN_SIZE][row] == Code.RUN_SPLIT,
        Flag.MONEY_MINIMUM_NOT_CHECKED: not runs.price_known[option] and runs.money[option] != 0,
        Flag.STALE_CAPACITY: any(ground.hours.stale[slot] for slot in slots if slot != NO_SLOT),
    }
    return {flag.value for flag, holds in found.items() if holds}


def _site_flags(ground: Groundwork, site: int) -> set[str]:
    asked, sites, holdings = ground.asked, ground.supply.sites, ground.supply.holdings
    flags = set()
    oldest = asked.as_of.toordinal() - asked.policy.record_stale_days
    if BLANK_DAY < sites.as_of[site] < oldest:
        flags.add(Flag.STALE_RECORD.value)
    if sites.good_lots[site] + sites.bad_lots[site] == 0:
        flags.add(Flag.NO_RECORD_YET.value)
    for slug in sorted(set(asked.need.preferred_certificates)):
        rows = holdings.of_certificate.get(slug, np.zeros(0, dtype=np.int64))
        rows = rows[slice(*np.searchsorted(holdings.site[rows], (site, site + 1)))]  # holdings stand in order of site
        valid = (holdings.expires[rows] == BLANK_DAY) | (holdings.expires[rows] >= asked.valid_on.toordinal())
        if not valid.any():
            flags.add(f"{Flag.MISSING_PREFERRED_CERTIFICATE.value}:{slug}")
    return flags
