"""A doorbell says that there is work; the row is the work. A ring that nobody hears costs a few seconds."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

CARRY = "apps.exchange.tasks.carry_imports"
# A connection of its own: the pooled ones try again for seconds, while somebody waits for an answer.
IMPATIENT = {"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5}

log = structlog.get_logger(__name__)


def ring() -> None:
    """Once the caller's transaction is committed, ask a worker to see to the imports. Never fails, never waits long."""
    transaction.on_commit(_ring_now)


def _ring_now() -> None:
    options = {**current_app.conf.broker_transport_options, **IMPATIENT}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(CARRY, connection=connection, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("doorbell_unheard", error=str(error))
