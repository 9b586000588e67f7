"""Questions to ask of a facility and flags to show beside a match."""

from __future__ import annotations

import numpy as np

from matchmaker.assignments import NOBODY
from matchmaker.codes import CODE_ROWS, Flag
from matchmaker.columns import BLANK_DAY
from matchmaker.domain import Verdict
from matchmaker.ground import Ground
from matchmaker.results import GateResult, Question
from matchmaker.shown import Shown

FLAG_ORDER = [flag.value for flag in Flag]
ASKS = {code.name.lower(): row.asks for code, row in CODE_ROWS.items()}


def match_questions(shown: Shown, row: int, gates: tuple[GateResult, ...]) -> tuple[Question, ...]:
    """What the unknown gates lack, then what would sharpen the criteria."""
    ground, rows = shown.given.ground, shown.given.rows
    made = {plan.step.sequence for s, plan in enumerate(ground.plans) if rows.option[row, s] != NOBODY}
    questions = [
        Question(result.code, ASKS[result.code], result.step, result.gate, result.subject)
        for result in gates
        if result.verdict == Verdict.UNKNOWN and (result.step is None or result.step in made)
    ]
    sites, site = ground.supply.sites, int(ground.sites[rows.site[row]])
    if not shown.scored.view.burden.hours_firm[row]:
        questions.append(Question("capacity_not_firm", "capacity", None, None))
    if sites.accepts_startups[site] < 0:
        questions.append(Question("startups_silent", "accepts_startups", None, None))
    if np.isnan(sites.where.lat[site]) or np.isnan(sites.where.lon[site]):
        questions.append(Question("position_blank", "place", None, None))
    return tuple(questions)


def match_flags(shown: Shown, row: int) -> tuple[str, ...]:
    flags: set[str] = set()
    given = shown.given
    for s in range(len(shown.steps)):
        option = given.option_at(s, row)
        if option != NOBODY:
            flags |= _step_flags(shown, s, row, option)
    flags |= _site_flags(given.ground, int(given.ground.sites[given.rows.site[row]]))
    return tuple(sorted(flags, key=lambda flag: (FLAG_ORDER.index(flag.partition(":")[0]), flag)))


def _step_flags(shown: Shown, s: int, row: int, option: int) -> set[str]:
    flags = {flag.value for flag, holds in shown.steps[s].flags if holds[option]}
    return flags | {Flag.STALE_CAPACITY.value} if _on_old_word(shown, s, row) else flags


def _on_old_word(shown: Shown, s: int, row: int) -> bool:
    """Whether the hours of a resource of the step were stated too long ago."""
    found = shown.scored.view.resources
    mine = found.slots.used[row] & (found.slots.step == s)
    return bool(found.hours.stale[found.slots.place[row][mine]].any())


def _site_flags(ground: Ground, site: int) -> set[str]:
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
