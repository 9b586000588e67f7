"""How long the history of rows is kept."""

from datetime import datetime, timedelta

import pgtrigger
from pghistory.models import Context

from apps.facilities.models import EVENTS, KEPT_DAYS


def forget_history(now: datetime) -> int:
    """Delete the events that are older than KEPT_DAYS; returns how many. Events are protected against all others."""
    before = now - timedelta(days=KEPT_DAYS)
    forgotten = 0
    with pgtrigger.ignore(*(f"{model._meta.label}:append_only" for model in EVENTS)):
        for model in EVENTS:
            forgotten += model.objects.filter(pgh_created_at__lt=before).delete()[0]
    Context.objects.filter(created_at__lt=before).delete()
    return forgotten
