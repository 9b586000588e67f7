"""Publishing: an answer becomes the current ranking, exactly once, or is thrown away."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from apps.matching.models import Ranking
from apps.matching.runs.asked import written_need
from apps.matching.runs.jobs import LOCK_JOBS, ClaimedJob
from apps.matching.snapshots.needs import Question
from matchmaker.results import MatchResult
from matchmaker.results import Ranking as EngineRanking

# In this order everywhere: the need, then its job. An edit locks its need first and its job by the trigger; without
# the first statement, publishing would wait for the need (the ranking's foreign key) while it holds the job.
_LOCK_NEEDS = "SELECT FROM needs_need WHERE id = ANY(%(needs)s) ORDER BY id FOR KEY SHARE"
# Compare and set: whoever comes late, or comes twice, changes nothing.
_SET_DONE = """
UPDATE matching_matchjob AS job
SET done = ours.wanted, attempts = 0, dead = false, last_error = '',
    dirty_since = CASE WHEN job.wanted > ours.wanted THEN statement_timestamp() END
FROM unnest(%(needs)s::bigint[], %(wanted)s::bigint[]) AS ours (need_id, wanted)
WHERE job.need_id = ours.need_id AND coalesce(job.done, 0) < ours.wanted
RETURNING job.need_id
"""
_COPY = """
COPY matching_match (ranking_id, facility_id, position, rank_label, tier, score, low, high, coverage, confirmed, asked,
    document) FROM STDIN
"""


@dataclass(frozen=True)
class Answer:
    """`document` is the ranking as plain data, made before anything is locked."""

    job: ClaimedJob
    question: Question
    ranking: EngineRanking
    document: dict[str, Any]
    supply_version: int


@transaction.atomic
def publish(answers: Sequence[Answer]) -> int:
    """Write those that are the first for their job and number; returns how many."""
    first = _set_done(answers)
    won = [answer for answer in answers if answer.job.need_id in first]
    rows = Ranking.objects.bulk_create(_row(answer) for answer in won)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row, answer in zip(rows, won, strict=True):
            for match, document in zip(answer.ranking.matches, answer.document["matches"], strict=True):
                copy.write_row(_match(row.pk, match, document))
    return len(won)


def _set_done(answers: Sequence[Answer]) -> set[int]:
    values = {
        "needs": [answer.job.need_id for answer in answers],
        "wanted": [answer.job.wanted for answer in answers],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_NEEDS, values)
        cursor.execute(LOCK_JOBS, values)
        cursor.execute(_SET_DONE, values)
        return {need_id for (need_id,) in cursor.fetchall()}


def _row(answer: Answer) -> Ranking:
    ranking = answer.ranking
    return Ranking(
        need_id=answer.job.need_id,
        rev=answer.job.wanted,
        revision_id=answer.question.revision_id,
        policy_id=answer.question.policy_id,
        engine_version=ranking.engine_version,
        supply_digest=ranking.supply_digest,
        supply_version=answer.supply_version,
        as_of=ranking.as_of,
        considered=ranking.considered,
        asked=written_need(answer.question.need),
        document={name: value for name, value in answer.document.items() if name != "matches"},
    )


def _match(ranking_id: int, match: MatchResult, document: dict[str, Any]) -> tuple[Any, ...]:
    return (
        ranking_id,
        int(match.facility_id),
        match.position,
        match.rank_label,
        int(match.tier),
        match.score,
        match.low,
        match.high,
        match.coverage,
        match.confirmed,
        match.asked,
        json.dumps(document),
    )
