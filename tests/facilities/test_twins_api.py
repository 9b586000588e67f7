"""A coordinator finds, compares, merges and splits over HTTP. Rankings follow; old matches say who stands for both."""

from http import HTTPStatus
from typing import Any

import pytest

from apps.catalog.models import Process
from apps.facilities.models import Facility, Merge, TwinPair
from apps.facilities.tasks import find_twins
from apps.matching.models import Match, SupplyVersion
from apps.matching.runs import drain
from tests import builders
from tests.api.client import Api, results
from tests.api.world import World, make_world, new_need
from tests.matching.world import let_time_pass, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def twin(world: World) -> Facility:
    """The same place, listed by an import; both mould."""
    process = Process.objects.get(slug="moulding")
    builders.work_content(process=process)
    listed = builders.facility(
        name="Quiet Heron Circuits Ltd",
        operator=None,
        claim_state="unclaimed",
        source="imported",
        networks=(world.cast.lakeside,),
        country="US",
        lat=41.4993,
        lon=-81.6944,
        quote_days=4,
    )
    for facility in (world.cast.quiet_heron, listed):
        figures = {"min_run": 1, "max_run": 4_321, "lead_days_low": 11, "lead_days_high": 17}
        builders.capability(facility=facility, process=process, **figures)
    return listed


def run() -> None:
    settle()
    let_time_pass()
    drain(builders.today())


def both(world: World, twin: Facility, **more: Any) -> dict[str, Any]:
    return {"survivor": str(world.cast.quiet_heron.public_id), "merged": str(twin.public_id), **more}


def merged(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("merges/", body)
    assert answer.status_code == HTTPStatus.CREATED, answer.content
    made: dict[str, Any] = answer.json()
    assert answer["Location"].endswith(f"/merges/{made['id']}/")
    return made


def ranked(api: Api, need: str) -> tuple[str, list[Any]]:
    ranking = api.read(f"needs/{need}/ranking/")["ranking"]["id"]
    return ranking, results(api.get(f"rankings/{ranking}/matches/"))


def test_from_a_likely_pair_to_one_place_and_back(world: World, twin: Facility) -> None:
    carla = world.as_("carla")
    find_twins()
    [pair] = results(carla.get("twin-pairs/?network=lakeside&dismissed=false"))
    assert {pair["first"]["name"], pair["second"]["name"]} == {"Quiet Heron Circuits", "Quiet Heron Circuits Ltd"}
    assert [reason["code"] for reason in pair["reasons"]] == ["name", "near"]
    preview = carla.post("merges/previews/", both(world, twin))
    assert preview.status_code == HTTPStatus.OK
    shown = {side["field"]: side for side in preview.json()["fields"]}
    assert (shown["quote_days"]["merged"], shown["quote_days"]["taken"], shown["name"]["taken"]) == ("4.0", True, False)
    assert [part["twin"] for part in preview.json()["parts"]] == [True]
    made = merged(carla, both(world, twin, reason="One door"))
    assert (made["split_at"], made["reason"]) == (None, "One door")
    assert carla.read(f"facilities/{twin.public_id}/")["merged_into"] == str(world.cast.quiet_heron.public_id)
    assert results(carla.get("twin-pairs/")) == []
    split = carla.post(f"merges/{made['id']}/splits/", {"reason": "Two doors"})
    assert (split.status_code, split.json()["left"]) == (HTTPStatus.OK, [])
    assert carla.read(f"facilities/{twin.public_id}/")["merged_into"] is None
    assert [one["id"] for one in results(carla.get("merges/"))] == [made["id"]]


def test_a_pair_is_dismissed(world: World, twin: Facility) -> None:
    carla = world.as_("carla")
    find_twins()
    pair = TwinPair.objects.get()
    answer = carla.post(f"twin-pairs/{pair.public_id}/dismissals/", {"reason": "Next door"})
    assert (answer.json()["dismissed"], answer.json()["reason"]) == (True, "Next door")
    assert results(carla.get("twin-pairs/?dismissed=false")) == []
    assert len(results(carla.get("twin-pairs/?dismissed=true"))) == 1


@pytest.mark.parametrize("name", ["hank", "omar", "fay", "sam"])
def test_others_neither_see_nor_merge(world: World, twin: Facility, name: str) -> None:
    find_twins()
    pair, api = TwinPair.objects.get(), world.as_(name)
    assert results(api.get("twin-pairs/")) == []
    assert api.post(f"twin-pairs/{pair.public_id}/dismissals/", {}).status_code == HTTPStatus.NOT_FOUND
    assert api.post("merges/", both(world, twin)).status_code == HTTPStatus.NOT_FOUND
    assert api.post("merges/previews/", both(world, twin)).status_code == HTTPStatus.NOT_FOUND
    made = builders.merge(survivor=world.cast.quiet_heron, merged=twin)
    assert api.get(f"merges/{made.public_id}/").status_code == HTTPStatus.NOT_FOUND
    assert api.post(f"merges/{made.public_id}/splits/", {"reason": "x"}).status_code == HTTPStatus.NOT_FOUND


def test_a_merge_sent_twice_is_done_once(world: World, twin: Facility) -> None:
    carla = world.as_("carla")
    first, second = (carla.post("merges/", both(world, twin), idempotency_key="one") for _ in range(2))
    assert first.json() == second.json()
    assert Merge.objects.count() == 1
    assert carla.post("merges/", both(world, twin)).json()["code"] == "facility_merged"


@pytest.mark.parametrize(("more", "code"), [({"take": ["colour"]}, "unknown_field"), ({"stay": ["x"]}, "unknown_part")])
def test_what_cannot_be_chosen(world: World, twin: Facility, more: dict[str, Any], code: str) -> None:
    answer = world.as_("carla").post("merges/", both(world, twin, **more))
    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.BAD_REQUEST, code)


