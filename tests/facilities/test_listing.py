"""What a facility says of itself: quickly, field by field, with who said it and when."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from apps.catalog.models import ProcessKind
from apps.catalog.rules import half_width_mm, tolerance_class, tolerance_classes
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.core.models import AuditEntry
from apps.facilities import services, tasks
from apps.facilities.models import Capability, Contact, Facility, HeldMachine, NoGo
from apps.facilities.selectors import said, said_of
from apps.matching.models import Match, Tier
from apps.matching.runs import drain
from tests import builders
from tests.api.client import results
from tests.api.world import World, make_world
from tests.builders import today
from tests.matching.world import let_time_pass, settle

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def world() -> World:
    return make_world()


def path_of(world: World, below: str = "") -> str:
    return f"facilities/{world.cast.quiet_heron.public_id}/{below}"


def tag(world: World, who: str, path: str) -> dict[str, str]:
    return {"if_match": world.as_(who).get(path)["ETag"]}


def changed(world: World, who: str, path: str, **changes: Any) -> Any:
    answer = world.as_(who).patch(path, changes, **tag(world, who, path))
    assert answer.status_code == HTTPStatus.OK, answer.content
    return answer.json()


# --- tolerances -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "mm"),
    [
        ("ISO 2768-m", "ISO 2768-m", 0.3),
        ("2768 mK", "ISO 2768-m", 0.3),
        ("din iso 2768-1 f", "ISO 2768-f", 0.15),
        ("ISO2768-c", "ISO 2768-c", 0.8),
        ("IT7", "IT7", 0.0175),
        ("it 07", "IT7", 0.0175),
    ],
)
def test_a_class_in_anybodys_spelling_gives_a_number(text: str, name: str, mm: float) -> None:
    assert tolerance_class(text) == name
    assert half_width_mm(name) == pytest.approx(mm)


@pytest.mark.parametrize("text", ["", "ISO 2768-x", "IT4", "IT14", "fine", "2768"])
def test_what_is_no_class_is_none(text: str) -> None:
    assert tolerance_class(text) is None


def test_classes_depend_on_the_size_and_end_somewhere() -> None:
    assert [half_width_mm("ISO 2768-m", size) for size in (25, 30, 30.1)] == [0.2, 0.2, 0.3]
    assert half_width_mm("ISO 2768-f", 3_000) is None
    assert half_width_mm("IT7", 501) is None
    assert all(half_width_mm(name) for name in tolerance_classes())


def test_a_tolerance_is_stated_by_class_or_by_number(world: World) -> None:
    def both(**changes: Any) -> tuple[Any, Any]:
        shown = changed(world, "hank", path_of(world), **changes)
        return shown["tolerance_class"], shown["best_tolerance_mm"]

    assert both(tolerance_class="iso 2768 m") == ("ISO 2768-m", 0.3)
    assert both(tolerance_class="IT7", best_tolerance_mm=0.02) == ("IT7", 0.02)
    assert both(city="Akron") == ("IT7", 0.02)
    assert both(best_tolerance_mm=0.05) == ("", 0.05)


# --- who said it ----------------------------------------------------------------------------------------------------


def test_an_edit_of_one_fact_does_not_refresh_the_date_of_others(world: World) -> None:
    Facility.objects.filter(pk=world.cast.quiet_heron.pk).update(confirmed_on=LONG_AGO, min_run=5)
    shown = changed(world, "hank", path_of(world), max_run=500, min_run=5)
    assert shown["confirmed_on"] == str(LONG_AGO)
    assert set(shown["facts"]) == {"max_run"}  # the other was sent as it stood
    again = changed(world, "carla", path_of(world), min_run=6)
    by = {name: (fact["source"], fact["said_by"]) for name, fact in again["facts"].items()}
    assert by == {"max_run": ("stated", "Hank"), "min_run": ("coordinator", "Carla")}


def test_a_lines_figures_are_dated_one_by_one(world: World) -> None:
    builders.capability(
        facility=world.cast.quiet_heron,
        process=builders.process("milling"),
        min_run=1,
        confirmed_on=LONG_AGO,
        evidence_level="documented",
    )
    [line] = results(world.as_("hank").get(path_of(world, "capabilities/")))
    path = path_of(world, f"capabilities/{line['id']}/")
    shown = changed(world, "carla", path, min_run=20)
    assert (shown["source"], shown["confirmed_on"], shown["evidence_level"]) == ("stated", str(LONG_AGO), "stated")
    fact = shown["facts"]["min_run"]
    assert (fact["source"], fact["said_by"], fact["confirmed_on"]) == ("coordinator", "Carla", str(today()))


def test_whoever_confirms_the_whole_dates_every_field(world: World) -> None:
    heron = world.cast.quiet_heron
    builders.statement(facility=heron, field="min_run", confirmed_on=LONG_AGO, said_by=world.cast.hank)
    Facility.objects.filter(pk=heron.pk).update(confirmed_on=today())
    heron.refresh_from_db()
    one = said_of(heron, "min_run")
    assert (one.by, one.on) == ("Hank", today())
    assert said_of(heron, "max_run") == said(heron)


@pytest.mark.parametrize(
    ("kind", "sent", "change"),
    [
        ("machines", {"machine": "haas-vf2"}, {"count": 3}),
        ("no-gos", {"kind": "industry", "value": "defence"}, {}),
        ("certificates", {"certification": "iso-9001"}, {"number": "7"}),
        ("resources", {"kind": "press", "gross_hours_per_week": 40.0}, {"booked_share": 0.5}),
        ("capabilities", {"process": "moulding"}, {}),
    ],
)
def test_every_part_says_who_said_it_and_when(
    world: World, kind: str, sent: dict[str, Any], change: dict[str, Any]
) -> None:
    builders.machine_model("haas-vf2")
    builders.resource_kind("press")
    made = world.as_("hank").post(path_of(world, f"{kind}/"), sent).json()
    marks = ("source", "evidence_level", "said_by", "confirmed_on", "batch")
    assert [made[name] for name in marks] == ["stated", "stated", "Hank", str(today()), None]
    if change:
        [row] = results(world.as_("carla").get(path_of(world, f"{kind}/")))
        path = path_of(world, f"{kind}/{row.get('id') or row['machine']}/")
        shown = changed(world, "carla", path, **change)
        assert (shown["source"], shown["said_by"]) == ("coordinator", "Carla")


def test_another_name_for_a_resource_says_nothing_of_its_hours(world: World) -> None:
    resource = builders.resource(facility=world.cast.quiet_heron, confirmed_on=LONG_AGO)
    path = path_of(world, f"resources/{resource.public_id}/")
    assert changed(world, "hank", path, name="Old press")["confirmed_on"] == str(LONG_AGO)
    assert changed(world, "hank", path, booked_share=0.25)["confirmed_on"] == str(today())


# --- imports use the same services ----------------------------------------------------------------------------------


def test_an_import_lists_changes_and_suggests_under_its_own_name(world: World) -> None:
    cast, batch = world.cast, uuid4()
    process = builders.process("lathe-work")
    place = services.list_facility(
        {"name": "Old Mill", "kind": "jobshop", "external_id": "42"},
        networks=[cast.lakeside],
        acting_user=cast.carla,
        batch=batch,
    )
    assert (place.claim_state, place.operator) == ("unclaimed", None)
    services.add_part(place, HeldMachine, {"machine": builders.machine_model()}, acting_user=cast.carla, batch=batch)
    services.suggest_capability(place, process, {"min_run": 3}, acting_user=cast.carla, batch=batch)
    services.change_facility(place, {"min_run": 5}, acting_user=cast.carla, batch=batch)
    rows: list[Any] = [place, place.machines.get(), place.statements.get()]
    assert [(row.source, row.batch_id) for row in rows] == [("imported", batch)] * 3
    line = place.capabilities.get()
    assert (line.source, line.batch_id, line.min_run) == ("suggested", batch, 3)
    assert services.suggest_capability(place, process, {}, acting_user=cast.carla, batch=batch) is None
    with pytest.raises(NotAllowedError):
        services.list_facility({"name": "x", "kind": "jobshop"}, networks=[cast.harbour], acting_user=cast.carla)


def test_what_a_person_says_after_an_import_is_that_persons(world: World) -> None:
    cast = world.cast
    part = services.add_part(
        cast.quiet_heron, NoGo, {"kind": "industry", "value": "defence"}, acting_user=cast.carla, batch=uuid4()
    )
    process = builders.process("lathe-work")
    line = services.suggest_capability(cast.quiet_heron, process, {}, acting_user=cast.carla, batch=uuid4())
    assert line is not None
    ticked = services.confirm_capability(line, acting_user=cast.hank)
    assert (part.source, ticked.source, ticked.batch_id, ticked.said_by) == ("imported", "stated", None, cast.hank)


# --- machines suggest, people tick ----------------------------------------------------------------------------------


@pytest.fixture
def vf2(world: World) -> Any:
    """Two processes, and a work envelope."""
    machine = builders.machine_model("haas-vf2", envelope_length_mm=762, envelope_width_mm=406, envelope_height_mm=508)
    machine.processes.set([builders.process("milling"), builders.process("drilling")])
    return machine


def suggestions(world: World) -> dict[str, Any]:
    rows = results(world.as_("hank").get(path_of(world, "capabilities/")))
    return {row["process"]: row["envelope_mm"] for row in rows if row["source"] == "suggested"}


def test_a_machine_suggests_its_processes_with_its_envelope(world: World, vf2: Any) -> None:
    hank = world.as_("hank")
    hank.post(path_of(world, "capabilities/"), {"process": "drilling"})
    hank.post(path_of(world, "machines/"), {"machine": "haas-vf2"})
    assert suggestions(world) == {"milling": [762.0, 406.0, 508.0]}
    larger = builders.machine_model("vf6", envelope_length_mm=1626, envelope_width_mm=813, envelope_height_mm=762)
    larger.processes.set(vf2.processes.all())
    builders.machine_model("unsized").processes.set(vf2.processes.all())
    for slug in ("vf6", "unsized"):
        hank.post(path_of(world, "machines/"), {"machine": slug})
    assert suggestions(world) == {"milling": [1626.0, 813.0, 762.0]}
    for slug in ("vf6", "unsized"):
        hank.delete(path_of(world, f"machines/{slug}/"), **tag(world, "hank", path_of(world, f"machines/{slug}/")))
    assert suggestions(world) == {"milling": [762.0, 406.0, 508.0]}
    hank.delete(path_of(world, "machines/haas-vf2/"), **tag(world, "hank", path_of(world, "machines/haas-vf2/")))
    assert suggestions(world) == {}
    assert Capability.objects.get().process.slug == "drilling"


def test_a_tick_makes_it_the_facilitys_word_once(world: World, vf2: Any) -> None:
    hank = world.as_("hank")
    hank.post(path_of(world, "machines/"), {"machine": "haas-vf2"})
    [line] = [row for row in results(hank.get(path_of(world, "capabilities/"))) if row["process"] == "milling"]
    assert (line["suggested_by"], line["source"]) == ("haas-vf2", "suggested")
    one = path_of(world, f"capabilities/{line['id']}/")
    refused = hank.delete(one, **tag(world, "hank", one))
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "follows_from_machine")
    for outsider in ("ines", "omar", "fay"):
        assert world.as_(outsider).post(f"{one}confirmations/", {}).status_code == HTTPStatus.NOT_FOUND
    for _ in range(2):
        ticked = hank.post(f"{one}confirmations/", {"offer": "supplementary"}).json()
    assert (ticked["source"], ticked["offer"], ticked["suggested_by"]) == ("stated", "supplementary", None)
    assert (ticked["envelope_mm"], ticked["said_by"]) == ([762.0, 406.0, 508.0], "Hank")
    assert AuditEntry.objects.filter(verb="confirm_capability").count() == 1
    assert suggestions(world) == {"drilling": [762.0, 406.0, 508.0]}


def test_stating_a_suggested_line_takes_its_place(world: World, vf2: Any) -> None:
    hank = world.as_("hank")
    hank.post(path_of(world, "machines/"), {"machine": "haas-vf2"})
    made = hank.post(path_of(world, "capabilities/"), {"process": "milling", "min_run": 2})
    assert made.status_code == HTTPStatus.CREATED, made.content
    assert Capability.objects.filter(process__slug="milling").count() == 1
    assert (made.json()["source"], made.json()["min_run"]) == ("stated", 2)


def test_a_group_of_processes_is_no_capability(world: World) -> None:
    builders.process("machining", kind=ProcessKind.CATEGORY)
    refused = world.as_("hank").post(path_of(world, "capabilities/"), {"process": "machining"})
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.BAD_REQUEST, "process_is_category")


def test_a_suggestion_asks_and_a_tick_settles_in_the_ranking(world: World, vf2: Any) -> None:
    heron, hank = world.cast.quiet_heron, world.as_("hank")
    Facility.objects.filter(pk=heron.pk).update(
        min_run=1, max_run=1_000, lead_days_low=5, lead_days_high=10, min_order_amount=0, signs_nda=True
    )
    hank.post(path_of(world, "machines/"), {"machine": "haas-vf2"})
    milling = builders.step_content(process=vf2.processes.get(slug="milling"))

    def ranked() -> tuple[int, dict[str, Any]]:
        need = builders.need(content=builders.need_content(steps=(milling,)), home_network=world.cast.lakeside)
        settle()
        let_time_pass()
        drain(today())
        match = Match.objects.get(ranking__need=need, facility=heron)
        [gate] = [gate for gate in match.document["gates"] if gate["gate"] == "process"]
        return match.tier, gate

    tier, gate = ranked()
    assert (tier, gate["code"], gate["verdict"]) == (Tier.TO_CONFIRM, "process_suggested", "unknown")
    line = Capability.objects.get(process__slug="milling")
    hank.post(path_of(world, f"capabilities/{line.public_id}/confirmations/"), {})
    tier, gate = ranked()
    assert (gate["code"], gate["verdict"]) == ("process_exact", "pass")
    assert tier == Tier.READY


# --- pausing --------------------------------------------------------------------------------------------------------


def test_a_pause_ends_by_itself_after_its_last_day(world: World) -> None:
    until = date(2031, 5, 10)
    changed(world, "hank", path_of(world), operating_state="paused", paused_until=str(until))
    heron = world.cast.quiet_heron
    for day, state in ((until, "paused"), (until + timedelta(days=1), "active")):
        with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
            tasks.end_pauses()
        heron.refresh_from_db()
        assert heron.operating_state == state
    assert heron.paused_until is None
    assert AuditEntry.objects.get(verb="end_pause").actor is None


def test_the_commands_of_pausing_and_closing_are_harmless_when_repeated(world: World) -> None:
    heron, hank = world.cast.quiet_heron, world.cast.hank
    for _ in range(2):
        services.close_facility(heron, acting_user=hank)
    with pytest.raises(DomainError) as refusal:
        services.pause_facility(heron, acting_user=hank)
    assert refusal.value.code == "transition_refused"
    services.resume_facility(heron, acting_user=hank)
    services.pause_facility(heron, until=today(), acting_user=hank)
    assert services.pause_facility(heron, until=None, acting_user=hank).paused_until is None
    with pytest.raises(InvalidInputError):
        services.day_of("tomorrow")


# --- contact --------------------------------------------------------------------------------------------------------


def test_a_contact_is_for_insiders_and_its_words_stay_out_of_the_trail(world: World) -> None:
    path, hank = path_of(world, "contact/"), world.as_("hank")
    Facility.objects.update(profile_public=True)
    sent = {"person": "Otto Miller", "email": "otto@example.org", "phone": "", "website": "", "address": ""}
    assert hank.put(path, sent).status_code == HTTPStatus.PRECONDITION_REQUIRED
    shown = hank.put(path, sent, **tag(world, "hank", path))
    assert shown.status_code == HTTPStatus.OK, shown.content
    assert {name: shown.json()[name] for name in sent} == sent
    assert shown.json()["said_by"] == "Hank"
    for outsider in ("fay", "ines", "omar"):
        assert world.as_(outsider).get(path).status_code == HTTPStatus.NOT_FOUND
        assert world.as_(outsider).put(path, sent, if_match='"0"').status_code == HTTPStatus.NOT_FOUND
    assert "Otto" not in str(list(AuditEntry.objects.values_list("old", "new")))
    assert hank.put(path, {}, if_match='"0"').status_code == HTTPStatus.PRECONDITION_FAILED
    assert hank.put(path, {}, **tag(world, "hank", path)).json()["person"] == ""
    assert not Contact.objects.exists()
