"""Doorways into the runs. A call that is lost or doubled means nothing: beat sends the next one."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from apps.exchange import doorbells, runs, services

log = structlog.get_logger(__name__)
FILES_KEPT = timedelta(days=90)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=600, time_limit=660)
def carry_imports() -> None:
    """Acknowledged late: it is the one task that may take minutes, and a killed worker's is sent again at once."""
    if runs.carry_on():
        doorbells.ring()


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=60, time_limit=90)
def forget_old_files() -> None:
    """What was read of them, and what came of it, stays."""
    forgotten = services.forget_files(before=timezone.now() - FILES_KEPT)
    if forgotten:
        log.info("files of imports forgotten", count=forgotten)
