"""Handing in, applying, discarding and undoing imports."""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import ROLES_THAT_WRITE, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.exchange import doorbells
from apps.exchange.models import WORKING, BatchState, ImportBatch, ImportFile
from apps.exchange.registry import BY_NAME
from apps.facilities.models import Facility
from apps.networks.models import Network

MAX_FILE_BYTES = 10 * 1024 * 1024
MOST_AT_WORK = 5  # imports that one person may have under way at once
OWN_SOURCE = "own"
SOURCE = re.compile(r"[-\w]{1,60}", re.ASCII)


@transaction.atomic
def upload_for_network(
    network: Network, name: str, data: bytes, *, source: str = "", format: str = "", acting_user: User
) -> ImportBatch:
    """For its coordinators: what the file says is taken over as imported, once somebody has looked at it.

    `source` names whose ids the file uses. Errors: NotAllowedError, InvalidInputError, DomainError `too_many_at_work`.
    """
    if not (acting_user.is_superuser or Network.objects.coordinated_by(acting_user).filter(pk=network.pk).exists()):
        raise NotAllowedError("not_a_coordinator", "Only its coordinators import into a network.", field="network")
    return _upload(ImportBatch(network=network), name, data, source or format or "template", format, acting_user)


@transaction.atomic
def upload_for_facility(
    facility: Facility, name: str, data: bytes, *, format: str = "", acting_user: User
) -> ImportBatch:
    """For its own people: what the file says of their facility is their word.

    Errors: NotAllowedError where the user does not write for its operator; as above.
    """
    if not (_writes_for_operator(facility, acting_user) or acting_user.is_superuser):
        detail = "Its own people hand in files for a facility; coordinators import into their network."
        raise NotAllowedError("not_a_writer", detail, field="facility")
    return _upload(ImportBatch(facility=facility), name, data, OWN_SOURCE, format, acting_user)


def _writes_for_operator(facility: Facility, user: User) -> bool:
    operator = facility.operator
    return operator is not None and operator.memberships.filter(user=user, role__in=ROLES_THAT_WRITE).exists()


def _upload(batch: ImportBatch, name: str, data: bytes, source: str, format: str, user: User) -> ImportBatch:
    if not data:
        raise InvalidInputError("empty_file", "There is nothing in this file.", field="file")
    if len(data) > MAX_FILE_BYTES:
        facts = {"limit": MAX_FILE_BYTES}
        raise InvalidInputError("file_too_large", "A file has at most 10 MB.", field="file", facts=facts)
    if format and format not in BY_NAME:
        raise InvalidInputError("unknown_format", "There is no such format.", field="format")
    if not SOURCE.fullmatch(source):
        detail = "Letters without accents, digits, - and _, at most 60."
        raise InvalidInputError("invalid_source", detail, field="source")
    if ImportBatch.objects.filter(uploaded_by=user, state__in=WORKING).count() >= MOST_AT_WORK:
        raise DomainError("too_many_at_work", f"{MOST_AT_WORK} imports of yours are under way; wait for them.")
    batch.source, batch.format, batch.uploaded_by = source, format, user
    batch.file_name = file_name(name)
    batch.file_bytes, batch.file_digest = len(data), hashlib.sha256(data).hexdigest()
    batch.save()
    ImportFile.objects.create(batch=batch, data=data)
    record("upload_import", batch, acting_user=user, new={"file": batch.file_name, "digest": batch.file_digest})
    doorbells.ring()
    return batch


def file_name(name: str) -> str:
    """The last part of the name, without letters that would break a header or turn the line round."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in plain if letter.isprintable())[:200].strip() or "file"


def apply_import(batch: ImportBatch, *, acting_user: User) -> ImportBatch:
    """From here on workers write it. Errors: DomainError `transition_refused`, NotAllowedError."""
    return _move(batch, BatchState.APPLYING, (BatchState.READ,), acting_user, applied_by=acting_user)


def undo_import(batch: ImportBatch, *, acting_user: User, reason: str = "") -> ImportBatch:
    """What others have changed since stays, and is listed."""
    allowed = (BatchState.APPLIED, BatchState.FAILED)
    return _move(batch, BatchState.UNDOING, allowed, acting_user, reason=reason, undone_by=acting_user)


def discard_import(batch: ImportBatch, *, acting_user: User) -> ImportBatch:
    """Nothing of it was written, nothing will be; the file is forgotten."""
    with transaction.atomic():
        moved = _move(batch, BatchState.DISCARDED, (BatchState.UPLOADED, BatchState.READ), acting_user)
        ImportFile.objects.filter(batch=moved).delete()
    return moved


@transaction.atomic
def _move(
    batch: ImportBatch, state: str, allowed: tuple[str, ...], user: User, *, reason: str = "", **columns: Any
) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("network", "facility").get(pk=batch.pk)
    _require_hers(batch, user)
    before = batch.state
    if before not in allowed or (before == BatchState.FAILED and not batch.applied_by_id):
        facts = {"from": before, "to": str(state)}
        raise DomainError("transition_refused", "That step is not possible from here.", facts=facts)
    batch.state, batch.attempts, batch.failure, batch.failure_detail = state, 0, "", ""
    for name, value in columns.items():
        setattr(batch, name, value)
    batch.save()
    record(f"{state}_import", batch, acting_user=user, old={"state": before}, new={"state": str(state)}, reason=reason)
    if state in WORKING:
        doorbells.ring()
    return batch


def _require_hers(batch: ImportBatch, user: User) -> None:
    if user.is_superuser:
        return
    if batch.network is not None:
        hers = Network.objects.coordinated_by(user).filter(pk=batch.network.pk).exists()
    else:
        hers = batch.facility is not None and _writes_for_operator(batch.facility, user)
    if not hers:
        raise NotAllowedError("not_yours_to_decide", "You may look at this import, not decide about it.")


def forget_files(*, before: datetime) -> int:
    """Drops the bytes of imports that were handed in before that and are not at work. Returns how many."""
    done = ImportFile.objects.filter(batch__created_at__lt=before).exclude(batch__state__in=WORKING)
    return done.delete()[0]
