"""Doorways into the runs. A call that is lost or doubled means nothing: beat sends the next one."""

from datetime import UTC, datetime, timedelta

from celery import shared_task

from apps.matching import doorbells, runs


@shared_task(acks_late=False, ignore_result=True, expires=5, soft_time_limit=15, time_limit=20)
def drain() -> None:
    doorbells.ring_each_minute()
    if runs.drain(datetime.now(UTC).date()):
        doorbells.ring()


@shared_task(acks_late=False, ignore_result=True, expires=60, soft_time_limit=900, time_limit=960)
def build_supply() -> None:
    """Of this host: one process builds, the others return at once. Shortly before midnight also for the day to come;
    whoever has written a file removes old ones."""
    now = datetime.now(UTC)
    for day in sorted({now.date(), (now + timedelta(minutes=15)).date()}):
        if runs.build_supply(day):
            runs.clean_supply()


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=60, time_limit=90)
def refresh_stale() -> None:
    """Idempotent: what it has bumped is not stale any more."""
    if runs.refresh_stale(datetime.now(UTC).date()):
        doorbells.ring()


@shared_task(acks_late=False, ignore_result=True, expires=5, soft_time_limit=60, time_limit=90)
def compare_policies() -> None:
    """A slice at a time, so that rankings are not kept waiting; each need's answer is stored by itself."""
    if runs.compare_needs(datetime.now(UTC).date()):
        doorbells.ring(doorbells.COMPARE)
