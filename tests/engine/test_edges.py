"""Edges that the tables of gates and the made worlds pass by: each a value on, or a hair beside, a bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from matchmaker.codes import Code, Criterion, CriterionCode
from matchmaker.domain import (
    Evidence,
    HeldCertificateFact,
    Place,
    PreferenceFact,
    Tier,
    TrackRecordFact,
)
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import CriterionResult, FactValue, MatchResult
from matchmaker.supply import Supply
from tests.engine.catalogue_files import taxonomy
from tests.engine.test_gates import (
    AS_OF,
    CEILING,
    DUE,
    OTHERS,
    SCOPED,
    SECOND,
    holding,
    lines,
    need,
    ranked,
    shop,
    test_gate,
)

USUAL = taxonomy().process_rows[taxonomy().process_index["cnc-milling"]]
USUAL_MM = USUAL.tolerance_mm
USUAL_LEAD = int(USUAL.lead_days_low or 0)  # with 1 day to quote, 1 for material and 2 on the road
LATE = 29  # quote 5, material 5, lead 14 and transport 5 days
ISO = {"required_certificates": ("iso-9001",)}
CLASS_3 = {"process": "smt-assembly", "workmanship_class": 3}

CASES: list[tuple[str, dict[str, Any], dict[str, Any], Code]] = [
    ("six tenths of the minimum", {"order_quantity": 60}, {"min_run": 100}, Code.RUN_BELOW_NEAR),
    ("a part that fills 95 %", {"envelope_mm": (500.0, 400.0, 315.7)}, {}, Code.ENVELOPE_NEAR),
    (
        "a part that fills exactly 90 %",
        {"envelope_mm": (500.0, 400.0, 300.0)},
        {"envelope_mm": (500.0, 400.0, 270.0)},
        Code.ENVELOPE_NEAR,
    ),
    (
        "ends long after the due date",
        ISO,
        holding("iso-9001", evidence=Evidence.DOCUMENTED, expires_on=DUE + timedelta(days=300)),
        Code.CERTIFICATE_HELD,
    ),
    (
        "lead of the whole site, due on the very day that the usual one allows",
        {"due_on": AS_OF + timedelta(days=4 + USUAL_LEAD)},
        {**OTHERS, "lead_days_low": 60, "lead_days_high": 90},
        Code.DUE_SITE_ONLY,
    ),
    ("tolerance between 0.7 and 1", {"tolerance_mm": 0.04}, {}, Code.TOLERANCE_NEAR),
    ("price 5 % over", CEILING, {"price_low": 10.5, "price_high": 20.0}, Code.BUDGET_NEAR),
    (
        "site tolerance, required exactly at the usual one",
        {"tolerance_mm": USUAL_MM},
        {**OTHERS, "tolerance_mm": 0.5},
        Code.TOLERANCE_SITE_ONLY,
    ),
    ("usually valid up to the due date", ISO, holding("iso-9001", issued_on=DUE, **SCOPED), Code.CERTIFICATE_HELD),
    (
        "verified by a registry",
        ISO,
        holding("iso-9001", evidence=Evidence.REGISTRY_VERIFIED),
        Code.CERTIFICATE_HELD,
    ),
    (
        "workmanship by a certificate of that class",
        CLASS_3,
        {**lines("smt-assembly"), **holding("ipc-class3", evidence=Evidence.DOCUMENTED)},
        Code.WORKMANSHIP_MET,
    ),
    (
        "workmanship, certificate stated only, class below",
        CLASS_3,
        {**lines("smt-assembly"), **holding("ipc-class3"), "workmanship_class": 2},
        Code.WORKMANSHIP_BELOW,
    ),
    ("due on the very day of the late end", {"due_on": AS_OF + timedelta(days=LATE)}, {}, Code.DUE_MET),
    ("due the day before the late end", {"due_on": AS_OF + timedelta(days=LATE - 1)}, {}, Code.DUE_STRADDLED),
    (
        "a ceiling less the tooling",
        {**CEILING, "tooling_budget": 400.0},
        {"price_low": 6.0, "price_high": 6.0},
        Code.BUDGET_INSIDE,
    ),
    (
        "a cent above the ceiling less the tooling",
        {**CEILING, "tooling_budget": 400.0},
        {"price_low": 5.0, "price_high": 6.01},
        Code.BUDGET_STRADDLED,
    ),
    (
        "two pieces a unit at half the price",
        {**CEILING, "pieces_per_unit": 2},
        {"price_low": 5.0, "price_high": 5.0},
        Code.BUDGET_INSIDE,
    ),
    (
        "two pieces a unit, the dear end across the ceiling",
        {**CEILING, "pieces_per_unit": 2},
        {"price_low": 5.0, "price_high": 6.0},
        Code.BUDGET_STRADDLED,
    ),
]


@pytest.mark.parametrize(("asked", "site", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_edge(asked: dict[str, Any], site: dict[str, Any], code: Code) -> None:
    test_gate(asked, site, code)


def test_of_two_certificates_the_better_one_counts() -> None:
    expired = HeldCertificateFact("iso-9001", Evidence.DOCUMENTED, expires_on=AS_OF)
    stated, held = HeldCertificateFact("iso-9001"), HeldCertificateFact("as9100", Evidence.DOCUMENTED)
    for certificates, code in (
        ((expired, stated), Code.CERTIFICATE_STATED_ONLY),
        ((stated, held, expired), Code.CERTIFICATE_HELD),
    ):
        test_gate(ISO, {"certificates": certificates}, code)


def test_a_statement_whose_test_the_catalogue_lacks_stays_open() -> None:
    policy = replace(Policy.default(), statement_tests={"fcc": "no-such-process"})
    ranking = rank(need(required_certificates=("fcc",)), Supply.build([shop()], taxonomy()), policy, AS_OF)
    assert "statement_open" in [gate.code for gate in ranking.matches[0].gates]


def test_only_the_test_itself_answers_a_statement() -> None:
    """Not the processes that stand beside it in the catalogue."""
    slugs = taxonomy().process_slugs
    at = taxonomy().process_index["emc-radio-testing"]
    beside = lines("cnc-milling", *(slugs[near] for near in (at - 1, at + 1)))
    test_gate({"required_certificates": ("fcc",)}, beside, Code.STATEMENT_OPEN)


def test_of_a_step_that_nobody_makes_only_what_fails_is_told() -> None:
    asked = replace(need(), steps=(*need().steps, SECOND))
    found = ranked(asked, shop()).matches[0]
    assert [(gate.gate, gate.code) for gate in found.gates if gate.step == 2] == [("process", "process_not_made")]


def test_who_does_not_make_the_lead_is_asked_for_no_price() -> None:
    asked = replace(need(**CEILING), steps=(*need().steps, SECOND))
    found = ranked(asked, shop(**lines("anodising"))).matches[0]
    assert found.tier == Tier.COMPONENT
    assert "budget" not in [gate.gate for gate in found.gates]


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ({"certificates": None}, {}),
        (
            holding("as9100", evidence=Evidence.DOCUMENTED, expires_on=DUE),
            {"held_certificate": "as9100", "held_evidence": "documented", "expires_on": DUE.isoformat()},
        ),
    ],
    ids=["nothing listed", "one that implies it"],
)
def test_a_certificate_gate_tells_of_what_is_held(site: dict[str, Any], told: dict[str, FactValue]) -> None:
    gate = next(item for item in only(ISO, site).gates if item.gate == "certificates")
    assert {item.name: item.value for item in gate.facts if item.name != "valid_on"} == told


# ---------------------------------------------------------------- criteria


def only(asked: dict[str, Any], site: dict[str, Any]) -> MatchResult:
    return ranked(need(**asked), shop(**site)).matches[0]


def criterion(name: Criterion, asked: dict[str, Any], site: dict[str, Any]) -> CriterionResult:
    return next(item for item in only(asked, site).criteria if item.criterion == name)


def fact(result: CriterionResult, name: str) -> FactValue:
    return next((item.value for item in result.facts if item.name == name), None)


HERE = (52.5, 13.4)


@pytest.mark.parametrize(
    ("ours", "theirs", "factors", "crosses"),
    [
        ("DE", "DE", (1.0, 1.0), False),
        ("DE", "NL", (1.0, 1.0), False),  # another country of the same customs union
        ("DE", "GB", (0.9, 0.9), True),
        ("DE", None, (0.9, 1.0), None),
        (None, "DE", (0.9, 1.0), None),
    ],
    ids=["one country", "one customs union", "a customs border", "theirs unknown", "ours unknown"],
)
def test_only_a_customs_border_lowers_the_value_of_a_distance(
    ours: str | None, theirs: str | None, factors: tuple[float, float], *, crosses: bool | None
) -> None:
    found = criterion(Criterion.DISTANCE, {"ship_to": Place(ours, None, *HERE)}, {"place": Place(theirs, None, *HERE)})
    assert (found.low, found.high) == factors
    assert fact(found, "customs_border") is crosses


@pytest.mark.parametrize("place", [Place("US", None, 37.0, None), Place("US", None, None, -122.0)])
def test_one_coordinate_alone_is_no_position(place: Place) -> None:
    assert Criterion.DISTANCE not in [item.criterion for item in only({"ship_to": place}, {}).criteria]
    half = criterion(Criterion.DISTANCE, {}, {"place": place})
    assert half.low < half.high
    assert fact(half, "distance_km") is None


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, CriterionCode.NO_RECORD_YET),
        (TrackRecordFact(0, 0), CriterionCode.NO_RECORD_YET),
        (TrackRecordFact(0, 1), CriterionCode.KNOWN),
        (TrackRecordFact(2, 0), CriterionCode.KNOWN),
        (TrackRecordFact(3, 3), CriterionCode.KNOWN),
    ],
)
def test_no_record_yet_is_said_only_where_there_is_none(record: TrackRecordFact | None, code: CriterionCode) -> None:
    assert criterion(Criterion.TRACK_RECORD, {}, {"track_record": record}).code == code.value


@pytest.mark.parametrize(
    ("welcome", "factors"), [(True, (1.0, 1.0)), (False, (0.3, 0.3)), (None, (0.3, 1.0))], ids=["yes", "no", "silent"]
)
def test_start_ups_welcome_or_not(*, welcome: bool | None, factors: tuple[float, float]) -> None:
    asked: dict[str, Any] = {"annual_quantity": 100}
    open_to_all = criterion(Criterion.MUTUAL_FIT, asked, {"preferences": PreferenceFact(accepts_startups=True)})
    found = criterion(Criterion.MUTUAL_FIT, asked, {"preferences": PreferenceFact(accepts_startups=welcome)})
    assert (found.low, found.high) == pytest.approx((open_to_all.low * factors[0], open_to_all.high * factors[1]))


@pytest.mark.parametrize(("price", "value"), [(10.0, 1.0), (8.0, 1.0), (20.0, 0.0), (40.0, 0.0), (10.0 * 2**0.5, 0.5)])
def test_price_falls_from_the_target_to_twice_the_target(price: float, value: float) -> None:
    found = criterion(Criterion.PRICE, {"target_price": 10.0}, {"price_low": price, "price_high": price})
    assert (found.low, found.high) == pytest.approx((value, value), abs=1e-9)


@pytest.mark.parametrize("asked", [{}, {"target_price": 0.0}], ids=["no target", "a target of nothing"])
def test_price_is_not_asked_without_a_target(asked: dict[str, Any]) -> None:
    found = only(asked, {"price_low": 5.0, "price_high": 6.0})
    assert Criterion.PRICE not in [item.criterion for item in found.criteria]


def test_lead_time_of_the_whole_site_is_excused_up_to_the_due_date_itself() -> None:
    """The usual lead time may be shorter: the good end is to be in time, just."""
    site = {**OTHERS, "lead_days_low": 30, "lead_days_high": 40}
    found = criterion(Criterion.LEAD_TIME, {"due_on": AS_OF + timedelta(days=20)}, site)
    assert found.high == pytest.approx(0.5)
