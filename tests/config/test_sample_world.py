"""The sample network is what its file says, is loaded once only, and its 40 needs are taken by the API."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker, Settings

from apps.accounts.models import Membership, Organisation, OrganisationKind, User
from apps.catalog.loader import load_catalogue
from apps.core.models import AuditEntry
from apps.facilities.models import (
    Capability,
    CapabilityOffer,
    EvidenceLevel,
    Facility,
    HeldCertificate,
    HeldMachine,
    Resource,
)
from apps.needs.models import Need, NeedState, Step
from apps.networks.models import Coordinator, Network
from config.sample_world import (
    CAST,
    WORLD,
    SampleReport,
    SampleWorldRefusedError,
    load_sample_world,
    sample_need_payloads,
)
from tests.api.client import Api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]

TODAY = date(2026, 3, 4)
FILE: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
FACILITIES = {row["id"]: row for row in FILE["facilities"]}
NEEDS = {row["id"]: row for row in FILE["needs"]}
STORED_NEEDS = {"N02", "N06", "N16", "N19", "N29", "N32"}
SAME_NAMED = (
    "name",
    "kind",
    "city",
    "country",
    "lat",
    "lon",
    "min_run",
    "economic_run_low",
    "economic_run_high",
    "max_run",
    "lead_days_low",
    "lead_days_high",
    "tooling_lead_days_low",
    "tooling_lead_days_high",
    "best_tolerance_mm",
    "accepts_startups",
    "signs_nda",
)


def say_nothing(line: str) -> None:
    assert line


def load(today: date = TODAY) -> SampleReport:
    return load_sample_world(today=today, report=say_nothing, outside_demo=True)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SampleReport]:
    """Catalogue and sample network, stored once for this module and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_catalogue(report=say_nothing)
        yield load()
        transaction.set_rollback(True)


def test_it_counts_what_it_stored(world: SampleReport) -> None:
    assert world == SampleReport(people=147, facilities=60, needs=6, confirmed_again=0)
    assert Facility.objects.count() == 60
    assert Organisation.objects.filter(kind=OrganisationKind.PRODUCER).count() == 60
    assert Organisation.objects.filter(kind=OrganisationKind.STARTUP).count() == 7
    assert Network.objects.count() == Coordinator.objects.count() == 4
    assert Need.objects.filter(state=NeedState.SUBMITTED).count() == Need.objects.count() == 6
    assert set(Need.objects.values_list("external_id", flat=True)) == STORED_NEEDS
    assert Capability.objects.count() == sum(
        len(row["processes"]) + len(row["partner_processes"]) for row in FACILITIES.values()
    )


def test_loading_again_writes_nothing() -> None:
    before = {model: model.objects.count() for model in (User, Facility, Need, Resource, AuditEntry)}

    with CaptureQueriesContext(connection) as queries:
        again = load()

    assert again == SampleReport(people=0, facilities=0, needs=0, confirmed_again=0)
    assert {model: model.objects.count() for model in before} == before
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(queries) < 15


def test_what_was_changed_since_stays() -> None:
    Facility.objects.filter(external_id="F05").update(min_run=77)

    load()

    assert Facility.objects.get(external_id="F05").min_run == 77


