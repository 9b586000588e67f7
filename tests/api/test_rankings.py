"""From a posted need to a ranking that its founder, its coordinator and nobody else reads."""

from http import HTTPStatus
from math import isclose, prod
from typing import Any

import pytest

from apps.catalog.models import Process
from apps.facilities.models import Facility
from apps.matching.models import MatchJob, PolicyState, Ranking
from apps.matching.runs import drain
from tests import builders
from tests.api.client import Api, results
from tests.api.world import World, new_need
from tests.matching.world import let_time_pass, settle


@pytest.fixture
def supplied(world: World) -> World:
    """Both facilities of the cast mould; a third one of Lakeside has closed."""
    process = Process.objects.get(slug="moulding")
    builders.work_content(process=process)
    for facility in (world.cast.quiet_heron, world.cast.iron_finch):
        capable(facility, process)
    closed = builders.facility(name="Shut Gate", networks=(world.cast.lakeside,), operating_state="closed")
    capable(closed, process)
    settle()
    return world


def capable(facility: Facility, process: Process) -> None:
    resource = builders.resource(facility=facility, name="press", gross_hours_per_week=137.5)
    figures = {"min_run": 123, "max_run": 4_321, "lead_days_low": 11, "lead_days_high": 17}
    builders.capability(facility=facility, process=process, resource=resource, **figures)


def run() -> None:
    settle()
    let_time_pass()
    drain(builders.today())


