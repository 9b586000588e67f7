"""Needs over HTTP: posted, read, changed, submitted, withdrawn."""

from http import HTTPStatus

import pytest

from apps.core.models import AuditEntry
from apps.needs.models import Need, NeedRevision, NeedState
from tests.api.client import results
from tests.api.world import World, content, new_need, step


def test_a_founder_posts_a_draft_that_only_her_organisation_sees(world: World) -> None:
    posted = world.as_("fay").post("needs/", new_need())
    assert posted.status_code == HTTPStatus.CREATED, posted.content
    body = posted.json()
    assert (body["state"], body["revision"], body["ranking"]) == ("draft", 1, None)
    assert body["organisation"]["name"] == "Bright Beetle"
    assert posted["Location"] == f"/api/v1/needs/{body['id']}/"
    assert posted["ETag"] == f'"{body["version"]}"'
    seen = {name: world.as_(name).get(posted["Location"]).status_code for name in ("mo", "vera", "carla", "rita")}
    assert seen == {"mo": 200, "vera": 200, "carla": 404, "rita": 404}


def test_what_was_sent_comes_back(world: World) -> None:
    sent = content(
        product="Lamp",
        description="A shade.",
        stage="pilot",
        industry="consumer",
        annual_quantity=5_000,
        ship_to_city="Cleveland",
        ship_to_country="US",
        ship_to_admin_area="US-OH",
        ship_to_lat=41.5,
        ship_to_lon=-81.7,
        region_rule="must",
        region="US",
        required_certificates=["iso-9001"],
        preferred_certificates=["iso-13485"],
        confidentiality="strict",
        export_controlled=True,
        self_service=True,
        wants_visits=True,
        contains_lithium=True,
        envelope_mm=[300.0, 200.0, 100.0],
        weight_kg=1.5,
        workmanship_class=2,
        currency="EUR",
        budget_amount="9000.50",
        budget_is_ceiling=True,
        tooling_budget_amount="1000.00",
        target_unit_price="3.25",
        steps=[
            {
                "sequence": 1,
                "process": "moulding",
                "role": "lead",
                "pieces_per_unit": 2,
                "materials": ["abs", "steel"],
                "material_choice": "all",
                "equivalents_allowed": True,
                "substitutes_allowed": False,
                "tooling_exists": True,
                "tolerance_mm": 0.1,
                "envelope_mm": [30.0, 20.0, 10.0],
            }
        ],
    )
    made = world.as_("fay").post("needs/", {"home_network": "lakeside", "external_id": "x-1", **sent}).json()
    assert {name: made[name] for name in sent} == sent
    assert (made["external_id"], made["home_network"]["slug"]) == ("x-1", "lakeside")


def test_submitting_shows_it_to_its_coordinator_and_says_where_the_ranking_will_be(world: World) -> None:
    fay = world.as_("fay")
    need = fay.post("needs/", new_need()).json()
    submitted = fay.post(f"needs/{need['id']}/submit/")
    assert submitted.status_code == HTTPStatus.CREATED, submitted.content
    assert submitted.json()["state"] == "submitted"
    assert submitted["Location"] == submitted.json()["ranking"] == f"/api/v1/needs/{need['id']}/ranking/"
    assert world.as_("carla").get(f"needs/{need['id']}/").status_code == HTTPStatus.OK
    again = fay.post(f"needs/{need['id']}/submit/")
    assert (again.status_code, again.json()["code"]) == (HTTPStatus.CONFLICT, "transition_refused")


def test_a_change_is_a_new_revision_and_keeps_what_it_does_not_name(world: World) -> None:
    fay = world.as_("fay")
    need = fay.post("needs/", new_need(submit=True, description="first")).json()
    changed = fay.patch(f"needs/{need['id']}/", {"order_quantity": 700}, if_match=f'"{need["version"]}"')
    assert changed.status_code == HTTPStatus.OK, changed.content
    body = changed.json()
    assert (body["revision"], body["order_quantity"], body["description"]) == (2, 700, "first")
    assert body["steps"] == need["steps"]
    old = fay.read(f"needs/{need['id']}/revisions/1/")
    assert (old["number"], old["order_quantity"]) == (1, 500)
    assert [row["number"] for row in results(fay.get(f"needs/{need['id']}/revisions/"))] == [2, 1]


def test_put_says_it_anew(world: World) -> None:
    fay = world.as_("fay")
    need = fay.post("needs/", new_need(description="first", required_certificates=["iso-9001"])).json()
    steps = [step(), step(process="assembly", role="required")]
    changed = fay.put(f"needs/{need['id']}/", content(steps=steps), if_match=f'"{need["version"]}"').json()
    assert (changed["description"], changed["required_certificates"]) == ("", [])
    assert [row["process"] for row in changed["steps"]] == ["moulding", "assembly"]


def test_steps_stand_in_the_order_of_their_sequence(world: World) -> None:
    steps = [step(sequence=20), step(sequence=10, process="assembly", role="required")]
    made = world.as_("fay").post("needs/", new_need(steps=steps)).json()
    assert [(row["sequence"], row["process"]) for row in made["steps"]] == [(1, "assembly"), (2, "moulding")]


