"""Policies and comparisons over HTTP: written, checked, compared, put in force; by whom; and what is refused."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from apps.catalog.models import Process
from apps.core.models import AuditEntry
from apps.facilities.models import Facility
from apps.matching.models import ComparedNeed, Match, Policy, PolicyComparison, PolicyState, Ranking
from apps.matching.runs import compare_needs
from matchmaker.policy import Policy as EnginePolicy
from tests import builders
from tests.api.client import Api, results
from tests.api.test_bad_input import snapshot
from tests.api.test_rankings import capable, place, posted, run
from tests.api.world import World
from tests.matching.world import settle

pytestmark = pytest.mark.django_db


def written(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("policies/", {"name": "ours", "network": "lakeside", **fields})
    assert answer.status_code == HTTPStatus.CREATED, answer.content
    made: dict[str, Any] = answer.json()
    assert answer["Location"] == f"/api/v1/policies/{made['id']}/"
    return made


def in_force() -> Policy:
    return Policy.objects.get(network=None, state=PolicyState.PUBLISHED)


def test_a_policy_from_the_beginning_to_its_end(world: World) -> None:
    carla = world.as_("carla")
    made = written(carla, body={"alpha": 0.5, "weights": {"distance": 0.3}})
    assert (made["version"], made["state"], made["network"]) == (1, "draft", "lakeside")
    assert made["body"]["weights"] == {**EnginePolicy.default().weights, "distance": 0.3}
    path = f"policies/{made['id']}/"
    assert carla.get(path)["ETag"] == '"1"'
    published = carla.post(f"{path}publish/", if_match='"1"')
    assert (published.status_code, published.json()["state"], published["ETag"]) == (200, "published", '"1-published"')
    again = carla.post(f"{path}publish/")
    assert (again.status_code, again.json()["code"]) == (HTTPStatus.CONFLICT, "policy_not_draft")
    late = carla.post(f"{path}retire/", if_match='"1"')
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    assert carla.post(f"{path}retire/", if_match='"1-published"').json()["state"] == "retired"
    verbs = AuditEntry.objects.filter(subject_id=made["id"], actor=world.cast.carla).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["create_policy", "publish_policy", "retire_policy"]


def test_a_copy_keeps_what_the_body_leaves_out(world: World) -> None:
    carla = world.as_("carla")
    first = written(carla, body={"alpha": 0.5, "weights": {"distance": 0.3, "capacity": 0.01}})
    second = written(carla, copy_of=first["id"], body={"weights": {"capacity": 0.2}, "currency_rates": {"EUR": 1.1}})
    assert (second["version"], second["body"]["alpha"]) == (2, 0.5)
    assert second["body"]["weights"] == {**first["body"]["weights"], "capacity": 0.2}
    assert second["body"]["currency_rates"] == {"USD": 1.0, "EUR": 1.1}
    common = written(carla, name="from-common", copy_of=str(in_force().public_id))
    assert common["body"] == {**in_force().body, "name": "from-common", "version": 1}
    assert carla.read(f"policies/{first['id']}/") == first


def test_a_repeat_under_one_key_writes_one_version(world: World) -> None:
    carla, sent = world.as_("carla"), {"name": "ours", "network": "lakeside"}
    first, again = (carla.post("policies/", sent, idempotency_key="p-1") for _ in range(2))
    assert (again.content, again["ETag"], again["Location"]) == (first.content, first["ETag"], first["Location"])
    assert Policy.objects.filter(name="ours").count() == 1


def test_checking_a_body_stores_nothing_and_gives_the_whole(world: World) -> None:
    before = snapshot()
    answer = world.as_("carla").post("policies/validate/", {"body": {"alpha": 0.5}})
    assert answer.status_code == HTTPStatus.OK
    default = EnginePolicy.from_document({"alpha": 0.5})
    whole = {name: value for name, value in default.to_document().items() if name not in ("name", "version")}
    assert answer.json() == {"body": whole, "digest": default.digest}
    after = snapshot()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"knox_authtoken"}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"alpha": 2}, ["/body/alpha"]),
        ({"alpha": 2, "luck": 1, "weights": {"charm": 1}}, ["/body/alpha", "/body/luck", "/body/weights/charm"]),
        ({"quote_days": [5, 1]}, ["/body/quote_days"]),
        ({"weights": dict.fromkeys(EnginePolicy.default().weights, 0)}, ["/body/weights"]),
        ({"distance_modes": {"parcel": [0, 0.5]}}, ["/body/distance_modes/parcel"]),
        ({"name": "x"}, ["/body/name"]),
        ([], ["/body"]),
        ("alpha", ["/body"]),
        (None, ["/body"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["policies/", "policies/validate/"])
def test_each_fault_is_named_by_its_entry(world: World, path: str, body: Any, pointers: list[str]) -> None:
    sent = {"body": body} if "validate" in path else {"name": "ours", "network": "lakeside", "body": body}
    answer = world.as_("carla").post(path, sent)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == pointers
    assert not Policy.objects.filter(name="ours").exists()


def test_who_may_write_for_whom(world: World) -> None:
    statuses = {
        (name, network): world.as_(name).post("policies/", {"name": "p", "network": network}).status_code
        for name in ("carla", "ada", "omar", "fay", "hank", "sam")
        for network in ("lakeside", None)
    }
    made = {key for key, status in statuses.items() if status == HTTPStatus.CREATED}
    assert made == {("carla", "lakeside"), ("ada", "lakeside"), ("ada", None)}
    assert {status for key, status in statuses.items() if key not in made} == {HTTPStatus.FORBIDDEN}


def test_a_draft_of_another_network_is_not_there(world: World) -> None:
    draft = written(world.as_("carla"))
    omar = world.as_("omar")
    assert omar.get(f"policies/{draft['id']}/").status_code == HTTPStatus.NOT_FOUND
    for verb in ("publish", "retire"):
        assert omar.post(f"policies/{draft['id']}/{verb}/").status_code == HTTPStatus.NOT_FOUND
    copied = omar.post("policies/", {"name": "mine", "network": "harbour", "copy_of": draft["id"]})
    nothing = omar.post("policies/", {"name": "mine", "network": "harbour", "copy_of": str(uuid4())})
    assert (copied.status_code, copied.json()["errors"]) == (HTTPStatus.BAD_REQUEST, nothing.json()["errors"])


def test_published_ones_are_read_by_all_and_stepped_by_their_keepers(world: World) -> None:
    carla = world.as_("carla")
    made = written(carla)
    carla.post(f"policies/{made['id']}/publish/")
    omar = world.as_("omar")
    assert omar.read(f"policies/{made['id']}/")["state"] == "published"
    assert omar.post(f"policies/{made['id']}/retire/").status_code == HTTPStatus.FORBIDDEN
    common = world.as_("carla").post(f"policies/{in_force().public_id}/retire/")
    assert common.status_code == HTTPStatus.FORBIDDEN


# --- comparisons ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ranked(world: World) -> World:
    """Three facilities near and far mould for Lakeside; two of its needs are ranked, and one of Harbour's."""
    process = Process.objects.get(slug="moulding")
    builders.work_content(process=process)
    for facility in (world.cast.quiet_heron, world.cast.iron_finch):
        capable(facility, process)
    for at, (country, lon) in enumerate((("US", -83.1), ("US", -120.0))):
        capable(
            builders.facility(
                name=f"Shop {at}",
                networks=(world.cast.lakeside,),
                country=country,
                lat=40.0,
                lon=lon,
                accepts_startups=at > 0,
            ),
            process,
        )
    settle()
    posted(world.as_("fay"), title="Near", **place())
    posted(world.as_("fay"), title="More", **place(order_quantity=2_000))
    posted(world.as_("rita"), title="Rival", home_network="harbour")
    run()
    return world


