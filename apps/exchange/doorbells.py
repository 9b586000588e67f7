"""A doorbell says that there is work; the row is the work. A ring that nobody hears costs a few seconds."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

CARRY = "apps.exchange.tasks.carry_imports"
TWINS = "apps.facilities.tasks.find_twins"
# A connection of its own: the pooled ones try again for seconds, while somebody waits for an answer.
IMPATIENT = {"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5}

log = structlog.get_logger(__name__)


def ring() -> None:
    """Once the caller's transaction is committed, ask a worker to see to the imports. Never fails, never waits long."""
    transaction.on_commit(_ring_now)


def ring_for_twins(network_id: int) -> None:
    """An import has come in: whether it listed a place twice is looked for now, and each night anyway."""
    transaction.on_commit(lambda: _ring_now(TWINS, network_id))


def _ring_now(task: str = CARRY, *ids: int) -> None:
    options = {**current_app.conf.broker_transport_options, **IMPATIENT}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(task, args=ids, connection=connection, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("doorbell_unheard", error=str(error))
