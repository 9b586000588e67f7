"""Stored rankings and matches as a page shows them: the engine's codes and facts, put into words.

Rankings are read for ever, also those of an engine whose codes have since gone: such a code is shown as it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.models import Certification, Material, Process, Region, ResourceKind, Stage
from apps.facilities.models import Facility, Resource
from apps.matching.models import Match, Ranking
from apps.matching.wording import (
    ADJUSTMENTS,
    CRITERIA,
    CRITERION_CODES,
    DISTANCE_MODES,
    GATE_CODES,
    GATES,
    STEP_ROLES,
    TIER_MEANINGS,
    TIER_NAMES,
    TIERS,
    VERDICTS,
    facts_words,
    flag_words,
    in_words,
    number_words,
    question_words,
    subject_words,
)

Names = Mapping[str, str]
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of a table of reasons. `css` colours the verdict."""

    label: Any
    css: str
    verdict_words: Any
    sentence: Any
    facts: tuple[str, ...]
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatchPage:
    """A match in words. `bar` holds the interval and the score on a scale of 0 to 100; `merged_into` is the listing
    that stands for the matched one since both were merged."""

    match: Match
    merged_into: Facility | None
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


def names_for(matches: Iterable[Match]) -> Names:
    """Short name -> name, of everything that the facts of these matches may name."""
    names = dict(Region.objects.values_list("code", "name"))
    for model in (Stage, ResourceKind, Certification, Material, Process):
        names |= dict(model._default_manager.values_list("slug", "name"))
    resources = Resource.objects.filter(facility__in={match.facility_id for match in matches}).select_related("kind")
    return names | {f"resource {row.pk}": row.name or row.kind.name for row in resources}


def read_match(match: Match, names: Names, survivors: Mapping[int, Facility]) -> MatchPage:
    document = match.document
    questions = document.get("questions", ())
    gates = tuple(_gate(gate, names) for gate in document.get("gates", ()))
    return MatchPage(
        match=match,
        merged_into=survivors.get(match.facility_id),
        tier=TIERS[match.tier],
        score=f"{match.score:.2f}",
        interval=f"{match.low:.2f} - {match.high:.2f}",
        bar=(100 * match.low, 100 * (match.high - match.low), 100 * match.score),
        confirmed=_confirmed(match, len(questions)),
        flags=tuple(flag_words(flag, names) for flag in document.get("flags", ())),
        questions=tuple(_question(question, names) for question in questions),
        steps=tuple(_step(step, names) for step in document.get("steps", ())),
        gates=gates,
        criteria=tuple(_without_repetition(_criterion(row, names), gates) for row in document.get("criteria", ())),
        adjustments=tuple(_adjustment(adjustment, names) for adjustment in document.get("adjustments", ())),
    )


def group_by_tier(
    matches: Iterable[Match], ranking: Ranking, names: Names, survivors: Mapping[int, Facility]
) -> tuple[TierGroup, ...]:
    pages = [read_match(match, names, survivors) for match in matches]
    totals = tier_totals(ranking.document.get("tier_counts"))
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


def tier_totals(counts: Iterable[tuple[str, int]] | None) -> dict[int, int]:
    """By the tier's number; documents write its name."""
    return {TIER_NAMES.index(name) + 1: int(count) for name, count in counts or ()}


def tier_summary(counts: Iterable[tuple[str, int]] | None) -> str:
    """As in: 3 ready, 5 to confirm, 0 near miss... of everybody considered."""
    totals = tier_totals(counts)
    return ", ".join(f"{totals.get(tier, 0)} {TIERS[name]}" for tier, name in enumerate(TIER_NAMES, start=1))


def funnel(ranking: Ranking) -> list[tuple[Any, int, int]]:
    """(question, failed here first, remaining) in the order of asking."""
    rows = ranking.document.get("funnel", ())
    return [(in_words(GATES, row["gate"]), row["failed"], row["remaining"]) for row in rows]


def distance_sentence(ranking: Ranking) -> str:
    mode = str(in_words(DISTANCE_MODES, ranking.document.get("distance_mode", "-")))
    return mode if ranking.document.get("distance_confident", True) else _("%s (assumed)") % mode


def _confirmed(match: Match, to_ask: int) -> str:
    said = _("%(confirmed)d of %(asked)d confirmed") % {"confirmed": match.confirmed, "asked": match.asked}
    return f"{said}, " + _("%d to ask") % to_ask if to_ask else said


def _gate(gate: Document, names: Names) -> Row:
    label = str(in_words(GATES, gate["gate"]))
    if gate.get("subject"):
        label += f": {subject_words(gate['subject'], names)}"
    return Row(
        label=_about_step(label, gate["step"]),
        css="near" if gate["near_miss"] else gate["verdict"],
        verdict_words=_("near miss") if gate["near_miss"] else in_words(VERDICTS, gate["verdict"]),
        sentence=in_words(GATE_CODES, gate["code"]),
        facts=_facts(gate, names),
    )


def _criterion(criterion: Document, names: Names) -> Row:
    return Row(
        label=in_words(CRITERIA, criterion["criterion"]),
        css="",
        verdict_words="",
        sentence=in_words(CRITERION_CODES, criterion["code"]),
        facts=_facts(criterion, names),
        figures=(
            _span(criterion["low"], criterion["high"]),
            f"{criterion['weight']:.0%}",
            _span(criterion["contribution_low"], criterion["contribution_high"]),
        ),
    )


def _without_repetition(row: Row, gates: tuple[Row, ...]) -> Row:
    """The due date and the time to spare rest on the same dozen figures; once is enough."""
    same = next((gate for gate in gates if len(row.facts) > 1 and gate.facts == row.facts), None)
    return replace(row, facts=(_("as above, under: %s") % same.label,)) if same else row


def _step(step: Document, names: Names) -> Row:
    process = names.get(step["process"], step["process"])
    provided = step["provided_process"]
    return Row(
        label=f"{step['step']}. {process}",
        css="",
        verdict_words=in_words(STEP_ROLES, step["role"]),
        sentence=in_words(GATE_CODES, step["option"]),
        facts=(
            *((names.get(provided, provided),) if provided and provided != step["process"] else ()),
            *_facts(step, names),
        ),
        figures=(_span(step["quality_low"], step["quality_high"]),),
    )


def _adjustment(adjustment: Document, names: Names) -> Row:
    return Row(
        label=in_words(ADJUSTMENTS, adjustment["code"]),
        css="",
        verdict_words="",
        sentence="",
        facts=_facts(adjustment, names),
        figures=(f"× {_span(adjustment['factor_low'], adjustment['factor_high'])}",),
    )


def _question(question: Document, names: Names) -> str:
    return _about_step(question_words(question, names), question["step"])


def _about_step(words: str, step: int | None) -> str:
    return words if step is None else f"{words} · " + _("step %d") % step


def _facts(holder: Document, names: Names) -> tuple[str, ...]:
    return facts_words(holder["facts"], names)


def _span(low: float, high: float) -> str:
    return number_words(low) if round(low, 2) == round(high, 2) else f"{number_words(low)} - {number_words(high)}"
