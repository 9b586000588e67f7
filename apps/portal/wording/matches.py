"""Matches for their founder: what speaks for a place, what is open, what would have to change.

Nothing here decides anything: which facts arrive, and how coarse, is settled in apps.matching.founder_view.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from apps.catalog.models import FacilityKind
from apps.matching.founder_view import FounderCriterion, FounderGate, FounderMatch, FounderQuestion
from apps.matching.wording import ADJUSTMENTS, CRITERIA, FLAGS, GATE_CODES, QUESTIONS

Names = Mapping[str, str]
PASS, UNKNOWN = 1, 0

CLASSES: dict[str, Promise] = {
    "weak": gettext_lazy("weak"),
    "fair": gettext_lazy("fair"),
    "strong": gettext_lazy("strong"),
}
SIZES: dict[str, Promise] = {
    "small": gettext_lazy("small"),
    "medium": gettext_lazy("medium-sized"),
    "large": gettext_lazy("large"),
}
WEEKS = {"a_week": 1, "two_weeks": 2, "four_weeks": 4, "eight_weeks": 8, "sixteen_weeks": 16}
DISTANCES: dict[str, Promise] = {
    "close": gettext_lazy("within about 50 km"),
    "regional": gettext_lazy("within about 300 km"),
    "distant": gettext_lazy("within about 1,500 km"),
    "far": gettext_lazy("further than that"),
}
# What would have to change where a point fails by little.
CHANGES: dict[str, Promise] = {
    "process_not_made": gettext_lazy("Have it made elsewhere."),
    "process_left_to_others": gettext_lazy("Have it made elsewhere."),
    "material_sibling_refused": gettext_lazy("Allow an equivalent material."),
    "envelope_near": gettext_lazy("Make the part a little smaller."),
    "tolerance_near": gettext_lazy("Allow a coarser tolerance: it holds about ± %(best_mm)s mm."),
    "run_below_near": gettext_lazy("Order more at once: its smallest run is %(min_run)s."),
    "due_near": gettext_lazy("Allow a little more time."),
    "budget_near": gettext_lazy("Allow a little more money."),
}


@dataclass(frozen=True)
class Reason:
    about: str
    text: str


@dataclass(frozen=True)
class MatchInWords:
    """`bar` is the interval and the score on a scale of 0 to 100: start, width, mark."""

    match: FounderMatch
    title: str
    meta: tuple[str, ...]
    bar: tuple[str, str, str]
    score: str
    confirmed: str
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]
    changes: tuple[Reason, ...]
    open_points: tuple[Reason, ...]
    questions: tuple[Reason, ...]
    would_sharpen: tuple[str, ...]
    strong_in: tuple[str, ...]
    weak_in: tuple[str, ...]
    criteria: tuple[Reason, ...]
    notes: tuple[str, ...]


def match_in_words(match: FounderMatch, names: Names) -> MatchInWords:
    near = [gate for gate in match.gates if gate.near_miss]
    against = [gate for gate in match.gates if gate.verdict < UNKNOWN and not gate.near_miss]
    return MatchInWords(
        match=match,
        title=_title(match),
        meta=_meta(match),
        bar=(f"{100 * match.low:.0f}", f"{max(100 * (match.high - match.low), 1):.0f}", f"{100 * match.score:.0f}"),
        score=_score(match),
        confirmed=_confirmed(match),
        speaks_for=_reasons((gate for gate in match.gates if gate.verdict == PASS), match, names),
        speaks_against=_reasons(against, match, names),
        changes=_merged(Reason(_about(gate, match, names), _change(gate)) for gate in near),
        open_points=_reasons((gate for gate in match.gates if gate.verdict == UNKNOWN), match, names),
        questions=_merged(_question(one, match, names) for one in match.questions if one.gate),
        would_sharpen=tuple(_words(QUESTIONS, one.field) for one in match.questions if not one.gate),
        strong_in=tuple(_words(CRITERIA, one.criterion) for one in match.criteria if one.low == "strong"),
        weak_in=tuple(_words(CRITERIA, one.criterion) for one in match.criteria if one.high == "weak"),
        criteria=tuple(_criterion(criterion) for criterion in match.criteria),
        notes=(
            *(_words(ADJUSTMENTS, code) for code in match.adjustments),
            *(_flag(flag, names) for flag in match.flags),
        ),
    )


def _title(match: FounderMatch) -> str:
    return match.name or _("%(kind)s %(label)s") % {"kind": _kind(match).capitalize(), "label": match.label}


def _meta(match: FounderMatch) -> tuple[str, ...]:
    country = str(countries.name(match.country)) if match.country else _("place not stated")
    size = str(SIZES[match.size]) if match.size else _("size not stated")
    return (_kind(match), country, size) if match.name else (country, size)


def _kind(match: FounderMatch) -> str:
    return str(FacilityKind(match.kind).label)


def _confirmed(match: FounderMatch) -> str:
    counted = _("%(confirmed)s of %(asked)s confirmed") % {"confirmed": match.confirmed, "asked": match.asked}
    to_ask = sum(gate.verdict == UNKNOWN for gate in match.gates)
    return _("%(counted)s, %(n)s to ask") % {"counted": counted, "n": to_ask} if to_ask else counted


def _score(match: FounderMatch) -> str:
    if match.low == match.high:
        return _("score %(score)s") % {"score": _decimal(match.score)}
    ends = {"low": _decimal(match.low), "high": _decimal(match.high)}
    return _("score %(score)s, between %(low)s and %(high)s") % {"score": _decimal(match.score), **ends}


def _reasons(gates: Iterable[FounderGate], match: FounderMatch, names: Names) -> tuple[Reason, ...]:
    return _merged(Reason(_about(gate, match, names), _found(gate)) for gate in gates)


def _merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What is said of several steps is said once, with all of them."""
    abouts: dict[str, list[str]] = {}
    for reason in reasons:
        abouts.setdefault(reason.text, []).append(reason.about)
    return tuple(Reason("; ".join(filter(None, about)), text) for text, about in abouts.items())