def test_it_refuses_outside_a_demonstration(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(SampleWorldRefusedError):
        load_sample_world(today=TODAY, report=say_nothing)


def test_it_loads_in_a_demonstration(settings: Settings) -> None:
    settings.DEMO = True

    assert load_sample_world(today=TODAY, report=say_nothing).facilities == 0


@pytest.mark.parametrize("row", FACILITIES.values(), ids=FACILITIES)
def test_a_facility_is_what_the_file_says(row: dict[str, Any]) -> None:
    stored = Facility.objects.select_related("operator").get(external_id=row["id"])

    assert {name: getattr(stored, name) for name in SAME_NAMED} == {name: row[name] for name in SAME_NAMED}
    assert stored.min_order_amount == row["min_order_usd"]
    assert stored.currency == "USD"
    assert stored.envelope_mm == (tuple(row["max_envelope_mm"]) if row["max_envelope_mm"] else None)
    assert stored.workmanship_class == (int(row["workmanship_class"]) if row["workmanship_class"] else None)
    assert (stored.claim_state, stored.operating_state) == ("claimed", "active")
    assert stored.operator is not None
    assert stored.operator.name == row["name"]
    assert TODAY - timedelta(days=6) <= (stored.confirmed_on or TODAY) < TODAY
    for words in (row["description"], row["payment_terms"], row["export_notes"], row["notes"], row["access"]):
        assert (words or "") in stored.description


@pytest.mark.parametrize("row", FACILITIES.values(), ids=FACILITIES)
def test_what_a_facility_can_do_is_what_the_file_says(row: dict[str, Any]) -> None:
    stored = Facility.objects.get(external_id=row["id"])
    offers = stored.capabilities.values_list("process__slug", "offer")

    assert set(offers) == {(slug, CapabilityOffer.CORE) for slug in row["processes"]} | {
        (slug, CapabilityOffer.PARTNER) for slug in row["partner_processes"]
    }
    assert set(stored.materials.values_list("slug", flat=True)) == set(row["materials"])
    assert stored.materials_listed
    machines = HeldMachine.objects.filter(facility=stored).values_list("machine__slug", "count")
    assert set(machines) == {(held["machine"], held["count"]) for held in row["machines"]}


@pytest.mark.parametrize("row", FACILITIES.values(), ids=FACILITIES)
def test_certificates_are_those_of_the_file_documented_and_in_force(row: dict[str, Any]) -> None:
    held = HeldCertificate.objects.filter(facility__external_id=row["id"]).select_related("certification")
    latest_due = TODAY + timedelta(weeks=max(need["due_weeks"] for need in NEEDS.values()))

    assert {one.certification.slug for one in held} == set(row["certifications"])
    assert Facility.objects.get(external_id=row["id"]).certificates_listed
    for one in held:
        verified = one.certification.slug == "itar-registered"
        assert one.evidence_level == (EvidenceLevel.COORDINATOR_VERIFIED if verified else EvidenceLevel.DOCUMENTED)
        assert one.issued_on is not None
        assert one.issued_on < TODAY
        assert (one.expires_on is None) == (not one.certification.expires)
        if one.expires_on is not None and (one.certification.typical_validity_months or 12) >= 12:
            assert one.expires_on > latest_due


@pytest.mark.parametrize("row", FACILITIES.values(), ids=FACILITIES)
def test_capacity_is_what_the_file_says(row: dict[str, Any]) -> None:
    stored = {one.name: one for one in Resource.objects.filter(facility__external_id=row["id"]).select_related("kind")}
    stated = {one["scope"]: one for one in row["weekly_capacity"] if one["value"] is not None}

    assert set(stored) == set(stated)
    for word, resource in stored.items():
        figure = stated[word]
        by_units = figure["measure"] == "units_per_week"
        assert (resource.units_per_week if by_units else resource.gross_hours_per_week) == figure["value"]
        assert resource.booked_share == figure["typical_booked_share"]
        if figure["measure"] == "labour_hours_per_week":
            assert resource.availability == 1
        if figure["measure"] == "machine_hours_per_week":
            assert resource.availability == resource.kind.availability


@pytest.mark.parametrize(
    ("facility", "word", "kind", "machines"),
    [
        ("F03", "smt", "smt-line", 2),
        ("F03", "box-build", "assembly-bench", 1),
        ("F01", "laser", "laser-nonmetal", 1),
        ("F06", "laser", "laser-metal", 1),
        ("F02", "cnc", "cnc-mill-3x", 2),
        ("F31", "cnc", "any-cnc", 32),
        ("F05", "milling", "any-milling", 6),
        ("F07", "injection", "any-injection-press", 9),
        ("F09", "labour", "any-labour", 1),
        ("F16", "press", "stamping-press", 6),
        ("F14", "orders", "packing-bench", 1),
        ("F56", "harness", "harness-bench", 1),
        ("F23", "lpbf", "dmls-machine", 4),
    ],
)
def test_capacity_words_become_kinds_of_resource(facility: str, word: str, kind: str, machines: int) -> None:
    resource = Resource.objects.select_related("kind").get(facility__external_id=facility, name=word)

    assert (resource.kind.slug, resource.machines) == (kind, machines)


def test_a_capacity_without_a_figure_is_not_stated() -> None:
    assert FACILITIES["F29"]["weekly_capacity"][0]["value"] is None
    assert not Resource.objects.filter(facility__external_id="F29").exists()


def test_every_row_satisfies_the_rules_of_its_form() -> None:
    for model in (Facility, Capability, HeldCertificate, HeldMachine, Resource):
        for row in model.objects.all():
            row.clean_fields()


@pytest.mark.parametrize(
    ("facility", "networks"),
    [
        ("F05", {"north-america"}),
        ("F57", {"north-america"}),
        ("F48", {"east-africa"}),
        ("F41", {"europe"}),
        ("F30", {"asia"}),
        ("F53", {"asia", "east-africa"}),
        ("F29", {"asia", "north-america", "europe"}),
    ],
)
def test_facilities_belong_to_networks_by_place(facility: str, networks: set[str]) -> None:
    stored = Facility.objects.get(external_id=facility)

    assert set(stored.networks.values_list("slug", flat=True)) == networks


def test_access_follows_the_words_of_the_file() -> None:
    access = dict(Facility.objects.filter(kind="makerspace").values_list("external_id", "access"))

    assert (access["F01"], access["F02"], access["F38"]) == ("members_only", "members_or_staff", "members_only")
    assert set(Facility.objects.exclude(kind="makerspace").values_list("access", flat=True)) == {"staff"}


def test_those_who_welcome_startups_are_public_and_the_others_stay_unnamed() -> None:
    hidden = set(Facility.objects.filter(profile_public=False).values_list("external_id", flat=True))

    assert hidden == {
        row["id"]
        for row in FACILITIES.values()
        if row["kind"] == "contract_manufacturer" and not row["accepts_startups"]
    }
    assert hidden


def test_the_cast_signs_in_and_is_who_it_says() -> None:
    roles = [member.role.split(" (")[0] for member in CAST]

    assert {role: roles.count(role) for role in roles} == {
        "founder": 2,
        "facility contact": 2,
        "coordinator": 4,
        "administrator": 1,
    }
    for member in CAST:
        assert len(member.password) >= 12
        user = authenticate(username=member.email, password=member.password)
        assert isinstance(user, User)
        assert user.name == member.name
        if member.role != "administrator":
            assert member.organisation in set(
                Membership.objects.filter(user=user).values_list("organisation__name", flat=True)
            )


def test_nobody_else_can_sign_in() -> None:
    others = User.objects.exclude(email__in=[member.email for member in CAST])

    assert others.count() == 63
    assert not [user for user in others if user.has_usable_password()]


def test_coordinators_serve_different_networks_and_only_the_administrator_everything() -> None:
    coordinators = [member.email for member in CAST if member.role == "coordinator"]

    links = Coordinator.objects.filter(user__email__in=coordinators)
    assert len(set(links.values_list("network", flat=True))) == len(coordinators) == 4
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == ["admin@matchmaker.example"]


def test_facilities_confirm_again_when_a_week_has_passed() -> None:
    later = TODAY + timedelta(days=30)

    assert load(later).confirmed_again == 60
    assert not Facility.objects.filter(confirmed_on__lt=later - timedelta(days=7)).exists()
    assert not Capability.objects.filter(confirmed_on__lt=later - timedelta(days=7)).exists()
    assert not Resource.objects.filter(confirmed_on__lt=later - timedelta(days=7)).exists()
    assert load(later).confirmed_again == 0


@pytest.mark.parametrize("need", NEEDS)
def test_a_need_is_taken_by_the_api_and_is_what_the_file_says(need: str) -> None:
    row = NEEDS[need]
    body = next(one for one in sample_need_payloads(date.today()) if one["external_id"] == need)  # noqa: DTZ011

    response = Api(User.objects.get(email=CAST[0].email)).post("needs/", body)

    assert response.status_code == HTTPStatus.CREATED, response.content
    stored = Need.objects.get(public_id=response.json()["id"])
    revision = stored.current
    assert stored.state == NeedState.SUBMITTED
    assert revision is not None
    assert (revision.title, revision.order_quantity) == (row["title"], row["order_qty"])
    assert (revision.annual_quantity, revision.envelope_mm) == (row["annual_qty"], tuple(row["envelope_mm"]))
    assert revision.budget_amount == row["budget_usd"]
    assert revision.export_controlled == (row["confidentiality"] == "itar")
    steps = sorted(row["processes"], key=lambda step: int(step["sequence"]))
    assert [(step.process.slug, step.role) for step in _steps(stored)] == [
        (step["process"], step["role"]) for step in steps
    ]
    assert [step.tolerance_mm for step in _steps(stored) if step.role == "lead"] == [row["tolerance_mm"]]
    asked = set(revision.certificates.values_list("certification__slug", "required"))
    assert asked == {(slug, True) for slug in row["required_certifications"]} | {
        (slug, False) for slug in row["preferred_certifications"]
    }


def _steps(need: Need) -> list[Step]:
    return list(Step.objects.filter(revision=need.current).select_related("process").order_by("sequence"))


def test_the_first_need_is_the_demo_s_own() -> None:
    bodies = sample_need_payloads(TODAY)

    assert [body["external_id"] for body in bodies] == list(NEEDS)
    assert bodies[0]["title"] == "200 soil-moisture probes for a farm pilot"
    assert bodies[0]["due_on"] == "2026-05-13"
    assert bodies[0]["home_network"] == "east-africa"


@pytest.mark.parametrize(
    ("need", "rule", "region"),
    [
        ("N01", "wish", "EAF"),
        ("N05", "none", None),
        ("N06", "wish", "us-bay-area"),
        ("N07", "must", "rule-must-us"),
        ("N14", "wish", "rel-day-drive"),
        ("N19", "must", "rule-must-ke-final"),
        ("N30", "wish", "mx-or-us"),
    ],
)
def test_region_words_are_rows_of_the_catalogue(need: str, rule: str, region: str | None) -> None:
    body = next(one for one in sample_need_payloads(TODAY) if one["external_id"] == need)

    assert (body["region_rule"], body["region"]) == (rule, region)


def test_controlled_needs_stay_at_home_and_others_may_be_shown_everywhere() -> None:
    partners = {body["external_id"]: len(body["partner_networks"]) for body in sample_need_payloads(TODAY)}

    assert {need for need, count in partners.items() if count == 0} == {"N07", "N15", "N40"}
    assert {count for count in partners.values() if count} == {3}


@pytest.mark.parametrize(
    ("need", "process", "materials"),
    [
        ("N01", "smt-assembly", ["solder-sac305"]),
        ("N01", "potting", ["epoxy"]),
        ("N01", "box-build", []),
        ("N02", "injection-moulding", ["pc", "pc-abs"]),
        ("N15", "wire-edm", ["inconel-718"]),
        ("N31", "press-brake-bending", ["steel-galv"]),
        ("N36", "fixture-making", []),
        ("N40", "bga-assembly", ["solder-snpb"]),
    ],
)
def test_materials_go_to_the_steps_that_work_them(need: str, process: str, materials: list[str]) -> None:
    body = next(one for one in sample_need_payloads(TODAY) if one["external_id"] == need)

    assert next(step["materials"] for step in body["steps"] if step["process"] == process) == materials


def test_no_material_is_lost() -> None:
    for body in sample_need_payloads(TODAY):
        worked = {slug for step in body["steps"] for slug in step["materials"]}
        bought = set(NEEDS[body["external_id"]]["materials"]) - worked
        assert bool(bought) == ("Bought in: " in body["description"])
        assert bought <= {"fr4", "fr4-high-tg", "al-core-laminate", "polyimide-film"}
