"""Evidence for certificates: documents handed in and read, verifications given and taken back, warnings of expiry."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import (
    VERIFIED,
    CertificateDocument,
    Checked,
    EvidenceLevel,
    ExpiryWarning,
    Facility,
    HeldCertificate,
    OperatingState,
    UndoneBecause,
    Verification,
)
from apps.facilities.services.letters import warn_of_expiry
from apps.facilities.services.papers import kind_of_document
from apps.facilities.services.parts import take_back_evidence
from apps.facilities.services.writing import locked_for_writing, today

WARNED_DAYS = (60, 14)
LONGEST_NAME = 120


@transaction.atomic
def hand_in_document(certificate: HeldCertificate, *, name: str, data: bytes, acting_user: User) -> CertificateDocument:
    """The paper for the facts as they stand: `documented` from now on; another paper undoes a verification.

    Errors: NotAllowedError `not_a_writer`, InvalidInputError at `file` (see `kind_of_document`).
    """
    kind = kind_of_document(name, data)
    facility = locked_for_writing(certificate.facility, acting_user)
    row = _locked(certificate)
    take_back_evidence(row, UndoneBecause.DOCUMENT_CHANGED)
    _forget_document(row)
    document = CertificateDocument(
        certificate=row,
        name=PurePosixPath(name.replace("\\", "/")).name[-LONGEST_NAME:],
        kind=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        handed_in_by=acting_user,
    )
    document.file.save(f"{uuid4().hex}{_suffix(name)}", ContentFile(data), save=True)
    _raise_evidence(row, EvidenceLevel.DOCUMENTED)
    new = {"of": str(row), "name": document.name, "sha256": document.sha256}
    record("hand_in_document", facility, acting_user=acting_user, new=new)
    return document


@transaction.atomic
def remove_document(certificate: HeldCertificate, *, acting_user: User) -> None:
    """The certificate is stated again. Errors: NotAllowedError, DomainError `no_document`."""
    facility = locked_for_writing(certificate.facility, acting_user)
    row = _locked(certificate)
    document = CertificateDocument.objects.filter(certificate=row).first()
    if document is None:
        raise DomainError("no_document", "There is no document.")
    take_back_evidence(row, UndoneBecause.DOCUMENT_CHANGED)
    record("remove_document", facility, acting_user=acting_user, old={"of": str(row), "name": document.name})
    _forget_document(row)


@transaction.atomic
def read_document(document: CertificateDocument, *, acting_user: User) -> bytes:
    """What the file holds; that somebody has read it is written down."""
    facility = document.certificate.facility
    new = {"of": str(document.certificate), "name": document.name, "sha256": document.sha256}
    record("read_document", facility, acting_user=acting_user, new=new)
    with document.file.open("rb") as file:
        data: bytes = file.read()
    return data


@transaction.atomic
def verify_certificate(
    certificate: HeldCertificate, *, level: str, checked: Sequence[str], words: str = "", acting_user: User
) -> Verification:
    """A coordinator has looked at the document, or also at the issuer's registry, and at what of it.

    Verified once, it is verified anew. Errors: NotAllowedError `not_a_coordinator` or `own_certificate`,
    InvalidInputError at `level` or `checked`, DomainError `no_document` or `certificate_expired`.
    """
    facility = _require_verifier(certificate.facility, acting_user)
    row = _locked(certificate)
    _require_sound(level, checked)
    if not CertificateDocument.objects.filter(certificate=row).exists():
        raise DomainError("no_document", "First its document is handed in; then it can be verified.")
    if row.expires_on is not None and row.expires_on < today():
        raise DomainError("certificate_expired", "It has expired.", facts={"expires_on": str(row.expires_on)})
    if row.evidence_level in VERIFIED:
        take_back_evidence(row, UndoneBecause.RENEWED)
        row.evidence_level = EvidenceLevel.STATED
    if row.evidence_level != EvidenceLevel.DOCUMENTED:
        _raise_evidence(row, EvidenceLevel.DOCUMENTED)
    made = Verification.objects.create(
        certificate=row, level=level, checked=sorted(set(checked)), words=words, verified_by=acting_user
    )
    _raise_evidence(row, level)
    new = {"of": str(row), "level": level, "checked": made.checked, "words": words}
    record("verify_certificate", facility, acting_user=acting_user, new=new)
    return made


@transaction.atomic
def take_back_verification(certificate: HeldCertificate, *, acting_user: User, reason: str) -> None:
    """The document is left. Errors: NotAllowedError, DomainError `not_verified`, InvalidInputError `reason_missing`."""
    facility = _require_verifier(certificate.facility, acting_user)
    row = _locked(certificate)
    if row.evidence_level not in VERIFIED:
        raise DomainError("not_verified", "There is no verification to take back.")
    if not reason.strip():
        raise InvalidInputError("reason_missing", "Say why.", field="reason")
    old = {"of": str(row), "level": row.evidence_level}
    take_back_evidence(row, UndoneBecause.TAKEN_BACK)
    if CertificateDocument.objects.filter(certificate=row).exists():
        _raise_evidence(row, EvidenceLevel.DOCUMENTED)
    record("take_back_verification", facility, acting_user=acting_user, old=old, reason=reason)


@transaction.atomic
def warn_of_expiries(day: date) -> int:
    """One mail for each certificate at 60 and one at 14 days; returns how many certificates were warned of.

    A day without a worker loses nothing, and a certificate that is stated when it has 10 days left is warned of once.
    """
    soon = HeldCertificate.objects.filter(
        expires_on__gte=day, expires_on__lte=day + timedelta(days=max(WARNED_DAYS)), facility__removed_at=None
    ).exclude(facility__operating_state=OperatingState.CLOSED)
    warned = 0
    for certificate in soon.select_related("facility__operator", "certification").order_by("pk"):
        expires = certificate.expires_on or day  # the query asks for a date
        days = min(limit for limit in WARNED_DAYS if (expires - day).days <= limit)
        _, new = ExpiryWarning.objects.get_or_create(certificate=certificate, expires_on=expires, days=days)
        if new:
            warn_of_expiry(certificate, expires, days=days, today=day)
            warned += 1
    return warned


def _require_verifier(facility: Facility, user: User) -> Facility:
    """Nobody vouches for a certificate of a place of their own."""
    facility = Facility.objects.select_for_update().get(pk=facility.pk)
    if not (user.is_superuser or facility.networks.filter(coordinators__user=user).exists()):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network verifies evidence.")
    if facility.operator is not None and facility.operator.memberships.filter(user=user).exists():
        raise NotAllowedError("own_certificate", "Somebody else verifies what is your own.")
    return facility


def _require_sound(level: str, checked: Sequence[str]) -> None:
    if level not in VERIFIED:
        raise InvalidInputError("level_unknown", "By a coordinator or in a registry.", field="level")
    if not checked or set(checked) - set(Checked.values):
        raise InvalidInputError("checked_missing", "Say what was looked at.", field="checked")
    if level == EvidenceLevel.REGISTRY_VERIFIED and Checked.REGISTRY not in checked:
        raise InvalidInputError("registry_not_checked", "Then the registry is what was looked at.", field="checked")


def _locked(certificate: HeldCertificate) -> HeldCertificate:
    found = HeldCertificate.objects.select_for_update(of=("self",)).select_related("certification", "facility")
    row: HeldCertificate = found.get(pk=certificate.pk)
    return row


def _raise_evidence(row: HeldCertificate, level: str) -> None:
    row.evidence_level = level
    row.save(update_fields=["evidence_level", "updated_at"])


def _forget_document(row: HeldCertificate) -> None:
    """The row now, the file once that is certain."""
    for document in CertificateDocument.objects.filter(certificate=row):
        storage, name = document.file.storage, document.file.name
        document.delete()
        if name:
            transaction.on_commit(partial(storage.delete, name))


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
