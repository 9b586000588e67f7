"""Finds imports that are at work and carries them on; after a killed worker the next one goes on where it stopped."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from django.db import connection, transaction
from django.db.models import F

from apps.core.audit import record
from apps.exchange.models import BROKE_DOWN, WORKING, BatchState, ImportBatch
from apps.exchange.runs.applying import apply_batch
from apps.exchange.runs.reading import read_batch
from apps.exchange.runs.undoing import undo_batch

STEPS: dict[str, Callable[[int], Iterator[None]]] = {
    BatchState.UPLOADED: read_batch,
    BatchState.APPLYING: apply_batch,
    BatchState.UNDOING: undo_batch,
}
LAST_ATTEMPT = 3  # in a row that got nowhere
# A call ends by itself long before its task is ended by force; the next one goes on.
CALL_SECONDS = 480.0
TURN_SECONDS = 60.0  # then the next import has its turn
ERROR_CHARACTERS = 8_000
LOCK = 7_461_001  # of the whole database, so unlike any other's


def carry_on(seconds: float = CALL_SECONDS) -> bool:
    """Work on all that is due, in turns, until nothing is left or the time is over. Whether something is left.

    Imports never take more than one worker process, so that rankings go on meanwhile.
    """
    until = time.monotonic() + seconds
    with _ours_alone() as ours:
        while ours and time.monotonic() < until:
            due = list(ImportBatch.objects.at_work().order_by("pk").values_list("pk", flat=True))
            if not due:
                return False
            for batch_id in due:
                _carry(batch_id, min(until, time.monotonic() + TURN_SECONDS))
    return ours


def _carry(batch_id: int, until: float) -> None:
    while time.monotonic() < until:
        batch = _begun(batch_id)
        if batch is None:
            return
        with _Answerable(batch):
            for _ in STEPS[batch.state](batch_id):
                ImportBatch.objects.filter(pk=batch_id).exclude(attempts=0).update(attempts=0)
                if time.monotonic() >= until:
                    return


@transaction.atomic
def _begun(batch_id: int) -> ImportBatch | None:
    """The attempt is counted before the work begins, so that work which kills its worker is counted too."""
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id, state__in=WORKING).first()
    if batch is None:
        return None
    if batch.attempts >= LAST_ATTEMPT:
        batch.state, batch.failure = BatchState.FAILED, BROKE_DOWN
        batch.save(update_fields=["state", "failure", "updated_at"])
        record("fail_import", batch, acting_user=None, new={"failure": batch.failure})
        return None
    ImportBatch.objects.filter(pk=batch_id).update(attempts=F("attempts") + 1)
    return batch


@contextmanager
def _ours_alone() -> Iterator[bool]:
    """The lock ends with the connection, so that of a killed worker is free at once.

    It only spares work: each chunk locks the batch's row and looks how far it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class _Answerable(AbstractContextManager[None]):
    """While it lasts an error is written down at the batch, and goes on its way: the task fails, loudly."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            text = "".join(traceback.format_exception(error))[-ERROR_CHARACTERS:]
            ImportBatch.objects.filter(pk=self.batch.pk).update(failure_detail=text)
