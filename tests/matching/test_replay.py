"""Old rankings made again: the same bytes from what was kept, and readable for ever without it."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from apps.facilities.models import Capability, Facility, Resource
from apps.matching.models import Policy, Ranking
from apps.matching.runs import drain, replay
from apps.matching.runs.replay import Place, ReplayOutcome, canonical
from apps.matching.selectors import current_ranking, ranking_as_published
from apps.matching.services import create_policy_version, publish_policy
from apps.matching.snapshots import store, view
from apps.matching.snapshots.view import consistent_view, current_supply
from apps.needs.models import Need
from apps.needs.services import revise_need
from matchmaker.policy import Policy as EnginePolicy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests import builders
from tests.api.client import Api, results
from tests.cast import Cast
from tests.matching.world import let_time_pass, settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()
Kept = Callable[[int, date, str], Supply]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """A process that has loaded nothing yet, on a host without files."""
    monkeypatch.setattr(view._Kept, "loaded", None)
    settings.SUPPLY_DIR = str(tmp_path / "supply")


@pytest.fixture
def need(cast: Cast) -> Need:
    """Ranked over five shops: one with free hours of which this very need holds some, one whose place is odd."""
    process = turning()
    for at in range(4):
        turning_shop(process, cast.lakeside, min_run=1 + at * 120, lat=41.5 + at / 7, lon=-81.7 - at / 3)
    shop = turning_shop(process, cast.lakeside, name="With a lathe")
    resource = builders.resource(facility=shop, gross_hours_per_week=100 / 3)
    Capability.objects.filter(facility=shop).update(resource=resource)
    settle()
    made = turned_part(
        process,
        cast.lakeside,
        ship_to_country="US",
        ship_to_lat=41.123456789012345,
        ship_to_lon=-81.98765432109876,
        weight_kg=1 / 3,
    )
    builders.hold(resource=resource, need=made.public_id)
    settle()
    let_time_pass()
    drain(TODAY)
    return made


@pytest.fixture
def ranking(need: Need) -> Ranking:
    found = current_ranking(need)
    assert found is not None
    return found


@pytest.fixture
def kept(ranking: Ranking) -> Kept:
    """The supply of the ranking as it was, built in place and kept in memory."""
    with consistent_view():
        supply = current_supply(TODAY).supply
    assert supply.digest() == ranking.supply_digest

    def supply_of(number: int, as_of: date, digest: str) -> Supply:
        if (number, as_of, digest) != (ranking.supply_version, ranking.as_of, ranking.supply_digest):
            raise store.NotKeptError(digest)
        return supply

    return supply_of


def test_the_same_answer_to_the_byte(ranking: Ranking, kept: Kept) -> None:
    assert ranking.asked is not None
    assert ranking.asked["ship_to"]["lat"] == 41.123456789012345
    assert ranking.asked["holds"]
    assert replay.replay(ranking, supplies=kept) == replay.Replay(ReplayOutcome.SAME)


def test_whatever_changed_since(cast: Cast, need: Need, ranking: Ranking, kept: Kept) -> None:
    """The facilities, the need, its holds, its organisation, the policy in force."""
    Facility.objects.update(min_run=400, lat=1.0, lon=1.0, operating_state="closed")
    Resource.objects.update(gross_hours_per_week=1.0)
    content = builders.need_content(steps=(builders.step_content(process=turned(need)),), order_quantity=3)
    revise_need(need, content, acting_user=need.created_by)
    need.organisation.customer_kind = "university"
    need.organisation.save()
    publish_policy(create_policy_version("standard", {"alpha": 0.9}, network=None, acting_user=None), acting_user=None)
    settle()
    let_time_pass()
    drain(TODAY)
    assert current_ranking(need) != ranking
    ranking = Ranking.objects.select_related("policy").get(pk=ranking.pk)
    assert replay.replay(ranking, supplies=kept).outcome == ReplayOutcome.SAME


def turned(need: Need) -> Any:
    assert need.current is not None
    return need.current.steps.get().process


def test_the_store_gives_what_was_ranked_over_until_its_files_go(
    cast: Cast, need: Need, ranking: Ranking, settings: Any
) -> None:
    """Two more supplies follow, of which the store keeps the steps; each ranking is made again over its own."""
    for min_run in (300, 2):
        Facility.objects.update(min_run=min_run)
        settle()
        let_time_pass()
        drain(TODAY)
    made = list(Ranking.objects.filter(need=need).order_by("rev"))
    assert len({row.supply_digest for row in made}) == len(made) >= 3
    assert ranking in made
    assert {replay.replay(row).outcome for row in made} == {ReplayOutcome.SAME}
    shutil.rmtree(settings.SUPPLY_DIR)
    assert {replay.replay(row).outcome for row in made} == {ReplayOutcome.SUPPLY_GONE}
    carla = Api(cast.carla)
    for row in made:
        shown = results(carla.get(f"rankings/{row.public_id}/matches/"))
        assert [match["score"] for match in shown] == [match.document["score"] for match in row.matches.all()]
    assert ranking.matches.count() == 3  # two take larger runs only


def test_a_supply_that_is_gone_is_said(ranking: Ranking) -> None:
    def gone(*_: Any) -> Supply:
        raise store.NotKeptError("30 days have passed")

    assert replay.replay(ranking, supplies=gone).outcome == ReplayOutcome.SUPPLY_GONE


def test_another_engine_is_said_and_not_compared(ranking: Ranking, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "ENGINE_VERSION", "99.0.0")
    monkeypatch.setattr(replay, "rank", None)
    assert replay.replay(ranking, supplies=kept).outcome == ReplayOutcome.OTHER_ENGINE


def test_a_ranking_from_before_needs_were_kept_says_so(ranking: Ranking, kept: Kept) -> None:
    ranking.asked = None
    assert replay.replay(ranking, supplies=kept).outcome == ReplayOutcome.NEED_NOT_KEPT


def test_where_it_differs(ranking: Ranking, kept: Kept) -> None:
    """With another input the places are named, the published figure beside the new one."""
    ranking.policy.body = {**ranking.policy.body, "alpha": 0.9}
    said = replay.replay(ranking, supplies=kept)
    assert said.outcome == ReplayOutcome.DIFFERENT
    places = {place.path: place for place in said.where}
    assert len(said.where) <= replay.MOST_PLACES
    published = ranking_as_published(ranking)
    assert places["matches[0].score"].published == published["matches"][0]["score"]
    assert places["matches[0].score"].replayed > published["matches"][0]["score"]


@pytest.mark.parametrize(
    ("published", "again", "where"),
    [
        ({"a": 1}, {"a": 1.0}, [Place("a", 1, 1.0)]),
        ({"a": [1, 2]}, {"a": [1]}, [Place("a[1]", 2, None)]),
        ({"a": {"b": None}}, {"a": {"b": 0}}, [Place("a.b", None, 0)]),
        ({"a": 1}, {"b": 1}, [Place("a", 1, None), Place("b", None, 1)]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}]}, []),
    ],
    ids=str,
)
def test_places_are_where_the_bytes_differ(published: Any, again: Any, where: list[Place]) -> None:
    assert list(replay._differences("", published, again)) == where
    assert (canonical(published) == canonical(again)) == (where == [])


# --- the command and the desk -----------------------------------------------------------------------------------------


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_rankings", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_checks_a_sample(ranking: Ranking, monkeypatch: pytest.MonkeyPatch) -> None:
    total = Ranking.objects.count()
    assert f"{total} the same, to the byte" in told("--days", "1")
    assert f"1 of {total} rankings of the last 1 days" in told("--days", "1", "--sample", "1")
    monkeypatch.setattr(replay, "ENGINE_VERSION", "99.0.0")
    assert "made by another version of the engine" in told()


def test_the_command_fails_where_one_differs(ranking: Ranking, monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(need: Any, supply: Any, policy: Any, as_of: date) -> Any:
        return rank(need, supply, EnginePolicy.from_document({"alpha": 0.9}), as_of)

    monkeypatch.setattr(replay, "rank", otherwise)
    out = StringIO()
    with pytest.raises(CommandError, match="come out differently"):
        call_command("replay_rankings", stdout=out)
    assert f"ranking {ranking.public_id} of {TODAY} differs" in out.getvalue()
    assert "matches[0].score: published" in out.getvalue()


@pytest.mark.parametrize("days", ["0", "-1", "x"])
def test_the_command_refuses_days_that_are_none(days: str) -> None:
    with pytest.raises(CommandError, match="whole number"):
        told(f"--days={days}")


def test_the_button_of_the_desk_is_an_administrators(cast: Cast, ranking: Ranking) -> None:
    url = reverse("admin:matching_ranking_replay", args=[ranking.pk])
    page = reverse("admin:matching_ranking_change", args=[ranking.pk])
    said = {}
    for user in (cast.ada, cast.carla, cast.omar):
        client = Client()
        client.force_login(user)
        shown = client.get(page, follow=True).content.decode()
        assert (url in shown) == (user == cast.ada)
        said[user.name] = client.post(url, follow=True)
        assert client.get(url).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "the same answer, to the byte" in said["Ada"].content.decode()
    assert {said[name].status_code for name in ("Carla", "Omar")} == {HTTPStatus.FORBIDDEN}


# --- for ever ---------------------------------------------------------------------------------------------------------


def test_matches_and_facts_are_read_for_ever(
    cast: Cast, need: Need, ranking: Ranking, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Without any supply, with every part of the facilities gone, they closed, renamed and out of the network."""
    carla, desk = Api(cast.carla), Client()
    desk.force_login(cast.carla)
    paths = [
        f"rankings/{ranking.public_id}/",
        f"rankings/{ranking.public_id}/matches/",
        f"rankings/{ranking.public_id}/matches/1/",
    ]
    before = {path: carla.read(path) for path in paths}
    published = canonical(ranking_as_published(ranking))
    place = first_facts(before[paths[2]])
    for facility in Facility.objects.all():
        Capability.objects.filter(facility=facility).delete()
        facility.networks.clear()
    Facility.objects.update(operating_state="closed", min_run=None, max_run=None, lat=None, lon=None)

    shutil.rmtree(settings.SUPPLY_DIR)

    def nowhere(*_: Any, **__: Any) -> Any:
        raise AssertionError("reading a ranking asks for no supply")

    monkeypatch.setattr(view, "current_supply", nowhere)
    monkeypatch.setattr(store, "supply_of", nowhere)
    assert canonical(ranking_as_published(Ranking.objects.get(pk=ranking.pk))) == published
    for path in paths[:1]:
        assert carla.read(path) == before[path]
    after = carla.read(paths[2])
    assert first_facts(after) == place
    figures = ("position", "tier", "score", "low", "high", "coverage", "criteria", "adjustments", "questions", "flags")
    assert {name: after[name] for name in figures} == {name: before[paths[2]][name] for name in figures}
    assert len(results(carla.get(paths[1]))) == len(before[paths[1]]["results"])
    match = ranking.matches.get(position=1)
    for url in (
        reverse("admin:matching_ranking_change", args=[ranking.pk]),
        reverse("admin:matching_match_change", args=[match.pk]),
        reverse("admin:needs_need_change", args=[need.pk]),
    ):
        shown = desk.get(url)
        assert shown.status_code == HTTPStatus.OK
    assert f"{match.score:.2f}" in desk.get(reverse("admin:matching_match_change", args=[match.pk])).content.decode()


def first_facts(match: Any) -> list[Any]:
    """All facts of gates, but the references to rows, which are gone with them."""
    facts = [fact for row in match["gates"] for fact in row["facts"] if fact["name"] != "resource"]
    return json.loads(json.dumps(facts))  # type: ignore[no-any-return]


def test_a_facility_that_a_ranking_names_is_not_deleted(ranking: Ranking) -> None:
    match = ranking.matches.get(position=1)
    with pytest.raises(ProtectedError), transaction.atomic():
        match.facility.delete()


def test_what_an_old_ranking_follows_from_is_never_edited(ranking: Ranking) -> None:
    edits: list[dict[str, Any]] = [{"asked": {}}, {"as_of": date(2020, 1, 1)}, {"supply_version": 9}]
    for edit in edits:
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            Ranking.objects.filter(pk=ranking.pk).update(**edit)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Policy.objects.filter(pk=ranking.policy_id).update(body={})
