"""Who may know of a place that is not theirs yet, and what is claimed or asked for."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, OrganisationKind
from apps.core.errors import NotFoundError
from apps.facilities.models import Claim, Facility, ListingRequest

INVITATION = "facilities.invitation"
INVITATION_SECONDS = 30 * 24 * 3600


def may_be_offered(facility: Facility, today: date) -> bool:
    """Whether a need may be offered to it: claimed, at work, not taken off the list. Ranking asks less."""
    return Facility.objects.offerable(today).filter(pk=facility.pk).exists()


def invitation_to(facility: Facility) -> str:
    """What a coordinator hands to the owner of a listed place: its bearer may know of the place for 30 days."""
    return signing.dumps(str(facility.public_id), salt=INVITATION)


def invited_to(invitation: str) -> Facility:
    """Errors: NotFoundError for what is forged, too old, or leads to a listing that is gone."""
    try:
        public_id = signing.loads(invitation, salt=INVITATION, max_age=INVITATION_SECONDS)
    except signing.BadSignature as error:
        raise _unknown() from error
    return _listed(Facility.objects.filter(public_id=public_id))


def access_claimable(user: Any, public_id: UUID, invitation: str = "") -> Facility:
    """A place that the user may claim, correct or have removed, because its profile is public, it was claimed by the
    user's organisation before, or an invitation says so.

    Errors: NotFoundError. Whether it can be claimed now is for the command to say.
    """
    if invitation:
        facility = invited_to(invitation)
        if facility.public_id != public_id:
            raise _unknown()
        return facility
    visible = Facility.objects.visible_to(user).values("pk")
    claimed = Claim.objects.filter(organisation__memberships__user=user).values("facility")
    return _listed(Facility.objects.filter(Q(pk__in=visible) | Q(pk__in=claimed), public_id=public_id))


def claims_visible_to(user: Any) -> QuerySet[Claim]:
    related = ("facility", "organisation", "claimed_by", "decided_by", "revoked_by")
    return Claim.objects.visible_to(user).select_related(*related)


def listing_requests_visible_to(user: Any) -> QuerySet[ListingRequest]:
    related = ("facility", "asked_by", "decided_by")
    return ListingRequest.objects.visible_to(user).select_related(*related)


def organisations_to_claim_for(user: Any) -> QuerySet[Organisation]:
    """The producers for which the user may write."""
    return Organisation.objects.filter(
        kind=OrganisationKind.PRODUCER, memberships__user=user, memberships__role__in=ROLES_THAT_WRITE
    ).distinct()


def _listed(rows: QuerySet[Facility]) -> Facility:
    facility = rows.filter(removed_at__isnull=True).first()
    if facility is None:
        raise _unknown()
    return facility


def _unknown() -> NotFoundError:
    return NotFoundError("facility_not_found", "There is no such facility.")
