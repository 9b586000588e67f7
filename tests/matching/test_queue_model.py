"""The queue against a model of it: whatever happens in whatever order, one current ranking, and the right one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from apps.matching.models import MatchJob, Ranking
from apps.matching.runs import jobs, publishing
from apps.matching.runs.changes import fan_out, number_changes
from apps.matching.runs.jobs import LAST_ATTEMPT, ClaimedJob, bury, claims
from apps.matching.runs.publishing import Answer, publish
from apps.matching.services import request_ranking
from apps.needs.models import Need, NeedState
from apps.needs.services import change_state, revise_need
from tests import builders
from tests.matching.answers import answers

pytestmark = pytest.mark.django_db

NEEDS = 2
chosen = st.integers(0, NEEDS - 1)


class Queue(RuleBasedStateMachine):
    """Time is told by hand: leases end and debounces pass when the rule says so."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        network = builders.network()
        self.needs = [builders.need(home_network=network) for _ in range(NEEDS)]
        self.facility = builders.facility(networks=(network,))
        self.content = builders.need_content()
        self.at_work: list[Answer] = []
        self.published: dict[tuple[int, int], int] = {}
        self.last_done: dict[int, int] = {}

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # --- what people do

    @rule(at=chosen)
    def edit(self, at: int) -> None:
        need = Need.objects.get(pk=self.needs[at].pk)
        if need.state in (NeedState.SUBMITTED, NeedState.OPEN):
            revise_need(need, self.content, acting_user=need.created_by)

    @rule(at=chosen)
    def expire_or_reopen(self, at: int) -> None:
        need = Need.objects.get(pk=self.needs[at].pk)
        change_state(need, NeedState.OPEN if need.state == NeedState.EXPIRED else NeedState.EXPIRED, acting_user=None)

    @rule()
    def change_supply(self) -> None:
        self.facility.min_run = (self.facility.min_run or 0) + 1
        self.facility.save()
        number_changes()
        while fan_out():
            pass

    @rule(at=chosen)
    def press_the_button(self, at: int) -> None:
        need = Need.objects.get(pk=self.needs[at].pk)
        if need.state != NeedState.EXPIRED:
            request_ranking(need, acting_user=None)

    # --- what workers do

    @rule()
    def claim_and_read(self) -> None:
        for claimed in claims():
            self.at_work += answers(claimed)

    @precondition(lambda self: self.at_work)
    @rule(at=st.integers(0, 99))
    def publish_one(self, at: int) -> None:
        """Not taken off the list: the same answer may come again, and long after its lease."""
        self.publish([self.at_work[at % len(self.at_work)]])

    @rule()
    def publish_all(self) -> None:
        latest = {answer.job.need_id: answer for answer in self.at_work}
        self.publish(list(latest.values()))

    @precondition(lambda self: self.at_work)
    @rule()
    def workers_die(self) -> None:
        self.at_work = []

    @rule()
    def time_passes(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE matching_matchjob SET run_after = now() WHERE run_after < '9000-01-01'")
        bury()

    # --- what must hold

    @invariant()
    def every_answer_is_there_once(self) -> None:
        found = Ranking.objects.filter(need__in=self.needs).values_list("need_id", "rev")
        assert sorted(found) == sorted(self.published)
        assert all(times == 1 for times in self.published.values())

    @invariant()
    def clean_means_answered_rightly(self) -> None:
        for job in MatchJob.objects.filter(need__in=self.needs, done=F("wanted")).select_related("need"):
            current = Ranking.objects.filter(need=job.need_id, rev=job.wanted).first()
            assert current is not None
            assert current.revision_id == job.need.current_id

    @invariant()
    def nothing_goes_backwards(self) -> None:
        for need_id, done in MatchJob.objects.filter(need__in=self.needs).values_list("need_id", "done"):
            assert (done or 0) >= self.last_done.get(need_id, 0)
            self.last_done[need_id] = done or 0

    def publish(self, ready: list[Answer]) -> None:
        before = set(Ranking.objects.values_list("need_id", "rev"))
        count = publish(ready)
        new = set(Ranking.objects.values_list("need_id", "rev")) - before
        assert count == len(new)
        for key in new:
            self.published[key] = self.published.get(key, 0) + 1

    def drain(self) -> None:
        """Nothing is lost: with workers that live, every ranked need ends clean or, after its failures, dead."""
        for _ in range(LAST_ATTEMPT + 1):
            self.time_passes()
            self.at_work = []
            self.claim_and_read()
            self.publish_all()
        live = MatchJob.objects.filter(need__in=self.needs, dead=False).exclude(need__state=NeedState.EXPIRED)
        assert not live.exclude(done=F("wanted")).exists()
        self.clean_means_answered_rightly()


def test_the_queue_keeps_its_promises() -> None:
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


# Controls: with one rule of the queue broken, the same checks must fail, or they see nothing.
CONTROLS: dict[str, tuple[Any, str, str, str, Callable[[Queue], object]]] = {
    "published without comparing": (
        publishing,
        "_SET_DONE",
        "AND coalesce(job.done, 0) < ours.wanted",
        "",
        lambda queue: (queue.claim_and_read(), queue.publish_all(), queue.publish_one(0)),
    ),
    "done is what is wanted by now": (
        publishing,
        "_SET_DONE",
        "SET done = ours.wanted",
        "SET done = job.wanted",
        lambda queue: (queue.claim_and_read(), queue.edit(0), queue.publish_all()),
    ),
    "retries forgotten": (
        jobs,
        "_CLAIM_RETRY",
        "BETWEEN 1 AND",
        "BETWEEN 2 AND",
        lambda queue: (queue.claim_and_read(), queue.workers_die()),
    ),
}


def play(story: Callable[[Queue], object]) -> None:
    queue = Queue()
    try:
        story(queue)
        queue.every_answer_is_there_once()
        queue.clean_means_answered_rightly()
        queue.nothing_goes_backwards()
    finally:
        queue.teardown()


@pytest.mark.parametrize("control", CONTROLS)
def test_a_broken_queue_is_noticed(control: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, right, wrong, story = CONTROLS[control]
    play(story)
    before = getattr(module, name)
    assert right in before
    monkeypatch.setattr(module, name, before.replace(right, wrong))
    with pytest.raises((AssertionError, IntegrityError, TransactionManagementError)):
        play(story)


def test_claims_are_made_one_after_the_other() -> None:
    """A claim that is never worked on would wait for the end of its lease."""
    retry, first = builders.need(), builders.need()
    MatchJob.objects.filter(need=retry).update(attempts=1)
    claimed = claims()
    assert [job.need_id for job in next(claimed)] == [retry.pk]
    assert MatchJob.objects.get(need=first).attempts == 0
    assert next(claimed) == [ClaimedJob(need_id=first.pk, wanted=1, attempts=1, supply_version=0)]
