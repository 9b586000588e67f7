"""Claims: from "we run this place" to a coordinator's word, and back."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, OrganisationKind, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import CLAIM_EDGES, Claim, ClaimDecision, ClaimState, Facility
from apps.facilities.services.letters import tell_claimer, tell_coordinators_of_claim
from apps.facilities.services.writing import require_unmerged

CLAIMABLE = tuple(before for before, after in CLAIM_EDGES if after == ClaimState.CLAIM_PENDING)


@transaction.atomic
def claim_facility(facility: Facility, organisation: Organisation, *, acting_user: User, words: str = "") -> Claim:
    """Say that the organisation runs the place. Until a coordinator has agreed it reads and writes nothing there.

    The caller has made sure that the user may know of the place (`access_claimable`).
    Errors: InvalidInputError, NotAllowedError `not_a_writer`, DomainError `claimed_already` or `claim_pending`.
    """
    if organisation.kind != OrganisationKind.PRODUCER:
        raise InvalidInputError("not_a_producer", "Only a producer operates facilities.", field="organisation")
    if not organisation.memberships.filter(user=acting_user, role__in=ROLES_THAT_WRITE).exists():
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.", field="organisation")
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    _require_claimable(facility, organisation)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                facility=facility, organisation=organisation, claimed_by=acting_user, words=words
            )
    except IntegrityError as error:  # a live one that the listing's state does not tell of
        raise DomainError("claim_pending", "Somebody has claimed it; a coordinator decides first.") from error
    _move(facility, ClaimState.CLAIM_PENDING)
    record("claim", facility, acting_user=acting_user, new=_told(claim))
    tell_coordinators_of_claim(claim)
    return claim


@transaction.atomic
def decide_claim(facility: Facility, *, approve: bool, acting_user: User, reason: str = "") -> Facility:
    """A coordinator of one of its networks says whether the claimer really runs the place, who hears of it by mail.

    Approved, the claimer is the operator. Denied (with a reason), it may claim again.
    Errors: NotAllowedError `not_a_coordinator`, DomainError `no_claim_pending`, InvalidInputError `reason_missing`.
    """
    facility = _locked_for_deciding(facility, acting_user)
    if facility.claim_state != ClaimState.CLAIM_PENDING:
        facts = {"claim_state": facility.claim_state}
        raise DomainError("no_claim_pending", "There is no claim to decide about.", facts=facts)
    if not approve:
        _require_reason(reason)
    claim = _live(facility, ClaimDecision.PENDING)
    claim.state = ClaimDecision.APPROVED if approve else ClaimDecision.DENIED
    claim.decided_by, claim.decided_at, claim.reason = acting_user, timezone.now(), reason.strip()
    claim.save()
    if approve:
        facility.operator = claim.organisation
    _move(facility, ClaimState.CLAIMED if approve else ClaimState.DENIED)
    old = {"claim_state": ClaimState.CLAIM_PENDING}
    record("decide_claim", facility, acting_user=acting_user, old=old, new=_told(claim), reason=reason)
    tell_claimer(claim)
    return facility


@transaction.atomic
def revoke_claim(facility: Facility, *, acting_user: User, reason: str) -> Facility:
    """The operator does not run the place (any more): it reads and writes nothing there from now on.

    What it has said stays, with its name. Errors as for `decide_claim`, DomainError `not_claimed`.
    """
    facility = _locked_for_deciding(facility, acting_user)
    if facility.claim_state != ClaimState.CLAIMED:
        facts = {"claim_state": facility.claim_state}
        raise DomainError("not_claimed", "Only a claim that was approved can be revoked.", facts=facts)
    _require_reason(reason)
    claim = _live(facility, ClaimDecision.APPROVED)
    claim.state = ClaimDecision.REVOKED
    claim.revoked_by, claim.revoked_at, claim.revoked_reason = acting_user, timezone.now(), reason.strip()
    claim.save()
    facility.operator = None
    _move(facility, ClaimState.REVOKED)
    record(
        "revoke_claim",
        facility,
        acting_user=acting_user,
        old={"claim_state": ClaimState.CLAIMED, "operator": str(claim.organisation.public_id)},
        new=_told(claim),
        reason=reason,
    )
    tell_claimer(claim)
    return facility


def _require_claimable(facility: Facility, organisation: Organisation) -> None:
    if facility.removed_at is not None:
        raise DomainError("listing_removed", "The listing was removed at its owner's request.")
    require_unmerged(facility)
    if facility.claim_state == ClaimState.CLAIM_PENDING:
        raise DomainError("claim_pending", "Somebody has claimed it; a coordinator decides first.")
    if facility.claim_state not in CLAIMABLE:
        raise DomainError("claimed_already", "Somebody runs it already. Ask its network's coordinator.")
    if facility.operator not in (None, organisation):
        raise DomainError("claimed_already", "Somebody else has registered it. Ask its network's coordinator.")


def _locked_for_deciding(facility: Facility, user: User) -> Facility:
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    served = facility.networks.filter(coordinators__user=user).exists()
    if not (user.is_superuser or served):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network decides about claims.")
    return facility


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInputError("reason_missing", "Say why; the claimer reads it.", field="reason")


def _live(facility: Facility, state: str) -> Claim:
    """The claim that the listing's state rests on. Listings from before claims were kept get theirs now."""
    found = Claim.objects.select_for_update(of=("self",)).select_related("organisation").filter(facility=facility)
    claim = found.live().first()
    if claim is not None:
        return claim
    if facility.operator is None:
        raise DomainError("no_claim_pending", "Nobody has claimed it.")
    decided: dict[str, Any] = {} if state == ClaimDecision.PENDING else {"decided_at": facility.created_at}
    return Claim.objects.create(facility=facility, organisation=facility.operator, state=state, **decided)


def _move(facility: Facility, state: str) -> None:
    facility.claim_state = state
    facility.save(update_fields=["claim_state", "operator", "updated_at"])


def _told(claim: Claim) -> dict[str, str]:
    return {
        "claim_state": claim.facility.claim_state if claim.state == ClaimDecision.PENDING else _STATES[claim.state],
        "claim": str(claim.public_id),
        "organisation": str(claim.organisation.public_id),
    }


_STATES: dict[str, str] = {
    ClaimDecision.APPROVED: ClaimState.CLAIMED,
    ClaimDecision.DENIED: ClaimState.DENIED,
    ClaimDecision.REVOKED: ClaimState.REVOKED,
}
