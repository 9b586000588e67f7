"""A ranking as a table for the eye: codes and their facts, as the engine says them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from matchmaker.domain import Tier, Verdict
from matchmaker.results import Fact, GateResult, MatchResult, Question, Ranking

SHOWN_REASONS = 3  # of each verdict
SHOWN_FACTS = 4
# Of a gate with many facts, those that decide it.
DECIDING = {"due_date": ("available_days", "total_days_low", "total_days_high", "finish_from_hours")}
MARKS = {Verdict.FAIL: "-", Verdict.UNKNOWN: "?", Verdict.PASS: "+"}


def ranking_table(ranking: Ranking, names: Mapping[str, str], top: int | None = None) -> str:
    """`top`: how many matches to show; None = all there are."""
    return "\n".join([*_heading(ranking), *_tiers(ranking, names, top), "", *_funnel(ranking)])


def _heading(ranking: Ranking) -> Iterator[str]:
    yield (
        f"need {ranking.need_id} revision {ranking.need_revision}, as of {ranking.as_of}: "
        f"{ranking.considered} considered"
    )
    yield (
        f"policy {ranking.policy_name} {ranking.policy_version}, engine {ranking.engine_version}, "
        f"supply {ranking.supply_digest[:12]}, distance {ranking.distance_mode.value}"
    )
    if ranking.flags:
        yield f"flags: {', '.join(ranking.flags)}"


def _tiers(ranking: Ranking, names: Mapping[str, str], top: int | None) -> Iterator[str]:
    shown = ranking.matches if top is None else ranking.matches[:top]
    width = max((len(_who(match, names)) for match in shown), default=0)
    for tier, group in groupby(shown, key=lambda match: match.tier):
        yield ""
        yield Tier(tier).name.replace("_", " ")
        for match in group:
            yield _line(match, _who(match, names), width)
            yield from (f"       {reason}" for reason in _reasons(match))
    hidden = sum(count for tier, count in ranking.tier_counts if tier != Tier.EXCLUDED) - len(shown)
    if hidden:
        yield ""
        yield f"{hidden} more not shown"


def _who(match: MatchResult, names: Mapping[str, str]) -> str:
    name = names.get(match.facility_id)
    return match.facility_id if name is None else f"{match.facility_id} {name}"


def _line(match: MatchResult, who: str, width: int) -> str:
    counts = f"{match.confirmed} of {match.asked} confirmed"
    return f"{match.rank_label:>4}  {who:<{width}}  {match.score:.2f} ({match.low:.2f} to {match.high:.2f})  {counts}"


def _reasons(match: MatchResult) -> Iterator[str]:
    """What fails, what is not known, what holds; then the questions and flags."""
    for verdict in Verdict:
        results = [result for result in match.gates if result.verdict == verdict]
        yield from (f"{MARKS[verdict]} {_gate(result)}" for result in results[:SHOWN_REASONS])
        if len(results) > SHOWN_REASONS:
            yield f"{MARKS[verdict]} and {len(results) - SHOWN_REASONS} more"
    if match.questions:
        yield f"ask: {', '.join(dict.fromkeys(_question(item) for item in match.questions))}"
    if match.flags:
        yield f"flags: {', '.join(match.flags)}"


def _gate(result: GateResult) -> str:
    step = "" if result.step is None else f" step {result.step}"
    subject = "" if result.subject is None else f" {result.subject}"
    names = DECIDING.get(result.gate)
    facts = [fact for fact in result.facts if names is None or fact.name in names]
    told = ", ".join(_fact(fact) for fact in facts[:SHOWN_FACTS])
    return f"{result.gate}{step}{subject}: {result.code}{' (' + told + ')' if told else ''}"


def _fact(fact: Fact) -> str:
    unit = f" {fact.unit}" if fact.unit else ""
    return f"{fact.name} {_value(fact.value)}{unit}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.4g}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " x ".join(_value(item) for item in value)
    return str(value)


def _question(question: Question) -> str:
    step = "" if question.step is None else f" of step {question.step}"
    return f"{question.field}{step}" if question.subject is None else f"{question.field} {question.subject}{step}"


def _funnel(ranking: Ranking) -> Iterator[str]:
    """Gates that left nobody out are left out."""
    yield f"{'considered':<24}{'':>8}{ranking.considered:>8}"
    for row in ranking.funnel:
        if row.failed:
            yield f"{row.gate:<24}{-row.failed:>8}{row.remaining:>8}"
    yield "tiers: " + ", ".join(f"{count} {tier.name.lower().replace('_', ' ')}" for tier, count in ranking.tier_counts)
