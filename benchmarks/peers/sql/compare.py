"""Do engine and SQL say the same? Every site's tier, order, score and gates; the funnel; who is excluded where."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from benchmarks.peers.sql.fragments import FAIL, NEAR, PASS, UNKNOWN
from benchmarks.peers.sql.layers import CRITERIA
from benchmarks.peers.sql.query import SqlRanker, SqlRanking
from benchmarks.peers.sql.sites import site_gates, step_regions
from matchmaker.asked import Asked
from matchmaker.codes import GATE_ORDER, Criterion, Gate
from matchmaker.domain import NeedFact, Tier, Verdict
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import GateResult, MatchResult, Ranking
from matchmaker.supply import Supply

TOLERANCE = 2e-9
STEP_GATES = {
    Gate.PROCESS: "psev",
    Gate.MATERIAL: "msev",
    Gate.ENVELOPE: "esev",
    Gate.TOLERANCE: "tsev",
    Gate.RUN_SIZE: "rsev",
}
ENDS = {name: (f"{column}0", f"{column}1") for name, column in CRITERIA.items()}
ENDS[Criterion.TRACK_RECORD] = ("record", "record")
VERDICTS = {Verdict.PASS: PASS, Verdict.UNKNOWN: UNKNOWN}


def differences(asked: Asked, ranking: Ranking, other: SqlRanking) -> Iterator[str]:
    """Each disagreement as a line of text; nothing where there is none."""
    if ranking.considered != other.considered:
        yield f"considered: {ranking.considered} and {other.considered}"
    funnel = tuple(row.failed for row in ranking.funnel)
    if funnel != other.funnel:
        yield f"funnel: {funnel} and {other.funnel}"
    if dict(ranking.tier_counts) != other.tiers:
        yield f"tiers: {dict(ranking.tier_counts)} and {other.tiers}"
    yield from _excluded(ranking, other)
    mine = {match.facility_id: match for match in ranking.matches}
    theirs = {str(row["site"]): row for row in other.matches}
    for name in sorted(mine.keys() ^ theirs.keys()):
        yield f"site {name} matches in one only"
    for name in sorted(mine.keys() & theirs.keys()):
        yield from (f"site {name}: {text}" for text in _match(asked, mine[name], theirs[name]))
    yield from _order(ranking, other)


def _excluded(ranking: Ranking, other: SqlRanking) -> Iterator[str]:
    """Sites without any option are not in the SQL's list: they fail at the first or second gate."""
    gates = {item.facility_id: item.gate for item in ranking.excluded}
    for site, gate in other.excluded:
        if gates.pop(str(site), None) != GATE_ORDER[gate].value:
            yield f"site {site} is excluded at {GATE_ORDER[gate].value} in the SQL alone"
    for left, name in gates.items():
        if name not in (Gate.ACTIVE.value, Gate.PROCESS.value):
            yield f"site {left} is excluded at {name} in the engine alone"


def _order(ranking: Ranking, other: SqlRanking) -> Iterator[str]:
    """Positions may differ only where scores that close differ in hundredths."""
    rows = sorted(other.matches, key=lambda row: int(row["position"]))
    for match, row in zip(ranking.matches, rows, strict=False):
        if match.facility_id != str(row["site"]):
            near_half = abs(match.score * 100 % 1 - 0.5) < 1e-6 or abs(row["score"] * 100 % 1 - 0.5) < 1e-6
            if not near_half:
                yield f"position {match.position}: site {match.facility_id} and {row['site']}"


def _match(asked: Asked, match: MatchResult, row: dict[str, Any]) -> Iterator[str]:
    if match.tier != row["tier"]:
        yield f"tier {match.tier} and {row['tier']}"
    slack = match.slack_days if match.slack_days is not None else 0.0
    ends = (("score", match.score), ("score0", match.low), ("score1", match.high), ("slack", slack))
    for name, value in ends:
        if not close(value, _number(row[name])):
            yield f"{name}: {value} and {row[name]}"
    found = {result.criterion: result for result in match.criteria}
    for name, (first, last) in ENDS.items():
        low, high = row[first], row[last]
        given = None if low is None else (_number(low), _number(high))
        mine = (found[name].low, found[name].high) if name in found else None
        if (given is None) != (mine is None) or (given and mine and not all(map(close, given, mine))):
            yield f"{name}: {mine} and {given}"
    yield from _gates(asked, match, row)


