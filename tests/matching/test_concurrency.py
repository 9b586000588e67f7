"""Several workers and writers at once, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.db.models import F

from apps.matching.models import MatchJob, Ranking, SupplyChange, SupplyVersion
from apps.matching.runs.changes import number_changes
from apps.matching.runs.jobs import claims
from apps.matching.runs.publishing import publish
from apps.matching.services import create_policy_version, publish_policy
from apps.needs.models import Need
from apps.needs.services import revise_need
from tests import builders
from tests.matching.answers import answers

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_SECONDS = 10
T = TypeVar("T")


def in_threads(*calls: Callable[[], T]) -> list[T]:
    def closing(call: Callable[[], T]) -> T:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(closing, call) for call in calls]]


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(WAIT_SECONDS * 50):
        if condition():
            return
        pause.wait(0.02)
    pytest.fail("it never came to that")


def work() -> int:
    return sum(publish(answers(claimed)) for claimed in claims())


def test_four_workers_answer_every_need_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.matching.runs.jobs.BATCH", 5)
    network = builders.network()
    needs = [builders.need(home_network=network) for _ in range(40)]
    assert sum(in_threads(work, work, work, work)) == len(needs)
    assert Ranking.objects.count() == len(needs)
    assert MatchJob.objects.filter(done=F("wanted")).count() == len(needs)


def test_numbers_have_no_gaps_and_no_change_is_lost() -> None:
    facilities = [builders.facility() for _ in range(30)]
    while number_changes():
        pass
    first = SupplyVersion.objects.latest("number").number
    places = iter(facilities)
    lock = threading.Lock()

    def change_and_number() -> None:
        while True:
            with lock:
                place = next(places, None)
            if place is None:
                return
            with transaction.atomic():
                builders.no_go(facility=place)
            number_changes()

    in_threads(*[change_and_number] * 4)
    while number_changes():
        pass
    versions = list(SupplyVersion.objects.filter(number__gt=first).order_by("number"))
    assert [version.number for version in versions] == list(range(first + 1, first + 1 + len(versions)))
    found = sorted(key for version in versions for key in version.facility_ids)
    assert set(found) == {place.pk for place in facilities}
    assert not SupplyChange.objects.exists()


def test_publishing_waits_for_an_edit_and_neither_is_refused() -> None:
    """Both touch the need and its job; taken in different orders, PostgreSQL would have to end one of them."""
    need = builders.need()
    content = builders.need_content()
    [claimed] = claims()
    ready = answers(claimed)
    locked, publishing = threading.Event(), threading.Event()

    def edit() -> None:
        with transaction.atomic():
            Need.objects.select_for_update().get(pk=need.pk)
            locked.set()
            publishing.wait(WAIT_SECONDS)
            until(waits_for_a_lock)
            revise_need(need, content, acting_user=need.created_by)

    def answer() -> None:
        locked.wait(WAIT_SECONDS)
        publishing.set()
        publish(ready)

    in_threads(edit, answer)
    job = MatchJob.objects.get(need=need)
    assert (job.wanted, job.done) == (2, 1)


def test_a_policy_can_be_published_while_rankings_are() -> None:
    need = builders.need()
    [claimed] = claims()
    ready = answers(claimed)
    draft = create_policy_version("standard", {"alpha": 0.5}, network=None, acting_user=None)
    answered, replaced = threading.Event(), threading.Event()

    def answer() -> None:
        with transaction.atomic():
            publish(ready)
            answered.set()
            until(lambda: waits_for_a_lock() or replaced.is_set())

    def replace() -> None:
        answered.wait(WAIT_SECONDS)
        publish_policy(draft, acting_user=None)
        replaced.set()

    in_threads(answer, replace)
    job = MatchJob.objects.get(need=need)
    assert (job.wanted, job.done) == (3, 1)  # one went out of force, one came
