"""What a founder may read of a match before both sides have consented: one place, for pages and API alike.

The engine's document names exact figures of a facility. From several needs they would locate it or tell its load, so
they leave here only through FACTS: a fact is named there with the function that bands it, or it is left out. Criteria
are shown as classes too, since their value curves could be turned back into kilometres or hours.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.crypto import salted_hmac

from apps.facilities.models import Facility
from apps.matching.models import Match
from apps.needs.models import Need

Banded = str | int | float | bool | list[Any] | None
LABEL_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and O, which read as digits

PIECES = (1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)
KILOMETRES = ((50, "close"), (300, "regional"), (1_500, "distant"))
DAYS = ((7, "a_week"), (14, "two_weeks"), (28, "four_weeks"), (56, "eight_weeks"), (112, "sixteen_weeks"))
TOLERANCES_MM = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
VERDICTS = {"fail": -1, "unknown": 0, "pass": 1}  # as the engine writes them
WEEKLY_HOURS = ((150, "small"), (800, "medium"))
STRONG, FAIR = 0.75, 0.45


def as_it_is(value: Any) -> Banded:
    """For what the founder said, and for words that tell nothing beyond the verdict."""
    return list(value) if isinstance(value, tuple) else value


def pieces_band(value: float) -> list[int | None]:
    """[from, below]: the steps of PIECES around it; below is None at the open end."""
    return _around(value, PIECES)


def days_band(value: float) -> str:
    return _first_above(value, DAYS, "longer")


def distance_class(kilometres: float) -> str:
    return _first_above(kilometres, KILOMETRES, "far")


def tolerance_band(value: float) -> float:
    """The step of TOLERANCES_MM that it holds at least."""
    return next((step for step in TOLERANCES_MM if value <= step), TOLERANCES_MM[-1])


FACTS: dict[str, Callable[[Any], Any]] = {
    # of the need, so the founder's own
    "asked_process": as_it_is,
    "asked_material": as_it_is,
    "asked_mode": as_it_is,
    "asked_class": as_it_is,
    "part_mm": as_it_is,
    "required_mm": as_it_is,
    "order_pieces": as_it_is,
    "valid_on": as_it_is,
    "matching_test": as_it_is,
    "available_days": as_it_is,
    "ceiling": as_it_is,
    "target_price": as_it_is,
    "distance_mode": as_it_is,
    "mode_rule": as_it_is,
    # of the facility
    "provided_process": as_it_is,
    "held_certificate": as_it_is,
    "held_evidence": as_it_is,
    "workmanship_class": as_it_is,
    "country": as_it_is,
    "customs_border": as_it_is,
    "accepts_startups": as_it_is,
    "distance_km": distance_class,
    "total_days_low": days_band,
    "total_days_high": days_band,
    "min_run": pieces_band,
    "max_run": pieces_band,
    "best_mm": tolerance_band,
}


@dataclass(frozen=True)
class FounderGate:
    gate: str
    step: int | None
    subject: str | None
    verdict: int
    code: str
    near_miss: bool
    facts: dict[str, Banded]


@dataclass(frozen=True)
class FounderCriterion:
    """`low` and `high` are classes: weak, fair, strong."""

    criterion: str
    low: str
    high: str
    code: str
    facts: dict[str, Banded]


@dataclass(frozen=True)
class FounderStep:
    step: int
    process: str
    role: str
    option: str
    provided_process: str | None


@dataclass(frozen=True)
class FounderQuestion:
    """`field` is what is asked for; `gate` is None where the answer would only sharpen the score."""

    code: str
    field: str
    step: int | None
    gate: str | None
    subject: str | None


@dataclass(frozen=True)
class FounderMerge:
    """The listing that stands for the matched one since both were merged: `label` and `name` as of a match."""

    label: str
    name: str | None


@dataclass(frozen=True)
class FounderMatch:
    """`name` is None while the facility's profile is not public; `label` stands for it, the same in every ranking of
    this need and another one for every other need, so that answers to several needs cannot be laid over each other."""

    position: int
    rank_label: str
    tier: int
    name: str | None
    label: str
    kind: str
    country: str
    size: str | None
    score: float
    low: float
    high: float
    confirmed: int
    asked: int
    steps: tuple[FounderStep, ...]
    gates: tuple[FounderGate, ...]
    criteria: tuple[FounderCriterion, ...]
    adjustments: tuple[str, ...]
    questions: tuple[FounderQuestion, ...]
    flags: tuple[str, ...]
    merged_into: FounderMerge | None


def with_facilities(matches: QuerySet[Match]) -> QuerySet[Match]:
    """What `founder_match` reads beside the match itself, in the same query."""
    hours = Sum("facility__resources__gross_hours_per_week")
    return matches.select_related("facility", "ranking__need").annotate(weekly_hours=hours)


def founder_match(match: Match, survivors: Mapping[int, Facility]) -> FounderMatch:
    """One of `with_facilities`, without what only its coordinator may read. `survivors` as `ends_of` tells them."""
    facility, document = match.facility, match.document
    hours = match.weekly_hours  # type: ignore[attr-defined]  # annotated by with_facilities
    return FounderMatch(
        position=match.position,
        rank_label=match.rank_label,
        tier=match.tier,
        name=facility.name if facility.profile_public else None,
        label=anonymous_label(match),
        kind=facility.kind,
        country=str(facility.country),
        size=None if hours is None else _first_above(hours, WEEKLY_HOURS, "large"),
        score=round(match.score, 2),
        low=round(match.low, 2),
        high=round(match.high, 2),
        confirmed=match.confirmed,
        asked=match.asked,
        steps=tuple(_step(row) for row in document["steps"]),
        gates=tuple(_gate(row) for row in document["gates"]),
        criteria=tuple(_criterion(row) for row in document["criteria"]),
        adjustments=tuple(row["code"] for row in document["adjustments"]),
        questions=tuple(_question(row) for row in document["questions"]),
        flags=tuple(document["flags"]),
        merged_into=_merged_into(match.ranking.need, survivors.get(match.facility_id)),
    )


def _merged_into(need: Need, survivor: Facility | None) -> FounderMerge | None:
    if survivor is None:
        return None
    return FounderMerge(_label(need, survivor), survivor.name if survivor.profile_public else None)


def anonymous_label(match: Match) -> str:
    return _label(match.ranking.need, match.facility)


def _label(need: Need, facility: Facility) -> str:
    """Two letters and two digits, drawn from the need and the facility by a keyed digest."""
    digest = salted_hmac("founder view", f"{need.public_id} {facility.public_id}", algorithm="sha256").digest()
    first, second = (LABEL_LETTERS[byte % len(LABEL_LETTERS)] for byte in digest[:2])
    return f"{first}{second}{digest[2] % 100:02}"


def banded(facts: Iterable[Mapping[str, Any]]) -> dict[str, Banded]:
    """The facts that a founder may read; what FACTS does not name is left out."""
    return {
        fact["name"]: None if fact["value"] is None else FACTS[fact["name"]](fact["value"])
        for fact in facts
        if fact["name"] in FACTS
    }


def _gate(row: Mapping[str, Any]) -> FounderGate:
    names = ("gate", "step", "subject", "code", "near_miss")
    verdict = VERDICTS[row["verdict"]]
    return FounderGate(**{name: row[name] for name in names}, verdict=verdict, facts=banded(row["facts"]))


def _criterion(row: Mapping[str, Any]) -> FounderCriterion:
    return FounderCriterion(
        criterion=row["criterion"],
        low=criterion_class(row["low"]),
        high=criterion_class(row["high"]),
        code=row["code"],
        facts=banded(row["facts"]),
    )


def _step(row: Mapping[str, Any]) -> FounderStep:
    return FounderStep(**{name: row[name] for name in ("step", "process", "role", "option", "provided_process")})


def _question(row: Mapping[str, Any]) -> FounderQuestion:
    return FounderQuestion(**{name: row[name] for name in ("code", "field", "step", "gate", "subject")})


def criterion_class(value: float) -> str:
    if value >= STRONG:
        return "strong"
    return "fair" if value >= FAIR else "weak"


def _first_above(value: float, steps: Iterable[tuple[float, str]], beyond: str) -> str:
    return next((word for limit, word in steps if value <= limit), beyond)


def _around(value: float, steps: tuple[int, ...]) -> list[int | None]:
    low = max((step for step in steps if step <= value), default=0)
    return [low, next((step for step in steps if step > value), None)]