@pytest.mark.parametrize(("version", "status"), [(None, 428), ('"7-draft"', 412), ('W/"1-draft"', 412), ("*", 412)])
def test_an_edit_names_the_version_it_was_made_from(world: World, version: str | None, status: int) -> None:
    fay = world.as_("fay")
    need = fay.post("needs/", new_need()).json()
    headers = {} if version is None else {"if_match": version}
    refused = fay.patch(f"needs/{need['id']}/", {"order_quantity": 700}, **headers)
    assert refused.status_code == status
    assert refused.json()["errors"][0]["field"] == "If-Match"
    if status == HTTPStatus.PRECONDITION_FAILED:
        assert (refused["ETag"], refused.json()["current"]) == ('"1-draft"', "1-draft")
    assert NeedRevision.objects.count() == 1


def test_of_two_edits_from_one_version_the_second_is_told(world: World) -> None:
    fay, mo = world.as_("fay"), world.as_("mo")
    need = fay.post("needs/", new_need()).json()
    tag = f'"{need["version"]}"'
    assert fay.patch(f"needs/{need['id']}/", {"order_quantity": 1}, if_match=tag).status_code == HTTPStatus.OK
    second = mo.patch(f"needs/{need['id']}/", {"order_quantity": 2}, if_match=tag)
    assert (second.status_code, second.json()["current"]) == (HTTPStatus.PRECONDITION_FAILED, "2-draft")


@pytest.mark.parametrize("name", ["vera", "carla"])
def test_who_may_read_but_not_write_is_told_why(world: World, name: str) -> None:
    need = world.as_("fay").post("needs/", new_need(submit=True)).json()
    tag = f'"{need["version"]}"'
    reader = world.as_(name)
    refusals = [
        reader.patch(f"needs/{need['id']}/", {"order_quantity": 1}, if_match=tag),
        reader.put(f"needs/{need['id']}/", content(), if_match=tag),
        reader.post(f"needs/{need['id']}/submit/"),
        reader.post(f"needs/{need['id']}/withdraw/", {"reason": "no"}),
    ]
    assert [(refused.status_code, refused.json()["code"]) for refused in refusals] == [(403, "not_a_writer")] * 4


def test_a_viewer_posts_nothing(world: World) -> None:
    refused = world.as_("vera").post("needs/", new_need())
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "not_a_writer")
    assert not Need.objects.exists()


def test_withdrawing_keeps_the_reason(world: World) -> None:
    fay = world.as_("fay")
    need = fay.post("needs/", new_need(submit=True)).json()
    ended = fay.post(f"needs/{need['id']}/withdraw/", {"reason": "bought a press"})
    assert ended.json()["state"] == NeedState.WITHDRAWN
    assert AuditEntry.objects.get(verb="change_state", new__state="withdrawn").reason == "bought a press"


def test_partner_networks_let_their_coordinators_read(world: World) -> None:
    made = world.as_("fay").post("needs/", new_need(submit=True, partner_networks=["harbour"])).json()
    assert [network["slug"] for network in made["partner_networks"]] == ["harbour"]
    assert world.as_("omar").get(f"needs/{made['id']}/").status_code == HTTPStatus.OK


def test_the_list_holds_what_each_may_see(world: World) -> None:
    world.as_("fay").post("needs/", new_need(title="draft"))
    world.as_("fay").post("needs/", new_need(title="submitted", submit=True))
    world.as_("rita").post("needs/", new_need(title="rival", home_network="harbour", submit=True))
    seen = {
        name: [row["title"] for row in results(world.as_(name).get("needs/?ordering=title"))]
        for name in ("fay", "vera", "rita", "carla", "omar", "hank", "ines", "ada", "sam")
    }
    assert seen == {
        "fay": ["draft", "submitted"],
        "vera": ["draft", "submitted"],
        "rita": ["rival"],
        "carla": ["submitted"],
        "omar": ["rival"],
        "hank": [],
        "ines": [],
        "ada": ["draft", "rival", "submitted"],
        "sam": [],
    }


def test_filters_narrow_the_list(world: World) -> None:
    fay = world.as_("fay")
    fay.post("needs/", new_need(title="a", stage="pilot", industry="medical", external_id="x"))
    fay.post("needs/", new_need(title="b", submit=True))

    def titles(query: str) -> list[str]:
        return [row["title"] for row in results(fay.get(f"needs/?ordering=title&{query}"))]

    organisation = world.cast.bright_beetle.public_id
    assert titles("state=submitted") == ["b"]
    assert titles("stage=pilot") == titles("industry=medical") == titles("external_id=x") == ["a"]
    assert titles(f"organisation={organisation}&network=lakeside") == ["a", "b"]
    assert titles("network=harbour") == titles("due_before=2020-01-01") == []
    assert titles("due_after=2020-01-01") == ["a", "b"]
