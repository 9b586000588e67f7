"""Worked examples: one shop, one need, one fact changed; each edge value has its own line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from matchmaker.codes import CODE_ROWS, Code, Gate
from matchmaker.domain import (
    Access,
    CapabilityFact,
    ClaimState,
    Confidentiality,
    Evidence,
    FacilityFact,
    FacilityKind,
    FacilityState,
    Figures,
    HeldCertificateFact,
    MachineHeldFact,
    MaterialMode,
    NeedFact,
    NoGoFact,
    Place,
    PreferenceFact,
    RegionRuleFact,
    RegionStrength,
    ResourceFact,
    Role,
    Source,
    StepFact,
    WorkFact,
)
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.results import Ranking
from matchmaker.supply import Supply
from tests.engine.catalogue_files import taxonomy

AS_OF = date(2026, 3, 2)
SF = Place("US", "US-CA", 37.77, -122.42)
STEP = StepFact(1, "cnc-milling", Role.LEAD)
SECOND = StepFact(2, "anodising", Role.REQUIRED)
NEED = NeedFact("n", 1, (STEP,), order_quantity=100, due_on=AS_OF + timedelta(days=60), ship_to=SF)
FIGURES = Figures(
    materials=("al-6061",),
    min_run=10,
    min_order_money=0.0,
    economic_low=20,
    economic_high=500,
    max_run=1000,
    lead_days_low=7,
    lead_days_high=14,
    tolerance_mm=0.05,
    envelope_mm=(500.0, 400.0, 300.0),
    currency="USD",
)
SHOP = FacilityFact(
    "f",
    FacilityKind.JOBSHOP,
    place=SF,
    figures=FIGURES,
    capabilities=(CapabilityFact("c", "cnc-milling"),),
    certificates=(),
    signs_nda=True,
    preferences=PreferenceFact(accepts_startups=True),
)
FAMILY = (*SHOP.capabilities, CapabilityFact("b", "box-build"))  # a second family of processes at the site


def shop(**changes: Any) -> FacilityFact:
    figures = {name: changes.pop(name) for name in list(changes) if name in Figures.__dataclass_fields__}
    return replace(SHOP, figures=replace(SHOP.figures, **figures), **changes)


def need(**changes: Any) -> NeedFact:
    lead = {name: changes.pop(name) for name in list(changes) if name in StepFact.__dataclass_fields__}
    return replace(NEED, **changes) if not lead else replace(NEED, steps=(replace(STEP, **lead),), **changes)


def lines(*processes: str, **more: Any) -> dict[str, Any]:
    return {"capabilities": tuple(CapabilityFact(f"c{i}", p, **more) for i, p in enumerate(processes))}


def ranked(asked: NeedFact, site: FacilityFact) -> Ranking:
    return rank(asked, Supply.build([site], taxonomy()), Policy.default(), AS_OF)


def holding(slug: str, **more: Any) -> dict[str, Any]:
    return {"certificates": (HeldCertificateFact(slug, **more),)}


def region(word: str, processes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"region_rules": (RegionRuleFact(RegionStrength.MUST, word, processes),)}


DUE = NEED.due_on or AS_OF
SCOPED: dict[str, Any] = {"scope_processes": ("cnc-machining",)}
PAID: dict[str, Any] = {"budget": 1000.0}  # 10 a piece
CEILING: dict[str, Any] = {"budget": 1000.0, "budget_is_ceiling": True}
OTHERS: dict[str, Any] = {"capabilities": FAMILY}
MEMBERS: dict[str, Any] = {"access": Access.MEMBERS_ONLY}

# (what is tried, the need's change, the shop's change, the code it must give)
CASES: list[tuple[str, dict[str, Any], dict[str, Any], Code]] = [
    ("open", {}, {}, Code.OPEN),
    ("imported and not claimed", {}, {"claim": ClaimState.UNCLAIMED}, Code.NOT_CLAIMED),
    ("claim pending", {}, {"claim": ClaimState.CLAIM_PENDING}, Code.NOT_CLAIMED),
    ("paused", {}, {"state": FacilityState.PAUSED}, Code.PAUSED_OR_CLOSED),
    ("closed", {}, {"state": FacilityState.CLOSED}, Code.PAUSED_OR_CLOSED),
    ("not accepting", {}, {"accepting": False}, Code.PAUSED_OR_CLOSED),
    ("member-only", {}, MEMBERS, Code.MEMBERS_ONLY),
    ("member-only, founder works, 50", {"self_service": True, "order_quantity": 50}, MEMBERS, Code.SELF_SERVICE_AGREED),
    ("member-only, founder works, 51", {"self_service": True, "order_quantity": 51}, MEMBERS, Code.MEMBERS_ONLY),
    ("exact", {}, {}, Code.PROCESS_EXACT),
    ("special kind", {}, lines("cnc-milling-5axis"), Code.PROCESS_SPECIALISATION),
    ("covers", {"process": "cnc-milling-3axis"}, lines("cnc-milling-5axis"), Code.PROCESS_COVERS),
    ("sibling", {"process": "cnc-milling-5axis"}, lines("cnc-milling-3axis"), Code.PROCESS_NOT_MADE),
    ("general claim", {"process": "cnc-milling-5axis"}, lines("cnc-milling"), Code.PROCESS_GENERAL_CLAIM),
    ("category claim", {}, lines("machining"), Code.PROCESS_CATEGORY_CLAIM),
    ("through a partner", {}, lines("cnc-milling", through_partner=True), Code.PROCESS_PARTNER),
    ("derived line", {}, lines("cnc-milling", source=Source.DERIVED), Code.PROCESS_SUGGESTED),
    (
        "a machine alone",
        {"process": "cnc-milling-3axis"},
        {**lines("box-build"), "machines": (MachineHeldFact("haas-vf2"),)},
        Code.PROCESS_SUGGESTED,
    ),
    (
        "substitute at its window's end",
        {"process": "stamping", "order_quantity": 3000},
        {**lines("press-brake-bending"), "max_run": 9000},
        Code.PROCESS_SUBSTITUTE,
    ),
    (
        "substitute past its window",
        {"process": "stamping", "order_quantity": 3001},
        {**lines("press-brake-bending"), "max_run": 9000},
        Code.PROCESS_NOT_MADE,
    ),
    (
        "substitutes not allowed",
        {"process": "stamping", "substitutes_allowed": False},
        lines("press-brake-bending"),
        Code.PROCESS_NOT_MADE,
    ),
    (
        "validated process",
        {"process": "stamping", "required_certificates": ("iso-13485",)},
        lines("press-brake-bending"),
        Code.PROCESS_NOT_MADE,
    ),
    ("self-service is no service", {"process": "sewing"}, lines("sewing-access"), Code.PROCESS_NOT_MADE),
    (
        "self-service where the founder works",
        {"process": "sewing", "self_service": True, "order_quantity": 20},
        lines("sewing-access"),
        Code.PROCESS_SUBSTITUTE,
    ),
    ("material exact", {"materials": ("al-6061",)}, {}, Code.MATERIAL_STATED),
    ("material below the asked class", {"materials": ("aluminium",)}, {}, Code.MATERIAL_STATED),
    ("class, bar and sheet", {"materials": ("al-6061",)}, {"materials": ("aluminium",)}, Code.MATERIAL_CLASS_MACHINED),
    (
        "class, elsewhere",
        {"process": "fff", "materials": ("pla",)},
        {**lines("fff"), "materials": ("polyesters",)},
        Code.MATERIAL_CLASS_CLAIM,
    ),
    ("family claim", {"materials": ("al-6061",)}, {"materials": ("metals",)}, Code.MATERIAL_CLASS_CLAIM),
    ("sibling refused", {"materials": ("al-7075",)}, {}, Code.MATERIAL_SIBLING_REFUSED),
    (
        "sibling, equivalents allowed",
        {"materials": ("al-7075",), "equivalents_allowed": True},
        {},
        Code.MATERIAL_EQUIVALENT,
    ),
    ("another family", {"materials": ("abs",)}, {}, Code.MATERIAL_NOT_RUN),
    ("list blank", {"materials": ("abs",)}, {"materials": None}, Code.MATERIALS_BLANK),
    ("list stated as none", {"materials": ("abs",)}, {"materials": ()}, Code.MATERIAL_NOT_RUN),
    ("any of two", {"materials": ("abs", "al-6061")}, {}, Code.MATERIAL_STATED),
    (
        "all of two",
        {"materials": ("abs", "al-6061"), "material_mode": MaterialMode.ALL},
        {},
        Code.MATERIAL_NOT_RUN,
    ),
    ("part as large as the machine", {"envelope_mm": (300.0, 500.0, 400.0)}, {}, Code.ENVELOPE_FITS),
    ("part a tenth too large", {"envelope_mm": (500.0, 400.0, 333.3)}, {}, Code.ENVELOPE_NEAR),
    ("part more than a tenth too large", {"envelope_mm": (500.0, 400.0, 333.5)}, {}, Code.ENVELOPE_TOO_SMALL),
    ("envelope blank", {"envelope_mm": (1.0, 1.0, 1.0)}, {"envelope_mm": None}, Code.ENVELOPE_BLANK),
    ("envelope of the whole site", {"envelope_mm": (700.0, 400.0, 300.0)}, OTHERS, Code.ENVELOPE_SITE_ONLY),
    (
        "envelope of the whole site, unusual part",
        {"envelope_mm": (1200.0, 400.0, 300.0)},
        OTHERS,
        Code.ENVELOPE_TOO_SMALL,
    ),
    ("tolerance equal", {"tolerance_mm": 0.05}, {}, Code.TOLERANCE_HELD),
    ("tolerance at 0.7", {"tolerance_mm": 0.035}, {}, Code.TOLERANCE_NEAR),
    ("tolerance under 0.7", {"tolerance_mm": 0.0349}, {}, Code.TOLERANCE_TOO_COARSE),
    ("tolerance blank", {"tolerance_mm": 0.05}, {"tolerance_mm": None}, Code.TOLERANCE_BLANK),
    ("tolerance of the whole site", {"tolerance_mm": 0.2}, {**OTHERS, "tolerance_mm": 0.5}, Code.TOLERANCE_SITE_ONLY),
    ("certificates blank", {"required_certificates": ("iso-9001",)}, {"certificates": None}, Code.CERTIFICATES_BLANK),
    ("certificates none", {"required_certificates": ("iso-9001",)}, {}, Code.CERTIFICATE_ABSENT),
    (
        "stated only",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001"),
        Code.CERTIFICATE_STATED_ONLY,
    ),
    (
        "stated with date and scope",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", expires_on=DUE, **SCOPED),
        Code.CERTIFICATE_HELD,
    ),
    (
        "stated with scope, issued lately",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", issued_on=AS_OF - timedelta(days=30), **SCOPED),
        Code.CERTIFICATE_HELD,
    ),
    (
        "stated with scope, issued 36 months ago",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", issued_on=AS_OF - timedelta(days=1096), **SCOPED),
        Code.CERTIFICATE_STATED_ONLY,
    ),
    (
        "documented",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", evidence=Evidence.DOCUMENTED),
        Code.CERTIFICATE_HELD,
    ),
    (
        "implied",
        {"required_certificates": ("iso-9001",)},
        holding("as9100", evidence=Evidence.DOCUMENTED),
        Code.CERTIFICATE_HELD,
    ),
    (
        "never implied by the asked one",
        {"required_certificates": ("as9100",)},
        holding("iso-9001", evidence=Evidence.DOCUMENTED),
        Code.CERTIFICATE_ABSENT,
    ),
    (
        "ends the day before the due date",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", evidence=Evidence.DOCUMENTED, expires_on=DUE - timedelta(days=1)),
        Code.CERTIFICATE_EXPIRED,
    ),
    (
        "ends on the due date",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", evidence=Evidence.DOCUMENTED, expires_on=DUE),
        Code.CERTIFICATE_HELD,
    ),
    (
        "scope names other work",
        {"required_certificates": ("iso-9001",)},
        holding("iso-9001", evidence=Evidence.DOCUMENTED, scope_processes=("sewing",)),
        Code.CERTIFICATE_OUT_OF_SCOPE,
    ),
    (
        "class 3 meets class 2",
        {"process": "smt-assembly", "workmanship_class": 2},
        {**lines("smt-assembly"), "workmanship_class": 3},
        Code.WORKMANSHIP_MET,
    ),
    (
        "class 2 never meets class 3",
        {"process": "smt-assembly", "workmanship_class": 3},
        {**lines("smt-assembly"), "workmanship_class": 2},
        Code.WORKMANSHIP_BELOW,
    ),
    (
        "class blank",
        {"process": "smt-assembly", "workmanship_class": 2},
        lines("smt-assembly"),
        Code.WORKMANSHIP_BLANK,
    ),
    ("product statement, nobody tests", {"required_certificates": ("fcc",)}, {}, Code.STATEMENT_OPEN),
    (
        "product statement, partner tests",
        {"required_certificates": ("un38-3",)},
        {
            "capabilities": (
                *SHOP.capabilities,
                CapabilityFact("t", "battery-transport-testing", through_partner=True),
            )
        },
        Code.STATEMENT_TEST_OFFERED,
    ),
    (
        "product statement, shown",
        {"required_certificates": ("fcc",)},
        holding("fcc", evidence=Evidence.DOCUMENTED),
        Code.STATEMENT_EVIDENCE,
    ),
    ("exactly the minimum", {}, {"min_run": 100}, Code.RUN_INSIDE),
    ("one under the minimum", {"order_quantity": 99}, {"min_run": 100}, Code.RUN_BELOW_NEAR),
    ("half the minimum", {"order_quantity": 50}, {"min_run": 100}, Code.RUN_BELOW_NEAR),
    ("under half the minimum", {"order_quantity": 49}, {"min_run": 100}, Code.RUN_BELOW),
    ("minimum blank", {}, {"min_run": None}, Code.RUN_MINIMUM_BLANK),
    ("minimum of the whole site", {"order_quantity": 49}, {**OTHERS, "min_run": 100}, Code.RUN_SITE_ONLY),
    ("exactly the maximum", {"order_quantity": 1000}, {}, Code.RUN_INSIDE),
    ("one over the maximum", {"order_quantity": 1001}, {}, Code.RUN_SPLIT),
    ("under twice the maximum", {"order_quantity": 1999}, {}, Code.RUN_SPLIT),
    ("twice the maximum", {"order_quantity": 2000}, {}, Code.RUN_ABOVE),
    ("maximum blank inside the band", {"order_quantity": 500}, {"max_run": None}, Code.RUN_INSIDE),
    ("maximum blank above the band", {"order_quantity": 501}, {"max_run": None}, Code.RUN_MAXIMUM_BLANK),
    ("pieces a unit count", {"pieces_per_unit": 20}, {}, Code.RUN_ABOVE),
    ("money minimum just met", PAID, {"min_order_money": 1000.0}, Code.RUN_INSIDE),
    ("money minimum missed", PAID, {"min_order_money": 1001.0}, Code.RUN_BELOW_NEAR),
    ("money minimum far off", PAID, {"min_order_money": 2001.0}, Code.RUN_BELOW),
    ("money minimum blank, worth known", PAID, {"min_order_money": None}, Code.RUN_MONEY_BLANK),
    ("money minimum, worth unknown", {}, {"min_order_money": 1e6}, Code.RUN_INSIDE),
    ("money without a rate", PAID, {"min_order_money": 1e6, "currency": "EUR"}, Code.RUN_INSIDE),
    (
        "tooling budget is not for pieces",
        {**PAID, "tooling_budget": 500.0},
        {"min_order_money": 600.0},
        Code.RUN_BELOW_NEAR,
    ),
    ("due long after", {}, {}, Code.DUE_MET),
    ("due between the ends", {"due_on": AS_OF + timedelta(days=16)}, {}, Code.DUE_STRADDLED),
    ("due just before the early end", {"due_on": AS_OF + timedelta(days=9)}, {}, Code.DUE_NEAR),
    ("due far too soon", {"due_on": AS_OF + timedelta(days=5)}, {}, Code.DUE_MISSED),
    ("due in the past", {"due_on": AS_OF - timedelta(days=1)}, {}, Code.DUE_MISSED),
    ("lead blank", {}, {"lead_days_low": None, "lead_days_high": None}, Code.DUE_ON_DEFAULTS),
    (
        "lead of the whole site",
        {"due_on": AS_OF + timedelta(days=20)},
        {**OTHERS, "lead_days_low": 30, "lead_days_high": 40},
        Code.DUE_SITE_ONLY,
    ),
    ("inside a must region", region("US"), {}, Code.REGION_INSIDE),
    ("inside, by word", region("Bay Area"), {}, Code.REGION_INSIDE),
    ("outside", region("Kenya"), {}, Code.REGION_OUTSIDE),
    ("place unknown", region("US"), {"place": Place()}, Code.REGION_UNKNOWN),
    ("sub-area, state unknown, position unknown", region("Bay Area"), {"place": Place("US")}, Code.REGION_UNKNOWN),
    ("rule for a step made here", region("Kenya", ("machining",)), {}, Code.REGION_OUTSIDE),
    (
        "rule for a partner's step",
        region("Kenya", ("machining",)),
        lines("cnc-milling", through_partner=True),
        Code.REGION_PARTNER,
    ),
    ("export, no evidence", {"export_controlled": True}, {}, Code.EXPORT_NOT_VERIFIED),
    (
        "export, documented only",
        {"export_controlled": True},
        holding("itar-registered", evidence=Evidence.DOCUMENTED),
        Code.EXPORT_NOT_VERIFIED,
    ),
    (
        "export, verified",
        {"export_controlled": True},
        holding("itar-registered", evidence=Evidence.COORDINATOR_VERIFIED),
        Code.EXPORT_VERIFIED,
    ),
    ("NDA signed", {"confidentiality": Confidentiality.NDA}, {}, Code.NDA_SIGNED),
    ("NDA silent", {"confidentiality": Confidentiality.NDA}, {"signs_nda": None}, Code.NDA_SILENT),
    ("NDA refused", {"confidentiality": Confidentiality.STRICT}, {"signs_nda": False}, Code.NDA_REFUSED),
    ("nothing refused", {}, {}, Code.NO_GO_CLEAR),
    ("industry refused", {"industry": "arms"}, {"no_go": NoGoFact(industries=("arms",))}, Code.NO_GO_LISTED),
    ("stage refused", {"stage": "evt"}, {"no_go": NoGoFact(stages=("evt",))}, Code.NO_GO_LISTED),
    (
        "customer refused",
        {"customer_kind": "startup"},
        {"no_go": NoGoFact(customer_kinds=("startup",))},
        Code.NO_GO_LISTED,
    ),
    ("price at the ceiling", CEILING, {"price_low": 5.0, "price_high": 10.0}, Code.BUDGET_INSIDE),
    ("price across the ceiling", CEILING, {"price_low": 10.0, "price_high": 20.0}, Code.BUDGET_STRADDLED),
    ("price 15 % over", CEILING, {"price_low": 11.5, "price_high": 20.0}, Code.BUDGET_NEAR),
    ("price more than 15 % over", CEILING, {"price_low": 11.6, "price_high": 20.0}, Code.BUDGET_OVER),
    ("price unknown", CEILING, {}, Code.PRICE_BLANK),
]


@pytest.mark.parametrize(("asked", "site", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_gate(asked: dict[str, Any], site: dict[str, Any], code: Code) -> None:
    """An excluded shop is known by its gate alone, a listed one by the code."""
    ranking = ranked(need(**asked), shop(**site))
    row = CODE_ROWS[code]
    if ranking.matches:
        found = [gate for gate in ranking.matches[0].gates if gate.gate == row.gate]
        assert code.name.lower() in [gate.code for gate in found]
        assert [gate.verdict for gate in found if gate.code == code.name.lower()] == [row.verdict]
    else:
        assert [item.gate for item in ranking.excluded] == [row.gate]
        assert row.verdict == -1
        assert not row.near or row.gate == Gate.PROCESS  # one that fails within its bound is still listed


def test_every_code_has_a_worked_example() -> None:
    elsewhere = {Code.PROCESS_LEFT_TO_OTHERS, Code.DUE_CAPACITY_STALE}
    assert {case[3] for case in CASES} | elsewhere == set(Code)


# ---------------------------------------------------------------- capacity and assignments

RESOURCE = ResourceFact("mill", "cnc-mill-3x", gross_hours=40.0, availability=1.0, booked_share=0.5, as_of=AS_OF)
STATED = CapabilityFact("c", "cnc-milling", work=WorkFact(setup_hours=0.0, cycle_seconds=1440.0))  # 40 h for 100


def gate_of(ranking: Ranking, name: str) -> Any:
    return next(gate for gate in ranking.matches[0].gates if gate.gate == name)


def fact(gate: Any, name: str) -> Any:
    return next(item.value for item in gate.facts if item.name == name)


def test_finish_comes_from_hours_where_hours_and_work_are_stated_and_fresh() -> None:
    site = shop(capabilities=(STATED,), resources=(RESOURCE,), quote_days=0.0, material_days=0.0, inspection_days=0.0)
    gate = gate_of(ranked(need(), site), "due_date")
    assert fact(gate, "finish_from_hours") is True
    # 20 free hours a week from a Monday: 40 hours take two weeks to the day
    assert (fact(gate, "production_days_low"), fact(gate, "production_days_high")) == (14.0, 14.0)


def test_two_steps_on_one_resource_add_up() -> None:
    steps = (STEP, StepFact(2, "cnc-milling-3axis", Role.REQUIRED))
    line = replace(STATED, id="d", process="cnc-milling-3axis")
    site = shop(capabilities=(STATED, line), resources=(RESOURCE,), inspection_days=0.0)
    gate = gate_of(ranked(need(steps=steps), site), "due_date")
    assert fact(gate, "production_days_low") == pytest.approx(28.0)


@pytest.mark.parametrize(("age", "from_hours"), [(14, True), (15, False)], ids=["14 days is fresh", "15 days is stale"])
def test_capacity_goes_stale_after_fourteen_days(age: int, *, from_hours: bool) -> None:
    resource = replace(RESOURCE, as_of=AS_OF - timedelta(days=age))
    gate = gate_of(ranked(need(), shop(capabilities=(STATED,), resources=(resource,))), "due_date")
    assert fact(gate, "finish_from_hours") is from_hours


def test_stale_capacity_without_a_stated_lead_time_only_asks() -> None:
    resource = replace(RESOURCE, as_of=AS_OF - timedelta(days=15))
    site = shop(capabilities=(STATED,), resources=(resource,), lead_days_low=None, lead_days_high=None)
    assert gate_of(ranked(need(), site), "due_date").code == "due_capacity_stale"


def test_a_step_may_be_left_to_others_where_that_puts_the_site_higher() -> None:
    steps = (STEP, SECOND)
    slow = CapabilityFact("a", "anodising", figures=Figures(lead_days_low=300, lead_days_high=400))
    site = shop(capabilities=(*SHOP.capabilities, slow))
    ranking = ranked(need(steps=steps), site)
    assert ranking.matches[0].tier == 3
    assert [gate.code for gate in ranking.matches[0].gates if gate.verdict == -1] == ["process_left_to_others"]


def test_one_missing_step_is_a_near_miss_and_a_missing_lead_a_component() -> None:
    assert ranked(need(steps=(STEP, SECOND)), shop()).matches[0].tier == 3
    lead = replace(SECOND, role=Role.LEAD)
    assert ranked(need(steps=(replace(STEP, role=Role.REQUIRED), lead)), shop()).matches[0].tier == 4


def test_a_preferred_step_has_no_gates() -> None:
    wished = replace(SECOND, role=Role.PREFERRED)
    with_step, without = ranked(need(steps=(STEP, wished)), shop()), ranked(need(), shop())
    assert with_step.matches[0].tier == without.matches[0].tier == 1
    assert with_step.matches[0].coverage == pytest.approx(2 / 2.4)
