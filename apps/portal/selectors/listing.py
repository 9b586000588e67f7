"""A facility as those who keep its listing see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.models import Organisation, User
from apps.catalog.models import MachineModel, Process
from apps.catalog.selectors import Hit, search_catalogue
from apps.facilities.models import (
    Capability,
    Claim,
    ClaimState,
    Contact,
    Facility,
    HeldCertificate,
    HeldMachine,
    ListingRequest,
    NoGo,
    Source,
)
from apps.facilities.selectors import (
    access_facility,
    claims_visible_to,
    contact_of,
    listing_requests_visible_to,
    only_one,
    organisations_to_claim_for,
    parts_of,
    with_statements,
)
from apps.networks.models import Network
from apps.portal.selectors.catalogue import suggested

FOUND = 20


@dataclass(frozen=True)
class Listing:
    """`lines` are said, `suggestions` wait for a tick."""

    facility: Facility
    may_write: bool
    lines: Sequence[Capability]
    suggestions: Sequence[Capability]
    machines: Sequence[HeldMachine]
    certificates: Sequence[HeldCertificate]
    no_gos: Sequence[NoGo]
    contact: Contact | None
    claims: Sequence[Claim]
    requests: Sequence[ListingRequest]


def listing_of(user: User, public_id: UUID) -> Listing:
    """Errors: NotFoundError for whoever may not read all of it."""
    facility = with_statements(access_facility(user, public_id))
    lines = list(parts_of(facility, Capability))
    return Listing(
        facility=facility,
        may_write=may_write(user, facility),
        lines=[line for line in lines if line.source != Source.SUGGESTED],
        suggestions=[line for line in lines if line.source == Source.SUGGESTED],
        machines=list(parts_of(facility, HeldMachine)),
        certificates=list(parts_of(facility, HeldCertificate)),
        no_gos=list(parts_of(facility, NoGo)),
        contact=contact_of(facility),
        claims=list(claims_visible_to(user).filter(facility=facility)),
        requests=list(listing_requests_visible_to(user).filter(facility=facility)),
    )


def may_write(user: User, facility: Facility) -> bool:
    """A listing that was taken off the list is nobody's to change."""
    return facility.removed_at is None and Facility.objects.editable_by(user).filter(pk=facility.pk).exists()


def line_of(facility: Facility, public_id: UUID) -> Capability:
    return only_one(parts_of(facility, Capability), public_id=public_id)


def certificate_of(facility: Facility, public_id: UUID) -> HeldCertificate:
    return only_one(parts_of(facility, HeldCertificate), public_id=public_id)


def machine_of(facility: Facility, slug: str) -> HeldMachine:
    return only_one(parts_of(facility, HeldMachine), machine__slug=slug)


def no_go_of(facility: Facility, kind: str, value: str) -> NoGo:
    return only_one(parts_of(facility, NoGo), kind=kind, value=value)


def found_by_words(kind: str, words: str) -> list[Hit]:
    """Processes or machines that the words may mean, to be ticked; groups of processes left out."""
    if kind == "process":
        return suggested(kind, words, limit=FOUND)
    return search_catalogue(words, kinds=[kind], limit=FOUND)


def processes_named(slugs: Sequence[str]) -> list[Process]:
    return list(Process.objects.filter(slug__in=slugs))


def machines_named(slugs: Sequence[str]) -> list[MachineModel]:
    return list(MachineModel.objects.filter(slug__in=slugs))


def claimable_named(words: str) -> list[Facility]:
    """Listed places with a public profile that nobody runs here, by a part of their name."""
    if not words.strip():
        return []
    free = (ClaimState.UNCLAIMED, ClaimState.DENIED, ClaimState.REVOKED)
    rows = Facility.objects.filter(profile_public=True, claim_state__in=free, operator=None, name__icontains=words)
    return list(rows.order_by("name", "pk")[:FOUND])


def producers_of(user: Any) -> QuerySet[Organisation]:
    return organisations_to_claim_for(user)


def networks_to_join() -> Any:
    return Network.objects.order_by("name")


def own_claims(user: User) -> list[Claim]:
    """Of the user's organisations, those of places that she cannot open yet included."""
    return list(claims_visible_to(user).filter(organisation__memberships__user=user).distinct())