def _gates(asked: Asked, match: MatchResult, row: dict[str, Any]) -> Iterator[str]:
    """Verdicts of the steps that are made, of the site and of the assignment, near misses told apart."""
    mine = sorted(_mine(match))
    theirs = sorted(_theirs(asked, row))
    if mine != theirs:
        yield f"gates: {sorted(set(mine) - set(theirs))} and {sorted(set(theirs) - set(mine))}"


def _mine(match: MatchResult) -> Iterator[tuple[str, int, str, int]]:
    made = {step.step for step in match.steps if step.capability_id is not None}
    for result in match.gates:
        if result.step is None or result.step in made:
            yield result.gate, result.step or 0, result.subject or "", _severity(match, result)


def _severity(match: MatchResult, result: GateResult) -> int:
    """In a near miss every fail is shown as near, since the whole lies within the bounds."""
    if result.verdict != Verdict.FAIL:
        return VERDICTS[result.verdict]
    return NEAR if result.near_miss or match.tier == Tier.NEAR_MISS else FAIL


def _theirs(asked: Asked, row: dict[str, Any]) -> Iterator[tuple[str, int, str, int]]:
    for at, step in enumerate(asked.gated):
        if row[f"made{at}"]:
            for gate, name in STEP_GATES.items():
                if _asks(gate, step):
                    yield gate.value, step.sequence, "", row[f"step{at}"][name]
    for at, (gate, subject, _) in enumerate(site_gates(asked)):
        yield gate.value, 0, subject, row["facts"][f"gate{at}"]
    for at, (number, word) in enumerate(step_regions(asked)):
        if row[f"made{number}"]:
            yield Gate.REGION.value, asked.gated[number].sequence, word, row[f"region_sev{at}"]
    if asked.available_days is not None:
        yield Gate.DUE_DATE.value, 0, "", row["due_sev"]
    lead = next(at for at, step in enumerate(asked.gated) if step.is_lead)
    if asked.need.budget_is_ceiling and asked.need.budget and row[f"made{lead}"]:
        yield Gate.BUDGET.value, 0, "", row["budget_sev"]


def _asks(gate: Gate, step: Any) -> bool:
    if gate == Gate.MATERIAL:
        return bool(step.materials)
    if gate == Gate.ENVELOPE:
        return step.envelope_mm is not None
    return gate != Gate.TOLERANCE or step.fact.tolerance_mm is not None


def _number(value: Any) -> float:
    """JSON has no infinity; PostgreSQL writes it as a word."""
    return float(value)


def close(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= TOLERANCE


def disagreements(
    supply: Supply,
    needs: Sequence[NeedFact],
    policy: Policy,
    as_of: date,
    *,
    seconds: float,
    most: int | None = None,
    tell: Callable[[str], None] = print,
) -> tuple[int, int]:
    """How many needs were compared in about that time, and in how many something differs.

    `most`: of each need only so many first sites, with all counts; else every site.
    """
    size = most or len(supply.sites.ids) or 1
    every = Policy.from_document(policy.to_document() | {"top_k": size, "excluded_k": size})
    sql, until, compared, different = SqlRanker(supply.taxonomy, every, as_of), time.monotonic() + seconds, 0, 0
    for need in needs:
        if time.monotonic() > until:
            break
        asked = Asked.build(need, every, supply.taxonomy, as_of)
        ranking = rank(need, supply, every, as_of)
        if most:  # then the SQL lists no excluded ones
            ranking = replace(ranking, excluded=())
        found = list(differences(asked, ranking, sql.rank(need, top=most)))
        compared, different = compared + 1, different + bool(found)
        for text in found[:5]:
            tell(f"    need {need.id}: {text}")
    return compared, different
