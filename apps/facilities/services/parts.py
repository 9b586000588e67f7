"""What belongs to a facility: capabilities, resources, certificates, machines, no-gos."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import (
    Capability,
    EvidenceLevel,
    Facility,
    HeldCertificate,
    HeldMachine,
    NoGo,
    Resource,
    Source,
)
from apps.facilities.services.writing import locked_for_writing, plain, save_checked, source_for, today

Part = Capability | Resource | HeldCertificate | HeldMachine | NoGo
P = TypeVar("P", Capability, Resource, HeldCertificate, HeldMachine, NoGo)

# The field that a second row of the same kind repeats.
UNIQUE_BY: dict[type[models.Model], str] = {
    Capability: "process",
    Resource: "kind",
    HeldCertificate: "certification",
    HeldMachine: "machine",
    NoGo: "value",
}


@transaction.atomic
def add_part(facility: Facility, model: type[P], values: Mapping[str, Any], *, acting_user: User) -> P:
    """Errors: NotAllowedError for readers, DomainError `already_listed`, InvalidInputError for a broken rule."""
    facility = locked_for_writing(facility, acting_user)
    row = model(facility=facility)
    _write(facility, row, values, acting_user)
    record(f"add_{model._meta.model_name}", facility, acting_user=acting_user, new=plain(values))
    return row


@transaction.atomic
def change_part(row: P, changes: Mapping[str, Any], *, acting_user: User) -> P:
    facility = locked_for_writing(row.facility, acting_user)
    old = plain({name: getattr(row, name) for name in changes if name not in _links(row)})
    _write(facility, row, changes, acting_user)
    verb = f"change_{row._meta.model_name}"
    record(verb, facility, acting_user=acting_user, old={"of": str(row), **old}, new=plain(changes))
    return row


@transaction.atomic
def remove_part(row: Part, *, acting_user: User) -> None:
    """Errors: DomainError `still_held` for a resource that holds name."""
    facility = locked_for_writing(row.facility, acting_user)
    record(f"remove_{row._meta.model_name}", facility, acting_user=acting_user, old={"of": str(row)})
    try:
        row.delete()
    except models.ProtectedError as error:
        raise DomainError("still_held", "Hours of it are or were held, so it stays on the list.") from error


def _write(facility: Facility, row: Part, values: Mapping[str, Any], user: User) -> None:
    source = source_for(facility, user)
    if isinstance(row, Capability | Resource):
        row.source, row.confirmed_on = source, today()
    if isinstance(row, Capability):
        _require_own_resource(facility, values)
    if isinstance(row, HeldCertificate):
        values = _with_evidence(row, values, source)
    save_checked(row, values, taken=UNIQUE_BY[type(row)])


def _require_own_resource(facility: Facility, values: Mapping[str, Any]) -> None:
    resource = values.get("resource")
    if resource is not None and resource.facility_id != facility.pk:
        raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")


def _with_evidence(row: HeldCertificate, values: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """What a facility says of itself is stated; only a coordinator raises it. Its own edit makes it stated again."""
    if source == Source.COORDINATOR:
        return values
    if values.get("evidence_level", EvidenceLevel.STATED) != EvidenceLevel.STATED:
        raise NotAllowedError("evidence_not_yours", "A coordinator confirms evidence.", field="evidence_level")
    return {**values, "evidence_level": EvidenceLevel.STATED}


def _links(row: models.Model) -> set[str]:
    return {field.name for field in row._meta.many_to_many}
