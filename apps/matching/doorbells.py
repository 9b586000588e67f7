"""A doorbell says that there is work; the row is the work. A ring that nobody hears costs a second, never a ranking."""

import time

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

DRAIN = "apps.matching.tasks.drain"
SILENT_SECONDS = 5.0
EXPIRES_SECONDS = 5

log = structlog.get_logger(__name__)


class _Breaker:
    """After the broker failed, this process does not try it again for a while: only the first caller waits."""

    silent_until = 0.0


def ring() -> None:
    """Once the caller's transaction is committed, ask a worker to drain the queue. Never fails, never waits long."""
    transaction.on_commit(_ring_now)


def _ring_now() -> None:
    if time.monotonic() < _Breaker.silent_until:
        return
    try:
        current_app.send_task(DRAIN, expires=EXPIRES_SECONDS, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _Breaker.silent_until = time.monotonic() + SILENT_SECONDS
        log.warning("doorbell_unheard", error=str(error))