def test_rankings_follow_and_old_matches_name_the_survivor(world: World, twin: Facility) -> None:
    fay, carla = world.as_("fay"), world.as_("carla")
    need = fay.post("needs/", new_need(submit=True, ship_to_country="US")).json()["id"]
    run()
    old, before = ranked(carla, need)
    names = {match["facility"]["name"] for match in before}
    assert names == {"Quiet Heron Circuits", "Quiet Heron Circuits Ltd"}
    assert all(match["facility"]["merged_into"] is None for match in before)
    stored = written(old)

    made = merged(carla, both(world, twin))
    run()
    concerned = set(SupplyVersion.objects.order_by("-number").values_list("facility_ids", flat=True)[0])
    assert concerned == {twin.pk, world.cast.quiet_heron.pk}
    _, after = ranked(carla, need)
    assert [match["facility"]["name"] for match in after] == ["Quiet Heron Circuits"]
    assert carla.read(f"needs/{need}/ranking/")["ranking"]["considered"] == 1

    told = {match["facility"]["name"]: match["facility"]["merged_into"] for match in results_of(carla, old)}
    survivor = {"id": str(world.cast.quiet_heron.public_id), "name": "Quiet Heron Circuits"}
    assert told == {"Quiet Heron Circuits": None, "Quiet Heron Circuits Ltd": survivor}
    labels = [match["facility"] for match in results_of(fay, old)]
    [gone] = [one for one in labels if one["merged_into"]]
    assert gone["merged_into"] == {"label": next(one["label"] for one in labels if one is not gone), "name": None}
    assert written(old) == stored

    carla.post(f"merges/{made['id']}/splits/", {"reason": "Two doors"})
    run()
    _, again = ranked(carla, need)
    assert {match["facility"]["name"] for match in again} == names


def results_of(api: Api, ranking: str) -> list[Any]:
    return results(api.get(f"rankings/{ranking}/matches/"))


def written(ranking: str) -> list[Any]:
    rows = Match.objects.filter(ranking__public_id=ranking).order_by("pk")
    return list(rows.values("position", "score", "document"))