def posted(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("needs/", new_need(submit=True, **fields))
    assert answer.status_code == HTTPStatus.CREATED, answer.content
    made: dict[str, Any] = answer.json()
    return made


def place(**more: Any) -> dict[str, Any]:
    return {"ship_to_country": "US", "ship_to_lat": 40.0, "ship_to_lon": -83.0, **more}


def test_a_founder_posts_waits_and_reads(supplied: World) -> None:
    fay = supplied.as_("fay")
    need = posted(fay, **place())
    waiting = fay.get(need["ranking"])
    assert (waiting.status_code, waiting["Retry-After"]) == (HTTPStatus.ACCEPTED, "1")
    assert (waiting.json()["job"]["state"], waiting.json()["job"]["place"]) == ("due", 1)
    assert waiting.json()["ranking"] is waiting.json()["matches"] is None
    run()
    done = fay.get(need["ranking"])
    assert done.status_code == HTTPStatus.OK
    body = done.json()
    assert (body["job"]["state"], body["ranking"]["revision"], body["ranking"]["considered"]) == ("clean", 1, 2)
    assert sum(row["facilities"] for row in body["ranking"]["tiers"]) == 2
    [match] = results(fay.get(body["matches"]))
    assert (match["view"], match["rank_label"], match["facility"]["name"]) == ("founder", "1", None)
    assert match["facility"]["label"]
    assert {gate["gate"] for gate in match["gates"]} >= {"process", "run_size", "due_date"}
    assert all(gate["words"] and gate["gate_words"] for gate in match["gates"])
    assert {row["low"] for row in match["criteria"]} <= {"weak", "fair", "strong"}
    assert fay.read(f"rankings/{body['ranking']['id']}/matches/1/") == match
    assert fay.read(f"rankings/{body['ranking']['id']}/") == body["ranking"]


def test_the_name_shows_where_the_profile_is_public(supplied: World) -> None:
    Facility.objects.update(profile_public=True)
    fay = supplied.as_("fay")
    need = posted(fay, **place())
    run()
    [match] = results(fay.get(fay.read(need["ranking"])["matches"]))
    assert match["facility"]["name"] == "Quiet Heron Circuits"


def test_a_founder_reads_no_exact_figure_of_a_facility(supplied: World) -> None:
    fay = supplied.as_("fay")
    need = posted(fay, **place())
    run()
    url = fay.read(need["ranking"])["matches"]
    text = fay.get(url).content.decode()
    exact = ["4321", "123,", "137.5", "41.4993", "-81.6944", "Quiet Heron", "Cleveland", "Heron Electronics"]
    facility = supplied.cast.quiet_heron
    hidden = [*exact, str(facility.public_id), *(str(row.public_id) for row in facility.resources.all())]
    assert [one for one in hidden if one in text] == []
    kilometres = fact(results(supplied.as_("carla").get(url))[0], "distance_km")
    assert str(kilometres).split(".")[0] not in text
    assert fact_of_founder(results(fay.get(url))[0], "distance_km") == "regional"


def fact(match: dict[str, Any], name: str) -> Any:
    rows = [*match["gates"], *match["criteria"], *match["steps"]]
    return next(told["value"] for row in rows for told in row["facts"] if told["name"] == name)


def fact_of_founder(match: dict[str, Any], name: str) -> Any:
    return next(row["facts"][name] for row in match["criteria"] if name in row["facts"])


def test_a_coordinator_recomputes_the_score_from_what_she_reads(supplied: World) -> None:
    need = posted(supplied.as_("fay"), **place())
    run()
    carla = supplied.as_("carla")
    current = carla.read(need["ranking"])
    [match] = results(carla.get(current["matches"]))
    assert (match["view"], match["facility"]["name"]) == ("coordinator", "Quiet Heron Circuits")
    for end in ("low", "high"):
        factors = [row[f"contribution_{end}"] for row in match["criteria"]]
        factors += [row[f"factor_{end}"] for row in match["adjustments"]]
        assert isclose(match[end], match[f"coverage_{end}"] * prod(factors), abs_tol=1e-6)
    alpha = carla.read(f"policies/{current['ranking']['policy']['id']}/")["body"]["alpha"]
    assert isclose(match["score"], match["low"] + alpha * (match["high"] - match["low"]), abs_tol=1e-6)
    capability = supplied.cast.quiet_heron.capabilities.get()
    resource = supplied.cast.quiet_heron.resources.get()
    assert match["steps"][0]["capability"] == str(capability.public_id)
    assert fact(match, "resource") == str(resource.public_id)
    assert (fact(match, "min_run"), fact(match, "max_run")) == (123, 4_321)


def test_a_coordinator_reads_who_was_left_out_and_a_founder_does_not(supplied: World) -> None:
    need = posted(supplied.as_("fay"))
    run()
    carla, fay = supplied.as_("carla"), supplied.as_("fay")
    ranking = carla.read(need["ranking"])["ranking"]
    [left_out] = results(carla.get(f"rankings/{ranking['id']}/excluded/"))
    assert (left_out["facility"]["name"], left_out["gate"]["code"]) == ("Shut Gate", "active")
    assert fay.get(f"rankings/{ranking['id']}/excluded/").status_code == HTTPStatus.NOT_FOUND


def test_nobody_else_finds_it(supplied: World) -> None:
    need = posted(supplied.as_("fay"))
    run()
    current = supplied.as_("fay").read(need["ranking"])
    ranking = current["ranking"]["id"]
    paths = [
        need["ranking"],
        f"needs/{need['id']}/rankings/",
        f"rankings/{ranking}/",
        current["matches"],
        f"{current['matches']}1/",
        f"rankings/{ranking}/excluded/",
    ]
    for name in ("rita", "hank", "ines", "omar", "sam"):
        answers = [supplied.as_(name).get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {HTTPStatus.NOT_FOUND}, name
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        nothing = supplied.as_(name).get("rankings/00000000-0000-4000-8000-000000000000/").json()
        assert all(body == {**nothing, "instance": ""} for body in bodies)


def test_an_edit_leads_to_one_new_current_ranking_and_the_old_one_stays_readable(supplied: World) -> None:
    fay = supplied.as_("fay")
    need = posted(fay)
    run()
    first = fay.read(need["ranking"])
    before = fay.get(first["matches"]).content
    changed = fay.patch(f"needs/{need['id']}/", {"order_quantity": 4_000}, if_match=f'"{need["version"]}"')
    assert changed.json()["revision"] == 2
    between = fay.get(need["ranking"])
    assert between.status_code == HTTPStatus.ACCEPTED
    assert between.json()["ranking"] == first["ranking"]
    run()
    second = fay.read(need["ranking"])
    assert (second["ranking"]["revision"], second["job"]["state"]) == (2, "clean")
    listed = results(fay.get(f"needs/{need['id']}/rankings/"))
    assert [row["id"] for row in listed] == [second["ranking"]["id"], first["ranking"]["id"]]
    assert Ranking.objects.count() == 2
    assert fay.get(first["matches"]).content == before


@pytest.mark.parametrize(("name", "status"), [("fay", 202), ("mo", 202), ("carla", 202), ("vera", 403), ("rita", 404)])
def test_who_may_ask_for_a_new_ranking(supplied: World, name: str, status: int) -> None:
    need = posted(supplied.as_("fay"))
    run()
    asked = supplied.as_(name).post(f"needs/{need['id']}/ranking-requests/")
    assert asked.status_code == status
    job = MatchJob.objects.get(need__public_id=need["id"])
    if status == HTTPStatus.ACCEPTED:
        assert asked["Location"] == need["ranking"]
        assert (asked.json()["wanted"], job.wanted) == (2, 2)
    else:
        assert job.wanted == 1


def test_a_job_that_was_given_up_says_so_without_its_traceback(supplied: World) -> None:
    need = posted(supplied.as_("fay"))
    MatchJob.objects.update(dead=True, last_error="Traceback: facility 7 of Quiet Heron")
    answer = supplied.as_("fay").get(need["ranking"])
    assert (answer.status_code, answer.json()["job"]["state"]) == (HTTPStatus.OK, "dead")
    assert b"Quiet Heron" not in answer.content


def test_a_draft_has_no_ranking_yet(supplied: World) -> None:
    fay = supplied.as_("fay")
    draft = fay.post("needs/", new_need()).json()
    assert fay.read(f"needs/{draft['id']}/ranking/") == {"job": None, "ranking": None, "matches": None}


def test_matches_are_filtered_by_tier(supplied: World) -> None:
    fay = supplied.as_("fay")
    need = posted(fay)
    run()
    url = fay.read(need["ranking"])["matches"]
    [match] = results(fay.get(url))
    found = {tier: len(results(fay.get(f"{url}?tier={tier}"))) for tier in (1, 2, 3, 4)}
    assert found == {**dict.fromkeys((1, 2, 3, 4), 0), match["tier"]: 1}


def test_a_partner_networks_coordinator_reads_in_full(supplied: World) -> None:
    need = posted(supplied.as_("fay"), partner_networks=["harbour"])
    run()
    omar = supplied.as_("omar")
    found = results(omar.get(omar.read(need["ranking"])["matches"]))
    assert {row["facility"]["name"] for row in found} == {"Quiet Heron Circuits", "Iron Finch Works"}


def test_policies_in_force_are_read_by_everybody_and_drafts_by_their_coordinators(world: World) -> None:
    draft = builders.policy(network=world.cast.harbour, state=PolicyState.DRAFT)
    names = {name: {row["name"] for row in results(world.as_(name).get("policies/"))} for name in ("sam", "omar")}
    assert draft.name in names["omar"]
    assert draft.name not in names["sam"]
    assert len(names["sam"]) == 1
    assert world.as_("sam").get(f"policies/{draft.public_id}/").status_code == HTTPStatus.NOT_FOUND


def test_labels_differ_from_need_to_need(supplied: World) -> None:
    fay = supplied.as_("fay")
    labels = set()
    for _ in range(2):
        need = posted(fay)
        run()
        [match] = results(fay.get(fay.read(need["ranking"])["matches"]))
        labels.add(match["facility"]["label"])
    assert len(labels) == 2
