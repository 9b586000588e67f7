"""Rows as facts: what the forms say and what the engine is told."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import CustomerKind
from apps.catalog.loader import load_catalogue
from apps.facilities.models import AccessKind, CapabilityOffer, EvidenceLevel, Facility, NoGoKind, OperatingState
from apps.facilities.models import Source as StoredSource
from apps.matching.models import SupplyVersion
from apps.matching.runs.changes import number_changes
from apps.matching.snapshots import view
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.needs import read_questions
from apps.matching.snapshots.view import consistent_view, current_supply
from apps.needs.models import Confidentiality as StoredConfidentiality
from apps.needs.models import MaterialChoice, RegionRule, StepRole
from matchmaker.canonical import digest
from matchmaker.catalogue import (
    CertificationFact,
    MachineFact,
    MaterialFact,
    ProcessFact,
    ProcessRelationFact,
    RegionFact,
    ResourceKindFact,
    StageFact,
    TransportFact,
    WorkContentFact,
)
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
    WeekFact,
    WorkFact,
)
from tests import builders
from tests.engine.catalogue_files import catalogue

pytestmark = pytest.mark.django_db
TODAY = builders.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())


def fact(facility: Facility) -> FacilityFact:
    return read_facilities(TODAY)[facility.pk]


def need_fact(**fields: Any) -> NeedFact:
    need = builders.need(content=builders.need_content(**fields))
    return read_questions([need.pk])[0].need


# --- facilities -------------------------------------------------------------------------------------------------------


def test_a_facility_that_states_nothing_is_all_blanks() -> None:
    facility = builders.facility()
    assert fact(facility) == FacilityFact(id=str(facility.pk), kind=FacilityKind.JOBSHOP, as_of=TODAY)


def test_every_figure_of_a_site() -> None:
    first, second = builders.network(), builders.network()
    facility = builders.facility(
        networks=(first, second),
        kind="makerspace",
        claim_state="unclaimed",
        access=AccessKind.SELF_SERVICE,
        country="US",
        admin_area="US-CA",
        lat=37.5,
        lon=-122.5,
        min_run=2,
        min_order_pieces=5,
        min_order_amount=Decimal("100.50"),
        currency="EUR",
        economic_run_low=10,
        economic_run_high=100,
        max_run=1000,
        unit_price_low=Decimal("1.25"),
        unit_price_high=Decimal("2.5"),
        lead_days_low=3,
        lead_days_high=9,
        tooling_lead_days_low=20,
        tooling_lead_days_high=30,
        best_tolerance_mm=0.05,
        envelope_length_mm=300,
        envelope_width_mm=200,
        envelope_height_mm=100,
        workmanship_class=2,
        signs_nda=False,
        accepts_startups=True,
        wished_stages=["evt"],
        wished_industries=[],
        quote_days=2,
        material_days=4,
        inspection_days=1,
        source=StoredSource.IMPORTED,
        confirmed_on=date(2026, 1, 2),
        last_offered_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
    )
    assert fact(facility) == FacilityFact(
        id=str(facility.pk),
        kind=FacilityKind.MAKERSPACE,
        claim=ClaimState.UNCLAIMED,
        access=Access.MEMBERS_ONLY,
        place=Place("US", "US-CA", 37.5, -122.5),
        network_ids=(str(first.pk), str(second.pk)),
        figures=Figures(
            min_run=5,  # the stricter of the two minimums
            min_order_money=100.5,
            economic_low=10,
            economic_high=100,
            max_run=1000,
            lead_days_low=3,
            lead_days_high=9,
            tooling_days_low=20,
            tooling_days_high=30,
            tolerance_mm=0.05,
            envelope_mm=(300, 200, 100),
            price_low=1.25,
            price_high=2.5,
            currency="EUR",
        ),
        workmanship_class=2,
        signs_nda=False,
        preferences=PreferenceFact(accepts_startups=True, industries=(), stages=("evt",)),
        quote_days=2,
        material_days=4,
        inspection_days=1,
        last_offered_on=date(2026, 3, 4),
        source=Source.IMPORTED,
        as_of=date(2026, 1, 2),
    )


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (AccessKind.STAFF, Access.SERVICE),
        (AccessKind.MEMBERS_OR_STAFF, Access.SERVICE),
        (AccessKind.MEMBERS_ONLY, Access.MEMBERS_ONLY),
        (AccessKind.SELF_SERVICE, Access.MEMBERS_ONLY),
    ],
)
def test_who_does_the_work(access: str, expected: Access) -> None:
    assert fact(builders.facility(access=access)).access == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, FacilityState.PAUSED),
        (TODAY + timedelta(days=1), FacilityState.PAUSED),
        (TODAY, FacilityState.PAUSED),
        (TODAY - timedelta(days=1), FacilityState.ACTIVE),
    ],
    ids=["open", "tomorrow", "today", "yesterday"],
)
def test_a_pause_lasts_through_its_last_day(until: date | None, expected: FacilityState) -> None:
    facility = builders.facility(operating_state=OperatingState.PAUSED, paused_until=until)
    assert fact(facility).state == expected


@pytest.mark.parametrize(("listed", "empty"), [(False, None), (True, ())])
def test_the_mark_decides_what_an_empty_list_means(listed: bool, empty: Any) -> None:
    facility = builders.facility(materials_listed=listed, certificates_listed=listed)
    line = builders.capability(facility=facility, materials_listed=listed)
    assert fact(facility).figures.materials == empty
    assert fact(facility).certificates == empty
    assert fact(facility).capabilities[0].figures.materials == empty
    words = [builders.material("b"), builders.material("a")]
    facility.materials.set(words)
    line.materials.set(words)
    builders.held_certificate(facility=facility, certification=builders.certification("iso-9001"))
    assert fact(facility).figures.materials == ("a", "b")
    assert fact(facility).capabilities[0].figures.materials == ("a", "b")
    assert fact(facility).certificates == (HeldCertificateFact("iso-9001"),)


def test_a_line_with_its_resource() -> None:
    resource = builders.resource()
    line = builders.capability(
        facility=resource.facility,
        process=builders.process("turning"),
        offer=CapabilityOffer.PARTNER,
        resource=resource,
        setup_hours=1,
        cycle_seconds=30,
        parts_per_cycle=4,
        yield_share=0.9,
        min_run=3,
        source=StoredSource.COORDINATOR,
        confirmed_on=None,
    )
    assert fact(line.facility).capabilities == (
        CapabilityFact(
            id=str(line.pk),
            process="turning",
            figures=Figures(min_run=3),
            work=WorkFact(1, 30, 4, 0.9),
            resource_ids=(str(resource.pk),),
            through_partner=True,
        ),
    )


def test_certificates_machines_and_no_gos() -> None:
    facility = builders.facility()
    held = builders.held_certificate(
        facility=facility,
        certification=builders.certification("as9100"),
        issued_on=date(2025, 1, 1),
        expires_on=date(2028, 1, 1),
        evidence_level=EvidenceLevel.REGISTRY_VERIFIED,
    )
    held.scope_processes.add(builders.process("turning"))
    builders.held_machine(facility=facility, machine=builders.machine_model("lathe"), count=2)
    for kind, value in (
        (NoGoKind.INDUSTRY, "defence"),
        (NoGoKind.STAGE, "evt"),
        (NoGoKind.CUSTOMER, CustomerKind.INDIVIDUAL),
    ):
        builders.no_go(facility=facility, kind=kind, value=value)
    found = fact(facility)
    assert found.certificates == (
        HeldCertificateFact(
            "as9100", Evidence.REGISTRY_VERIFIED, date(2025, 1, 1), date(2028, 1, 1), scope_processes=("turning",)
        ),
    )
    assert found.machines == (MachineHeldFact("lathe", 2),)
    assert found.no_go == NoGoFact(("defence",), ("evt",), ("individual",))


def test_a_resource_and_its_weeks() -> None:
    resource = builders.resource(
        kind=builders.resource_kind("mill", availability=0.5),
        machines=2,
        gross_hours_per_week=80,
        availability=None,
        booked_share=0.25,
        confirmed_on=TODAY - timedelta(days=30),
    )
    for weeks, hours in ((-1, 1), (0, 10), (1, 0), (2, 60)):
        builders.capacity_week(resource=resource, monday=MONDAY + timedelta(weeks=weeks), free_hours=hours)
    assert fact(resource.facility).resources == (
        ResourceFact(
            id=str(resource.pk),
            kind="mill",
            gross_hours=80,
            machines=2,
            booked_share=0.25,
            weeks=(
                WeekFact(MONDAY, booked_share=0.75),
                WeekFact(MONDAY + timedelta(weeks=1), booked_share=1),
                WeekFact(MONDAY + timedelta(weeks=2), gross_hours=120, booked_share=0),
            ),
            as_of=TODAY,
        ),
    )


def test_weeks_of_a_resource_that_counts_in_pieces() -> None:
    resource = builders.resource(units_per_week=400, availability=None)
    builders.capacity_week(resource=resource, free_hours=30)
    [found] = fact(resource.facility).resources
    assert (found.gross_hours, found.units_per_week) == (None, 400)
    assert found.weeks == (WeekFact(MONDAY, booked_share=0.25),)


def test_a_resource_that_is_never_available_has_no_free_week() -> None:
    resource = builders.resource(availability=0)
    builders.capacity_week(resource=resource, free_hours=30)
    assert fact(resource.facility).resources[0].weeks == (WeekFact(MONDAY, booked_share=1),)


# --- needs ------------------------------------------------------------------------------------------------------------


def test_every_field_of_a_need() -> None:
    process, material = builders.process("smt"), [builders.material("b"), builders.material("a")]
    step = builders.step_content(
        process=process,
        role=StepRole.LEAD,
        pieces_per_unit=3,
        materials=tuple(material),
        material_choice=MaterialChoice.ALL,
        equivalents_allowed=True,
        substitutes_allowed=False,
        tooling_exists=True,
        tolerance_mm=0.1,
        envelope_mm=(1.0, 2.0, 3.0),
    )
    content = builders.need_content(
        steps=(step,),
        stage=builders.stage("evt"),
        industry="medical",
        order_quantity=100,
        annual_quantity=500,
        due_on=TODAY + timedelta(days=30),
        ship_to_country="KE",
        ship_to_admin_area="KE-30",
        ship_to_lat=-1.3,
        ship_to_lon=36.8,
        region_rule=RegionRule.MUST,
        region=builders.region("KE"),
        confidentiality=StoredConfidentiality.STRICT,
        export_controlled=True,
        self_service=True,
        wants_visits=True,
        contains_lithium=True,
        weight_kg=1.5,
        workmanship_class=3,
        currency="EUR",
        budget_amount=Decimal(900),
        budget_is_ceiling=True,
        tooling_budget_amount=Decimal(100),
        target_unit_price=Decimal("7.50"),
        envelope_mm=(4.0, 5.0, 6.0),
        required_certificates=(builders.certification("iso-13485"),),
        preferred_certificates=(builders.certification("iso-9001"),),
    )
    partner = builders.network()
    need = builders.need(content=content, partner_networks=(partner,))
    [question] = read_questions([need.pk])
    assert question.need == NeedFact(
        id=str(need.pk),
        revision=1,
        steps=(
            StepFact(
                sequence=1,
                process="smt",
                role=Role.LEAD,
                pieces_per_unit=3,
                materials=("a", "b"),
                material_mode=MaterialMode.ALL,
                substitutes_allowed=False,
                equivalents_allowed=True,
                tooling_exists=True,
                tolerance_mm=0.1,
                envelope_mm=(1, 2, 3),
            ),
        ),
        order_quantity=100,
        annual_quantity=500,
        stage="evt",
        industry="medical",
        customer_kind="startup",
        due_on=TODAY + timedelta(days=30),
        ship_to=Place("KE", "KE-30", -1.3, 36.8),
        region_rules=(RegionRuleFact(RegionStrength.MUST, "KE"),),
        required_certificates=("iso-13485",),
        preferred_certificates=("iso-9001",),
        workmanship_class=3,
        envelope_mm=(4, 5, 6),
        weight_kg=1.5,
        confidentiality=Confidentiality.STRICT,
        export_controlled=True,
        self_service=True,
        visits=True,
        lithium=True,
        budget=900,
        budget_is_ceiling=True,
        tooling_budget=100,
        target_price=7.5,
        currency="EUR",
        network_ids=(str(need.home_network_id), str(partner.pk)),
    )
    assert (question.need_id, question.revision_id) == (need.pk, need.current_id)


def test_a_need_that_says_little_is_mostly_blank() -> None:
    found = need_fact()
    assert found.region_rules == ()
    assert (found.stage, found.industry, found.ship_to, found.envelope_mm) == (None, None, Place(), None)


@pytest.mark.parametrize(("every", "scope"), [(False, ("box-build",)), (True, ())])
def test_a_region_may_hold_for_some_processes_only(every: bool, scope: tuple[str, ...]) -> None:
    region = builders.region("KE-final", every_process=every)
    region.applies_to.add(builders.process("box-build"))
    found = need_fact(region_rule=RegionRule.WISH, region=region)
    assert found.region_rules == (RegionRuleFact(RegionStrength.WISH, "KE-final", scope),)


# --- catalogue --------------------------------------------------------------------------------------------------------


def test_the_catalogue_in_the_engines_words() -> None:
    steel, iron = builders.material("steel", level="class"), builders.material("iron", level="family")
    steel.parent = iron
    steel.save()
    metal = builders.process("metal", kind="category")
    milling = builders.process("milling", parent=metal, tooling_needed=True, tooling_lead_days=9)
    milling.common_materials.add(steel)
    builders.process_relation(provided=milling, needed=metal, quality=0.5, quantity_high=10, condition="if flat")
    aerospace, quality = builders.certification("as9100"), builders.certification("iso-9001", expires=False)
    aerospace.implies.add(quality)
    builders.machine_model("vf2", machine_type="vmc").processes.add(milling)
    mill, group = builders.resource_kind("mill", scopes=["cnc"]), builders.resource_kind("machines", row_kind="group")
    mill.processes.add(milling)
    group.members.add(mill)
    builders.work_content(process=milling, resource_kind=mill)
    builders.region("EU", kind="transport_region", countries=["DE", "FR"], bloc="EU customs union", words=["Europe"])
    builders.transport_time(from_region="EU", to_region="EU", mode="truck", days_low=2, days_high=4)
    stage = builders.stage("evt")
    found = read_catalogue()
    assert MaterialFact("steel", "iron", "class") in found.materials
    facts = {row.slug: row for row in found.processes}
    assert facts["milling"] == ProcessFact(
        slug="milling",
        parent="metal",
        kind="process",
        typical_min_run=1,
        economic_low=10,
        economic_high=1000,
        lead_days_low=5,
        lead_days_high=20,
        tooling_needed=True,
        tooling_days=9,
        common_materials=("steel",),
    )
    assert found.process_relations == (
        ProcessRelationFact("milling", "metal", "covers", 0.5, quantity_high=10, condition="if flat"),
    )
    assert found.certifications == (
        CertificationFact("as9100", "facility", implies=("iso-9001",)),
        CertificationFact("iso-9001", "facility", expires=False),
    )
    assert found.machines == (MachineFact("vf2", "vmc", ("milling",)),)
    assert found.resource_kinds == (
        ResourceKindFact("mill", 40, 0.75, processes=("milling",), scopes=("cnc",)),
        ResourceKindFact("machines", 40, 0.75, row_kind="group", members=("mill",)),
    )
    assert found.work_contents == (WorkContentFact("milling", "mill", 1, 2, 30, 60, 120),)
    assert found.regions == (RegionFact("EU", "transport_region", ("DE", "FR"), "EU customs union", words=("Europe",)),)
    assert found.transports == (TransportFact("EU", "EU", "truck", 2, 4, 0, 0),)
    assert found.stages == (StageFact("evt", stage.order),)


def test_the_loaded_catalogue_is_what_the_files_say() -> None:
    load_catalogue(report=lambda line: None)
    found, expected = read_catalogue(), catalogue()
    for table in fields(expected):
        rows = [sorted(digest(row) for row in getattr(source, table.name)) for source in (found, expected)]
        assert rows[0] == rows[1], table.name


# --- many rows, and what a process keeps ------------------------------------------------------------------------------


def queries_of(count: int) -> int:
    for _ in range(count):
        resource = builders.resource()
        builders.capacity_week(resource=resource)
        line = builders.capability(facility=resource.facility, resource=resource)
        line.materials.add(builders.material())
        builders.held_certificate(facility=resource.facility).scope_processes.add(builders.process())
    with CaptureQueriesContext(
        connection,
    ) as seen:
        read_facilities(TODAY)
    return len(seen)


def test_reading_takes_the_same_queries_for_many_facilities() -> None:
    assert queries_of(2) == queries_of(10) <= 15


def test_reading_takes_the_same_queries_for_many_needs() -> None:
    needs = [builders.need() for _ in range(10)]
    counts = []
    for keys in ([need.pk for need in needs[:2]], [need.pk for need in needs]):
        with CaptureQueriesContext(connection) as seen:
            assert len(read_questions(keys)) == len(keys)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def supply_now(day: date = TODAY) -> view.Loaded:
    with consistent_view():
        return current_supply(day)


def test_a_process_reads_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = builders.capability().facility, builders.facility()
    number_changes()
    before = supply_now()
    assert supply_now() is before
    read: list[Any] = []

    def spying(day: date, keys: Any = None) -> Any:
        read.append(keys)
        return read_facilities(day, keys)

    monkeypatch.setattr(view, "read_facilities", spying)
    gone = second.pk
    second.delete()
    Facility.objects.filter(pk=first.pk).update(min_run=7)
    third = builders.facility()
    number_changes()
    after = supply_now()
    assert read == [[first.pk, gone, third.pk]]
    assert set(after.facts) == {first.pk, third.pk}
    assert after.facts[first.pk].figures.min_run == 7
    assert after.supply.digest() != before.supply.digest()
    assert after.number == before.number + 1


def test_what_was_read_in_parts_is_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    process = builders.capability().process
    number_changes()
    supply_now()
    builders.capability(process=process)
    builders.resource()
    number_changes()
    in_parts = supply_now()
    monkeypatch.setattr(view._Kept, "loaded", None)
    at_once = supply_now()
    assert in_parts.facts == at_once.facts
    assert in_parts.supply.digest() == at_once.supply.digest()


def test_a_new_day_and_a_new_catalogue_are_read_anew() -> None:
    builders.capability()
    number_changes()
    before = supply_now()
    tomorrow = supply_now(TODAY + timedelta(days=1))
    assert tomorrow.as_of == TODAY + timedelta(days=1)
    assert tomorrow is not before
    builders.process("welding")
    number_changes()
    assert "welding" in supply_now().supply.taxonomy.process_index


def test_versions_of_another_database_are_not_mistaken_for_ones_own() -> None:
    """After a restore the numbers may come again, for other contents."""
    facility = builders.capability().facility
    number_changes()
    builders.facility()
    number_changes()
    supply_now()
    newest = SupplyVersion.objects.latest("number")
    Facility.objects.filter(pk=facility.pk).update(min_run=9)
    SupplyVersion.objects.filter(pk=newest.pk).update(at=newest.at + timedelta(hours=1))
    assert supply_now().facts[facility.pk].figures.min_run == 9
    SupplyVersion.objects.filter(number__gt=1).delete()
    Facility.objects.filter(pk=facility.pk).update(min_run=8)
    older = supply_now()
    assert (older.number, older.facts[facility.pk].figures.min_run) == (1, 8)
