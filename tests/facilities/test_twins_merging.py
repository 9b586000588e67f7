"""Merging two listings of one place and splitting them again: what moves, what stays, what comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.facilities import services
from apps.facilities.ledger import firm_holds, ledger_differences
from apps.facilities.models import (
    Capability,
    CapacityException,
    CapacityWeek,
    Contact,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    Hold,
    NoGo,
    Resource,
    Statement,
)
from tests import builders
from tests.builders import today
from tests.cast import Cast

pytestmark = pytest.mark.django_db
NEXT = today() + timedelta(days=7 - today().weekday())
SILENT = {"updated_at", "created_at", "as_of"}  # the day on which a week was counted is nobody's fact
PARTS: tuple[tuple[Any, str], ...] = (
    (Capability, "facility"),
    (Resource, "facility"),
    (HeldCertificate, "facility"),
    (HeldMachine, "facility"),
    (NoGo, "facility"),
    (Contact, "facility"),
    (Statement, "facility"),
    (FacilityNetwork, "facility"),
    (CapacityException, "facility"),
    (CapacityWeek, "resource__facility"),
    (Hold, "resource__facility"),
)


def content(facility: Facility) -> dict[str, Any]:
    """Every fact of a facility, by table and key, as it is stored."""
    told: dict[str, Any] = {"facility": _row(Facility.objects.get(pk=facility.pk))}
    told["materials"] = sorted(facility.materials.values_list("slug", flat=True))
    for model, path in PARTS:
        rows = model.objects.filter(**{path: facility})
        told[model.__name__] = sorted(((_natural(row), _row(row, model)) for row in rows), key=str)
    return told


def _natural(row: Any) -> Any:
    """Rows that are written anew where they were taken away are the same by what they are about."""
    if isinstance(row, Statement):
        return row.capability_id, row.field
    return (row.resource_id, row.monday) if isinstance(row, CapacityWeek) else row.pk


def _row(row: Any, model: Any = None) -> dict[str, Any]:
    left_out = SILENT | ({"id"} if model in (Statement, CapacityWeek) else set())
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.attname not in left_out}


@pytest.fixture
def twin(cast: Cast) -> Facility:
    """Quiet Heron once more: listed by an import, with parts of its own and one that Quiet Heron has too."""
    made = builders.facility(
        name="Quiet Heron",
        operator=None,
        claim_state="unclaimed",
        source="imported",
        networks=(cast.lakeside,),
        description="Boards, and boxes for them",
        min_run=10,
        max_run=500,
        quote_days=4,
        profile_public=True,
        envelope_length_mm=300,
        envelope_width_mm=200,
        envelope_height_mm=100,
    )
    made.materials.add(builders.material("fr4"))
    builders.contact(facility=made, email="heron@example.org")
    builders.statement(facility=made, field="min_run", source="imported")
    return made


def furnish(heron: Facility, twin: Facility) -> dict[str, Any]:
    """Parts on both sides, with everything that hangs on them."""
    smt, spindle = builders.resource_kind("smt"), builders.resource_kind("spindle")
    soldering, milling = builders.process("soldering"), builders.process("milling")
    printer, mill = builders.machine_model("printer"), builders.machine_model("mill")
    here = builders.resource(facility=heron, kind=smt, name="line")
    same = builders.resource(facility=twin, kind=smt, name="line")
    own = builders.resource(facility=twin, kind=spindle, name="5-axis")
    builders.held_machine(facility=heron, machine=printer)
    builders.held_machine(facility=twin, machine=printer)
    own_mill = builders.held_machine(facility=twin, machine=mill)
    builders.capability(facility=heron, process=soldering, resource=here)
    builders.capability(facility=twin, process=soldering, resource=same)
    line = builders.capability(facility=twin, process=milling, resource=own, suggested_by=own_mill, source="suggested")
    lent = builders.capability(facility=twin, process=builders.process("reflow"), resource=same)
    builders.statement(facility=twin, capability=lent, field="min_run")
    builders.held_certificate(facility=twin)
    builders.no_go(facility=heron)
    builders.no_go(facility=twin)
    builders.no_go(facility=twin, kind="customer", value="startup")
    services.apply_exceptions([])
    return {"here": here, "same": same, "own": own, "line": line, "lent": lent}


def firm(resource: Resource, hours: int) -> Hold:
    hold = builders.hold(resource=resource, hours={NEXT: Decimal(hours)})
    firm_holds([hold], acting_user=None)
    return hold


def test_parts_move_and_holds_follow(cast: Cast, twin: Facility) -> None:
    heron, parts = cast.quiet_heron, furnish(cast.quiet_heron, twin)
    follows, handed_over = firm(parts["own"], 7), firm(parts["same"], 5)
    before = firm(parts["here"], 6)
    services.merge_facilities(heron, twin, acting_user=cast.carla)
    assert Resource.objects.get(pk=parts["own"].pk).facility == heron
    assert Resource.objects.get(pk=parts["same"].pk).facility == twin
    assert {hold.pk: hold.resource_id for hold in Hold.objects.all()} == {
        follows.pk: parts["own"].pk,
        handed_over.pk: parts["here"].pk,
        before.pk: parts["here"].pk,
    }
    assert CapacityWeek.objects.get(resource=parts["here"], monday=NEXT).firm_hours == 11
    assert not CapacityWeek.objects.filter(resource=parts["same"]).exists()
    assert ledger_differences() == []
    assert Capability.objects.get(pk=parts["lent"].pk).resource == parts["here"]
    assert set(heron.capabilities.values_list("process__slug", flat=True)) == {"soldering", "milling", "reflow"}
    assert Statement.objects.get(capability=parts["lent"]).facility == heron
    assert Contact.objects.get(email="heron@example.org").facility == heron


def test_blanks_are_filled_with_whose_word_they_are(cast: Cast, twin: Facility) -> None:
    heron = cast.quiet_heron
    services.merge_facilities(heron, twin, acting_user=cast.carla)
    heron.refresh_from_db()
    assert (heron.name, heron.min_run, heron.max_run, heron.quote_days) == ("Quiet Heron Circuits", 10, 500, 4)
    assert heron.envelope_mm == (300, 200, 100)
    assert list(heron.materials.values_list("slug", flat=True)) == ["fr4"]
    said = dict(heron.statements.filter(capability=None).values_list("field", "source"))
    assert said["min_run"] == said["envelope_mm"] == "imported"
    assert heron.city == "Cleveland"  # which the other does not state


def test_a_split_undoes_exactly(cast: Cast, twin: Facility) -> None:
    heron, parts = cast.quiet_heron, furnish(cast.quiet_heron, twin)
    builders.facility_network(facility=twin, network=builders.network())
    firm(parts["own"], 7)
    firm(parts["same"], 5)
    firm(parts["here"], 6)
    builders.hold(resource=parts["same"], hours={NEXT: Decimal(3)})
    before = content(heron), content(twin)
    merge = services.merge_facilities(heron, twin, acting_user=cast.carla, take=["name", "run", "materials", "money"])
    assert (content(heron), content(twin)) != before
    split = services.split_facilities(merge, acting_user=cast.carla, reason="Two doors, two firms")
    assert split.left == []
    assert (content(heron), content(twin)) == before
    assert ledger_differences() == []


def test_a_pause_comes_back(cast: Cast, twin: Facility) -> None:
    services.pause_facility(twin, until=today() + timedelta(days=9), acting_user=cast.carla)
    before = content(twin)
    merge = services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    services.split_facilities(merge, acting_user=cast.carla, reason="no")
    assert content(twin) == before
