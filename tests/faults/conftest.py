"""Real workers, a broker that may be killed, and the database of the test."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.db import connection

from apps.matching import doorbells
from config.services import Child, remove_state, valkey

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60  # on a machine that has much else to do


@dataclass
class Broker:
    url: str
    process: Child

    def kill(self) -> None:
        running = self.process.process
        assert running is not None
        running.kill()
        running.wait()

    def restart(self) -> None:
        """From the main thread only: a child ends with the thread that started it."""
        self.process.start()


@dataclass
class Worker:
    process: Child

    def kill(self) -> None:
        """All of it, at once, without a last word."""
        running = self.process.process
        assert running is not None
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A private one: the other tests need theirs alive."""
    state = tmp_path / "broker"
    state.mkdir()
    with valkey.running(state) as (url, process):
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        monkeypatch.setattr(doorbells._Breaker, "silent_until", 0.0)
        yield Broker(url, process)
    remove_state(state)


@pytest.fixture
def start_worker(transactional_db: None, broker: Broker, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """A worker with beat inside, on the database of the test; ended before that is emptied."""
    with ExitStack() as stack:

        def start(*, concurrency: int = 1, **plan: Any) -> Worker:
            number = len(list(tmp_path.glob("worker-*.log")))
            child = Child(
                [
                    *(sys.executable, "-m", "celery", "-A", "config", "worker", "--include", "tests.faults.saboteur"),
                    *("--beat", "--schedule", str(tmp_path / f"beat-{number}"), "--concurrency", str(concurrency)),
                    *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
                ],
                log=tmp_path / f"worker-{number}.log",
                options={"cwd": ROOT, "env": _environment(broker, plan)},
            )
            child.start()
            worker = Worker(child)
            stack.callback(_end, worker)
            return worker

        yield start


def _environment(broker: Broker, plan: dict[str, Any]) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": _address_of_test_database(),
        "REDIS_URL": broker.url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "SABOTAGE": json.dumps(plan),
    }


def _address_of_test_database() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def _end(worker: Worker) -> None:
    if worker.process.alive:
        worker.kill()


def wait_until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"not within {seconds} seconds")
        time.sleep(0.05)
