"""The facility itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, OrganisationKind, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import (
    OPERATING_EDGES,
    Claim,
    ClaimDecision,
    ClaimState,
    Contact,
    Facility,
    FacilityNetwork,
    OperatingState,
    Source,
)
from apps.facilities.services.letters import tell_coordinators_of_claim
from apps.facilities.services.writing import (
    Voice,
    differing,
    locked_for_writing,
    note_said,
    plain,
    save_checked,
    voice_for,
)
from apps.networks.models import Network

CONTACT_FIELDS = ("person", "email", "phone", "website", "address")


@transaction.atomic
def register_facility(
    operator: Organisation, values: Mapping[str, Any], *, networks: Iterable[Network], acting_user: User
) -> Facility:
    """By the operator's own people: a coordinator has to approve the claim, and hears of it by mail. By a coordinator:
    claimed at once.

    `values` are columns of Facility, `envelope_mm` and `materials`.
    Errors: NotAllowedError, InvalidInputError, DomainError `already_listed` for a taken external id.
    """
    networks = tuple(networks)
    if operator.kind != OrganisationKind.PRODUCER:
        raise InvalidInputError("not_a_producer", "Only a producer operates facilities.", field="operator")
    own = operator.memberships.filter(user=acting_user, role__in=ROLES_THAT_WRITE).exists()
    coordinates = acting_user.is_superuser or _coordinates_all(acting_user, networks)
    if networks and not (own or coordinates):
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.", field="operator")
    state = ClaimState.CLAIMED if coordinates else ClaimState.CLAIM_PENDING
    facility = Facility(operator=operator, claim_state=state)
    _store(facility, values, networks, voice_for(facility, acting_user))
    decided = {"state": ClaimDecision.APPROVED, "decided_by": acting_user, "decided_at": timezone.now()}
    claim = Claim.objects.create(
        facility=facility, organisation=operator, claimed_by=acting_user, **(decided if coordinates else {})
    )
    if not coordinates:
        tell_coordinators_of_claim(claim)
    return facility


@transaction.atomic
def list_facility(
    values: Mapping[str, Any], *, networks: Iterable[Network], acting_user: User, batch: UUID | None = None
) -> Facility:
    """A place that nobody has claimed, written in by a coordinator of all these networks or taken over by an import.

    `values` as for `register_facility`. `batch` names the import: source `imported` then, else `coordinator`.
    Called within a transaction it is part of it; a refusal leaves nothing behind.
    Errors: NotAllowedError `not_your_network`, InvalidInputError with the field at fault.
    """
    networks = tuple(networks)
    if not (acting_user.is_superuser or _coordinates_all(acting_user, networks)):
        raise NotAllowedError("not_your_network", "Its coordinators let facilities in.", field="networks")
    facility = Facility(operator=None, claim_state=ClaimState.UNCLAIMED)
    _store(facility, values, networks, voice_for(facility, acting_user, batch))
    return facility


@transaction.atomic
def change_facility(
    facility: Facility,
    changes: Mapping[str, Any],
    *,
    acting_user: User,
    networks: Iterable[Network] | None = None,
    batch: UUID | None = None,
) -> Facility:
    """What is changed is this user's word (or the import's) of today; everything else keeps whose and how old it is.

    What is sent as it stood already changes nothing: to say that it is still true is a command of its own.
    """
    facility = locked_for_writing(facility, acting_user)
    _require_edge(facility, changes)
    changed = differing(facility, changes)
    old = plain({name: getattr(facility, name, None) for name in changes if name != "materials"})
    save_checked(facility, _without_pause_end(facility, changes), taken="external_id")
    note_said(facility, changed, voice_for(facility, acting_user, batch))
    new = plain(changes)
    if networks is not None:
        old["networks"], new["networks"] = _change_networks(facility, set(networks), acting_user)
    record("change", facility, acting_user=acting_user, old=old, new=new)
    return facility


@transaction.atomic
def change_contact(
    facility: Facility, values: Mapping[str, str], *, acting_user: User, batch: UUID | None = None
) -> Contact | None:
    """`values` may hold any of CONTACT_FIELDS; None when nothing is left. The trail says which fields, never what
    stood in them, so that erasing a contact erases it."""
    facility = locked_for_writing(facility, acting_user)
    contact = Contact.objects.filter(facility=facility).first() or Contact(facility=facility)
    for name, value in values.items():
        setattr(contact, name, value)
    record("change_contact", facility, acting_user=acting_user, new={"fields": sorted(values)})
    if not any(getattr(contact, name) for name in CONTACT_FIELDS):
        Contact.objects.filter(facility=facility).delete()
        return None
    for name, value in voice_for(facility, acting_user, batch).marks().items():
        setattr(contact, name, value)
    contact.save()
    return contact


def day_of(text: str) -> date:
    """Errors: InvalidInputError at `until`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("no_date", "That is no date.", field="until") from error


