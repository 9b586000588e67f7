"""What may happen to a worker, and what must come of it: every need ranked, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import F

from apps.catalog.models import Process
from apps.matching.models import MatchJob, Ranking
from apps.matching.runs.jobs import LOST
from apps.matching.selectors import current_ranking, queue_health
from apps.needs.models import Need
from apps.needs.services import revise_need
from tests import builders
from tests.faults.conftest import Broker, Worker, wait_until
from tests.matching.world import settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., Worker]


@pytest.fixture
def post(broker: Broker) -> Callable[[], Need]:
    """Posts one need, of a world in which it has one match."""
    process, network = turning(), builders.network()
    turning_shop(process, network)
    settle()
    return lambda: turned_part(process, network)


def ranked() -> int:
    return MatchJob.objects.filter(done=F("wanted")).count()


def assert_each_ranked_once(count: int) -> None:
    assert ranked() == count
    assert Ranking.objects.count() == count
    assert queue_health().sound
    assert all(ranking.matches.count() == 1 for ranking in Ranking.objects.all())


def test_a_worker_killed_in_the_middle_of_a_batch(post: Callable[[], Need], start_worker: Start) -> None:
    count = 10
    with transaction.atomic():  # so that one claim takes them all
        for _ in range(count):
            post()
    victim = start_worker(delay=0.3)
    wait_until(lambda: ranked() >= 1)
    victim.kill()
    done = ranked()
    assert 0 < done < count
    assert MatchJob.objects.filter(done=None, attempts=1).count() == count - done  # it really had them
    start_worker()
    wait_until(lambda: ranked() == count)
    assert_each_ranked_once(count)


def test_broken_and_deadly_needs_die_alone(post: Callable[[], Need], start_worker: Start) -> None:
    needs = [post() for _ in range(8)]
    deadly, broken, good = needs[0], needs[5], [*needs[1:5], *needs[6:]]
    start_worker(deadly=[deadly.pk], broken=[broken.pk], lease=0.3)
    wait_until(lambda: MatchJob.objects.filter(dead=True).count() == 2 and ranked() == len(good))
    errors = {job.need_id: job.last_error for job in MatchJob.objects.filter(dead=True)}
    assert errors[deadly.pk] == LOST
    assert f"sabotaged need {broken.pk}" in errors[broken.pk]
    assert {ranking.need_id for ranking in Ranking.objects.all()} == {need.pk for need in good}
    assert Ranking.objects.count() == len(good)


def test_two_hundred_needs_posted_at_once(post: Callable[[], Need], start_worker: Start) -> None:
    posters, each = 8, 25
    start_worker(concurrency=2)

    def post_some() -> None:
        try:
            for _ in range(each):
                post()
        finally:
            connection.close()

    with ThreadPoolExecutor(posters) as pool:
        for posted in [pool.submit(post_some) for _ in range(posters)]:
            posted.result()
    wait_until(lambda: ranked() == posters * each)
    assert_each_ranked_once(posters * each)


def test_a_burst_of_edits_is_ranked_a_few_times_and_rightly(post: Callable[[], Need], start_worker: Start) -> None:
    needs = [post() for _ in range(3)]
    content = builders.need_content(steps=(builders.step_content(process=Process.objects.get()),))
    start_worker()
    wait_until(lambda: ranked() == len(needs))
    for _ in range(20):
        for need in needs:
            revise_need(need, content, acting_user=need.created_by)
    wait_until(lambda: ranked() == len(needs))
    for need in needs:
        ranking = current_ranking(need)
        assert ranking is not None
        assert ranking.revision.number == 21
        assert need.rankings.count() <= 4


def test_the_broker_may_be_killed_while_needs_are_posted(
    post: Callable[[], Need], start_worker: Start, broker: Broker
) -> None:
    count = 30
    start_worker()
    post()
    wait_until(lambda: ranked() == 1)
    for number in range(1, count):
        if number == 5:
            broker.kill()
        if number == 20:
            broker.restart()
        post()
    wait_until(lambda: ranked() == count)
    assert_each_ranked_once(count)


def test_without_a_broker_needs_wait_and_are_ranked_when_it_comes_back(
    post: Callable[[], Need], start_worker: Start, broker: Broker
) -> None:
    count = 5
    broker.kill()
    for _ in range(count):
        post()
    assert queue_health().due == count
    broker.restart()
    start_worker()
    wait_until(lambda: ranked() == count)
    assert_each_ranked_once(count)


def test_a_large_network_is_read_by_a_task_of_its_own_and_then_ranked(
    post: Callable[[], Need], start_worker: Start
) -> None:
    """The worker may not read all facilities within its round, so it asks for the task, and hears it itself."""
    post()
    start_worker(built_in_place=0)
    wait_until(lambda: ranked() == 1)
    assert_each_ranked_once(1)
