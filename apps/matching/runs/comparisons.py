"""Comparisons at work: need by need, each answer stored by itself, so that a killed worker loses the need at hand only.

A claim is counted before the work begins, and a need that was tried LAST_ATTEMPT times without an answer is given up:
the comparison is done without it, and says so.
"""

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import structlog
from django.db import connection
from django.utils import timezone

from apps.matching.differences import Answer, Difference, compare
from apps.matching.models import ComparedNeed, Policy, Ranking
from apps.matching.snapshots.needs import Question, read_questions
from apps.matching.snapshots.view import SupplyNotBuiltError, consistent_view, current_supply
from apps.needs.models import Need
from apps.needs.models.need import RANKED_STATES
from matchmaker import ENGINE_VERSION
from matchmaker.documents import ranking_document
from matchmaker.policy import Policy as EnginePolicy
from matchmaker.ranking import rank
from matchmaker.supply import Supply

log = structlog.get_logger(__name__)

SLICE_SECONDS = 5.0
LEASE_SECONDS = 180  # at least twice the hard time limit of the task
PAUSE_SECONDS = 5.0  # after an error
LAST_ATTEMPT = 3
ERROR_CHARACTERS = 8_000
LOST = "The worker was lost while it compared this need: killed, out of memory or out of time."
DEPTH = 100  # facilities that are listed under both policies, if their own lists are shorter
LEFT_OUT = 100_000  # of those left out, so that whoever is listed under one policy has a gate under the other

_ANYTHING_DUE = """
SELECT EXISTS (
    SELECT FROM matching_comparedneed WHERE done_at IS NULL AND NOT given_up AND run_after <= statement_timestamp())
"""
_CLAIM = """
UPDATE matching_comparedneed SET attempts = attempts + 1, last_error = '',
    run_after = statement_timestamp() + %(lease)s * interval '1 second'
WHERE id = (
    SELECT id FROM matching_comparedneed
    WHERE done_at IS NULL AND NOT given_up AND run_after <= statement_timestamp() AND attempts < %(last)s
    ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_BURY = """
UPDATE matching_comparedneed SET given_up = true, last_error = %(lost)s
WHERE done_at IS NULL AND NOT given_up AND run_after <= statement_timestamp() AND attempts >= %(last)s
"""
# The claim must still be ours: whoever came after us after our lease has its own word.
_NOTE = """
UPDATE matching_comparedneed
SET last_error = %(error)s, given_up = attempts >= %(last)s,
    run_after = statement_timestamp() + %(pause)s * interval '1 second'
WHERE id = %(id)s AND attempts = %(attempts)s AND done_at IS NULL
"""


@dataclass(frozen=True)
class _Asked:
    """All that an answer follows from."""

    question: Question
    supply: Supply
    supply_version: int
    as_of: date


def compare_needs(today: date, *, seconds: float = SLICE_SECONDS) -> bool:
    """Answer waiting needs of comparisons for about so long. True where time ran out before the work did."""
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute(_BURY, {"lost": LOST, "last": LAST_ATTEMPT})
        cursor.execute(_ANYTHING_DUE)
        if not cursor.fetchone()[0]:
            return False
    if not _prepared(today):
        return False
    while (row := _claim()) is not None:
        with _noting(row):
            _store(row, *_answer(row, today))
        if time.monotonic() > until:
            return True
    return False


def _prepared(today: date) -> bool:
    """Whatever no need is to blame for fails here, before any is claimed. False where the supply is yet to be built."""
    try:
        with consistent_view():
            current_supply(today)
    except SupplyNotBuiltError as waiting:
        log.warning("supply_awaited", reason=str(waiting))
        return False
    return True


def _claim() -> ComparedNeed | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE_SECONDS, "last": LAST_ATTEMPT})
        claimed = cursor.fetchone()
    if claimed is None:
        return None
    rows = ComparedNeed.objects.select_related("comparison__before", "comparison__after", "need")
    return rows.filter(pk=claimed[0]).first()


@contextmanager
def _noting(row: ComparedNeed) -> Iterator[None]:
    """An error is written down at the need, and goes on its way: the task fails, loudly; the next one goes on."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            values = {"id": row.pk, "attempts": row.attempts, "last": LAST_ATTEMPT, "pause": PAUSE_SECONDS}
            with connection.cursor() as cursor:
                cursor.execute(_NOTE, {**values, "error": traceback.format_exc()[-ERROR_CHARACTERS:]})


def _answer(row: ComparedNeed, today: date) -> tuple[_Asked, Difference]:
    comparison = row.comparison
    asked = _read(row.need, today)
    before, after = (_ranked(asked, policy) for policy in (comparison.before, comparison.after))
    return asked, compare(before, after, first_k=comparison.first_k)


def _read(need: Need, today: date) -> _Asked:
    """The supply is today's. So is the day, but for a need that is not ranked any more: seen from today its due date
    is past, so it is taken as of the day of its last ranking."""
    with consistent_view():
        loaded = current_supply(today)
        [question] = read_questions([need.pk])
    as_of = loaded.as_of if need.state in RANKED_STATES else _last_day(need)
    return _Asked(question, loaded.supply, loaded.number, as_of)


def _last_day(need: Need) -> date:
    return Ranking.objects.filter(need=need).latest("pk").as_of


def _ranked(asked: _Asked, stored: Policy) -> Answer:
    """Name and version stay, since lots among equals are drawn by them; only the lists are longer."""
    policy = EnginePolicy.from_document(stored.body)
    deep = replace(policy, top_k=max(policy.top_k, DEPTH), excluded_k=max(policy.excluded_k, LEFT_OUT))
    return Answer(ranking_document(rank(asked.question.need, asked.supply, deep, asked.as_of)), policy.alpha)


def _store(row: ComparedNeed, asked: _Asked, said: Difference) -> None:
    """Once: whoever comes late, or comes twice, changes nothing."""
    ComparedNeed.objects.filter(pk=row.pk, done_at__isnull=True).update(
        done_at=timezone.now(),
        given_up=False,
        last_error="",
        revision_id=asked.question.revision_id,
        as_of=asked.as_of,
        supply_version=asked.supply_version,
        supply_digest=asked.supply.digest(),
        engine_version=ENGINE_VERSION,
        first_changed=said.first_changed,
        first_three_changed=said.first_three_changed,
        moved=said.moved,
        tier_changes=said.tier_changes,
        tau=said.tau,
        document=said.document,
    )