def _found(gate: FounderGate) -> str:
    """What the gate found; for the due date with the weeks that it takes."""
    said = _words(GATE_CODES, gate.code)
    span = [gate.facts.get(f"total_days_{end}") for end in ("low", "high")]
    if gate.gate != "due_date" or None in span:
        return said
    low, high = (WEEKS.get(str(days)) for days in span)
    if high is None:
        took = _("more than 16 weeks")
    elif low == high:
        took = ngettext("up to a week", "up to %(n)s weeks", high) % {"n": high}
    else:
        took = _("%(low)s to %(high)s weeks") % {"low": low, "high": high}
    return _("%(said)s: it takes %(took)s") % {"said": said, "took": took}


def _about(gate: FounderGate, match: FounderMatch, names: Names) -> str:
    """The step, certificate or region that the gate asks about; empty where it asks about the whole site."""
    return _step_name(gate.step, match, names) or _subject(gate.subject, names)


def _subject(subject: str | None, names: Names) -> str:
    """A certificate's or a region's name; where the catalogue has none, the sentence itself says what is meant."""
    return names.get(subject or "", "")


def _step_name(number: int | None, match: FounderMatch, names: Names) -> str:
    slug = next((step.process for step in match.steps if step.step == number), "")
    return names.get(slug, slug)


def _change(gate: FounderGate) -> str:
    words = CHANGES.get(gate.code)
    facts = {name: _fact(name, value) for name, value in gate.facts.items()}
    return str(words) % facts if words else _words(GATE_CODES, gate.code)


def _fact(name: str, value: Any) -> str:
    if name in ("min_run", "max_run") and value is not None:
        low, high = value
        if high is None:
            return _("above %(low)s pieces") % {"low": _whole(low)}
        return _("between %(low)s and %(high)s pieces") % {"low": _whole(low), "high": _whole(high)}
    return str(value)


def _question(question: FounderQuestion, match: FounderMatch, names: Names) -> Reason:
    about = _step_name(question.step, match, names) or _subject(question.subject, names)
    return Reason(about, _words(QUESTIONS, question.field))


def _criterion(criterion: FounderCriterion) -> Reason:
    low, high = str(CLASSES[criterion.low]), str(CLASSES[criterion.high])
    words = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    if criterion.facts.get("distance_km"):
        words += f" ({DISTANCES[str(criterion.facts['distance_km'])]})"
    return Reason(_words(CRITERIA, criterion.criterion), words)


def _flag(flag: str, names: Names) -> str:
    code, _colon, subject = flag.partition(":")
    said = _words(FLAGS, code)
    return f"{said}: {names.get(subject, subject)}" if subject else said


def _words(table: Mapping[str, Any], code: str) -> str:
    """A ranking is read for ever, also when its engine's codes have since gone: such a code is shown as it stands."""
    return str(table.get(code, code.replace("_", " ")))


def _decimal(value: float) -> str:
    return number_format(value, decimal_pos=2)


def _whole(value: int) -> str:
    return number_format(value, force_grouping=True)
