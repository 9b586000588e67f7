"""Made-up needs and networks, dense in edges: the same few processes, quantities that sit on the bounds.

Parts (figures, lines, resources, shells of facilities and needs) come from pools that a seeded generator fills once;
hypothesis draws which parts make a world. That is some fifty times faster than drawing every figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
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
    Place(None, None, 37.77, -122.42),
    Place("US", None, 37.77, None),
    Place("US", None, None, -122.42),
    Place(),
]
REGIONS = ["US", "EU", "Bay Area", "North America", "within a day of driving", "Kenya", "any", "Great Lakes region"]


Maker = Callable[[Random], Value]
POOL = 1500


def pool(maker: Maker[Value], seed: int, size: int = POOL) -> list[Value]:
    random = Random(seed)
    return [maker(random) for _ in range(size)]


def maybe(random: Random, options: Sequence[Value], blank: float = 0.4) -> Value | None:
    return None if random.random() < blank else random.choice(options)


def some(random: Random, words: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random.sample(words, random.randint(0, most)))


def _figures(random: Random) -> Figures:
    days = [0.0, 3.0, 7.0, 14.0, 30.0]
    return Figures(
        materials=maybe(random, [some(random, MATERIALS, 3)]),
        min_run=maybe(random, PIECES),
        min_order_money=maybe(random, [0.0, 100.0, 500.0, 5000.0]),
        economic_low=maybe(random, PIECES),
        economic_high=maybe(random, PIECES),
        max_run=maybe(random, PIECES),
        lead_days_low=maybe(random, days),
        lead_days_high=maybe(random, days),
        tooling_days_low=maybe(random, days),
        tooling_days_high=maybe(random, days),
        tolerance_mm=maybe(random, [0.01, 0.05, 0.1, 0.2, 1.0]),
        envelope_mm=maybe(random, SIZES),
        price_low=maybe(random, [1.0, 5.0, 10.0]),
        price_high=maybe(random, [10.0, 12.0, 50.0]),
        currency=random.choice(["USD", "EUR", None]),
    )


def _work(random: Random) -> WorkFact:
    return WorkFact(
        setup_hours=maybe(random, [0.0, 2.0, 8.0]),
        cycle_seconds=maybe(random, [30.0, 600.0, 3600.0]),
        parts_per_cycle=maybe(random, [1.0, 4.0]),
        yield_share=maybe(random, [0.9, 1.0]),
    )


def _week(random: Random, at: int) -> WeekFact:
    return WeekFact(
        monday=MONDAY + timedelta(weeks=at),
        gross_hours=maybe(random, [0.0, 20.0, 80.0]),
        booked_share=maybe(random, [0.0, 0.9]),
        firm_hours=random.choice([0.0, 5.0]),
        soft_hours=random.choice([0.0, 3.0]),
    )


def _resource(random: Random) -> ResourceFact:
    weeks = random.sample(range(-1, 9), random.randint(0, 3))
    return ResourceFact(
        id="r",
        kind=random.choice(RESOURCE_KINDS),
        gross_hours=maybe(random, [0.0, 40.0, 160.0]),
        hours_per_machine=maybe(random, [40.0, 80.0]),
        machines=maybe(random, [1, 3]),
        units_per_week=maybe(random, [10.0, 500.0]),
        availability=maybe(random, [0.5, 1.0]),
        booked_share=maybe(random, [0.0, 0.6, 0.9]),
        weeks=tuple(_week(random, at) for at in weeks),
        source=random.choice([Source.STATED] * 4 + [Source.IMPORTED, Source.DEFAULT]),
        as_of=maybe(random, [AS_OF, AS_OF, AS_OF - timedelta(days=14), AS_OF - timedelta(days=15)], blank=0.1),
    )


def _line(random: Random) -> CapabilityFact:
    own = random.random() < 0.5
    return CapabilityFact(
        id="c",
        process=random.choice(PROVIDED),
        figures=_figures(random) if own else Figures(),
        work=_work(random) if random.random() < 0.5 else WorkFact(),
        resource_ids=maybe(random, [("r0",), ("r0", "r1"), ("r1",)], blank=0.8),
        through_partner=random.random() < 0.15,
        source=random.choice([Source.STATED] * 7 + [Source.IMPORTED, Source.DERIVED, Source.DEFAULT]),
    )


def _held(random: Random) -> HeldCertificateFact:
    return HeldCertificateFact(
        certificate=random.choice(CERTIFICATES),
        evidence=random.choice(list(Evidence)),
        issued_on=maybe(random, [AS_OF - timedelta(days=200), AS_OF - timedelta(days=2000)]),
        expires_on=maybe(random, [AS_OF, AS_OF + timedelta(days=28), AS_OF + timedelta(days=400)]),
        scope_processes=maybe(random, [some(random, PROVIDED, 2)]),
    )


def _shell(random: Random) -> FacilityFact:
    """A facility without its lines. Two in three have nothing odd about the site itself."""
    usual = random.random() < 0.66
    return FacilityFact(
        id="",
        kind=random.choice(list(FacilityKind)),
        state=FacilityState.ACTIVE if usual else random.choice(list(FacilityState)),
        claim=ClaimState.CLAIMED if usual else random.choice(list(ClaimState)),
        accepting=usual or random.random() < 0.8,
        access=Access.SERVICE if usual else random.choice(list(Access)),
        place=random.choice(PLACES),
        network_ids=some(random, ["n1", "n2"], 2),
        figures=_figures(random),
        machines=maybe(random, [tuple(MachineHeldFact(m, random.choice([1, 4])) for m in some(random, MACHINES, 2))]),
        certificates=maybe(random, [tuple(_held(random) for _ in range(random.randint(0, 3)))]),
        workmanship_class=maybe(random, [1, 2, 3]),
        signs_nda=True if usual else random.choice([True, False, None]),
        no_go=NoGoFact() if usual else NoGoFact(industries=some(random, ["medical", "toys"], 1)),
        preferences=PreferenceFact(
            accepts_startups=random.choice([True, False, None]),
            industries=maybe(random, [some(random, ["medical", "toys"], 1)]),
            stages=maybe(random, [some(random, ["pilot", "evt"], 1)]),
        ),
        track_record=maybe(random, [TrackRecordFact(random.randint(0, 9), random.randint(0, 4))]),
        quote_days=maybe(random, [1.0, 4.0]),
        material_days=maybe(random, [0.0, 12.0]),
        inspection_days=maybe(random, [1.0]),
        last_offered_on=maybe(random, [AS_OF - timedelta(days=9), AS_OF]),
        source=random.choice([Source.STATED] * 8 + [Source.DEFAULT]),
    )


def _step(random: Random) -> StepFact:
    return StepFact(
        sequence=0,
        process=random.choice(ASKED),
        role=random.choice([Role.REQUIRED, Role.REQUIRED, Role.PREFERRED]),
        pieces_per_unit=random.choice([1, 1, 1, 2]),
        materials=some(random, MATERIALS, 2),
        material_mode=random.choice(list(MaterialMode)),
        substitutes_allowed=random.random() < 0.75,
        equivalents_allowed=random.random() < 0.5,
        tooling_exists=random.random() < 0.5,
        tolerance_mm=maybe(random, [0.05, 0.1, 0.14, 0.2]),
        envelope_mm=maybe(random, SIZES),
    )


def _rule(random: Random) -> RegionRuleFact:
    scope = random.choice([(), (), ("box-build",), ("machining", "plastics")])
    return RegionRuleFact(random.choice(list(RegionStrength)), random.choice(REGIONS), scope)


def _brief(random: Random) -> NeedFact:
    """A need without its steps."""
    return NeedFact(
        id=random.choice(["need-a", "need-b"]),
        revision=1,
        steps=(),
        order_quantity=random.choice(PIECES),
        annual_quantity=maybe(random, [10, 1000, 100000]),
        stage=maybe(random, ["prototype", "evt", "pilot"]),
        industry=maybe(random, ["medical", "toys"]),
        due_on=maybe(random, [AS_OF + timedelta(days=d) for d in (-3, 0, 5, 14, 21, 28, 60, 150, 150)], blank=0.1),
        ship_to=random.choice(PLACES),
        region_rules=tuple(_rule(random) for _ in range(random.choice([0, 0, 1, 2]))),
        required_certificates=some(random, CERTIFICATES, 2) if random.random() < 0.3 else (),
        workmanship_class=maybe(random, [1, 2, 3]),
        envelope_mm=maybe(random, SIZES),
        weight_kg=maybe(random, [1.0, 9.0, 40.0]),
        confidentiality=random.choice(list(Confidentiality)),
        export_controlled=random.random() < 0.1,
        self_service=random.random() < 0.2,
        visits=random.choice([None, None, True, False]),
        lithium=random.random() < 0.3,
        budget=maybe(random, [500.0, 1000.0, 20000.0]),
        budget_is_ceiling=random.random() < 0.4,
        tooling_budget=maybe(random, [200.0, 600.0]),
        target_price=maybe(random, [5.0, 12.0]),
        network_ids=random.choice([(), (), ("n1",)]),
        holds=tuple(_hold(random) for _ in range(random.choice([0, 0, 1, 2]))),
    )


def _hold(random: Random) -> HoldFact:
    monday = MONDAY + timedelta(weeks=random.randint(0, 4))
    name, resource = random.choice(["f0", "f1", "f0", "nobody"]), random.choice(["r0", "r1", "gone"])
    return HoldFact(name, resource, monday, random.choice([2.0, 6.0]))


def _assembled(
    name: str, shell: FacilityFact, lines: list[CapabilityFact], resources: list[ResourceFact]
) -> FacilityFact:
    named = tuple(replace(item, id=f"r{at}") for at, item in enumerate(resources))
    ids = {item.id for item in named}
    kept = tuple(
        replace(line, id=f"c{at}", resource_ids=tuple(r for r in line.resource_ids or () if r in ids) or None)
        for at, line in enumerate(lines)
    )
    return replace(shell, id=name, capabilities=kept, resources=named)


def _posed(brief: NeedFact, chosen: list[StepFact], lead: int) -> NeedFact:
    steps = tuple(
        replace(step, sequence=at + 1, role=Role.LEAD if at == lead % len(chosen) else step.role)
        for at, step in enumerate(chosen)
    )
    return replace(brief, steps=steps)


SHELLS = st.sampled_from(pool(_shell, 1))
LINES = st.lists(st.sampled_from(pool(_line, 2)), max_size=4)
RESOURCES = st.lists(st.sampled_from(pool(_resource, 3)), max_size=3)
BRIEFS = st.sampled_from(pool(_brief, 4))
STEPS = st.lists(st.sampled_from(pool(_step, 5)), min_size=1, max_size=3)


def a_facility(name: str) -> st.SearchStrategy[FacilityFact]:
    return st.builds(_assembled, st.just(name), SHELLS, LINES, RESOURCES)


def a_need() -> st.SearchStrategy[NeedFact]:
    return st.builds(_posed, BRIEFS, STEPS, st.integers(0, 2))


def worlds(most: int = 4) -> st.SearchStrategy[tuple[NeedFact, tuple[FacilityFact, ...]]]:
    crowds = [st.tuples(*(a_facility(f"f{at}") for at in range(size))) for size in range(most + 1)]
    return st.tuples(a_need(), st.one_of(crowds))
