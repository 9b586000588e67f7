"""Reading organisations and their people."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import Membership, Organisation, OrganisationKind, User
from apps.core.errors import InvalidInputError, NotFoundError


def organisations_visible_to(user: Any) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(user)


def members_visible_to(user: Any, organisation: Organisation) -> QuerySet[Membership]:
    """Colleagues see each other; nobody else sees who works where."""
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    if user.is_superuser or members.filter(user=user).exists():
        return members
    return members.none()


def memberships_of(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("organisation").order_by("organisation__name", "id")


def access_organisation(user: Any, public_id: UUID) -> Organisation:
    """The organisation, if it is there and the user's to see."""
    organisation = organisations_visible_to(user).filter(public_id=public_id).first()
    if organisation is None:
        raise NotFoundError("organisation_not_found", "There is no such organisation.")
    return organisation


def myself(user: User) -> User:
    """With what the account's own page shows: `memberships`, and `coordinates` (short names of networks)."""
    found = User.objects.prefetch_related(Prefetch("memberships", memberships_of(user)), "coordinated__network").get(
        pk=user.pk
    )
    found.coordinates = sorted(link.network.slug for link in found.coordinated.all())  # type: ignore[attr-defined]
    return found


def startup_for(user: User, public_id: UUID | None) -> Organisation:
    """The start-up that the user posts for; without an id the only one that she or he is in.

    Errors: InvalidInputError, the same for one that is not there and for one that is not the user's.
    """
    startups = organisations_visible_to(user).filter(kind=OrganisationKind.STARTUP)
    if public_id is not None:
        chosen = startups.filter(public_id=public_id).first()
        if chosen is None:
            raise InvalidInputError("unknown_organisation", "You have no such start-up.", field="organisation")
        return chosen
    own = list(startups.filter(memberships__user=user)[:2])
    if len(own) != 1:
        raise InvalidInputError("organisation_missing", "Say for which start-up.", field="organisation")
    return own[0]


def producer_for(user: User, public_id: UUID) -> Organisation:
    """Errors: InvalidInputError, the same for one that is not there and for one that is not the user's to see."""
    producers = organisations_visible_to(user).filter(kind=OrganisationKind.PRODUCER)
    chosen = producers.filter(public_id=public_id).first()
    if chosen is None:
        raise InvalidInputError("unknown_organisation", "There is no such producer.", field="operator")
    return chosen
