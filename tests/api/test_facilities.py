"""Facilities over HTTP: who reads what, who writes, and which rules hold."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from apps.core.models import AuditEntry
from apps.facilities.ledger import firm_holds
from apps.facilities.models import Capability, CapacityWeek, Facility, Resource
from tests import builders
from tests.api.client import Api, results
from tests.api.world import World
from tests.builders import today


def path_of(facility: Facility, below: str = "") -> str:
    return f"facilities/{facility.public_id}/{below}"


def tagged(api: Api, path: str) -> dict[str, str]:
    return {"if_match": api.get(path)["ETag"]}


def test_who_sees_a_facility_and_how_much(world: World) -> None:
    path = path_of(world.cast.quiet_heron)

    def views() -> dict[str, Any]:
        answers = {name: world.as_(name).get(path) for name in ("hank", "carla", "ada", "fay", "ines", "omar")}
        return {name: answer.json().get("view", answer.status_code) for name, answer in answers.items()}

    insiders = {"hank": "full", "carla": "full", "ada": "full"}
    assert views() == {**insiders, "fay": 404, "ines": 404, "omar": 404}
    Facility.objects.update(profile_public=True)
    assert views() == {**insiders, "fay": "profile", "ines": "profile", "omar": "profile"}
    assert set(world.as_("fay").read(path)) == {
        "view", "id", "name", "kind", "description", "access", "city", "country", "admin_area",
    }  # fmt: skip


def test_a_producer_registers_a_place_and_its_coordinator_approves(world: World) -> None:
    hank = world.as_("hank")
    operator = str(world.cast.quiet_heron.operator.public_id)  # type: ignore[union-attr]
    sent = {
        "operator": operator,
        "name": "Second Heron",
        "kind": "jobshop",
        "networks": ["lakeside"],
        "min_run": 10,
        "envelope_mm": [300.0, 200.0, 100.0],
        "materials": ["abs"],
        "wished_stages": ["pilot"],
        "wished_industries": ["medical"],
        "min_order_amount": "250.00",
    }
    made = hank.post("facilities/", sent)
    assert made.status_code == HTTPStatus.CREATED, made.content
    body = made.json()
    assert {name: body[name] for name in sent if name != "operator"} == {
        name: value for name, value in sent.items() if name != "operator"
    }
    assert (body["claim_state"], body["source"], body["confirmed_on"]) == (
        "claim_pending",
        "stated",
        today().isoformat(),
    )
    decision = f"{made['Location']}claim-decisions/"
    refused = hank.post(decision, {"approve": True})
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "not_a_coordinator")
    assert world.as_("omar").post(decision, {"approve": True}).status_code == HTTPStatus.NOT_FOUND
    assert world.as_("carla").post(decision, {"approve": True}).json()["claim_state"] == "claimed"
    assert world.as_("carla").post(decision, {"approve": False}).status_code == HTTPStatus.CONFLICT


def test_only_a_producer_one_belongs_to_or_coordinates_gets_a_place(world: World) -> None:
    sent = {"name": "x", "kind": "jobshop", "networks": ["lakeside"]}
    foreign = str(world.cast.iron_finch.operator.public_id)  # type: ignore[union-attr]
    refused = world.as_("hank").post("facilities/", {**sent, "operator": foreign})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (HTTPStatus.BAD_REQUEST, "/operator")
    start_up = str(world.cast.bright_beetle.public_id)
    assert world.as_("fay").post("facilities/", {**sent, "operator": start_up}).status_code == HTTPStatus.BAD_REQUEST


def test_a_change_dates_what_was_changed_and_is_audited(world: World) -> None:
    before = today() - timedelta(days=90)
    Facility.objects.update(confirmed_on=before)
    hank, path = world.as_("hank"), path_of(world.cast.quiet_heron)
    changed = hank.patch(path, {"min_run": 25, "signs_nda": None}, **tagged(hank, path))
    assert changed.status_code == HTTPStatus.OK, changed.content
    assert (changed.json()["min_run"], changed.json()["confirmed_on"]) == (25, before.isoformat())
    [(field, fact)] = changed.json()["facts"].items()  # an NDA was not stated before and is not now
    assert (field, fact["said_by"], fact["confirmed_on"]) == ("min_run", "Hank", today().isoformat())
    entry = AuditEntry.objects.get(verb="change")
    assert (entry.actor, entry.old["min_run"], entry.new["min_run"]) == (world.cast.hank, None, 25)
    assert hank.patch(path, {"min_run": 26}, if_match='"0"').status_code == HTTPStatus.PRECONDITION_FAILED
    assert hank.patch(path, {"min_run": 26}).status_code == HTTPStatus.PRECONDITION_REQUIRED


def test_a_coordinators_edit_says_that_it_is_hers(world: World) -> None:
    carla, path = world.as_("carla"), path_of(world.cast.quiet_heron)
    changed = carla.patch(path, {"city": "Akron"}, **tagged(carla, path))
    assert (changed.json()["city"], changed.json()["source"]) == ("Akron", "stated")
    fact = changed.json()["facts"]["city"]
    assert (fact["source"], fact["said_by"]) == ("coordinator", "Carla")


def test_a_rule_between_two_figures_names_its_field(world: World) -> None:
    hank, path = world.as_("hank"), path_of(world.cast.quiet_heron)
    hank.patch(path, {"min_run": 50}, **tagged(hank, path))
    refused = hank.patch(path, {"max_run": 10}, **tagged(hank, path))
    assert refused.status_code == HTTPStatus.BAD_REQUEST, refused.content
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("rule_broken", "/min_run")
    assert Facility.objects.get(pk=world.cast.quiet_heron.pk).max_run is None


def test_pausing_resuming_and_closing(world: World) -> None:
    hank, path = world.as_("hank"), path_of(world.cast.quiet_heron)
    until = (today() + timedelta(days=30)).isoformat()
    paused = hank.patch(path, {"operating_state": "paused", "paused_until": until}, **tagged(hank, path))
    assert (paused.json()["operating_state"], paused.json()["paused_until"]) == ("paused", until)
    active = hank.patch(path, {"operating_state": "active"}, **tagged(hank, path))
    assert (active.json()["operating_state"], active.json()["paused_until"]) == ("active", None)
    hank.patch(path, {"operating_state": "closed"}, **tagged(hank, path))
    refused = hank.patch(path, {"operating_state": "paused"}, **tagged(hank, path))
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "transition_refused")
    reopened = hank.patch(path, {"operating_state": "active"}, **tagged(hank, path))
    assert reopened.json()["operating_state"] == "active"


def test_into_a_network_only_its_coordinators_let(world: World) -> None:
    hank, path = world.as_("hank"), path_of(world.cast.quiet_heron)
    refused = hank.patch(path, {"networks": ["lakeside", "harbour"]}, **tagged(hank, path))
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "not_your_network")
    builders.coordinator(user=world.cast.carla, network=world.cast.harbour)
    carla = world.as_("carla")
    joined = carla.patch(path, {"networks": ["lakeside", "harbour"]}, **tagged(carla, path))
    assert joined.json()["networks"] == ["harbour", "lakeside"]
    left = hank.patch(path, {"networks": ["lakeside"]}, **tagged(hank, path))
    assert left.json()["networks"] == ["lakeside"]


PARTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "capabilities": ({"process": "moulding", "min_run": 10, "materials": ["abs"]}, {"cycle_seconds": 30.0}),
    "resources": ({"kind": "press", "gross_hours_per_week": 80.0}, {"booked_share": 0.5}),
    "certificates": ({"certification": "iso-9001", "expires_on": "2040-01-01"}, {"scope": "all of it"}),
    "machines": ({"machine": "arburg-320", "count": 2}, {"count": 3}),
    "no-gos": ({"kind": "industry", "value": "defence"}, {}),
}


@pytest.fixture
def more(world: World) -> World:
    builders.resource_kind("press")
    builders.machine_model("arburg-320")
    return world


@pytest.mark.parametrize("kind", PARTS)
def test_a_part_is_added_read_changed_and_removed(more: World, kind: str) -> None:
    hank, many = more.as_("hank"), path_of(more.cast.quiet_heron, f"{kind}/")
    sent, change = PARTS[kind]
    added = hank.post(many, sent)
    assert added.status_code == HTTPStatus.CREATED, added.content
    one = added["Location"]
    assert added.json().items() >= sent.items()
    assert hank.read(one) == added.json() == results(hank.get(many))[0]
    twice = hank.post(many, sent)
    assert (twice.status_code, twice.json()["code"]) == (HTTPStatus.CONFLICT, "already_listed")
    if change:
        assert hank.patch(one, change).status_code == HTTPStatus.PRECONDITION_REQUIRED
        changed = hank.patch(one, change, **tagged(hank, one))
        assert changed.json().items() >= change.items(), changed.content
    assert hank.delete(one, if_match='"0"').status_code == HTTPStatus.PRECONDITION_FAILED
    assert hank.delete(one, **tagged(hank, one)).status_code == HTTPStatus.NO_CONTENT
    assert hank.get(one).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", PARTS)
def test_parts_are_not_there_for_outsiders_and_read_only_for_viewers(more: World, kind: str) -> None:
    Facility.objects.update(profile_public=True)
    sent, _ = PARTS[kind]
    many = path_of(more.cast.quiet_heron, f"{kind}/")
    one = more.as_("hank").post(many, sent)["Location"]
    for outsider in ("fay", "ines", "omar", "sam"):
        api = more.as_(outsider)
        answers = [api.get(many), api.post(many, sent), api.get(one), api.delete(one, if_match='"1"')]
        assert {answer.status_code for answer in answers} == {HTTPStatus.NOT_FOUND}
    builders.membership(user=more.cast.sam, organisation=more.cast.quiet_heron.operator, role="viewer")
    viewer = more.as_("sam")
    assert viewer.get(one).status_code == HTTPStatus.OK
    refused = viewer.delete(one, **tagged(viewer, one))
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "not_a_writer")


def test_a_capability_names_a_resource_of_its_own_facility(more: World) -> None:
    own = builders.resource(facility=more.cast.quiet_heron)
    foreign = builders.resource(facility=more.cast.iron_finch)
    hank, many = more.as_("hank"), path_of(more.cast.quiet_heron, "capabilities/")
    refused = hank.post(many, {"process": "moulding", "resource": str(foreign.public_id)})
    assert refused.json()["errors"][0]["pointer"] == "/resource"
    assert not Capability.objects.exists()
    made = hank.post(many, {"process": "moulding", "resource": str(own.public_id)})
    assert made.json()["resource"] == str(own.public_id)


def test_hours_or_units_and_not_both(more: World) -> None:
    many = path_of(more.cast.quiet_heron, "resources/")
    sent = {"kind": "press", "gross_hours_per_week": 80.0, "units_per_week": 10.0}
    refused = more.as_("hank").post(many, sent)
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.BAD_REQUEST, "rule_broken")
    assert not Resource.objects.exists()


def test_the_weeks_that_differ_are_stated_at_once(more: World) -> None:
    resource = builders.resource(facility=more.cast.quiet_heron)
    monday = today() - timedelta(days=today().weekday())
    past = builders.capacity_week(resource=resource, monday=monday - timedelta(weeks=2))
    gone = builders.capacity_week(resource=resource, monday=monday + timedelta(weeks=5))
    hank, path = more.as_("hank"), f"resources/{resource.public_id}/weeks/"
    weeks = [
        {"monday": (monday + timedelta(weeks=number)).isoformat(), "free_hours": hours}
        for number, hours in enumerate([12.5, 0.0])
    ]
    assert hank.put(path, {"weeks": weeks}).status_code == HTTPStatus.PRECONDITION_REQUIRED
    stated = hank.put(path, {"weeks": weeks}, **tagged(hank, path))
    assert stated.status_code == HTTPStatus.OK, stated.content
    shown = results(hank.get(path))
    assert [(row["monday"], row["free_hours"]) for row in shown] == [
        (past.monday.isoformat(), past.free_hours),
        *((week["monday"], week["free_hours"]) for week in weeks),
    ]
    assert shown[-1]["as_of"] == today().isoformat()
    assert not CapacityWeek.objects.filter(pk=gone.pk).exists()
    tuesday = (monday + timedelta(days=1)).isoformat()
    refused = hank.put(path, {"weeks": [{"monday": tuesday, "free_hours": 1.0}]}, **tagged(hank, path))
    assert refused.json()["errors"][0]["pointer"] == "/weeks/0/monday"
    assert more.as_("ines").get(path).status_code == HTTPStatus.NOT_FOUND


def test_weeks_show_what_is_held_and_stating_them_writes_no_hold(more: World) -> None:
    resource = builders.resource(facility=more.cast.quiet_heron)  # 30 hours a week
    held = builders.hold(resource=resource)
    firm_holds([held], acting_user=None)
    builders.hold(resource=resource)
    [week] = held.weeks.all()
    hank, path = more.as_("hank"), f"resources/{resource.public_id}/weeks/"
    monday = {"monday": week.monday.isoformat()}
    promised = {**monday, "firm_hours": 2.0, "soft_hours": 2.0}
    pattern = {"free_hours": None, "by_exception": False, "as_of": None, "left_hours": 28.0, "overbooked": False}
    assert results(hank.get(path)) == results(more.as_("carla").get(path)) == [promised | pattern]
    sent = {"weeks": [{**monday, "free_hours": 1.0, "firm_hours": 0.0}]}
    refused = hank.put(path, sent, **tagged(hank, path))
    assert refused.json()["errors"][0]["pointer"] == "/weeks/0/firm_hours"
    honest = {**monday, "free_hours": 1.0}
    assert hank.put(path, {"weeks": [honest]}, **tagged(hank, path)).status_code == HTTPStatus.OK
    stated = {
        "free_hours": 1.0,
        "by_exception": False,
        "as_of": today().isoformat(),
        "left_hours": 0.0,
        "overbooked": True,
    }
    assert results(hank.get(path)) == [promised | stated]
    assert hank.put(path, {"weeks": []}, **tagged(hank, path)).status_code == HTTPStatus.OK
    assert results(hank.get(path)) == [promised | pattern]
    gone = f"facilities/{more.cast.quiet_heron.public_id}/resources/{resource.public_id}/"
    kept = hank.delete(gone, **tagged(hank, gone))
    assert (kept.status_code, kept.json()["code"]) == (HTTPStatus.CONFLICT, "still_held")
    for outsider in ("ines", "omar", "fay"):
        assert more.as_(outsider).get(path).status_code == HTTPStatus.NOT_FOUND


def test_the_list_holds_what_each_may_see(world: World) -> None:
    def names(who: str, query: str = "") -> list[str]:
        return [row["name"] for row in results(world.as_(who).get(f"facilities/{query}"))]

    assert names("hank") == names("carla") == ["Quiet Heron Circuits"]
    assert names("fay") == []
    Facility.objects.update(profile_public=True)
    assert names("fay") == ["Iron Finch Works", "Quiet Heron Circuits"]
    assert names("fay", "?kind=jobshop") == names("fay", "?search=finch") == ["Iron Finch Works"]
    assert names("fay", "?country=US&access=staff") == ["Quiet Heron Circuits"]
