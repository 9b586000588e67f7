"""Applies the rows of a batch: good ones stay, whatever becomes of the others."""

from collections.abc import Iterator
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.exchange import doorbells
from apps.exchange.checking import Catalogue
from apps.exchange.formats.base import Refusal
from apps.exchange.models import BatchState, ImportBatch, ImportRow, Outcome, RowState
from apps.exchange.planning import Plan, Told, plan_row
from apps.exchange.runs.chunks import CHUNK, acting, lock_source, locked_batch
from apps.exchange.runs.writing import Writer, keep_terms, voice_of
from apps.exchange.standing import find_standings

WRITTEN = ["state", "outcome", "facility", "refusals", "changes", "kept", "journal", "updated_at"]


def apply_batch(batch_id: int) -> Iterator[None]:
    """Chunk by chunk. What each row changes is worked out anew: the world may have changed since it was read."""
    catalogue = Catalogue.load()
    while _apply_chunk(batch_id, catalogue):
        yield
    yield


@transaction.atomic
def _apply_chunk(batch_id: int, catalogue: Catalogue) -> bool:
    """Whether there may be more."""
    batch = locked_batch(batch_id, BatchState.APPLYING)
    if batch is None:
        return False
    rows = list(batch.rows.filter(state=RowState.READ).order_by("position")[:CHUNK])
    if not rows:
        _finish(batch)
        return False
    lock_source(batch)
    told = {row.pk: _told(row) for row in rows if row.draft}
    found = find_standings(
        batch, [one.external_id for one in told.values()], [one.public_id for one in told.values()], lock=True
    )
    with acting(batch, batch.applied_by):
        for row in rows:
            row.state, row.updated_at = RowState.APPLIED, timezone.now()
            if row.outcome != Outcome.REFUSED:
                _apply_row(batch, row, told[row.pk], plan_row(told[row.pk], found, catalogue), catalogue)
    ImportRow.objects.bulk_update(rows, WRITTEN)
    return True


def _told(row: ImportRow) -> Told:
    return Told(row.number, row.external_id, row.draft["public_id"], row.draft["facts"])


def _apply_row(batch: ImportBatch, row: ImportRow, told: Told, plan: Plan, catalogue: Catalogue) -> None:
    """A row that the database refuses takes nobody with it."""
    before = {(one["number"], one["column"], one["reason"]) for one in row.refusals}
    fresh = [one for one in plan.refusals if (one.number, one.column, one.reason) not in before]
    row.refusals = [*row.refusals, *(asdict(one) for one in fresh)]
    row.outcome = plan.outcome
    row.changes = [asdict(one) for one in plan.changes]
    row.kept = [asdict(one) for one in plan.kept]
    if plan.outcome == Outcome.REFUSED:
        return
    acting_user = batch.applied_by
    assert acting_user is not None  # noqa: S101 - who applies is written with the state
    try:
        with transaction.atomic():
            _write(batch, row, told, plan, catalogue, acting_user)
    except IntegrityError as error:
        row.outcome, row.changes, row.journal = Outcome.REFUSED, [], {}
        row.refusals = [*row.refusals, asdict(_refusal(row, error))]


def _write(batch: ImportBatch, row: ImportRow, told: Told, plan: Plan, catalogue: Catalogue, acting_user: User) -> None:
    writer = Writer(batch, catalogue, voice_of(batch, acting_user))
    facility = writer.write(told, plan)
    row.batch = batch
    keep_terms(row, facility)
    row.facility, row.journal = facility, asdict(writer.journal)


def _refusal(row: ImportRow, error: IntegrityError) -> Refusal:
    """Rules that only the database can tell of, such as a name that somebody else took this very moment."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "database"
    return Refusal(row.number, "", row.external_id, "rule_broken", f"The database refuses this row: {rule}.")


def _finish(batch: ImportBatch) -> None:
    batch.state, batch.applied_at = BatchState.APPLIED, timezone.now()
    batch.save(update_fields=["state", "applied_at", "updated_at"])
    record("finish_import", batch, acting_user=batch.applied_by, new={"state": batch.state})
    if batch.network_id is not None:
        doorbells.ring_for_twins(batch.network_id)
