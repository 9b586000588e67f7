"""The facility itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, OrganisationKind, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import ClaimState, Facility, FacilityNetwork, OperatingState
from apps.facilities.services.writing import locked_for_writing, plain, save_checked, source_for, today
from apps.networks.models import Network

OPERATING_EDGES = (
    (OperatingState.ACTIVE, OperatingState.PAUSED),
    (OperatingState.PAUSED, OperatingState.ACTIVE),
    (OperatingState.ACTIVE, OperatingState.CLOSED),
    (OperatingState.PAUSED, OperatingState.CLOSED),
)


@transaction.atomic
def register_facility(
    operator: Organisation, values: Mapping[str, Any], *, networks: Iterable[Network], acting_user: User
) -> Facility:
    """By the operator's own people: a coordinator still has to approve the claim. By a coordinator: claimed at once.

    `values` are columns of Facility, `envelope_mm` and `materials`.
    Errors: NotAllowedError, InvalidInputError, DomainError `already_listed` for a taken external id.
    """
    networks = tuple(networks)
    if operator.kind != OrganisationKind.PRODUCER:
        raise InvalidInputError("not_a_producer", "Only a producer operates facilities.", field="operator")
    if not networks:
        raise InvalidInputError("network_missing", "Name at least one network.", field="networks")
    own = operator.memberships.filter(user=acting_user, role__in=ROLES_THAT_WRITE).exists()
    coordinates = acting_user.is_superuser or _coordinates_all(acting_user, networks)
    if not (own or coordinates):
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.", field="operator")
    facility = Facility(
        operator=operator,
        claim_state=ClaimState.CLAIMED if coordinates else ClaimState.CLAIM_PENDING,
        confirmed_on=today(),
    )
    facility.source = source_for(facility, acting_user)
    save_checked(facility, values, taken="external_id")
    FacilityNetwork.objects.bulk_create(FacilityNetwork(facility=facility, network=network) for network in networks)
    new = {"name": facility.name, "claim_state": facility.claim_state, "networks": [one.slug for one in networks]}
    record("create", facility, acting_user=acting_user, new=new)
    return facility


@transaction.atomic
def change_facility(
    facility: Facility, changes: Mapping[str, Any], *, acting_user: User, networks: Iterable[Network] | None = None
) -> Facility:
    """What is written now counts as confirmed today."""
    facility = locked_for_writing(facility, acting_user)
    _require_edge(facility, changes)
    old = plain({name: getattr(facility, name, None) for name in changes if name != "materials"})
    facility.source = source_for(facility, acting_user)
    facility.confirmed_on = today()
    save_checked(facility, _without_pause_end(facility, changes), taken="external_id")
    new = plain(changes)
    if networks is not None:
        old["networks"], new["networks"] = _change_networks(facility, set(networks), acting_user)
    record("change", facility, acting_user=acting_user, old=old, new=new)
    return facility


@transaction.atomic
def decide_claim(facility: Facility, *, approve: bool, acting_user: User, reason: str = "") -> Facility:
    """A coordinator of one of its networks says whether the operator really runs the place."""
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    served = facility.networks.filter(coordinators__user=acting_user).exists()
    if not (acting_user.is_superuser or served):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network decides about claims.")
    if facility.claim_state != ClaimState.CLAIM_PENDING:
        facts = {"claim_state": facility.claim_state}
        raise DomainError("no_claim_pending", "There is no claim to decide about.", facts=facts)
    facility.claim_state = ClaimState.CLAIMED if approve else ClaimState.DENIED
    facility.save(update_fields=["claim_state", "updated_at"])
    record(
        "decide_claim",
        facility,
        acting_user=acting_user,
        old={"claim_state": ClaimState.CLAIM_PENDING},
        new={"claim_state": facility.claim_state},
        reason=reason,
    )
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
