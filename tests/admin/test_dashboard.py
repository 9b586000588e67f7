"""Every number on the first page equals the list that it links to, for whoever looks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.facilities.models import ClaimState, OperatingState
from apps.matching.admin.filters import job_question
from apps.matching.models import MatchJob, Ranking
from apps.matching.selectors import JobState, job_state
from apps.needs.models import Need
from apps.needs.services import withdraw_need
from matchmaker.domain import Tier
from tests import builders
from tests.admin.answers import ranked
from tests.admin.conftest import SignIn
from tests.cast import Cast

MOST_QUERIES = 30


def figures(client: Client) -> dict[str, dict[str, Any]]:
    cards = client.get(reverse("admin:index")).context["cards"]
    return {card.title: {str(figure.words): figure for figure in card.figures} for card in cards}


def every_figure(client: Client) -> Iterator[Any]:
    for card in figures(client).values():
        yield from card.values()


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Something of every kind that is counted, in both networks, each number another one."""
    for times, organisation, network, place in (
        (1, cast.bright_beetle, cast.lakeside, cast.quiet_heron),
        (2, cast.rival_rocket, cast.harbour, cast.iron_finch),
    ):
        for _ in range(times):
            _needs_in_every_state(organisation, network, place)
            _supply_of_every_kind(network, place)
    return cast


def _needs_in_every_state(organisation: Any, network: Any, place: Any) -> None:
    founders = {"organisation": organisation, "home_network": network}
    for tier in (Tier.READY, Tier.TO_CONFIRM, Tier.NEAR_MISS):
        ranked(builders.need(**founders), place, tier=tier)
    again = builders.need(**founders)
    ranked(again, place, tier=Tier.COMPONENT)
    MatchJob.objects.filter(need=again).update(wanted=5)
    ranked(again, place, tier=Tier.READY)
    builders.need(**founders)
    builders.need(submit=False, **founders)
    parked = builders.need(**founders)
    withdraw_need(parked, acting_user=parked.created_by)
    later = timezone.now() + timedelta(minutes=1)
    for changes in ({"dead": True}, {"attempts": 1, "run_after": later}, {"attempts": 2, "last_error": "no"}):
        MatchJob.objects.filter(need=builders.need(**founders)).update(**changes)
    yesterday = ranked(builders.need(**founders))
    _back_date(yesterday)


def _back_date(ranking: Ranking) -> None:
    with pgtrigger.ignore("matching.Ranking:written_once"):
        Ranking.objects.filter(pk=ranking.pk).update(created_at=timezone.now() - timedelta(days=1))


def _supply_of_every_kind(network: Any, place: Any) -> None:
    for claim in ClaimState.values:
        builders.facility(networks=(network,), claim_state=claim, kind="makerspace")
    today = builders.today()
    for days in (14, 15, 400):
        builders.facility(networks=(network,), confirmed_on=today - timedelta(days=days))
    builders.facility(networks=(network,), confirmed_on=None)
    builders.facility(networks=(network,), confirmed_on=None, operating_state=OperatingState.CLOSED)
    for days in (-1, 0, 60, 61):
        builders.held_certificate(facility=place, expires_on=today + timedelta(days=days))
    builders.held_certificate(facility=place)


@pytest.mark.parametrize("name", ["ada", "carla", "omar"])
def test_every_number_equals_its_list(world: Cast, desk: SignIn, name: str) -> None:
    client = desk(getattr(world, name))
    counted = {figure.address: figure.count for figure in every_figure(client)}
    listed = {address: client.get(address).context["cl"].result_count for address in counted}
    assert counted == listed
    assert len([count for count in counted.values() if count]) > 20


def test_numbers_are_those_of_the_viewer(world: Cast, desk: SignIn) -> None:
    hers, his, all_of_them = (figures(desk(user)) for user in (world.carla, world.omar, world.ada))
    for title, words, one in (
        ("Needs by state", "submitted", 9),
        ("Ranking work", "dead", 1),
        ("Facilities by kind", "maker space", 5),
        ("Facts that go stale", "facilities not confirmed for 14 days", 3),
        ("Facts that go stale", "certificates that expire within 60 days", 2),
        ("Facts that go stale", "certificates that have expired", 1),
    ):
        numbers = [page[title][words].count for page in (hers, his, all_of_them)]
        assert numbers == [one, 2 * one, 3 * one], words


def test_drafts_are_counted_for_administrators_only(world: Cast, desk: SignIn) -> None:
    assert figures(desk(world.ada))["Needs by state"]["draft"].count == 3
    assert "draft" not in figures(desk(world.carla))["Needs by state"]


def test_only_the_latest_ranking_of_a_need_counts(world: Cast, desk: SignIn) -> None:
    latest = figures(desk(world.carla))["Matches in the latest rankings"]
    assert {words: figure.count for words, figure in latest.items()} == {
        "ready": 2,
        "to confirm": 1,
        "near miss": 1,
        "component": 0,
    }
    assert figures(desk(world.carla))["Rankings"]["made today"].count == 5
    assert figures(desk(world.carla))["Rankings"]["all"].count == 6


def test_it_says_how_long_the_oldest_waits(world: Cast, desk: SignIn) -> None:
    client = desk(world.carla)
    MatchJob.objects.update(dirty_since=timezone.now())
    due = MatchJob.objects.filter(need__home_network=world.lakeside, dead=False, attempts=0, done=None).first()
    assert due is not None
    MatchJob.objects.filter(pk=due.pk).update(dirty_since=timezone.now() - timedelta(hours=3))
    assert "has been waiting for 3" in client.get(reverse("admin:index")).content.decode()
    MatchJob.objects.update(done=None, wanted=1, dead=True)
    assert "Nothing is waiting." in client.get(reverse("admin:index")).content.decode()


def test_the_conditions_of_jobs_are_those_of_the_queue(world: Cast) -> None:
    now = timezone.now()
    for job in MatchJob.objects.select_related("need"):
        asked = {state for state in JobState if MatchJob.objects.filter(job_question(state, now), pk=job.pk).exists()}
        assert asked == {job_state(job, now)}
    assert {job_state(job, now) for job in MatchJob.objects.select_related("need")} == set(JobState)


def test_it_takes_few_queries_whatever_is_there(world: Cast, desk: SignIn) -> None:
    for user in (world.ada, world.carla):
        client = desk(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        assert len(queries) <= MOST_QUERIES


def test_a_coordinator_of_nothing_is_told_so(cast: Cast, desk: SignIn) -> None:
    idle = builders.user(is_staff=True)
    text = desk(idle).get(reverse("admin:index")).content.decode()
    assert "No network is yours to coordinate yet" in text
    assert Need.objects.count() == 0
