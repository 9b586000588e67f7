"""Merging two listings of one place and splitting them again: what moves, what stays, what comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.core.models import AuditEntry
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
    Merge,
    NoGo,
    Resource,
    Statement,
)
from apps.facilities.selectors import ends_of
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


def test_what_people_changed_since_stays_and_is_told(cast: Cast, twin: Facility) -> None:
    heron, parts = cast.quiet_heron, furnish(cast.quiet_heron, twin)
    handed_over = firm(parts["same"], 5)
    merge = services.merge_facilities(heron, twin, acting_user=cast.carla)
    services.change_facility(heron, {"min_run": 25}, acting_user=cast.hank)
    services.change_part(Resource.objects.get(pk=parts["own"].pk), {"machines": 2}, acting_user=cast.hank)
    placed_since = builders.hold(resource=parts["here"], hours={NEXT: Decimal(1)})
    split = services.split_facilities(merge, acting_user=cast.carla, reason="Two after all")
    told = {(one["what"], one["why"]) for one in split.left}
    assert told == {("field", "changed"), ("resource", "edited")}
    heron.refresh_from_db()
    assert heron.min_run == 25
    assert Resource.objects.get(pk=parts["own"].pk).facility == twin
    assert Hold.objects.get(pk=handed_over.pk).resource == parts["same"]
    assert Hold.objects.get(pk=placed_since.pk).resource == parts["here"]
    assert ledger_differences() == []


def test_a_resource_whose_hours_are_held_does_not_stay_behind(cast: Cast, twin: Facility) -> None:
    parts = furnish(cast.quiet_heron, twin)
    firm(parts["own"], 7)
    stay = [str(parts["own"].public_id)]
    before = content(twin)
    with pytest.raises(DomainError) as refused:
        services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla, stay=stay)
    assert (refused.value.code, content(twin)) == ("holds_follow", before)


def test_promises_never_exceed_what_the_survivor_has(cast: Cast, twin: Facility) -> None:
    parts = furnish(cast.quiet_heron, twin)  # each line has 30 hours a week
    firm(parts["here"], 20)
    firm(parts["same"], 20)
    with pytest.raises(DomainError) as refused:
        services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    assert refused.value.code == "capacity_taken"
    assert (ledger_differences(), Facility.objects.filter(merged_into__isnull=False).count()) == ([], 0)


def test_parts_stay_behind_where_one_says_so(cast: Cast, twin: Facility) -> None:
    parts = furnish(cast.quiet_heron, twin)
    stay = [str(parts["own"].public_id)]
    services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla, stay=stay)
    assert Resource.objects.get(pk=parts["own"].pk).facility == twin
    assert Capability.objects.get(pk=parts["line"].pk).resource is None


def test_a_holiday_of_either_is_one_of_the_place_and_goes_back(cast: Cast, twin: Facility) -> None:
    heron, parts = cast.quiet_heron, furnish(cast.quiet_heron, twin)
    stretch = {"first_on": NEXT, "last_on": NEXT + timedelta(days=6), "reason": "holiday", "share": 0.0}
    services.add_exception(twin, stretch, acting_user=cast.carla)
    before = content(heron), content(twin)
    merge = services.merge_facilities(heron, twin, acting_user=cast.carla)
    assert CapacityWeek.objects.get(resource=parts["here"], monday=NEXT).stated_hours == 0
    services.split_facilities(merge, acting_user=cast.carla, reason="no")
    assert (content(heron), content(twin)) == before


def merge_refused(survivor: Facility, merged: Facility, user: Any) -> str:
    with pytest.raises(DomainError) as refused, transaction.atomic():
        services.merge_facilities(survivor, merged, acting_user=user)
    return refused.value.code


def test_who_may_not_be_merged(cast: Cast, twin: Facility) -> None:
    heron, finch = cast.quiet_heron, cast.iron_finch
    assert merge_refused(heron, heron, cast.carla) == "same_facility"
    assert merge_refused(heron, twin, cast.omar) == "not_a_coordinator"
    assert merge_refused(heron, twin, cast.hank) == "not_a_coordinator"
    assert merge_refused(heron, finch, cast.carla) == "not_a_coordinator"
    assert merge_refused(heron, finch, cast.ada) == "two_operators"
    assert merge_refused(twin, heron, cast.carla) == "survivor_unclaimed"
    services.claim_facility(twin, finch.operator, acting_user=cast.ines)  # type: ignore[arg-type]
    assert merge_refused(heron, twin, cast.carla) == "claim_pending"


def test_a_merged_listing_is_closed_to_everything(cast: Cast, twin: Facility) -> None:
    resource = builders.resource(facility=twin, name="left behind")
    builders.resource(facility=cast.quiet_heron, kind=resource.kind, name="left behind")
    services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    assert merge_refused(cast.quiet_heron, twin, cast.carla) == "facility_merged"
    assert merge_refused(twin, cast.quiet_heron, cast.ada) == "facility_merged"
    commands: list[Any] = [
        lambda: services.change_facility(twin, {"city": "Akron"}, acting_user=cast.carla),
        lambda: services.resume_facility(twin, acting_user=cast.carla),
        lambda: services.claim_facility(twin, cast.iron_finch.operator, acting_user=cast.ines),  # type: ignore[arg-type]
        lambda: builders.hold(resource=resource),
    ]
    for command in commands:
        with pytest.raises(DomainError) as refused:
            command()
        assert refused.value.code == "facility_merged"


def test_chains_end_and_never_close(cast: Cast, twin: Facility) -> None:
    third = builders.facility(operator=None, claim_state="unclaimed", networks=(cast.lakeside,))
    services.merge_facilities(third, twin, acting_user=cast.carla)
    first = Merge.objects.get()
    services.merge_facilities(cast.quiet_heron, third, acting_user=cast.carla)
    assert ends_of([twin.pk, third.pk, cast.quiet_heron.pk]) == {twin.pk: cast.quiet_heron, third.pk: cast.quiet_heron}
    with pytest.raises(DomainError) as refused:
        services.split_facilities(first, acting_user=cast.carla, reason="the wrong order")
    assert refused.value.code == "survivor_merged"
    closed = {"operating_state": "closed", "profile_public": False, "merged_into": twin}
    with pytest.raises(IntegrityError), transaction.atomic():
        Facility.objects.filter(pk=cast.quiet_heron.pk).update(**closed)


def test_the_tables_refuse_what_services_do(cast: Cast, twin: Facility) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(survivor=cast.quiet_heron, merged=twin, merged_by=cast.carla)  # it says so of no facility
    merge = services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    services.split_facilities(merge, acting_user=cast.carla, reason="no")
    with pytest.raises(DatabaseError), transaction.atomic():
        Merge.objects.filter(pk=merge.pk).update(reason="written again")


def test_splitting_needs_a_reason_and_happens_once(cast: Cast, twin: Facility) -> None:
    merge = services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    with pytest.raises(InvalidInputError):
        services.split_facilities(merge, acting_user=cast.carla, reason=" ")
    with pytest.raises(NotAllowedError):
        services.split_facilities(merge, acting_user=cast.hank, reason="mine")
    services.split_facilities(merge, acting_user=cast.carla, reason="two")
    with pytest.raises(DomainError) as refused:
        services.split_facilities(merge, acting_user=cast.carla, reason="two")
    assert refused.value.code == "split_already"
    verbs = AuditEntry.objects.filter(subject_id=twin.public_id).order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["merge_facilities", "split_facilities"]


def test_a_listing_removed_meanwhile_stays_closed(cast: Cast, twin: Facility) -> None:
    merge = services.merge_facilities(cast.quiet_heron, twin, acting_user=cast.carla)
    services.remove_listing(twin, acting_user=cast.carla, reason="its owner asked")
    split = services.split_facilities(merge, acting_user=cast.carla, reason="two")
    twin.refresh_from_db()
    assert (twin.operating_state, twin.merged_into, split.left[0]["why"]) == ("closed", None, "listing_removed")
