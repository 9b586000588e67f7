"""The whole task, from a due need to committed matches, and how much of it is not the engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from apps.matching.runs import rounds
from matchmaker.ranking import rank

_DUE = """
UPDATE matching_matchjob SET wanted = wanted + 1, attempts = 0, dead = false, run_after = statement_timestamp(),
    dirty_since = statement_timestamp()
WHERE need_id = ANY(%s)
"""
_LEFT = "SELECT count(*) FROM matching_matchjob WHERE coalesce(done, 0) < wanted AND need_id = ANY(%s)"


@dataclass(frozen=True)
class Task:
    """Seconds a need: from claim to commit, and in rank() alone."""

    needs: int
    whole: float
    engine: float

    @property
    def outside(self) -> float:
        return 1 - self.engine / self.whole


class _Watch:
    """rank() as it is, with a sum of the seconds spent in it."""

    def __init__(self, function: Any) -> None:
        self.function, self.seconds, self.calls = function, 0.0, 0

    def __call__(self, *args: Any) -> Any:
        since = time.perf_counter()
        try:
            return self.function(*args)
        finally:
            self.seconds += time.perf_counter() - since
            self.calls += 1


@contextmanager
def _watched() -> Iterator[_Watch]:
    watch = _Watch(rank)
    rounds.rank = watch  # type: ignore[attr-defined, assignment]
    try:
        yield watch
    finally:
        rounds.rank = rank  # type: ignore[attr-defined]


def park_all() -> None:
    """Only what a measurement makes due is ranked: drawn needs are due from the day they were stored."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE matching_matchjob SET run_after = '9000-01-01'")


def make_due(keys: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [keys])


def left(keys: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [keys])
        return int(cursor.fetchone()[0])


def measure(keys: list[int], as_of: date, *, seconds: float) -> Task:
    """One need or many in this process, without a broker. Ends early when the time is over."""
    make_due(keys)
    with _watched() as watch:
        since = time.perf_counter()
        while left(keys) and time.perf_counter() - since < seconds:
            rounds.drain(as_of, seconds=1.0)
        whole = time.perf_counter() - since
    done = len(keys) - left(keys)
    return Task(done, whole / max(done, 1), watch.seconds / max(watch.calls, 1))