def asked(world: World, name: str = "carla", **fields: Any) -> dict[str, Any]:
    """A draft that looks at distance alone against the policy in force."""
    api = world.as_(name)
    weights = {**dict.fromkeys(EnginePolicy.default().weights, 0.0), "distance": 1.0}
    draft = written(api, network=fields.get("network", "lakeside"), body={"weights": weights, "alpha": 0.6})
    answer = api.post("policy-comparisons/", {"network": "lakeside", "after": draft["id"], **fields})
    assert answer.status_code == HTTPStatus.CREATED, answer.content
    made: dict[str, Any] = answer.json()
    assert answer["Location"] == f"/api/v1/policy-comparisons/{made['id']}/"
    return made


def test_a_coordinator_asks_waits_and_reads_what_would_change(ranked: World) -> None:
    rankings = list(Ranking.objects.values())
    matches = list(Match.objects.values())
    carla, made = ranked.as_("carla"), asked(ranked)
    path = f"policy-comparisons/{made['id']}/"
    waiting = carla.get(path)
    assert (waiting.json()["state"], waiting.json()["needs"], waiting["Retry-After"]) == ("waiting", 2, "2")
    assert waiting.json()["before"]["name"] == in_force().name
    while compare_needs(builders.today(), seconds=0):
        assert carla.read(path)["state"] in ("running", "done")
    done = carla.get(path)
    assert "Retry-After" not in done
    body = done.json()
    assert (body["state"], body["done"], body["given_up"]) == ("done", 2, 0)
    rows = results(carla.get(f"{path}needs/"))
    assert [row["title"] for row in rows] == ["More", "Near"]
    assert body["sums"]["first_changed"] == sum(row["first_changed"] for row in rows)
    assert body["sums"]["moved"] == sum(row["moved"] for row in rows) > 0
    told = carla.read(f"{path}needs/{rows[1]['need']}/")
    assert {name: told[name] for name in rows[1]} == rows[1]
    names = {move["facility"]["name"] for move in told["answer"]["moves"]}
    assert names == {"Quiet Heron Circuits", "Shop 0", "Shop 1"}
    for move in told["answer"]["moves"]:
        effects = sum(reason["effect"] or 0 for reason in move["reasons"])
        assert effects == pytest.approx(move["after"]["score"] - move["before"]["score"], abs=1e-6)
        assert {"criterion", "alpha"} <= {reason["kind"] for reason in move["reasons"]}
        assert all(reason["words"] for reason in move["reasons"])
    assert list(Ranking.objects.values()) == rankings
    assert list(Match.objects.values()) == matches


