"""Real Celery workers: the way of one need, and all open needs again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.matching import doorbells
from benchmarks.harness.tasks import left, make_due

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@contextmanager
def celery_workers(count: int) -> Iterator[None]:
    """As many worker processes under one parent, as in production."""
    command = ["celery", "-A", "config", "worker", f"--concurrency={count}", "--without-gossip", "--without-mingle"]
    child = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait(START_SECONDS)


def round_trip(key: int, seconds: float) -> float | None:
    """From an edit's doorbell to the committed ranking, seen from outside; None where time ran out."""
    make_due([key])
    since = time.perf_counter()
    return _wait([key], since, seconds)


def _wait(keys: list[int], since: float, seconds: float, *, ring_every: float = 1.0) -> float | None:
    """Rings as an edit does, and then each second as beat does."""
    rung = 0.0
    while True:
        now = time.perf_counter()
        if now - since > seconds:
            return None
        if now - rung > ring_every:
            doorbells.ring()
            rung = now
        if not left(keys):
            return time.perf_counter() - since
        time.sleep(0.001)


def rank_all(keys: list[int], seconds: float) -> tuple[int, float]:
    """How many of the needs are ranked again, and in how long; at most in the time given."""
    make_due(keys)
    since = time.perf_counter()
    took = _wait(keys, since, seconds, ring_every=0.25)
    return (len(keys), took) if took is not None else (len(keys) - left(keys), seconds)
