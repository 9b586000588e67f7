"""What people are told of a job, and the three things that must not be."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.matching.models import MatchJob
from apps.matching.runs.jobs import LOST, Answerable, bury, claims
from apps.matching.runs.publishing import publish
from apps.matching.selectors import (
    JobState,
    QueueHealth,
    current_ranking,
    job_progress,
    queue_health,
    ranking_as_published,
    rankings_of,
)
from apps.matching.services import request_ranking
from apps.needs.models import Need, NeedState
from apps.needs.services import change_state
from tests import builders
from tests.matching.answers import answers

pytestmark = pytest.mark.django_db


def move(need: Need, **fields: Any) -> None:
    MatchJob.objects.filter(need=need).update(**fields)


def state(need: Need) -> JobState:
    progress = job_progress(need)
    assert progress is not None
    return progress.state


def rank_all() -> None:
    for claimed in claims():
        publish(answers(claimed))


def test_a_draft_has_no_progress_and_no_ranking() -> None:
    need = builders.need(submit=False)
    assert job_progress(need) is None
    assert current_ranking(need) is None


def test_the_life_of_a_job() -> None:
    need = builders.need()
    assert state(need) == JobState.DUE
    [claimed] = claims()
    assert state(need) == JobState.LEASED
    publish(answers(claimed))
    assert state(need) == JobState.CLEAN
    request_ranking(need, acting_user=None)
    assert state(need) == JobState.DUE
    move(need, dead=True)
    assert state(need) == JobState.DEAD
    change_state(need, NeedState.WITHDRAWN, acting_user=None)
    assert state(need) == JobState.PARKED


def test_places_count_from_one_in_the_order_of_the_queue() -> None:
    needs = [builders.need() for _ in range(3)]
    now = timezone.now()
    for need, seconds in zip(needs, (1, 3, 2), strict=True):
        move(need, run_after=now + timedelta(seconds=seconds))
    gone = builders.need()
    move(gone, run_after=now - timedelta(seconds=1))
    change_state(gone, NeedState.WITHDRAWN, acting_user=None)
    places = []
    for need in needs:
        progress = job_progress(need)
        assert progress is not None
        places.append(progress.place)
    assert places == [1, 3, 2]


def test_the_current_ranking_is_the_one_that_the_job_names() -> None:
    need = builders.need()
    rank_all()
    first = current_ranking(need)
    request_ranking(need, acting_user=None)
    assert current_ranking(need) == first
    rank_all()
    second = current_ranking(need)
    assert [ranking.rev for ranking in rankings_of(need)] == [2, 1]
    assert second is not None
    assert second.rev == 2
    assert ranking_as_published(second)["need_revision"] == 1


def test_asking_again_is_audited_and_refused_for_a_need_that_is_not_ranked() -> None:
    need = builders.need()
    request_ranking(need, acting_user=need.created_by)
    assert AuditEntry.objects.filter(verb="request_ranking", subject_id=need.public_id, actor=need.created_by).exists()
    change_state(need, NeedState.WITHDRAWN, acting_user=None)
    with pytest.raises(DomainError) as refused:
        request_ranking(need, acting_user=need.created_by)
    assert refused.value.code == "need_not_ranked"
    assert MatchJob.objects.get(need=need).wanted == 2


def test_asking_for_a_ranking_waits_for_no_debounce() -> None:
    need = builders.need()
    rank_all()
    request_ranking(need, acting_user=None)
    assert MatchJob.objects.get(need=need).run_after <= timezone.now()


# --- failures ---------------------------------------------------------------------------------------------------------


def fail_once(need: Need) -> None:
    move(need, run_after=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ZeroDivisionError), Answerable(next(claims())):
        raise ZeroDivisionError("the engine broke")


def test_an_error_is_written_down_and_goes_on() -> None:
    need, other = builders.need(), builders.need()
    with pytest.raises(ZeroDivisionError), Answerable(next(claims())):
        raise ZeroDivisionError("the engine broke")
    for made in MatchJob.objects.filter(need__in=(need, other)):
        assert "the engine broke" in made.last_error
        assert timedelta() < made.run_after - timezone.now() <= timedelta(seconds=1)
    assert state(need) == JobState.DUE


def test_what_failed_in_a_batch_is_tried_alone() -> None:
    for _ in range(3):
        builders.need()
    with pytest.raises(ZeroDivisionError), Answerable(next(claims())):
        raise ZeroDivisionError
    MatchJob.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    fresh = builders.need()
    sizes = [[job.attempts for job in claimed] for claimed in claims()]
    assert sizes == [[2], [1], [2], [2]]
    assert MatchJob.objects.get(need=fresh).attempts == 1


def test_three_lone_failures_after_the_first_are_the_end() -> None:
    need = builders.need()
    for _ in range(4):
        assert state(need) != JobState.DEAD
        fail_once(need)
    progress = job_progress(need)
    assert progress is not None
    assert (progress.state, progress.attempts) == (JobState.DEAD, 4)
    assert "the engine broke" in progress.error
    assert not list(claims())


def test_a_job_that_kills_its_workers_dies_without_a_word_of_its_own() -> None:
    need = builders.need()
    for _ in range(4):
        assert len(next(claims())) == 1
        move(need, run_after=timezone.now() - timedelta(seconds=1))
    assert not list(claims())
    assert bury() == 1
    progress = job_progress(need)
    assert progress is not None
    assert (progress.state, progress.error) == (JobState.DEAD, LOST)


def test_the_button_revives_the_dead() -> None:
    need = builders.need()
    move(need, dead=True, attempts=4, last_error="boom")
    request_ranking(need, acting_user=None)
    rank_all()
    progress = job_progress(need)
    assert progress is not None
    assert (progress.state, progress.error) == (JobState.CLEAN, "")


def test_a_late_error_does_not_touch_a_job_that_was_asked_again() -> None:
    need = builders.need()
    claimed = next(claims())
    request_ranking(need, acting_user=None)
    with pytest.raises(ZeroDivisionError), Answerable(claimed):
        raise ZeroDivisionError
    assert MatchJob.objects.get(need=need).last_error == ""


# --- health -----------------------------------------------------------------------------------------------------------


def test_a_queue_that_is_worked_on_is_sound() -> None:
    builders.need()
    assert queue_health() == QueueHealth(late=0, dead=0, without_job=0, due=1)
    assert queue_health().sound


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"dirty_since": timezone.now() - timedelta(seconds=61)}, QueueHealth(1, 0, 0, 1)),
        ({"dead": True}, QueueHealth(0, 1, 0, 0)),
    ],
    ids=["late", "dead"],
)
def test_what_must_not_be_is_seen(fields: dict[str, Any], found: QueueHealth) -> None:
    move(builders.need(), **fields)
    assert queue_health() == found
    assert not found.sound


def test_a_ranked_need_without_a_job_is_seen() -> None:
    MatchJob.objects.filter(need=builders.need()).delete()
    assert queue_health() == QueueHealth(late=0, dead=0, without_job=1, due=0)


def test_a_need_that_is_not_ranked_any_more_is_no_ones_fault() -> None:
    need = builders.need()
    move(need, dirty_since=timezone.now() - timedelta(days=1))
    change_state(need, NeedState.WITHDRAWN, acting_user=None)
    assert queue_health() == QueueHealth(late=0, dead=0, without_job=0, due=0)


@pytest.mark.parametrize(
    ("check", "fields"),
    [("due_jobs", {"dirty_since": timezone.now() - timedelta(seconds=61)}), ("dead_jobs", {"dead": True})],
    ids=["late", "dead"],
)
def test_alarms_hear_of_it(client: Client, check: str, fields: dict[str, Any]) -> None:
    need = builders.need()
    assert client.get("/health/work").json()["checks"][check]["ok"]
    move(need, **fields)
    assert not client.get("/health/work").json()["checks"][check]["ok"]


def test_alarms_hear_of_a_need_without_a_job(client: Client) -> None:
    MatchJob.objects.filter(need=builders.need()).delete()
    assert client.get("/health/work").json()["checks"]["missing_jobs"] == {
        "ok": False,
        "detail": "1 needs without a job",
    }
