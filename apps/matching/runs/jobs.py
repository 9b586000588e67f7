"""Claiming jobs, and what becomes of those that fail.

A claim is counted before the work begins, so that work which kills its worker is counted too. Only first attempts run
in batches: whatever failed once runs alone, so that it takes nobody with it. A job is dead after three lone failures.
"""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.db import connection, transaction

from apps.matching.models.bump import RANKED

BATCH = 100
LEASE_SECONDS = 45  # at least twice the hard time limit of the task
PAUSE_SECONDS = 1.0  # after the first error; each further one makes it four times as long
LAST_ATTEMPT = 4  # one in a batch, three alone
ERROR_CHARACTERS = 8_000
LOST = "The worker was lost while it ranked this need: killed, out of memory or out of time."

_DUE = """
SELECT job.need_id FROM matching_matchjob AS job JOIN needs_need AS need ON need.id = job.need_id
WHERE coalesce(job.done, 0) < job.wanted AND NOT job.dead AND job.run_after <= statement_timestamp()
    AND need.state IN {ranked} AND {attempts}
"""
_CLAIM = """
WITH due AS MATERIALIZED ({due} ORDER BY job.run_after, job.need_id LIMIT %(limit)s FOR UPDATE OF job SKIP LOCKED)
UPDATE matching_matchjob AS job
SET attempts = job.attempts + 1, last_error = '',
    run_after = statement_timestamp() + %(lease)s * interval '1 second' * 2 ^ least(job.attempts, 6)
FROM due WHERE job.need_id = due.need_id
RETURNING job.need_id, job.wanted, job.attempts, job.supply_version
"""
_CLAIM_FIRST = _CLAIM.format(due=_DUE.format(ranked=RANKED, attempts="job.attempts = 0"))
_CLAIM_RETRY = _CLAIM.format(due=_DUE.format(ranked=RANKED, attempts="job.attempts BETWEEN 1 AND %(last)s - 1"))
_ANYTHING_DUE = "SELECT EXISTS ({due})".format(due=_DUE.format(ranked=RANKED, attempts="job.attempts < %(last)s"))
_BURY = """
WITH spent AS MATERIALIZED (
    SELECT need_id FROM matching_matchjob
    WHERE coalesce(done, 0) < wanted AND NOT dead AND run_after <= statement_timestamp() AND attempts >= %(last)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE matching_matchjob AS job SET dead = true, last_error = %(lost)s FROM spent WHERE job.need_id = spent.need_id
"""
# Whoever locks several jobs does so in order of need; the updates below would take them as they come.
LOCK_JOBS = "SELECT FROM matching_matchjob WHERE need_id = ANY(%(needs)s) ORDER BY need_id FOR NO KEY UPDATE"
# Whoever is told of an error need not wait for the lease to run out. The claim must still be ours.
_NOTE = """
UPDATE matching_matchjob AS job
SET last_error = %(error)s, dead = job.attempts >= %(last)s,
    run_after = statement_timestamp() + %(pause)s * interval '1 second' * 4 ^ (job.attempts - 1)
FROM unnest(%(needs)s::bigint[], %(wanted)s::bigint[], %(attempts)s::int[]) AS ours (need_id, wanted, attempts)
WHERE job.need_id = ours.need_id AND job.attempts = ours.attempts AND job.wanted = ours.wanted
    AND coalesce(job.done, 0) < ours.wanted
"""
_GIVE_BACK = """
UPDATE matching_matchjob AS job SET attempts = job.attempts - 1, run_after = statement_timestamp()
FROM unnest(%(needs)s::bigint[], %(wanted)s::bigint[], %(attempts)s::int[]) AS ours (need_id, wanted, attempts)
WHERE job.need_id = ours.need_id AND job.attempts = ours.attempts AND job.wanted = ours.wanted
    AND coalesce(job.done, 0) < ours.wanted
"""


@dataclass(frozen=True)
class ClaimedJob:
    """`wanted` is the number that the answer will carry; `supply_version` the oldest supply that it may use."""

    need_id: int
    wanted: int
    attempts: int
    supply_version: int


def anything_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ANYTHING_DUE, {"last": LAST_ATTEMPT})
        return bool(cursor.fetchone()[0])


def claims() -> Iterator[list[ClaimedJob]]:
    """A retry, a batch of first attempts, a retry and so on, until neither is due; each claimed when asked for."""
    while True:
        idle = True
        for query, limit in ((_CLAIM_RETRY, 1), (_CLAIM_FIRST, BATCH)):
            claimed = _claim(query, limit)
            if claimed:
                idle = False
                yield claimed
        if idle:
            return


def _claim(query: str, limit: int) -> list[ClaimedJob]:
    """In a transaction of its own, unless the caller has one; in order of need."""
    with connection.cursor() as cursor:
        cursor.execute(query, {"limit": limit, "lease": LEASE_SECONDS, "last": LAST_ATTEMPT})
        return sorted((ClaimedJob(*row) for row in cursor.fetchall()), key=lambda job: job.need_id)


def bury() -> int:
    """Mark dead what failed too often without a word; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_BURY, {"last": LAST_ATTEMPT, "lost": LOST})
        return int(cursor.rowcount)


def give_back(jobs: Sequence[ClaimedJob]) -> None:
    """Not tried after all: as if never claimed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_JOBS, _ours(jobs))
        cursor.execute(_GIVE_BACK, _ours(jobs))


class Answerable(AbstractContextManager[None]):
    """While it lasts an error is written down at the jobs at work, and goes on its way: the task fails, loudly."""

    def __init__(self, jobs: Sequence[ClaimedJob]) -> None:
        self.jobs = jobs

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        text = "".join(traceback.format_exception(error))[-ERROR_CHARACTERS:]
        values: dict[str, Any] = {**_ours(self.jobs), "error": text, "last": LAST_ATTEMPT, "pause": PAUSE_SECONDS}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK_JOBS, values)
            cursor.execute(_NOTE, values)


def _ours(jobs: Sequence[ClaimedJob]) -> dict[str, list[int]]:
    return {
        "needs": [job.need_id for job in jobs],
        "wanted": [job.wanted for job in jobs],
        "attempts": [job.attempts for job in jobs],
    }
