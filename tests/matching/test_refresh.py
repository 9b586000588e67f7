"""Time passes: rankings that rest on facts of yesterday become due."""

from datetime import timedelta
from typing import Any

import pytest

from apps.matching.models import Ranking
from apps.matching.runs import drain as run_round
from apps.matching.runs import refresh_stale
from apps.matching.selectors import current_ranking, matches_of
from apps.needs.models import Need
from tests import builders
from tests.matching.world import job, let_time_pass, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()


@pytest.fixture
def network() -> Any:
    return builders.network()


@pytest.fixture
def process() -> Any:
    return turning()


def published(need: Need) -> Ranking:
    ranking = current_ranking(need)
    assert ranking is not None
    return ranking


def days(count: int) -> Any:
    return TODAY + timedelta(days=count)


@pytest.fixture
def ranked(process: Any, network: Any) -> Need:
    """Due in a year, so that no due date comes near; its one match is confirmed today."""
    turning_shop(process, network)
    need = turned_part(process, network, due_on=days(365))
    run_round(TODAY)
    assert job(need).done == job(need).wanted
    return need


def bumped(need: Need, day: Any) -> bool:
    before = job(need).wanted
    refresh_stale(day)
    return job(need).wanted > before


def test_a_ranking_of_today_is_not_stale(ranked: Need) -> None:
    assert not bumped(ranked, TODAY)
    assert not bumped(ranked, days(1))


def test_facts_that_went_stale_make_it_due_once(ranked: Need) -> None:
    assert not bumped(ranked, days(14))
    assert bumped(ranked, days(15))
    assert not bumped(ranked, days(15))
    let_time_pass()
    run_round(days(15))
    assert published(ranked).as_of == days(15)
    assert not bumped(ranked, days(16))


@pytest.mark.parametrize("away", [-1, 0, 3])
def test_a_certificate_of_a_match_that_expired(ranked: Need, away: int) -> None:
    shop = matches_of(published(ranked))[0].facility
    builders.held_certificate(facility=shop, expires_on=days(away))
    run_round(TODAY)
    let_time_pass()
    run_round(TODAY)
    assert bumped(ranked, days(2)) == (away == 0)


def test_a_pause_that_ended_in_its_networks(ranked: Need) -> None:
    builders.facility(networks=(ranked.home_network,), operating_state="paused", paused_until=days(1))
    run_round(TODAY)
    let_time_pass()
    run_round(TODAY)
    assert not bumped(ranked, days(1))
    assert bumped(ranked, days(2))


def test_the_due_date_comes_nearer(process: Any, network: Any) -> None:
    need = turned_part(process, network, due_on=days(40))
    run_round(TODAY)
    assert not bumped(need, days(3))
    assert bumped(need, days(4))


def test_a_due_date_that_passed(process: Any, network: Any) -> None:
    need = turned_part(process, network, due_on=days(1))
    run_round(TODAY)
    assert bumped(need, days(2))
    let_time_pass()
    run_round(days(2))
    assert not bumped(need, days(30))


def test_many_stale_needs_are_bumped_in_batches(process: Any, network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.matching.runs.refresh.NEEDS_AT_ONCE", 2)
    for _ in range(5):
        turned_part(process, network, due_on=days(10))
    run_round(TODAY)
    assert refresh_stale(days(1)) == 5
    assert refresh_stale(days(1)) == 0
