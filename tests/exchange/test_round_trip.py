"""What is exported comes home: a second import of it finds nothing to change."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exchange.exporting import exported_rows
from apps.exchange.files import export_file
from apps.exchange.models import ImportBatch
from apps.facilities.models import Contact, Facility
from tests import builders
from tests.cast import Cast
from tests.exchange.world import imported, make_catalogue, outcomes, read, rows_of

pytestmark = pytest.mark.django_db


def full_facility(cast: Cast) -> Facility:
    """Something in every column."""
    make_catalogue()
    materials = [builders.material("steel"), builders.material("brass")]
    stage = builders.stage("pilot")
    facility = builders.facility(
        name="=Full & Sons'", networks=(cast.lakeside,), description="- first line\nsecond, with \"quotes\"; and more",
        profile_public=True, access="members_or_staff", city="São Paulo", country="BR", admin_area="BR-SP",
        lat=-23.125, lon=-46.5, min_run=1200, min_order_pieces=3, economic_run_low=10, economic_run_high=5000,
        max_run=9999, min_order_amount=Decimal("0.00"), currency="BRL", unit_price_low=Decimal("1.2500"),
        unit_price_high=Decimal("1234.5678"), lead_days_low=5, lead_days_high=15, tooling_lead_days_low=0,
        tooling_lead_days_high=30, best_tolerance_mm=0.125, tolerance_class="ISO 2768-f", envelope_length_mm=1000.125,
        envelope_width_mm=0.5, envelope_height_mm=99999.0, materials_listed=True, certificates_listed=True,
        workmanship_class=3, signs_nda=True, accepts_startups=False, wished_stages=[stage.slug],
        wished_industries=["medical", "energy"], quote_days=1.125, material_days=2.0, inspection_days=0.0,
        external_id="=ext 1",
    )  # fmt: skip
    facility.materials.set(materials)
    Contact.objects.create(
        facility=facility, email="hello@example.org", phone="+55 11 1234", website="https://a.example"
    )
    mill = builders.resource(facility=facility, name="left/right", gross_hours_per_week=80.5, booked_share=None)
    builders.resource(facility=facility, units_per_week=12.5, kind=mill.kind, name="")
    line = builders.capability(
        facility=facility, resource=mill, offer="partner", setup_hours=0.5, cycle_seconds=61.125, yield_share=0.975
    )
    line.materials.set(materials)
    builders.capability(facility=facility, process=line.process, offer="core")
    held = builders.held_certificate(facility=facility, scope="-all", issued_on=date(2024, 2, 29), number="+1-2")
    held.scope_processes.set([line.process])
    builders.held_machine(facility=facility, count=3)
    return facility


@pytest.mark.parametrize("name", ["facilities.xlsx", "facilities.zip"])
def test_an_export_that_is_imported_again_changes_nothing(cast: Cast, name: str) -> None:
    facility = full_facility(cast)
    before = exported_rows(cast.lakeside, cast.carla)
    assert all(len(rows) >= 1 for rows in before.values())
    assert set(before) == {"facilities", "capabilities", "resources", "certificates", "machines"}
    data = export_file(cast.lakeside, name, cast.carla).data
    batch = imported(cast.lakeside, data, cast.carla, name=name)
    [row] = rows_of(batch)
    assert (row.refusals, row.kept, row.changes, row.unmapped) == ([], [], [], [])
    assert outcomes(batch) == ["unchanged"]
    assert row.facility == facility
    assert exported_rows(cast.lakeside, cast.carla) == before


def test_nothing_of_a_cell_is_lost_on_the_way_to_an_empty_network(cast: Cast) -> None:
    """Into another network, as new: there it says the same, but for whose it is."""
    full_facility(cast)
    before = exported_rows(cast.lakeside, cast.carla)
    data = export_file(cast.lakeside, "facilities.xlsx", cast.carla).data
    refused = read(cast.harbour, data, cast.omar, name="x.xlsx")
    assert outcomes(refused) == ["refused"]  # our ids name facilities of the other network
    assert [one["reason"] for one in rows_of(refused)[0].refusals] == ["unknown_facility"]
    assert exported_rows(cast.lakeside, cast.carla) == before
    assert ImportBatch.objects.get().state == "read"


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd"), min_size=1, max_size=60
).map(str.strip).filter(bool)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=TEXT, city=TEXT, lat=st.floats(-90, 90), price=st.decimals(0, 9_999, places=4), tolerance=st.floats(0.001, 99)
)
def test_any_text_and_figure_comes_home(
    cast: Cast, name: str, city: str, lat: float, price: Decimal, tolerance: float
) -> None:
    Facility.objects.filter(pk=cast.quiet_heron.pk).update(
        name=name, city=city, lat=lat, unit_price_low=price, best_tolerance_mm=tolerance, profile_public=True
    )
    for file in ("facilities.xlsx", "facilities.zip"):
        data = export_file(cast.lakeside, file, cast.carla).data
        [row] = rows_of(read(cast.lakeside, data, cast.carla, name=file))
        assert (row.outcome, row.refusals, row.kept) == ("unchanged", [], [])
