"""Giving out, replacing and revoking the secret address of a facility's calendar."""

import secrets
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import NotFoundError
from apps.facilities.models import CalendarLink, Facility

TOKEN_BYTES = 32


@transaction.atomic
def make_calendar_link(facility: Facility, *, acting_user: User) -> tuple[CalendarLink, str]:
    """A new address for this reader; the one that she or he had before is dead. The token is shown this once.

    Errors: NotFoundError where the user may not read the facility.
    """
    readable = Facility.objects.fully_visible_to(acting_user).filter(pk=facility.pk)
    if not readable.exists():
        raise NotFoundError("facility_not_found", "There is no such facility.")
    Facility.objects.select_for_update(no_key=True).get(
        pk=facility.pk
    )  # two clicks at once make one address after the other
    revoke_calendar_link(facility, acting_user=acting_user)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = CalendarLink.objects.create(facility=facility, user=acting_user, token_digest=digest_of(token))
    record("make_calendar_link", link, acting_user=acting_user, new={"facility": str(facility.public_id)})
    return link, token


@transaction.atomic
def revoke_calendar_link(facility: Facility, *, acting_user: User) -> bool:
    """Whether there was a live one."""
    link = CalendarLink.objects.live().select_for_update().filter(facility=facility, user=acting_user).first()
    if link is None:
        return False
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at", "updated_at"])
    record("revoke_calendar_link", link, acting_user=acting_user, old={"facility": str(facility.public_id)})
    return True


def digest_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
