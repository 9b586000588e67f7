"""Made-up needs and networks, dense in edges: the same few processes, quantities that sit on the bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st

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
    HoldFact,
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
    TrackRecordFact,
    WeekFact,
    WorkFact,
)

Value = TypeVar("Value")

AS_OF = date(2026, 3, 4)
MONDAY = date(2026, 3, 2)
ASKED = [
    "cnc-milling",
    "cnc-milling-5axis",
    "cnc-turning",
    "anodising",
    "injection-moulding",
    "injection-moulding-soft-tool",
    "fff",
    "smt-assembly",
    "bga-assembly",
    "box-build",
    "functional-test",
    "press-brake-bending",
    "stamping",
    "packaging",
    "hand-soldering",
]
PROVIDED = [
    *ASKED,
    "cnc-machining",
    "machining",
    "cnc-milling-3axis",
    "swiss-turning",
    "powder-coating",
    "vacuum-casting",
    "mjf",
    "sls",
    "pcb-assembly",
    "electronics",
    "reflow-oven-access",
    "mechanical-assembly",
    "emc-radio-testing",
    "battery-transport-testing",
]
MATERIALS = [
    "al-6061",
    "al-7075",
    "aluminium",
    "metals",
    "ss-304",
    "abs",
    "pc-abs",
    "polymers",
    "pa12",
    "solder-sac305",
]
CERTIFICATES = [
    "iso-9001",
    "as9100",
    "iso-13485",
    "itar-registered",
    "ipc-class3",
    "fcc",
    "un38-3",
    "j-std-001-cis",
]
MACHINES = [
    "haas-vf2",
    "haas-umc750",
    "juki-rs1r",
    "arburg-520",
    "prusa-mk4",
]
RESOURCE_KINDS = [
    "smt-line",
    "cnc-mill-3x",
    "any-cnc",
    "any-milling",
    "press-medium",
    "any-injection-press",
    "assembly-bench",
]
PIECES = [1, 5, 10, 19, 20, 21, 40, 50, 51, 99, 100, 101, 200, 401, 1000]
SIZES = [(100.0, 80.0, 20.0), (110.0, 88.0, 22.0), (300.0, 200.0, 60.0), (700.0, 400.0, 300.0), (90.0, 100.0, 20.0)]
PLACES = [
    Place("US", None, 37.77, -122.42),
    Place("US", "US-CA", 37.5, -122.0),
    Place("US", "US-MI"),
    Place("CA", None, 42.3, -83.0),
    Place("MX", None, 20.66, -103.35),
    Place("NL", None, 51.92, 4.48),
    Place("DE", None, 52.5, 13.4),
    Place("KE", None, -1.29, 36.82),
    Place("ET", None, 9.0, 38.7),
    Place("CN", None, 22.54, 114.06),
    Place("XX", None, 0.0, 0.0),
    Place(),
]
REGIONS = ["US", "EU", "Bay Area", "North America", "within a day of driving", "Kenya", "any", "Great Lakes region"]


def maybe(strategy: st.SearchStrategy[Value]) -> st.SearchStrategy[Value | None]:
    return st.one_of(st.none(), strategy)


def some(items: list[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(items), max_size=most, unique=True).map(tuple)


def figures() -> st.SearchStrategy[Figures]:
    days = st.sampled_from([0.0, 3.0, 7.0, 14.0, 30.0])
    return st.builds(
        Figures,
        materials=maybe(some(MATERIALS, 3)),
        min_run=maybe(st.sampled_from(PIECES)),
        min_order_money=maybe(st.sampled_from([0.0, 100.0, 500.0, 5000.0])),
        economic_low=maybe(st.sampled_from(PIECES)),
        economic_high=maybe(st.sampled_from(PIECES)),
        max_run=maybe(st.sampled_from(PIECES)),
        lead_days_low=maybe(days),
        lead_days_high=maybe(days),
        tooling_days_low=maybe(days),
        tooling_days_high=maybe(days),
        tolerance_mm=maybe(st.sampled_from([0.01, 0.05, 0.1, 0.2, 1.0])),
        envelope_mm=maybe(st.sampled_from(SIZES)),
        price_low=maybe(st.sampled_from([1.0, 5.0, 10.0])),
        price_high=maybe(st.sampled_from([10.0, 12.0, 50.0])),
        currency=st.sampled_from(["USD", "EUR", None]),
    )


def works() -> st.SearchStrategy[WorkFact]:
    return st.builds(
        WorkFact,
        setup_hours=maybe(st.sampled_from([0.0, 2.0, 8.0])),
        cycle_seconds=maybe(st.sampled_from([30.0, 600.0, 3600.0])),
        parts_per_cycle=maybe(st.sampled_from([1.0, 4.0])),
        yield_share=maybe(st.sampled_from([0.9, 1.0])),
    )


def resources() -> st.SearchStrategy[tuple[ResourceFact, ...]]:
    weeks = st.builds(
        WeekFact,
        monday=st.integers(-1, 8).map(lambda w: MONDAY + timedelta(weeks=w)),
        gross_hours=maybe(st.sampled_from([0.0, 20.0, 80.0])),
        booked_share=maybe(st.sampled_from([0.0, 0.9])),
        firm_hours=st.sampled_from([0.0, 5.0]),
        soft_hours=st.sampled_from([0.0, 3.0]),
    )
    one = st.builds(
        ResourceFact,
        id=st.just("r"),
        kind=st.sampled_from(RESOURCE_KINDS),
        gross_hours=maybe(st.sampled_from([0.0, 40.0, 160.0])),
        hours_per_machine=maybe(st.sampled_from([40.0, 80.0])),
        machines=maybe(st.sampled_from([1, 3])),
        units_per_week=maybe(st.sampled_from([10.0, 500.0])),
        availability=maybe(st.sampled_from([0.5, 1.0])),
        booked_share=maybe(st.sampled_from([0.0, 0.6, 0.9])),
        weeks=st.lists(weeks, max_size=3, unique_by=lambda week: week.monday).map(tuple),
        source=st.sampled_from([Source.STATED, Source.STATED, Source.IMPORTED, Source.DEFAULT]),
        as_of=maybe(st.sampled_from([AS_OF, AS_OF - timedelta(days=14), AS_OF - timedelta(days=15)])),
    )
    return st.lists(one, max_size=3).map(_numbered)


def _numbered(items: list[ResourceFact]) -> tuple[ResourceFact, ...]:
    return tuple(replace(item, id=f"r{at}") for at, item in enumerate(items))


@st.composite
def lines(draw: st.DrawFn, resource_ids: list[str]) -> tuple[CapabilityFact, ...]:
    processes = draw(st.lists(st.sampled_from(PROVIDED), min_size=0, max_size=4))
    out = []
    for at, process in enumerate(processes):
        named = None
        if resource_ids and draw(st.integers(0, 5)) == 0:
            named = tuple(draw(st.lists(st.sampled_from(resource_ids), min_size=1, max_size=2, unique=True)))
        own = draw(st.booleans())
        out.append(
            CapabilityFact(
                id=f"c{at}",
                process=process,
                figures=draw(figures()) if own else Figures(),
                work=draw(works()) if own else WorkFact(),
                resource_ids=named,
                through_partner=draw(st.integers(0, 4)) == 0,
                source=draw(st.sampled_from([Source.STATED] * 5 + [Source.IMPORTED, Source.DERIVED, Source.DEFAULT])),
            )
        )
    return tuple(out)


def held() -> st.SearchStrategy[HeldCertificateFact]:
    return st.builds(
        HeldCertificateFact,
        certificate=st.sampled_from(CERTIFICATES),
        evidence=st.sampled_from(list(Evidence)),
        issued_on=maybe(st.sampled_from([AS_OF - timedelta(days=200), AS_OF - timedelta(days=2000)])),
        expires_on=maybe(st.sampled_from([AS_OF, AS_OF + timedelta(days=28), AS_OF + timedelta(days=400)])),
        scope_processes=maybe(some(PROVIDED, 2)),
    )


def machines() -> st.SearchStrategy[tuple[MachineHeldFact, ...]]:
    one = st.builds(MachineHeldFact, st.sampled_from(MACHINES), st.sampled_from([1, 4]))
    return st.lists(one, max_size=2).map(tuple)


@st.composite
def a_facility(draw: st.DrawFn, name: str) -> FacilityFact:
    kit = draw(resources())
    usual = draw(st.booleans())  # half of them have nothing odd about the site itself
    return FacilityFact(
        id=name,
        kind=draw(st.sampled_from(list(FacilityKind))),
        state=FacilityState.ACTIVE if usual else draw(st.sampled_from(list(FacilityState))),
        claim=ClaimState.CLAIMED if usual else draw(st.sampled_from(list(ClaimState))),
        accepting=usual or draw(st.booleans()),
        access=Access.SERVICE if usual else draw(st.sampled_from(list(Access))),
        place=draw(st.sampled_from(PLACES)),
        network_ids=draw(some(["n1", "n2"], 2)),
        figures=draw(figures()),
        capabilities=draw(lines([item.id for item in kit])),
        resources=kit,
        machines=draw(maybe(machines())),
        certificates=draw(maybe(st.lists(held(), max_size=3).map(tuple))),
        workmanship_class=draw(maybe(st.sampled_from([1, 2, 3]))),
        signs_nda=True if usual else draw(st.sampled_from([True, False, None])),
        no_go=NoGoFact() if usual else draw(st.builds(NoGoFact, industries=some(["medical", "toys"], 1))),
        preferences=draw(
            st.builds(
                PreferenceFact,
                accepts_startups=st.sampled_from([True, False, None]),
                industries=maybe(some(["medical", "toys"], 1)),
                stages=maybe(some(["pilot", "evt"], 1)),
            )
        ),
        track_record=draw(maybe(st.builds(TrackRecordFact, st.integers(0, 9), st.integers(0, 4)))),
        quote_days=draw(maybe(st.sampled_from([1.0, 4.0]))),
        material_days=draw(maybe(st.sampled_from([0.0, 12.0]))),
        inspection_days=draw(maybe(st.just(1.0))),
        last_offered_on=draw(maybe(st.sampled_from([AS_OF - timedelta(days=9), AS_OF]))),
        source=draw(st.sampled_from([Source.STATED] * 6 + [Source.DEFAULT])),
    )


@st.composite
def steps(draw: st.DrawFn) -> tuple[StepFact, ...]:
    processes = draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=3))
    lead = draw(st.integers(0, len(processes) - 1))
    out = []
    for at, process in enumerate(processes):
        role = Role.LEAD if at == lead else draw(st.sampled_from([Role.REQUIRED, Role.REQUIRED, Role.PREFERRED]))
        out.append(
            StepFact(
                sequence=at + 1,
                process=process,
                role=role,
                pieces_per_unit=draw(st.sampled_from([1, 1, 1, 2])),
                materials=draw(some(MATERIALS, 2)),
                material_mode=draw(st.sampled_from(list(MaterialMode))),
                substitutes_allowed=draw(st.integers(0, 3)) > 0,
                equivalents_allowed=draw(st.booleans()),
                tooling_exists=draw(st.booleans()),
                tolerance_mm=draw(maybe(st.sampled_from([0.05, 0.1, 0.14, 0.2]))),
                envelope_mm=draw(maybe(st.sampled_from(SIZES))),
            )
        )
    return tuple(out)


@st.composite
def a_need(draw: st.DrawFn, names: tuple[str, ...] = ()) -> NeedFact:
    rule = st.builds(
        RegionRuleFact,
        strength=st.sampled_from(list(RegionStrength)),
        region=st.sampled_from(REGIONS),
        processes=st.sampled_from([(), (), ("box-build",), ("machining", "plastics")]),
    )
    holds = st.builds(
        HoldFact,
        facility_id=st.sampled_from(names or ("nobody",)),
        resource_id=st.sampled_from(["r0", "r1", "gone"]),
        monday=st.integers(0, 4).map(lambda w: MONDAY + timedelta(weeks=w)),
        hours=st.sampled_from([2.0, 6.0]),
    )
    return NeedFact(
        id=draw(st.sampled_from(["need-a", "need-b"])),
        revision=1,
        steps=draw(steps()),
        order_quantity=draw(st.sampled_from(PIECES)),
        annual_quantity=draw(maybe(st.sampled_from([10, 1000, 100000]))),
        stage=draw(maybe(st.sampled_from(["prototype", "evt", "pilot"]))),
        industry=draw(maybe(st.sampled_from(["medical", "toys"]))),
        due_on=draw(maybe(st.sampled_from([-3, 0, 5, 14, 21, 28, 60, 150]).map(lambda d: AS_OF + timedelta(days=d)))),
        ship_to=draw(st.sampled_from(PLACES)),
        region_rules=tuple(draw(st.lists(rule, max_size=2))),
        required_certificates=draw(some(CERTIFICATES, 2)) if draw(st.booleans()) else (),
        workmanship_class=draw(maybe(st.sampled_from([1, 2, 3]))),
        envelope_mm=draw(maybe(st.sampled_from(SIZES))),
        weight_kg=draw(maybe(st.sampled_from([1.0, 9.0, 40.0]))),
        confidentiality=draw(st.sampled_from(list(Confidentiality))),
        export_controlled=draw(st.integers(0, 7)) == 0,
        self_service=draw(st.integers(0, 3)) == 0,
        visits=draw(st.sampled_from([None, None, True, False])),
        lithium=draw(st.booleans()),
        budget=draw(maybe(st.sampled_from([500.0, 1000.0, 20000.0]))),
        budget_is_ceiling=draw(st.booleans()),
        tooling_budget=draw(maybe(st.sampled_from([200.0, 600.0]))),
        target_price=draw(maybe(st.sampled_from([5.0, 12.0]))),
        network_ids=draw(st.sampled_from([(), (), ("n1",)])),
        holds=tuple(draw(st.lists(holds, max_size=2))),
    )


@st.composite
def worlds(draw: st.DrawFn, most: int = 4) -> tuple[NeedFact, tuple[FacilityFact, ...]]:
    names = tuple(f"f{at}" for at in range(draw(st.integers(0, most))))
    crowd = tuple(draw(a_facility(name)) for name in names)
    return draw(a_need(names)), crowd
