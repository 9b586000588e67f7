"""What may happen to a worker that compares policies: it loses the need at hand, never an answer."""

from collections.abc import Callable

import pytest

from apps.matching.models import ComparedNeed, MatchJob, Policy, PolicyComparison, PolicyState, Ranking
from apps.matching.runs import drain
from apps.matching.runs.comparisons import LOST
from apps.matching.services import create_policy_version, request_comparison
from tests import builders
from tests.faults.conftest import Broker, Worker, wait_until
from tests.matching.world import let_time_pass, settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., Worker]
COUNT = 6


@pytest.fixture
def comparison(broker: Broker) -> PolicyComparison:
    """Of the policy in force and a draft, over six needs that were ranked."""
    network, process = builders.network(), turning()
    turning_shop(process, network)
    settle()
    for _ in range(COUNT):
        turned_part(process, network)
    let_time_pass()
    drain(builders.today())
    in_force = Policy.objects.get(network=None, state=PolicyState.PUBLISHED)
    draft = create_policy_version("draft", {"alpha": 0.9}, network=network, acting_user=None)
    return request_comparison(in_force, draft, network=network, acting_user=None)


def done() -> int:
    return ComparedNeed.objects.filter(done_at__isnull=False).count()


def test_a_worker_killed_in_the_middle_of_a_comparison(comparison: PolicyComparison, start_worker: Start) -> None:
    rankings = Ranking.objects.count()
    victim = start_worker(delay=0.3)
    wait_until(lambda: done() >= 1)
    victim.kill()
    before = list(ComparedNeed.objects.filter(done_at__isnull=False).order_by("pk").values())
    assert 0 < len(before) < COUNT
    start_worker()
    wait_until(lambda: done() == COUNT)
    kept = ComparedNeed.objects.filter(pk__in=[row["id"] for row in before]).order_by("pk")
    assert list(kept.values()) == before
    assert Ranking.objects.count() == rankings
    assert MatchJob.objects.filter(done=1, wanted=1).count() == COUNT


def test_a_need_that_kills_every_worker_is_given_up(comparison: PolicyComparison, start_worker: Start) -> None:
    deadly = comparison.needs.order_by("pk")[2]
    start_worker(deadly=[deadly.need_id], lease=0.3)
    wait_until(lambda: done() == COUNT - 1 and ComparedNeed.objects.filter(given_up=True).exists())
    assert ComparedNeed.objects.get(given_up=True).pk == deadly.pk
    assert ComparedNeed.objects.get(pk=deadly.pk).last_error == LOST
