"""Stored rankings and matches as a page shows them: the engine's codes and facts, put into words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.models import Certification, Material, Process, Region
from apps.matching.models import Match, Ranking
from apps.matching.wording import (
    ADJUSTMENTS,
    CRITERIA,
    CRITERION_CODES,
    DISTANCE_MODES,
    FLAGS,
    GATE_CODES,
    GATES,
    QUESTIONS,
    STEP_ROLES,
    TIER_MEANINGS,
    TIERS,
    VERDICTS,
    fact_words,
    number_words,
)

Names = Mapping[str, str]
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of a table of reasons."""

    label: Any
    verdict: str
    verdict_words: Any
    sentence: Any
    facts: tuple[str, ...]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatchPage:
    """A match in words. `bar` holds the interval and the score on a scale of 0 to 100."""

    match: Match
    tier: Any
    score: str
    interval: str
    bar: tuple[float, float, float]
    confirmed: str
    flags: tuple[Any, ...]
    questions: tuple[Any, ...]
    steps: tuple[Row, ...]
    gates: tuple[Row, ...]
    criteria: tuple[Row, ...]
    adjustments: tuple[Row, ...]


@dataclass(frozen=True)
class TierGroup:
    tier: int
    words: Any
    meaning: Any
    total: int
    matches: tuple[MatchPage, ...]


def catalogue_names() -> Names:
    """Short name -> name, of everything that a fact may name."""
    names = dict(Region.objects.values_list("code", "name"))
    for model in (Certification, Material, Process):
        names |= dict(model._default_manager.values_list("slug", "name"))
    return names


def read_match(match: Match, names: Names) -> MatchPage:
    document = match.document
    return MatchPage(
        match=match,
        tier=TIERS[match.tier],
        score=f"{match.score:.2f}",
        interval=f"{match.low:.2f} - {match.high:.2f}",
        bar=(100 * match.low, 100 * (match.high - match.low), 100 * match.score),
        confirmed=_confirmed(match, len(document["questions"])),
        flags=tuple(FLAGS[flag] for flag in document["flags"]),
        questions=tuple(_question(question, names) for question in document["questions"]),
        steps=tuple(_step(step, names) for step in document["steps"]),
        gates=tuple(_gate(gate, names) for gate in document["gates"]),
        criteria=tuple(_criterion(criterion, names) for criterion in document["criteria"]),
        adjustments=tuple(_adjustment(adjustment, names) for adjustment in document["adjustments"]),
    )


def group_by_tier(matches: Iterable[Match], ranking: Ranking, names: Names) -> tuple[TierGroup, ...]:
    pages = [read_match(match, names) for match in matches]
    totals = tier_totals(ranking)
    present = sorted({page.match.tier for page in pages})
    return tuple(
        TierGroup(
            tier,
            TIERS[tier],
            TIER_MEANINGS[tier],
            totals.get(tier, 0),
            tuple(page for page in pages if page.match.tier == tier),
        )
        for tier in present
    )


def tier_totals(ranking: Ranking) -> dict[int, int]:
    return {int(tier): int(count) for tier, count in ranking.document["tier_counts"]}


def tier_summary(ranking: Ranking) -> str:
    """ "3 ready, 5 to confirm, 0 near miss..." of everybody considered."""
    totals = tier_totals(ranking)
    return ", ".join(f"{totals.get(tier, 0)} {words}" for tier, words in TIERS.items())


def funnel(ranking: Ranking) -> list[tuple[Any, int, int]]:
    """(question, failed here first, remaining) in the order of asking."""
    return [(GATES[row["gate"]], row["failed"], row["remaining"]) for row in ranking.document["funnel"]]


def distance_sentence(ranking: Ranking) -> str:
    mode = str(DISTANCE_MODES[ranking.document["distance_mode"]])
    sure = ranking.document["distance_confident"]
    return mode if sure else _("%s (assumed)") % mode


def _confirmed(match: Match, to_ask: int) -> str:
    said = _("%(confirmed)d of %(asked)d confirmed") % {"confirmed": match.confirmed, "asked": match.asked}
    return f"{said}, " + _("%d to ask") % to_ask if to_ask else said


def _gate(gate: Document, names: Names) -> Row:
    label = str(GATES[gate["gate"]])
    if gate.get("subject"):
        label += f": {names.get(gate['subject'], gate['subject'])}"
    return Row(
        label=_about_step(label, gate["step"]),
        verdict=gate["verdict"],
        verdict_words=_("near miss") if gate["near_miss"] else VERDICTS[gate["verdict"]],
        sentence=GATE_CODES[gate["code"]],
        facts=_facts(gate, names),
    )


def _criterion(criterion: Document, names: Names) -> Row:
    return Row(
        label=CRITERIA[criterion["criterion"]],
        verdict="",
        verdict_words="",
        sentence=CRITERION_CODES[criterion["code"]],
        facts=_facts(criterion, names),
        figures=(
            _span(criterion["low"], criterion["high"]),
            f"{criterion['weight']:.0%}",
            _span(criterion["contribution_low"], criterion["contribution_high"]),
        ),
    )


def _step(step: Document, names: Names) -> Row:
    process = names.get(step["process"], step["process"])
    provided = step["provided_process"]
    return Row(
        label=f"{step['step']}. {process}",
        verdict="",
        verdict_words=STEP_ROLES[step["role"]],
        sentence=GATE_CODES[step["option"]] if step["option"] in GATE_CODES else step["option"],
        facts=(
            *((names.get(provided, provided),) if provided and provided != step["process"] else ()),
            *_facts(step, names),
        ),
        figures=(_span(step["quality_low"], step["quality_high"]),),
    )


def _adjustment(adjustment: Document, names: Names) -> Row:
    return Row(
        label=ADJUSTMENTS[adjustment["code"]],
        verdict="",
        verdict_words="",
        sentence="",
        facts=_facts(adjustment, names),
        figures=(f"× {_span(adjustment['factor_low'], adjustment['factor_high'])}",),
    )


def _question(question: Document, names: Names) -> str:
    words = str(QUESTIONS[question["field"]])
    if question.get("subject"):
        words += f" ({names.get(question['subject'], question['subject'])})"
    return _about_step(words, question["step"])


def _about_step(words: str, step: int | None) -> str:
    return words if step is None else f"{words} · " + _("step %d") % step


def _facts(holder: Document, names: Names) -> tuple[str, ...]:
    return tuple(fact_words(fact, names) for fact in holder["facts"])


def _span(low: float, high: float) -> str:
    return number_words(low) if round(low, 2) == round(high, 2) else f"{number_words(low)} - {number_words(high)}"