def test_chosen_needs_are_compared_in_the_order_of_asking(ranked: World) -> None:
    carla = ranked.as_("carla")
    ids = {row["title"]: row["id"] for row in results(carla.get("needs/"))}
    made = asked(ranked, needs=[ids["Near"], ids["More"]], first_k=1)
    assert [row["title"] for row in results(carla.get(f"policy-comparisons/{made['id']}/needs/"))] == ["Near", "More"]
    assert made["first_k"] == 1
    assert asked(ranked, last=1)["needs"] == 1


def test_nobody_else_finds_it(ranked: World) -> None:
    made = asked(ranked)
    need = ComparedNeed.objects.first()
    assert need is not None
    paths = [
        f"policy-comparisons/{made['id']}/",
        f"policy-comparisons/{made['id']}/needs/",
        f"policy-comparisons/{made['id']}/needs/{need.need.public_id}/",
    ]
    for name in ("omar", "fay", "hank", "sam"):
        api = ranked.as_(name)
        assert {api.get(path).status_code for path in paths} == {HTTPStatus.NOT_FOUND}
        assert results(api.get("policy-comparisons/")) == []
    assert {ranked.as_("ada").get(path).status_code for path in paths} == {HTTPStatus.OK}


def test_administrators_compare_over_all_networks(ranked: World) -> None:
    ada = ranked.as_("ada")
    made = asked(ranked, "ada", network=None)
    assert (made["needs"], made["network"]) == (3, None)
    compare_needs(builders.today())
    assert ada.read(f"policy-comparisons/{made['id']}/")["done"] == 3
    assert ranked.as_("carla").get(f"policy-comparisons/{made['id']}/").status_code == HTTPStatus.NOT_FOUND
    listed = results(ada.get(f"policy-comparisons/?policy={made['after']['id']}"))
    assert [row["id"] for row in listed] == [made["id"]]
    assert results(ada.get("policy-comparisons/?network=harbour")) == []


