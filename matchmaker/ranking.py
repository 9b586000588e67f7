"""rank(): the one entry point."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

import numpy as np

from matchmaker import ENGINE_VERSION
from matchmaker.asked import Asked
from matchmaker.assignments import Assignments, combine
from matchmaker.codes import GATE_ORDER, VERDICTS, Flag
from matchmaker.columns import BoolArray, IntArray
from matchmaker.domain import NeedFact, Tier, Verdict
from matchmaker.evaluation import Judged, best_rows, first_fail_unable, hundredths, judge
from matchmaker.explanations import Explainer
from matchmaker.planning import Groundwork, prepare
from matchmaker.policy import Policy
from matchmaker.results import Excluded, FunnelRow, MatchResult, Ranking
from matchmaker.row_gates import RowView
from matchmaker.supply import Supply
from matchmaker.timing import find_timing

PLACED = tuple(tier for tier in Tier if tier != Tier.EXCLUDED)


def rank(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> Ranking:
    """Rank every facility of `supply` for `need` as of that day. Pure: equal input, equal bytes.

    Raises ValueError for a need that cannot be ranked (no lead, no quantity) and KeyError for a slug or region word
    that the catalogue lacks.
    """
    ground = prepare(Asked.build(need, policy, supply.taxonomy, as_of), supply)
    able, unable = _split(ground)
    view, judged = _judge_all(ground, able)
    best = best_rows(view.rows, judged)
    out = judged.tier[best] == Tier.EXCLUDED
    placed = best[~out]
    placed = placed[_order(ground, view.rows, judged, placed)]
    left = np.append(view.rows.site[best[out]], unable)
    gates = np.append(
        judged.first_fail[best[out]], first_fail_unable(ground.plans, ground.fallback, ground.side, unable)
    )
    tiers = [(tier, int((judged.tier[placed] == tier).sum())) for tier in PLACED]
    return Ranking(
        engine_version=ENGINE_VERSION,
        supply_digest=supply.digest(),
        policy_name=policy.name,
        policy_version=policy.version,
        policy_digest=policy.digest,
        need_id=need.id,
        need_revision=need.revision,
        as_of=as_of,
        considered=len(ground.sites),
        funnel=_funnel(gates, len(ground.sites)),
        tier_counts=(*tiers, (Tier.EXCLUDED, len(left))),
        distance_mode=ground.asked.mode,
        distance_rule=ground.asked.mode_rule,
        distance_confident=ground.asked.mode_confident,
        matches=_matches(ground, view, judged, placed),
        excluded=_excluded(ground, left, gates),
        flags=_flags(ground.asked),
    )


def _split(ground: Groundwork) -> tuple[IntArray, IntArray]:
    """The considered sites that can make a step, and those that can make none: they are left out before any finish or
    score is worked out, so that the work goes with the sites that cover a step."""
    able = np.zeros(len(ground.supply.sites.ids), dtype=np.bool_)
    for plan in ground.plans:
        able[plan.choices.site] = True
    return ground.sites[able[ground.sites]], ground.sites[~able[ground.sites]]


def _judge_all(ground: Groundwork, sites: IntArray) -> tuple[RowView, Judged]:
    """Every assignment that may put a site highest. Leaving out a step that could be made here is tried only where
    the site does not reach the first two tiers without: it can never reach them with a step left out."""
    limit = ground.asked.policy.max_assignments
    option_sites = [plan.choices.site for plan in ground.plans]
    rows = combine(option_sites, sites, limit, optional=False)
    view, judged = _judge(ground, rows)
    best = best_rows(rows, judged)
    again = rows.site[best][(judged.tier[best] > Tier.TO_CONFIRM) & ~_barred(ground)[rows.site[best]]]
    if not len(again):
        return view, judged
    more, rows = combine(option_sites, again, limit, optional=True), rows.take(best)
    return _judge(ground, Assignments(np.append(rows.site, more.site), np.append(rows.option, more.option, axis=0)))


def _judge(ground: Groundwork, rows: Assignments) -> tuple[RowView, Judged]:
    timing = find_timing(ground.asked, ground.supply, ground.plans, rows, ground.hours, ground.typicals)
    view = RowView(ground.asked, ground.supply, ground.plans, rows, timing)
    return view, judge(view, ground.side, ground.fits, ground.fallback)


def _barred(ground: Groundwork) -> BoolArray:
    """Sites that fail whatever they would make."""
    barred = np.zeros(len(ground.supply.sites.ids), dtype=np.bool_)
    for column in ground.side.columns:
        barred |= VERDICTS[column.codes] == Verdict.FAIL
    return barred


def _order(ground: Groundwork, rows: Assignments, judged: Judged, placed: IntArray) -> IntArray:
    """Section 6: tier, score in hundredths, fewer unknowns, more slack, least recently offered, a hash that no one
    can choose."""
    sites, need, policy = ground.supply.sites, ground.asked.need, ground.asked.policy
    ids = [sites.ids[site] for site in rows.site[placed]]
    hashes = [hashlib.sha256(f"{need.id}\n{name}\n{policy.name}\n{policy.version}".encode()).digest() for name in ids]
    rank_of = {value: at for at, value in enumerate(sorted(hashes))}
    keys = (
        np.array([rank_of[value] for value in hashes], dtype=np.int64),
        sites.last_offered[rows.site[placed]],
        -judged.slack[placed],
        judged.unknown[placed],
        -hundredths(judged.score[placed]),
        judged.tier[placed],
    )
    return np.lexsort(keys)


def _excluded(ground: Groundwork, sites: IntArray, gates: IntArray) -> tuple[Excluded, ...]:
    ids, names, order = ground.supply.sites.ids, [gate.value for gate in GATE_ORDER], np.argsort(sites)
    pairs = zip(sites[order].tolist(), gates[order].tolist(), strict=True)
    return tuple(Excluded(ids[site], names[gate]) for site, gate in pairs)


def _funnel(gates: IntArray, considered: int) -> tuple[FunnelRow, ...]:
    funnel, remaining = [], considered
    for index, gate in enumerate(GATE_ORDER):
        failed = int((gates == index).sum())
        remaining -= failed
        funnel.append(FunnelRow(gate.value, failed, remaining))
    return tuple(funnel)


def _matches(ground: Groundwork, view: RowView, judged: Judged, placed: IntArray) -> tuple[MatchResult, ...]:
    labels = _labels(judged, placed)
    explainer = Explainer.build(ground, view, judged)
    top = placed[: ground.asked.policy.top_k]
    return tuple(explainer.match(int(row), at + 1, labels[at]) for at, row in enumerate(top))


def _labels(judged: Judged, placed: IntArray) -> list[str]:
    """The printed rank: equal tier and hundredths share the first of their positions, marked with "="."""
    groups = list(zip(judged.tier[placed].tolist(), hundredths(judged.score[placed]).tolist(), strict=True))
    size = Counter(groups)
    first: dict[tuple[int, int], int] = {}
    for position, group in enumerate(groups, start=1):
        first.setdefault(group, position)
    return [f"{first[group]}{'=' if size[group] > 1 else ''}" for group in groups]


def _flags(asked: Asked) -> tuple[str, ...]:
    flags = []
    if asked.need.envelope_mm is None:
        flags.append(Flag.SIZE_UNKNOWN.value)
    if asked.available_days is None:
        flags.append(Flag.NO_DUE_DATE.value)
    return tuple(flags)
