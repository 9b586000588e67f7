"""The one sender of mail.

1. A few due rows are claimed: their next attempt is put off by LEASE, committed before anything is sent, so that
   several senders never take the same one (rows that another is claiming are passed over).
2. Each is handed to the mail server and marked as sent at once.
3. What the server refuses waits twice as long each time; after MOST_ATTEMPTS it has failed, and a person looks at it.

A sender that is killed between 2a and 2b leaves a row that is sent again when its lease is over: at least once. Both
copies carry the same Message-ID, by which a mailbox may know them for one.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from apps.notices.models import Delivery, DeliveryState

AT_ONCE = 20
LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
MOST_ATTEMPTS = 10  # the last one nine hours after the first
BODIES_KEPT = timedelta(days=30)
LONGEST_ERROR = 2_000

log = structlog.get_logger(__name__)


def send_due(now: datetime) -> int:
    """Send what is due; returns how many rows were tried."""
    claimed = _claim(now)
    if claimed:
        connection = get_connection()
        for row in claimed:
            error = _try(row, connection)
            _note(row, error)
    return len(claimed)


def forget_old_bodies(now: datetime) -> int:
    """Empty the bodies of mail that was sent long ago; returns how many."""
    old = Delivery.objects.filter(state=DeliveryState.SENT, sent_at__lt=now - BODIES_KEPT).exclude(text="", html="")
    return old.update(text="", html="", updated_at=now)


@transaction.atomic
def _claim(now: datetime) -> list[Delivery]:
    due = Delivery.objects.filter(state=DeliveryState.QUEUED, not_before__lte=now).order_by("not_before", "pk")
    rows = list(due.select_related("user").select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    for row in rows:
        row.attempts += 1
        row.not_before = now + LEASE
    Delivery.objects.bulk_update(rows, ["attempts", "not_before"])
    return rows


def _try(row: Delivery, connection: object) -> str:
    """Blank when it went out, else what went wrong."""
    if not row.recipient:
        return "the recipient's account is switched off"
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message = EmailMultiAlternatives(
        row.subject,
        row.text,
        to=[row.recipient],
        connection=connection,
        headers={"Message-ID": f"<{row.public_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    if row.html:
        message.attach_alternative(row.html, "text/html")
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: a header or address that cannot be written
        return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    return ""


def _note(row: Delivery, error: str) -> None:
    now = timezone.now()
    row.last_error = error
    if not error:
        row.state, row.sent_at = DeliveryState.SENT, now
    elif row.attempts >= MOST_ATTEMPTS or not row.recipient:
        row.state = DeliveryState.FAILED
        log.error("mail given up", delivery=str(row.public_id), kind=row.kind)
    else:
        row.not_before = now + FIRST_PAUSE * 2 ** (row.attempts - 1)
    row.save(update_fields=["state", "sent_at", "last_error", "not_before", "updated_at"])
