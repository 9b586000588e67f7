"""A doorbell says that there is work; the row is the work. A ring that nobody hears costs a second, never a ranking."""

import time

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

DRAIN = "apps.matching.tasks.drain"
COMPARE = "apps.matching.tasks.compare_policies"
BUILD = "apps.matching.tasks.build_supply"  # heard by the workers of the same host only
EXPIRES_SECONDS = 5
SILENT_SECONDS = 5.0
# A connection of its own for each ring: the pooled ones try again for seconds, while somebody waits for an answer.
IMPATIENT = {"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5}

log = structlog.get_logger(__name__)


class _Breaker:
    """After a ring failed, this process does not ring again for a while: only the first caller waits."""

    silent_until = 0.0


def ring(task: str = DRAIN) -> None:
    """Once the caller's transaction is committed, ask a worker to see to that queue. Never fails, never waits long."""
    transaction.on_commit(lambda: _ring_now(task))


class _Minute:
    """When this process last asked for a look at the supply files."""

    asked_at = -60.0


def ring_each_minute() -> None:
    """Ask a worker of this host to see whether its supply files serve, unless this process did so a minute ago."""
    if time.monotonic() - _Minute.asked_at >= 60.0:
        _Minute.asked_at = time.monotonic()
        ring(BUILD)


def _ring_now(task: str = DRAIN) -> None:
    if time.monotonic() < _Breaker.silent_until:
        return
    options = {**current_app.conf.broker_transport_options, **IMPATIENT}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(task, connection=connection, retry=False, expires=EXPIRES_SECONDS, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _Breaker.silent_until = time.monotonic() + SILENT_SECONDS
        log.warning("doorbell_unheard", error=str(error))
