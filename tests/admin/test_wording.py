"""No code of the engine is without words, and words say what the fact says."""

import ast
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from apps.matching import wording
from apps.matching.wording.codes import EVIDENCE, SOURCES, TIER_MEANINGS
from apps.matching.wording.names import FACTS
from matchmaker import codes, domain

ENGINE = Path(codes.__file__).parent
TABLES: list[tuple[type[Enum], Any]] = [
    (codes.Gate, wording.GATES),
    (codes.Criterion, wording.CRITERIA),
    (codes.CriterionCode, wording.CRITERION_CODES),
    (codes.AdjustmentCode, wording.ADJUSTMENTS),
    (codes.Flag, wording.FLAGS),
    (domain.DistanceMode, wording.DISTANCE_MODES),
    (domain.Role, wording.STEP_ROLES),
    (domain.Source, SOURCES),
    (domain.Evidence, EVIDENCE),
]


@pytest.mark.parametrize(("vocabulary", "table"), TABLES)
def test_every_word_of_a_vocabulary_has_words_and_no_word_is_left_over(vocabulary: type[Enum], table: Any) -> None:
    assert {member.value for member in vocabulary} == set(table)


def test_every_finding_of_a_gate_has_words() -> None:
    assert {code.name.lower() for code in codes.Code} == set(wording.GATE_CODES)


def test_every_tier_and_verdict_has_words() -> None:
    assert {tier.name.lower() for tier in domain.Tier} == set(wording.TIER_NAMES)
    assert [tier.name.lower() for tier in domain.Tier] == list(wording.TIER_NAMES)
    assert {tier.value for tier in domain.Tier} == set(TIER_MEANINGS)
    assert {verdict.name.lower() for verdict in domain.Verdict} == set(wording.VERDICTS)


def test_every_question_has_words() -> None:
    asked = {row.asks for row in codes.CODE_ROWS.values() if row.asks} | set(_arguments("Question", 1))
    assert asked == set(wording.QUESTIONS)


def test_every_fact_that_the_engine_names_has_words() -> None:
    named = {*_arguments("Fact", 0), *_arguments("FactColumn", 0), *_arguments("figure", 1)}
    assert len(named) > 40
    bare = {name.removesuffix("_low").removesuffix("_high") for name in named}
    assert sorted(name for name in named if name not in FACTS and name.removesuffix("_low") not in FACTS) == sorted(
        name for name in named if name.endswith("_high") and name.removesuffix("_high") in FACTS
    )
    assert sorted(bare - set(FACTS) - {"economic_used"}) == []


def _arguments(function: str, position: int) -> list[str]:
    """What the engine's source writes, as a plain string, at that place of the calls of a function."""
    calls = [
        node
        for path in ENGINE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and function in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]
    given = [call.args[position] for call in calls if len(call.args) > position]
    return [
        node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    ]


def fact(name: str, value: Any = None, unit: str = "", **origin: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "source": "stated", "as_of": None, "evidence": None, **origin}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (fact("min_run", 500, "pieces"), "minimum run: 500 pieces"),
        (fact("min_run", 12_500.0, "pieces"), "minimum run: 12,500 pieces"),
        (fact("min_run", None, "pieces"), "minimum run: not stated"),
        (fact("min_run", 500, "pieces", source="default"), "minimum run: 500 pieces (typical value)"),
        (
            fact("min_run", 500, "pieces", as_of="2026-03-02", evidence="documented"),
            "minimum run: 500 pieces (documented, as of March 2, 2026)",
        ),
        (fact("envelope_mm", [300.0, 200.5, 40.0], "mm"), "largest part: 300 × 200.5 × 40 mm"),
        (fact("min_order_money", 250, "EUR"), "smallest order in money: 250 EUR"),
        (fact("customs_border", value=True), "across a customs border: yes"),
        (fact("accepts_startups", value=False), "start-ups welcome: no"),
        (fact("ratio", 0.8333), "ratio of what it can to what is asked: 0.83"),
        (fact("best_mm", 0.0125, "mm"), "best tolerance (±): 0.013 mm"),
        (fact("expires_on", "2027-01-31"), "expires on: Jan. 31, 2027"),
        (fact("distance_mode", "parcel"), "distance counted as: parcels"),
        (fact("held_evidence", "registry_verified"), "evidence: verified in a registry"),
        (fact("asked_material", "pa-66"), "material asked for: Nylon 66"),
        (fact("quote_days_low", 2, "days"), "quoting, from: 2 days"),
        (fact("min_run", 1, "pieces"), "minimum run: 1 piece"),
        (fact("resource", "machines:laser-cutter"), "bottleneck: Laser"),
        (fact("resource", "17"), "bottleneck: Big saw"),
        (fact("resource", "18"), "bottleneck: #18"),
        (fact("quality", 0.5, source="default"), "quality of the fit: 0.5"),
        (fact("brand_new", 7, "teeth"), "brand new: 7 teeth"),
        (fact("listed", ["medical", "defence"]), "on its list: medical, defence"),
        (fact("listed", []), "on its list: none"),
    ],
)
def test_a_fact_in_words(given: dict[str, Any], words: str) -> None:
    names = {"pa-66": "Nylon 66", "laser-cutter": "Laser", "resource 17": "Big saw"}
    assert wording.fact_words(given, names) == words


def test_the_ends_of_a_range_are_one_sentence() -> None:
    ends = [fact("total_days_low", 12.0, "days"), fact("total_days_high", 30.5, "days"), fact("ratio", 2)]
    assert wording.facts_words(ends) == ("all in all: 12 to 30.5 days", "ratio of what it can to what is asked: 2")
    same = [fact("price_low", 3.5, "USD"), fact("price_high", 3.5, "USD")]
    assert wording.facts_words(same) == ("price a piece: 3.5 USD",)
    blank = [fact("price_low", None, "USD"), fact("price_high", None, "USD")]
    assert wording.facts_words(blank) == ("price a piece: not stated",)
    assert wording.facts_words([fact("listed", None)]) == ()
    alone = [fact("price_low", 3.5, "USD")]
    assert wording.facts_words(alone) == ("price a piece, from: 3.5 USD",)


def test_flags_and_questions_name_what_they_are_about() -> None:
    names = {"iso-9001": "ISO 9001"}
    assert wording.flag_words("split_lots") == "in split lots"
    missing = "missing_preferred_certificate:iso-9001"
    assert wording.flag_words(missing, names) == "lacks a certificate that was preferred (ISO 9001)"
    question = {"field": "certificate_evidence", "subject": "iso-9001", "code": "certificate_stated_only"}
    said = "May we see the certificate, with its scope and date? (ISO 9001)"
    assert wording.question_words(question, names) == said
