"""Facilities as facts: what the forms say and what the engine is told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import CustomerKind
from apps.facilities.models import AccessKind, CapabilityOffer, EvidenceLevel, Facility, NoGoKind, OperatingState
from apps.facilities.models import Source as StoredSource
from apps.matching.snapshots.facilities import read_facilities
from matchmaker.domain import (
    Access,
    CapabilityFact,
    ClaimState,
    Evidence,
    FacilityFact,
    FacilityKind,
    FacilityState,
    Figures,
    HeldCertificateFact,
    MachineHeldFact,
    NoGoFact,
    Place,
    PreferenceFact,
    ResourceFact,
    Source,
    WeekFact,
    WorkFact,
)
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = builders.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())


def fact(facility: Facility) -> FacilityFact:
    return read_facilities(TODAY)[facility.pk]


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


def test_a_week_of_an_exception_has_fewer_gross_hours_and_says_nothing_of_orders() -> None:
    day = TODAY - timedelta(days=30)
    resource = builders.resource(gross_hours_per_week=80, booked_share=None, confirmed_on=day)
    for weeks, share, hours in ((0, 0.0, 0), (1, 0.4, 0), (2, 0.5, 12)):
        monday = MONDAY + timedelta(weeks=weeks)
        builders.capacity_week(resource=resource, monday=monday, pattern_share=share, fixed_hours=hours)
    [found] = fact(resource.facility).resources
    assert found.weeks == (
        WeekFact(MONDAY, gross_hours=0),
        WeekFact(MONDAY + timedelta(weeks=1), gross_hours=32),
        WeekFact(MONDAY + timedelta(weeks=2), booked_share=1 - 42 / 60),
    )
    assert found.as_of == day
