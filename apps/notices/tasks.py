"""Doorways into sending. A call that is lost or doubled means nothing: beat sends the next one."""

from celery import shared_task
from django.utils import timezone

from apps.notices import mail


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=240, time_limit=270)
def send_mail() -> None:
    """Its time limit stays below the lease of what it claims."""
    mail.send_due(timezone.now())


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=60, time_limit=90)
def forget_old_bodies() -> None:
    mail.forget_old_bodies(timezone.now())