def test_what_is_refused_and_by_name(ranked: World) -> None:
    carla = ranked.as_("carla")
    rival = results(ranked.as_("rita").get("needs/"))[0]["id"]
    draft, common = written(carla)["id"], str(in_force().public_id)
    theirs = str(builders.policy(network=ranked.cast.harbour, state=PolicyState.RETIRED).public_id)
    hidden = str(builders.policy(network=ranked.cast.harbour).public_id)
    unsent = ranked.as_("fay").post("needs/", {"home_network": "lakeside", "title": "x"}).json().get("id")
    assert unsent is None
    for sent, code, pointer in (
        ({"after": common}, "policy_twice", "/after"),
        ({"after": str(uuid4())}, "unknown_policy", "/after"),
        ({"after": hidden}, "unknown_policy", "/after"),
        ({"after": theirs}, "unknown_policy", "/after"),
        ({"after": draft, "before": hidden}, "unknown_policy", "/before"),
        ({"after": draft, "needs": [rival]}, "unknown_need", "/needs"),
        ({"after": draft, "needs": []}, "min_length", "/needs"),
        ({"after": draft, "needs": [str(uuid4())]}, "unknown_need", "/needs"),
        ({"after": draft, "needs": [rival, rival]}, "repeated", "/needs"),
        ({"after": draft, "needs": [rival], "last": 3}, "needs_and_last", "/last"),
        ({"after": draft, "last": 0}, "min_value", "/last"),
        ({"after": draft, "last": 201}, "max_value", "/last"),
        ({"after": draft, "first_k": 51}, "max_value", "/first_k"),
        ({"after": draft, "until": 3}, "unknown_field", "/until"),
        ({"before": draft}, "required", "/after"),
    ):
        answer = carla.post("policy-comparisons/", {"network": "lakeside", **sent})
        found = [(error["code"], error["pointer"]) for error in answer.json()["errors"]]
        assert (answer.status_code, found) == (HTTPStatus.BAD_REQUEST, [(code, pointer)]), sent
    for name, network in (("carla", None), ("carla", "harbour"), ("fay", "lakeside")):
        answer = ranked.as_(name).post("policy-comparisons/", {"network": network, "after": common, "before": theirs})
        assert answer.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST)
    assert not PolicyComparison.objects.exists()


def test_without_a_ranked_need_there_is_nothing_to_compare(world: World) -> None:
    carla = world.as_("carla")
    answer = carla.post("policy-comparisons/", {"network": "lakeside", "after": written(carla)["id"]})
    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.CONFLICT, "no_needs_yet")


def test_a_facility_that_went_since_is_named_no_more(ranked: World) -> None:
    made = asked(ranked)
    compare_needs(builders.today())
    row = ComparedNeed.objects.latest("pk")
    Match.objects.all().delete()
    Facility.objects.filter(name="Shop 0").delete()
    told = ranked.as_("carla").read(f"policy-comparisons/{made['id']}/needs/{row.need.public_id}/")
    facilities = [move["facility"] for move in told["answer"]["moves"]]
    assert {"id": None, "name": None} in facilities
    assert len(facilities) == 3
