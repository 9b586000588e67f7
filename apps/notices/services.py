"""Queueing mail, and giving a failed one another chance."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError
from apps.notices.models import Delivery, DeliveryState

LONGEST_SUBJECT = 200


def queue_mail(
    *,
    kind: str,
    key: str,
    subject: str,
    text: str,
    html: str = "",
    user: User | None = None,
    address: str = "",
    not_before: datetime | None = None,
) -> Delivery:
    """Write the mail inside the caller's transaction; it goes out once that is committed, or never.

    To a user (at the address that she or he has when it is sent) or to an address. `key` names the occasion and the
    recipient: a second call with it queues nothing and returns the first one's row. Lines of the subject become one.
    Errors: InvalidInputError where the address cannot be one.
    """
    if (user is None) == (address == ""):
        raise ValueError("a mail goes to a user or to an address")
    if address:
        _require_address(address)
    made = Delivery(
        kind=kind,
        key=key,
        user=user,
        address=address,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=text,
        html=html,
        not_before=not_before or timezone.now(),
    )
    Delivery.objects.bulk_create([made], ignore_conflicts=True)
    return Delivery.objects.get(key=key)


@transaction.atomic
def send_again(delivery: Delivery, *, acting_user: User) -> None:
    """A failed one starts over. Errors: DomainError `not_failed`."""
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state != DeliveryState.FAILED:
        raise DomainError("not_failed", "Only what has failed is sent again.", facts={"state": row.state})
    row.state, row.attempts, row.not_before = DeliveryState.QUEUED, 0, timezone.now()
    row.save(update_fields=["state", "attempts", "not_before", "updated_at"])
    record("send_again", row, acting_user=acting_user, old={"state": "failed"}, new={"state": "queued"})


def _require_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInputError("no_address", "That is no e-mail address.", field="address") from error