@transaction.atomic
def pause_facility(facility: Facility, *, until: date | None = None, acting_user: User, reason: str = "") -> Facility:
    """No offers and no rank until that day is over, or until somebody resumes it."""
    return _move(facility, OperatingState.PAUSED, acting_user, reason, paused_until=until)


@transaction.atomic
def resume_facility(facility: Facility, *, acting_user: User, reason: str = "") -> Facility:
    """From a pause, or open again."""
    return _move(facility, OperatingState.ACTIVE, acting_user, reason)


@transaction.atomic
def close_facility(facility: Facility, *, acting_user: User, reason: str = "") -> Facility:
    return _move(facility, OperatingState.CLOSED, acting_user, reason)


@transaction.atomic
def end_pauses(today: date) -> int:
    """Those whose last day of a pause is over are at work again; returns how many."""
    over = Facility.objects.select_for_update(skip_locked=True).filter(
        operating_state=OperatingState.PAUSED, paused_until__lt=today
    )
    facilities = list(over.order_by("pk"))
    for facility in facilities:
        old = {"operating_state": facility.operating_state, "paused_until": str(facility.paused_until)}
        facility.operating_state, facility.paused_until = OperatingState.ACTIVE, None
        facility.save(update_fields=["operating_state", "paused_until", "updated_at"])
        record("end_pause", facility, acting_user=None, old=old, new={"operating_state": OperatingState.ACTIVE})
    return len(facilities)


def _store(facility: Facility, values: Mapping[str, Any], networks: tuple[Network, ...], voice: Voice) -> None:
    if not networks:
        raise InvalidInputError("network_missing", "Name at least one network.", field="networks")
    for name, value in voice.marks().items():
        setattr(facility, name, value)
    save_checked(facility, values, taken="external_id")
    FacilityNetwork.objects.bulk_create(FacilityNetwork(facility=facility, network=network) for network in networks)
    new = {"name": facility.name, "claim_state": facility.claim_state, "networks": [one.slug for one in networks]}
    if voice.source == Source.IMPORTED:
        new["batch"] = str(voice.batch_id)
    record("create", facility, acting_user=voice.user, new=new)


def _move(facility: Facility, state: str, user: User, reason: str, **columns: Any) -> Facility:
    facility = locked_for_writing(facility, user)
    changes = {"operating_state": state, **columns}
    if state == facility.operating_state and state != OperatingState.PAUSED:
        return facility  # said twice
    _require_edge(facility, changes)
    old = plain({"operating_state": facility.operating_state, "paused_until": facility.paused_until})
    save_checked(facility, _without_pause_end(facility, changes), taken="external_id")
    record("change", facility, acting_user=user, old=old, new=plain(changes), reason=reason)
    return facility


def _coordinates_all(user: User, networks: Iterable[Network]) -> bool:
    served = set(Network.objects.coordinated_by(user).values_list("pk", flat=True))
    return all(network.pk in served for network in networks)


def _require_edge(facility: Facility, changes: Mapping[str, Any]) -> None:
    before, after = facility.operating_state, changes.get("operating_state", facility.operating_state)
    if before != after and (before, after) not in OPERATING_EDGES:
        facts = {"from": before, "to": after}
        raise DomainError(
            "transition_refused", "That step is not possible from here.", field="operating_state", facts=facts
        )


def _without_pause_end(facility: Facility, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A facility that works again has no end of a pause."""
    after = changes.get("operating_state", facility.operating_state)
    if after != OperatingState.PAUSED and "paused_until" not in changes:
        return {**changes, "paused_until": None}
    return dict(changes)


def _change_networks(facility: Facility, wanted: set[Network], user: User) -> tuple[list[str], list[str]]:
    """The operator's people may leave a network; into one only its coordinators let it."""
    before = set(facility.networks.all())
    if not wanted:
        raise InvalidInputError("network_missing", "A facility stays in at least one network.", field="networks")
    if not (user.is_superuser or _coordinates_all(user, wanted - before)):
        raise NotAllowedError("not_your_network", "Its coordinators let facilities in.", field="networks")
    own = facility.operator is not None and facility.operator.memberships.filter(user=user).exists()
    if not (user.is_superuser or own or _coordinates_all(user, before - wanted)):
        raise NotAllowedError("not_your_network", "Its own people or its coordinators take it out.", field="networks")
    facility.network_links.filter(network__in=before - wanted).delete()
    FacilityNetwork.objects.bulk_create(FacilityNetwork(facility=facility, network=one) for one in wanted - before)
    return sorted(one.slug for one in before), sorted(one.slug for one in wanted)
