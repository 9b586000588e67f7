"""What belongs to a facility: capabilities, resources, certificates, machines, no-gos."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from apps.accounts.models import User
from apps.catalog.models import Certification, CertificationScope, ProcessKind
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
from apps.facilities.services.suggestions import refresh_suggestions, suggested_line
from apps.facilities.services.writing import (
    Voice,
    differing,
    locked_for_writing,
    note_said,
    plain,
    save_checked,
    voice_for,
)

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
# What dates a resource: another name for it says nothing of its hours.
HOURS_OF_A_RESOURCE = frozenset(
    {"kind", "machines", "gross_hours_per_week", "units_per_week", "availability", "booked_share"}
)
OTHERS: dict[str, str] = {
    CertificationScope.PRODUCT: "It is a statement about one product, never about a facility. Say for which product "
    "you have shown it, or list the test that you offer as a capability.",
    CertificationScope.PERSON: "It belongs to a person, never to a facility. Say whose it is, by role or number of "
    "people.",
}


@transaction.atomic
def add_part(
    facility: Facility, model: type[P], values: Mapping[str, Any], *, acting_user: User, batch: UUID | None = None
) -> P:
    """A line takes the place of a suggestion of the same process; a machine brings suggestions with it.

    `batch` names the import that it came with: source `imported` then.
    Errors: NotAllowedError for readers, DomainError `already_listed`, InvalidInputError for a broken rule.
    """
    facility = locked_for_writing(facility, acting_user)
    row = model(facility=facility)
    if isinstance(row, Capability):
        row = suggested_line(facility, values) or row
    _write(facility, row, values, voice_for(facility, acting_user, batch))
    record(f"add_{model._meta.model_name}", facility, acting_user=acting_user, new=plain(values))
    return row


@transaction.atomic
def change_part(row: P, changes: Mapping[str, Any], *, acting_user: User, batch: UUID | None = None) -> P:
    """Of a line each field keeps whose and how old it is, but for those that are changed; other parts are one fact."""
    facility = locked_for_writing(row.facility, acting_user)
    old = plain({name: getattr(row, name) for name in changes if name not in _links(row)})
    _write(facility, row, changes, voice_for(facility, acting_user, batch))
    verb = f"change_{row._meta.model_name}"
    record(verb, facility, acting_user=acting_user, old={"of": str(row), **old}, new=plain(changes))
    return row


@transaction.atomic
def remove_part(row: Part, *, acting_user: User) -> None:
    """Errors: DomainError `still_held` for a resource that holds name, `follows_from_machine` for a suggestion that
    would be back at once."""
    facility = locked_for_writing(row.facility, acting_user)
    if isinstance(row, Capability) and row.suggested_by_id is not None:
        detail = "It follows from a machine on the list. Leave it unticked, or take the machine off the list."
        raise DomainError("follows_from_machine", detail)
    record(f"remove_{row._meta.model_name}", facility, acting_user=acting_user, old={"of": str(row)})
    try:
        row.delete()
    except models.ProtectedError as error:
        raise DomainError("still_held", "Hours of it are or were held, so it stays on the list.") from error
    if isinstance(row, HeldMachine):
        refresh_suggestions(facility, acting_user)


def write_as(facility: Facility, row: Part, values: Mapping[str, Any], voice: Voice) -> None:
    """Inside the caller's transaction, which has locked the facility and answers for who may, and for the trail."""
    _write(facility, row, values, voice)


def _write(facility: Facility, row: Part, values: Mapping[str, Any], voice: Voice) -> None:
    if isinstance(row, Capability):
        _write_line(facility, row, values, voice)
        return
    if isinstance(row, HeldCertificate):
        _write_certificate(row, values, voice)
        return
    if not isinstance(row, Resource) or row.pk is None or HOURS_OF_A_RESOURCE & differing(row, values):
        _mark(row, voice)
    save_checked(row, values, taken=UNIQUE_BY[type(row)])
    if isinstance(row, HeldMachine):
        refresh_suggestions(facility, voice.user)


def _write_line(facility: Facility, row: Capability, values: Mapping[str, Any], voice: Voice) -> None:
    """A new line, and a suggestion that somebody writes to, is that one's word as a whole."""
    _require_own_resource(facility, values)
    if getattr(values.get("process"), "kind", None) == ProcessKind.CATEGORY:
        raise InvalidInputError("process_is_category", "It is a group of processes; name its kinds.", field="process")
    whole = row.pk is None or row.source == Source.SUGGESTED
    changed = differing(row, values)
    if whole:
        _mark(row, voice)
        row.suggested_by = None
    elif changed:
        row.evidence_level = EvidenceLevel.STATED
    save_checked(row, values, taken=UNIQUE_BY[Capability])
    if not whole:
        note_said(facility, changed, voice, capability=row)


def _write_certificate(row: HeldCertificate, values: Mapping[str, Any], voice: Voice) -> None:
    """Evidence holds for the facts that it has shown; the table takes it back when one of them changes."""
    if "evidence_level" in values:
        raise NotAllowedError("evidence_not_yours", "Evidence is shown and verified.", field="evidence_level")
    certification = values.get("certification") or row.certification
    require_kind(certification, values.get("shown_for", row.shown_for))
    changed = differing(row, values) if row.pk else set(values)
    if changed or not row.pk:
        for name, value in voice.marks().items():
            setattr(row, name, value)
    save_checked(row, values, taken=UNIQUE_BY[HeldCertificate])
    if "scope_processes" in changed and not row._state.adding:
        take_back_evidence(row, "facts_changed")
    row.refresh_from_db(fields=["evidence_level"])


def take_back_evidence(certificate: HeldCertificate, because: str) -> None:
    """What is left is the facility's word."""
    certificate.verifications.filter(undone_at=None).update(undone_at=models.functions.Now(), undone_because=because)
    HeldCertificate.objects.filter(pk=certificate.pk).exclude(evidence_level=EvidenceLevel.STATED).update(
        evidence_level=EvidenceLevel.STATED
    )


def require_kind(certification: Certification, shown_for: str) -> None:
    """A facility holds its own certificates; of those of products and persons it has shown some, for somebody.

    Errors: InvalidInputError at `shown_for`.
    """
    other = OTHERS.get(certification.scope)
    facts = {"scope": certification.scope}
    if other and not shown_for.strip():
        raise InvalidInputError("not_a_facilitys_certificate", other, field="shown_for", facts=facts)
    if shown_for.strip() and not other:
        detail = "This certificate is the facility's own; leave blank for whom it was shown."
        raise InvalidInputError("a_facilitys_certificate", detail, field="shown_for", facts=facts)


def _mark(row: Any, voice: Voice) -> None:
    for name, value in {**voice.marks(), "evidence_level": EvidenceLevel.STATED}.items():
        setattr(row, name, value)


def _require_own_resource(facility: Facility, values: Mapping[str, Any]) -> None:
    resource = values.get("resource")
    if resource is not None and resource.facility_id != facility.pk:
        raise InvalidInputError("unknown_resource", "The facility has no such resource.", field="resource")


def _links(row: models.Model) -> set[str]:
    return {field.name for field in row._meta.many_to_many}
