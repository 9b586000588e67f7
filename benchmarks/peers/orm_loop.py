"""The ranking written the obvious way: facilities through the ORM with what belongs to them, and a loop over them.

Every gate and criterion is asked, in plain Python, of the best line of each step. What the engine does beyond that is
left out, all of it work: other assignments of lines and resources to steps, leaving a step to others, lines that only
a machine suggests, figures of a whole site excused for one process. So this is a peer for time alone, and a kind one;
for the answers there are the SQL and the slow oracle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import Any

from django.db.models import QuerySet

from apps.facilities.models import Facility
from benchmarks.peers.orm_site import SiteJudge
from benchmarks.peers.orm_step import FAIL, NEAR, UNKNOWN, LineFound, StepJudge
from matchmaker.asked import Asked
from matchmaker.codes import GATE_ORDER
from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.taxonomy import Taxonomy

PARTS = (
    "capabilities__process",
    "capabilities__materials",
    "materials",
    "certificates__certification",
    "certificates__scope_processes",
    "resources__kind",
    "resources__weeks",
    "no_gos",
)
CHUNK = 2_000


@dataclass(frozen=True)
class LoopRanking:
    """`funnel`: facilities that were looked at, by the gate that each fails first. `matches`: the first k."""

    looked_at: int
    funnel: Counter[str]
    tiers: Counter[int]
    matches: list[dict[str, Any]]


def rank_by_loop(need: NeedFact, taxonomy: Taxonomy, policy: Policy, as_of: date, top: int = 20) -> LoopRanking:
    asked = Asked.build(need, policy, taxonomy, as_of)
    judges = [StepJudge(asked, step) for step in asked.steps]
    site = SiteJudge(asked)
    funnel: Counter[str] = Counter()
    tiers: Counter[int] = Counter()
    found, looked_at = [], 0
    for facility in _candidates(asked, judges).iterator(chunk_size=CHUNK):
        looked_at += 1
        match = _judge(facility, asked, judges, site)
        tiers[match["tier"]] += 1
        if match["tier"] < 5:
            found.append(match)
        else:
            funnel[match["first_fail"]] += 1
    return LoopRanking(looked_at, funnel, tiers, nsmallest(top, found, key=_order))


def _candidates(asked: Asked, judges: list[StepJudge]) -> QuerySet[Facility]:
    processes = {slug for judge in judges if judge.step.gated for slug in judge.processes}
    networks = [int(key) for key in asked.need.network_ids]
    rows = Facility.objects.filter(capabilities__process__slug__in=processes, networks__in=networks).distinct()
    return rows.prefetch_related(*PARTS)


def _judge(facility: Facility, asked: Asked, judges: list[StepJudge], site: SiteJudge) -> dict[str, Any]:
    lines = list(facility.capabilities.all())
    found = [(judge, judge.best(facility, lines)) for judge in judges]
    made = [(judge, line) for judge, line in found if judge.step.gated and line is not None and _able(line)]
    gates = site.gates(facility)
    missing = [judge for judge, line in found if judge.step.gated and (line is None or not _able(line))]
    for judge, line in found:
        if judge.step.gated:
            number = judge.step.sequence
            gates |= {
                f"{name}:{number}": answer for name, answer in (line.gates if line else {"process": FAIL}).items()
            }
    if not made:
        return {"facility": facility, "tier": 5, "first_fail": _first(gates)}
    timing = site.timing(facility, made)
    gates["due_date"] = _due(asked, timing.total, firm=timing.firm)
    values = site.criteria(facility, made, timing)
    low, high, score = site.score(values, _coverage(asked, found), facility)
    return {
        "facility": facility,
        "tier": _tier(gates, missing),
        "first_fail": _first(gates),
        "score": score,
        "low": low,
        "high": high,
        "unknown": sum(answer == UNKNOWN for answer in gates.values()),
        "gates": gates,
        "criteria": values,
        "total_days": timing.total,
        "steps": [(judge.step.sequence, line.line) for judge, line in made],
    }


def _able(found: LineFound) -> bool:
    return all(found.gates[gate] != FAIL for gate in ("process", "material", "envelope", "tolerance"))


def _coverage(asked: Asked, found: list[tuple[StepJudge, LineFound | None]]) -> tuple[float, float]:
    whole = sum(judge.step.weight for judge, _ in found)
    low, high = (
        sum(judge.step.weight * line.quality[end] for judge, line in found if line is not None) for end in (0, 1)
    )
    return low / whole, high / whole


def _due(asked: Asked, total: tuple[float, float], *, firm: bool) -> int:
    available = asked.available_days
    if available is None or not firm:
        return UNKNOWN
    if total[1] <= available:
        return UNKNOWN + 1
    if total[0] <= available:
        return UNKNOWN
    return NEAR if available >= asked.policy.near_days_share * total[0] else FAIL


def _tier(gates: dict[str, int], missing: list[StepJudge]) -> int:
    answers = [
        answer for name, answer in gates.items() if not any(name.endswith(f":{j.step.sequence}") for j in missing)
    ]
    if FAIL in answers:
        return 5
    if len(missing) > 1 or any(judge.step.is_lead for judge in missing):
        return 4
    near = sum(answer == NEAR for answer in answers) + len(missing)
    if near:
        return 3 if near <= 2 else 5
    return 2 if UNKNOWN in answers else 1


def _first(gates: dict[str, int]) -> str:
    failing = {name.partition(":")[0] for name, answer in gates.items() if answer <= NEAR}
    return next((gate.value for gate in GATE_ORDER if gate.value in failing), "")


def _order(match: dict[str, Any]) -> tuple[float, ...]:
    return match["tier"], -round(match["score"], 2), match["unknown"]
