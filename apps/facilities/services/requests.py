"""What the owner of a listed place may ask without running it here: a correction, or to be taken off the list."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import (
    ClaimDecision,
    ClaimState,
    Contact,
    Facility,
    ListingRequest,
    OperatingState,
    RequestKind,
    RequestState,
)
from apps.facilities.services.claims import decide_claim
from apps.facilities.services.letters import tell_asker, tell_coordinators_of_request

MOST_OPEN = 10  # an invitation may be passed on, and each request writes to every coordinator


@transaction.atomic
def ask_about_listing(
    facility: Facility, *, kind: str, words: str, acting_user: User | None, email: str = ""
) -> ListingRequest:
    """`acting_user` is None for whoever came by an invitation and has no account: the answer goes to `email` then.

    The caller has made sure that they may know of the place (`access_claimable`).
    Errors: InvalidInputError at `words` or `email`, DomainError `removal_asked`, `listing_removed` or `requests_wait`.
    """
    if not words.strip():
        raise InvalidInputError("words_missing", "Say what is wrong.", field="words")
    if acting_user is None:
        _require_address(email)
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    if facility.removed_at is not None:
        raise DomainError("listing_removed", "The listing is removed already.")
    if facility.listing_requests.filter(state=RequestState.OPEN).count() >= MOST_OPEN:
        raise DomainError("requests_wait", "Enough is asked about it already; a coordinator answers first.")
    try:
        with transaction.atomic():
            asked = ListingRequest.objects.create(
                facility=facility, kind=kind, words=words.strip(), email=email, asked_by=acting_user
            )
    except IntegrityError as error:
        raise DomainError("removal_asked", "Its removal is asked for already; a coordinator decides.") from error
    record("ask_about_listing", facility, acting_user=acting_user, new={"kind": kind, "request": str(asked.public_id)})
    tell_coordinators_of_request(asked)
    return asked


@transaction.atomic
def decide_listing_request(
    request: ListingRequest, *, grant: bool, acting_user: User, reason: str = ""
) -> ListingRequest:
    """Granting a removal removes; granting a correction says that it was made. A refusal needs a reason.

    Errors: NotAllowedError `not_a_coordinator`, DomainError `decided_already`, InvalidInputError `reason_missing`.
    """
    facility = _locked_for_deciding(request.facility, acting_user)
    asked = ListingRequest.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=request.pk)
    if asked.state != RequestState.OPEN:
        raise DomainError("decided_already", "It is decided already.", facts={"state": asked.state})
    if not (grant or reason.strip()):
        raise InvalidInputError("reason_missing", "Say why; whoever asked reads it.", field="reason")
    asked.facility = facility
    asked.state = RequestState.GRANTED if grant else RequestState.REFUSED
    asked.decided_by, asked.decided_at, asked.reason = acting_user, timezone.now(), reason.strip()
    asked.save()
    new = {"kind": asked.kind, "state": asked.state, "request": str(asked.public_id)}
    record("decide_listing_request", facility, acting_user=acting_user, new=new, reason=reason)
    tell_asker(asked)
    if grant and asked.kind == RequestKind.REMOVAL:
        remove_listing(facility, acting_user=acting_user, reason=reason or "Its owner asked for it.")
    return asked


@transaction.atomic
def remove_listing(facility: Facility, *, acting_user: User, reason: str) -> Facility:
    """Closed, hidden and without what leads to a person; matches that name it stay readable. There is no way back.

    A claim that waits is denied. Errors: NotAllowedError, InvalidInputError `reason_missing`.
    """
    facility = _locked_for_deciding(facility, acting_user)
    if not reason.strip():
        raise InvalidInputError("reason_missing", "Say why.", field="reason")
    if facility.removed_at is not None:
        return facility
    if facility.claim_state == ClaimState.CLAIM_PENDING:
        facility = decide_claim(facility, approve=False, acting_user=acting_user, reason=reason)
    old = {"operating_state": facility.operating_state, "profile_public": facility.profile_public}
    facility.operating_state, facility.paused_until = OperatingState.CLOSED, None
    facility.profile_public, facility.description = False, ""
    facility.removed_at = timezone.now()
    facility.save()
    _erase_people(facility)
    new = {"operating_state": OperatingState.CLOSED, "profile_public": False, "removed": True}
    record("remove_listing", facility, acting_user=acting_user, old=old, new=new, reason=reason)
    return facility


def _erase_people(facility: Facility) -> None:
    Contact.objects.filter(facility=facility).delete()
    ListingRequest.objects.filter(facility=facility).update(email="")
    facility.claims.exclude(state=ClaimDecision.APPROVED).update(words="")


def _locked_for_deciding(facility: Facility, user: User) -> Facility:
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    if not (user.is_superuser or facility.networks.filter(coordinators__user=user).exists()):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network decides about listings.")
    return facility


def _require_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInputError("no_address", "That is no e-mail address.", field="email") from error
