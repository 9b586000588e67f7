"""One round of the queue."""

import time
from collections.abc import Iterator, Sequence
from datetime import date

import structlog

from apps.matching.models import Policy, PolicyState
from apps.matching.runs.changes import fan_out, number_changes
from apps.matching.runs.jobs import Answerable, ClaimedJob, anything_due, bury, claims, give_back
from apps.matching.runs.publishing import Answer, publish
from apps.matching.snapshots.building import return_memory
from apps.matching.snapshots.needs import NoPolicyError, Question, read_questions
from apps.matching.snapshots.view import Loaded, SupplyNotBuiltError, consistent_view, current_supply
from matchmaker.documents import ranking_document
from matchmaker.ranking import rank

log = structlog.get_logger(__name__)

ROUND_SECONDS = 2.0
PUBLISH_SECONDS = 1.0  # who waits for one ranking does not wait for the whole batch
BATCH_SECONDS = 8.0  # well inside the soft time limit of the task


class SupplyTooOldError(RuntimeError):
    """The view lacks the very change that made the job due; it would be answered wrongly."""


def drain(as_of: date, *, seconds: float = ROUND_SECONDS) -> bool:
    """Rank what is due as of that day, for about so long. True where time ran out before the work did.

    An error in the work on a job ends the round and is written down at the job; the next round goes on.
    """
    until = time.monotonic() + seconds
    bury()
    while number_changes() and time.monotonic() < until:
        pass
    while fan_out():
        if time.monotonic() > until:
            return True
    if not anything_due() or not _prepared(as_of):
        return False
    try:
        for jobs in claims():
            run(jobs, as_of)
            if time.monotonic() > until:
                return True
    finally:
        return_memory()  # a worker that waits shares the supply and holds little else
    return False


def _prepared(as_of: date) -> bool:
    """Whatever no job is to blame for fails here, before any is claimed. False where the supply is yet to be built."""
    with consistent_view():
        try:
            current_supply(as_of)
        except SupplyNotBuiltError as waiting:
            log.warning("supply_awaited", reason=str(waiting))
            return False
        if not Policy.objects.filter(state=PolicyState.PUBLISHED, network=None).exists():
            raise NoPolicyError("no policy is in force for networks that have none of their own")
    return True


def run(jobs: Sequence[ClaimedJob], as_of: date) -> int:
    """Rank claimed jobs over one view of the database and publish; returns how many rankings are new."""
    with Answerable(jobs):
        published = sum(publish(answers) for answers in _portions(_answers(jobs, as_of)))
    log.info("ranked", claimed=len(jobs), published=published)
    return published


def _portions(answers: Iterator[Answer]) -> Iterator[list[Answer]]:
    portion: list[Answer] = []
    since = time.monotonic()
    for answer in answers:
        portion.append(answer)
        if time.monotonic() - since > PUBLISH_SECONDS:
            yield portion
            portion, since = [], time.monotonic()
    if portion:
        yield portion


def _answers(jobs: Sequence[ClaimedJob], as_of: date) -> Iterator[Answer]:
    """In order of need. Jobs that there is no time for are given back; a need that is gone has no answer."""
    until = time.monotonic() + BATCH_SECONDS
    try:
        loaded, questions = _read(jobs, as_of)
    except SupplyNotBuiltError:  # so much changed since it was prepared
        give_back(jobs)
        return
    for position, job in enumerate(jobs):
        if time.monotonic() > until:
            give_back(jobs[position:])
            return
        if job.need_id in questions:
            yield _answer(job, questions[job.need_id], loaded)


def _read(jobs: Sequence[ClaimedJob], as_of: date) -> tuple[Loaded, dict[int, Question]]:
    with consistent_view():
        loaded = current_supply(as_of)
        return loaded, {question.need_id: question for question in read_questions([job.need_id for job in jobs])}


def _answer(job: ClaimedJob, question: Question, loaded: Loaded) -> Answer:
    if loaded.number < job.supply_version:
        raise SupplyTooOldError(f"need {job.need_id} asks for version {job.supply_version}, there is {loaded.number}")
    ranking = rank(question.need, loaded.supply, question.policy, loaded.as_of)
    return Answer(job, question, ranking, ranking_document(ranking), loaded.number)
