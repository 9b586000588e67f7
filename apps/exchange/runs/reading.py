"""Reads a file into rows that can be looked at: what would be new, what would change, what is refused and why."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from apps.core.audit import record
from apps.exchange.checking import Catalogue, checked_row
from apps.exchange.columns import TERM_TABLES
from apps.exchange.formats.base import (
    Format,
    Makes,
    ParsedRow,
    Refusal,
    SourceFile,
    TermKind,
    UnreadableError,
)
from apps.exchange.models import BatchState, ImportBatch, ImportRow, Outcome
from apps.exchange.planning import Plan, Told, plan_row
from apps.exchange.registry import format_for
from apps.exchange.runs.chunks import CHUNK, locked_batch
from apps.exchange.standing import Found, find_standings
from apps.exchange.terms import CatalogueWords

MOST_NOTES = 500  # of one kind in a row: a file of one facility with 100,000 broken cells must not fill the database


@dataclass(frozen=True)
class ShortNamesFirst:
    """The synonym table, but our own short names mean themselves."""

    catalogue: Catalogue
    words: CatalogueWords

    def find(self, kind: TermKind, text: str) -> str | None:
        plain = text.strip().lower()
        known = plain in self.catalogue.keys[TERM_TABLES[kind]] and plain not in self.catalogue.groups
        return plain if known else self.words.find(kind, text)

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]:
        return self.words.suggest(kind, text)


@dataclass
class Reader:
    """`seen` are the ids and facilities that rows above speak of."""

    batch: ImportBatch
    catalogue: Catalogue = field(default_factory=Catalogue.load)
    seen: set[str | int] = field(default_factory=set)

    def store(self, chunk: Sequence[tuple[int, ParsedRow]]) -> None:
        rows = [(position, checked_row(row, self.catalogue)) for position, row in chunk]
        found = find_standings(
            self.batch,
            [row.external_id for _, row in rows],
            [row.facility.public_id for _, row in rows if row.facility is not None],
        )
        ImportRow.objects.bulk_create([self._row(position, row, found) for position, row in rows])

    def _row(self, position: int, row: ParsedRow, found: Found) -> ImportRow:
        if row.facility is None:
            return self._made(position, row, None, Plan(Outcome.REFUSED))
        told = Told.by(row, row.facility)
        plan = plan_row(told, found, self.catalogue)
        if plan.outcome != Outcome.REFUSED:
            here = plan.standing.facility
            ids: set[str | int] = {row.external_id} | ({here.pk} if here is not None else set())
            if ids & self.seen:
                detail = "A row above speaks of the same facility."
                refusal = Refusal(row.number, "", row.external_id, "repeated_id", detail)
                plan = Plan(Outcome.REFUSED, refusals=(refusal,))
            self.seen |= ids
        return self._made(position, row, told, plan)

    def _made(self, position: int, row: ParsedRow, told: Told | None, plan: Plan) -> ImportRow:
        facility = plan.standing.facility
        refusals = (*row.refusals, *plan.refusals)
        return ImportRow(
            batch=self.batch,
            position=position,
            number=row.number,
            rows=row.rows,
            external_id=row.external_id[:80],
            name=(told.name if told else "")[:200] or (facility.name if facility else ""),
            outcome=plan.outcome,
            facility=facility,
            draft={} if told is None else {"facts": told.facts, "public_id": told.public_id},
            repairs=[asdict(one) for one in row.repairs[:MOST_NOTES]],
            refusals=[asdict(one) for one in refusals[:MOST_NOTES]],
            unmapped=[asdict(one) for one in row.unmapped[:MOST_NOTES]],
            remarks=list(row.remarks[:MOST_NOTES]),
            changes=[asdict(one) for one in plan.changes],
            kept=[asdict(one) for one in plan.kept],
        )


def read_batch(batch_id: int) -> Iterator[None]:
    """Chunk by chunk, each in a transaction of its own; goes on behind what is stored already.

    A file that cannot be read leaves nothing behind but the reason.
    """
    batch = ImportBatch.objects.select_related("network", "facility", "content").get(pk=batch_id)
    stored = batch.rows.count()
    reader = Reader(batch, seen=set(batch.rows.exclude(facility=None).values_list("facility_id", flat=True)))
    try:
        source = SourceFile(
            batch.file_name,
            bytes(batch.content.data),
            ShortNamesFirst(reader.catalogue, CatalogueWords()),
            datetime.now(UTC).date(),
        )
        chosen = format_for(source, batch.format)
        rows = _numbered(chosen, source)
        for _, row in islice(rows, stored):
            reader.seen.add(row.external_id)
        while chunk := list(islice(rows, CHUNK)):
            with transaction.atomic():
                if not locked_batch(batch_id, BatchState.UPLOADED) or batch.rows.count() != stored:
                    return
                reader.store(chunk)
            stored += len(chunk)
            yield
    except UnreadableError as error:
        _fail(batch_id, error)
        return
    _finish(batch_id, chosen)
    yield


def _numbered(chosen: Format, source: SourceFile) -> Iterator[tuple[int, ParsedRow]]:
    if chosen.makes != Makes.FACILITIES:
        raise UnreadableError("makes_no_facilities", f"{chosen.label} describes a product to be made, not a place.")
    return enumerate((_whole(row) for row in chosen.read(source)), start=1)


def _whole(row: ParsedRow) -> ParsedRow:
    """A row that lost its facility and says no reason would vanish without a trace."""
    if row.facility is None and not row.refusals:
        return replace(
            row, refusals=(Refusal(row.number, "", "", "says_nothing", "Nothing here is about a facility."),)
        )
    return row


def _fail(batch_id: int, error: UnreadableError) -> None:
    with transaction.atomic():
        batch = locked_batch(batch_id, BatchState.UPLOADED)
        if batch is None:
            return
        batch.rows.all().delete()
        batch.state, batch.failure, batch.failure_detail = BatchState.FAILED, error.code, error.detail
        batch.save(update_fields=["state", "failure", "failure_detail", "updated_at"])
        record("fail_import", batch, acting_user=None, new={"failure": error.code})


def _finish(batch_id: int, chosen: Format) -> None:
    with transaction.atomic():
        batch = locked_batch(batch_id, BatchState.UPLOADED)
        if batch is None:
            return
        batch.state, batch.format, batch.read_at = BatchState.READ, chosen.name, timezone.now()
        batch.save(update_fields=["state", "format", "read_at", "updated_at"])
        record("read_import", batch, acting_user=None, new={"format": chosen.name, "rows": batch.rows.count()})
