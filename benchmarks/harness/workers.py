"""Real Celery workers: the way of one need, and all open needs again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.matching import doorbells
from benchmarks.harness.memory import share_of_memory
from benchmarks.harness.tasks import left, make_due

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Group:
    """Workers and their parent."""

    parent: int

    def memory(self) -> int:
        """PSS in bytes, of all of them together."""
        children = Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split()
        return sum(share_of_memory(pid) for pid in (str(self.parent), *children))


@contextmanager
def celery_workers(count: int) -> Iterator[Group]:
    """As many worker processes under one parent, as in production."""
    command = ["celery", "-A", "config", "worker", f"--concurrency={count}", "--without-gossip", "--without-mingle"]
    child = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Group(child.pid)
    finally:
        child.terminate()
        try:
            child.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


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
        time.sleep(0.001 if len(keys) == 1 else 0.1)  # who asks all the time takes a core from the workers


def rank_all(keys: list[int], seconds: float) -> tuple[int, float]:
    """How many of the needs are ranked again, and in how long; at most in the time given."""
    make_due(keys)
    since = time.perf_counter()
    took = _wait(keys, since, seconds, ring_every=0.25)
    return (len(keys), took) if took is not None else (len(keys) - left(keys), seconds)
