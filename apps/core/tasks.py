"""Background work that belongs to no subject."""

from celery import shared_task
from django.utils import timezone

from apps.core.models import Heartbeat

BACKGROUND = "background"


@shared_task
def note_heartbeat() -> None:
    """Beat sends this, a worker does it: while the row is young, beat, broker and worker all live."""
    Heartbeat.objects.update_or_create(name=BACKGROUND, defaults={"at": timezone.now()})
