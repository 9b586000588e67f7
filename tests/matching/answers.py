"""Answers made by hand, for tests of the queue that need no engine."""

from datetime import date

from apps.matching.runs.jobs import ClaimedJob
from apps.matching.runs.publishing import Answer
from apps.matching.snapshots.needs import Question, read_questions
from matchmaker.documents import ranking_document
from matchmaker.domain import DistanceMode
from matchmaker.results import Ranking
from tests import builders


def empty_ranking(question: Question, as_of: date | None = None) -> Ranking:
    """Nobody was considered."""
    return Ranking(
        engine_version="by hand",
        supply_digest="0" * 64,
        policy_name=question.policy.name,
        policy_version=question.policy.version,
        policy_digest=question.policy.digest,
        need_id=question.need.id,
        need_revision=question.need.revision,
        as_of=as_of or builders.today(),
        considered=0,
        funnel=(),
        tier_counts=(),
        distance_mode=DistanceMode.PARCEL,
        distance_rule="by hand",
        distance_confident=True,
        matches=(),
        excluded=(),
    )


def answers(jobs: list[ClaimedJob]) -> list[Answer]:
    """What a worker would publish that read the needs now."""
    questions = {question.need_id: question for question in read_questions([job.need_id for job in jobs])}
    return [_answer(job, questions[job.need_id]) for job in jobs]


def _answer(job: ClaimedJob, question: Question) -> Answer:
    ranking = empty_ranking(question)
    return Answer(job, question, ranking, ranking_document(ranking), supply_version=0)
