"""Takes a batch back: exactly what was there before, except where somebody has changed it since, which is listed."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.audit import record
from apps.exchange.building import LINKS, RESOURCE, keys_of, resource_label, set_columns
from apps.exchange.checking import Catalogue
from apps.exchange.facts import SITE, Fields, same
from apps.exchange.formats.base import PartKind
from apps.exchange.models import BatchState, ImportBatch, ImportRow, RowState, SourceListing, UnmappedTerm
from apps.exchange.planning import DEFAULTS, SOURCE, Change, by_part
from apps.exchange.runs.chunks import CHUNK, acting, lock_source, locked_batch
from apps.exchange.runs.referrers import referrers
from apps.exchange.runs.writing import set_links
from apps.exchange.standing import Standing, read_standings
from apps.facilities.models import Capability, Facility, OperatingState, Statement
from apps.facilities.services.suggestions import refresh_suggestions

WRITTEN = ["state", "left", "facility", "updated_at"]


@dataclass(frozen=True)
class Left:
    """What stays as it is, and why."""

    part: str
    field: str
    here: Any
    reason: str


@dataclass
class Undoer:
    batch: ImportBatch
    catalogue: Catalogue
    acting_user: User
    standing: Standing
    journal: dict[str, Any]
    left: list[Left] = field(default_factory=list)

    def undo(self, changes: list[Change]) -> None:
        facility = self.standing.facility
        assert facility is not None  # noqa: S101 - the caller has looked
        touched = {change.part for change in changes}
        for label, of_part in reversed(by_part(changes).items()):
            if of_part[0].field:
                self._put_back(label, of_part)
            elif label != SITE:
                self._take_away(of_part[0])
        if any(label.startswith(PartKind.MACHINE) for label in touched):
            refresh_suggestions(facility, self.acting_user)
        spoiled = {one.part for one in self.left}
        for label, stamps in self.journal["stamps"].items():
            if label not in spoiled:
                self._put_back_stamps(label, stamps)
        self._put_back_statements()
        self._forget_terms(facility)
        if self.journal["created"]:
            self._remove_facility(facility, changes)
        else:
            self._put_back_listing(facility)
            record("undo_import", facility, acting_user=self.acting_user, new={"import": str(self.batch.public_id)})

    def _put_back(self, label: str, changes: list[Change]) -> None:
        """All fields of a part at once, since rules bind them together."""
        row, here = self.standing.row(label), self.standing.facts.get(label, {})
        fields: Fields = {}
        for change in changes:
            if change.field == SOURCE:
                continue  # with the stamps
            if row is None or not same(here.get(change.field), change.after):
                reason = "gone" if row is None else "changed_since"
                self.left.append(Left(label, change.field, here.get(change.field), reason))
            else:
                fields[change.field] = change.before
        try:
            with transaction.atomic():
                self._write(row, label, fields)
        except IntegrityError:  # beside what somebody changed since, the old values break a rule
            self.left += [Left(label, name, here.get(name), "does_not_fit") for name in fields]

    def _write(self, row: Any, label: str, fields: Fields) -> None:
        if not fields:
            return
        columns = set_columns(row, label, fields)
        if RESOURCE in fields:
            row.resource = self.standing.parts.get(resource_label(fields[RESOURCE]))
            columns.append(RESOURCE)
        if columns:
            row.save(update_fields=[*columns, "updated_at"])
        for name in LINKS & fields.keys():
            set_links(row, name, keys_of(label, name, fields[name], self.catalogue))

    def _take_away(self, change: Change) -> None:
        """A part that came with the batch, if it is still as it came and nothing hangs on it."""
        row = self.standing.row(change.part)
        if row is None:
            return
        if not as_it_came(self.standing.facts[change.part], change.after):
            self.left.append(Left(change.part, "", None, "changed_since"))
            return
        others = referrers(row)
        if others:
            self.left.append(Left(change.part, "", others, "referred_to"))
            return
        row.delete()
        self.standing.parts.pop(change.part, None)

    def _put_back_stamps(self, label: str, stamps: Fields) -> None:
        row = self.standing.row(label)
        if row is None:
            return
        values = typed_stamps(stamps)
        type(row)._default_manager.filter(pk=row.pk).update(**values, updated_at=timezone.now())

    def _put_back_statements(self) -> None:
        facility = self.standing.facility
        spoiled = {(one.part, one.field) for one in self.left}
        before = {(one["part"], one["field"]): one for one in self.journal["statements"]}
        for label, name in (tuple(one) for one in self.journal["fields"]):
            row = self.standing.row(label)
            if (label, name) in spoiled or row is None:
                continue
            capability = row if isinstance(row, Capability) else None
            noted = Statement.objects.filter(facility=facility, capability=capability, field=name)
            was = before.get((label, name))
            if was is None:
                noted.delete()
            else:
                noted.update(**typed_stamps(was), updated_at=timezone.now())

    def _forget_terms(self, facility: Facility) -> None:
        UnmappedTerm.objects.open().filter(batch=self.batch, facility=facility).delete()

    def _put_back_listing(self, facility: Facility) -> None:
        """The source's last word is again what it was before, unless a later import has spoken since."""
        if self.batch.network is None:
            return
        listings = SourceListing.objects.filter(network=self.batch.network, source=self.batch.source, facility=facility)
        if self.journal["listing_created"]:
            listings.delete()
        else:
            listings.update(said=self.journal["said"], updated_at=timezone.now())

    def _remove_facility(self, facility: Facility, changes: list[Change]) -> None:
        """Gone, as it never was; or closed and hidden, where somebody has changed it or something refers to it."""
        came = next(change for change in changes if change.part == SITE and not change.field)
        if not as_it_came(self.standing.facts[SITE], came.after):
            self.left.append(Left(SITE, "", None, "changed_since"))
        others = referrers(facility)
        if others:
            self.left.append(Left(SITE, "", others, "referred_to"))
        self._put_back_listing(facility)
        new = {"import": str(self.batch.public_id), "closed": bool(self.left)}
        record("undo_import", facility, acting_user=self.acting_user, old={"name": facility.name}, new=new)
        if self.left:
            facility.operating_state, facility.paused_until = OperatingState.CLOSED, None
            facility.profile_public = False
            facility.save(update_fields=["operating_state", "paused_until", "profile_public", "updated_at"])
            return
        facility.delete()


def as_it_came(here: Fields, came: Fields) -> bool:
    """Nobody has changed it: what was stated stands, and the rest is as blank as it was."""
    return all(
        same(value, came[name]) if name in came else value in (None, False) or value == DEFAULTS.get(name)
        for name, value in here.items()
    )


def typed_stamps(stamps: Fields) -> Fields:
    day, batch = stamps["confirmed_on"], stamps["batch_id"]
    return {
        "source": stamps["source"],
        "said_by_id": stamps["said_by_id"],
        "evidence_level": stamps["evidence_level"],
        "confirmed_on": None if day is None else date.fromisoformat(day),
        "batch_id": None if batch is None else UUID(batch),
    }


def undo_batch(batch_id: int) -> Iterator[None]:
    catalogue = Catalogue.load()
    while _undo_chunk(batch_id, catalogue):
        yield
    yield


@transaction.atomic
def _undo_chunk(batch_id: int, catalogue: Catalogue) -> bool:
    """From the last row to the first. Whether there may be more."""
    batch = locked_batch(batch_id, BatchState.UNDOING)
    if batch is None:
        return False
    rows = list(batch.rows.filter(state=RowState.APPLIED).order_by("-position")[:CHUNK])
    if not rows:
        _finish(batch)
        return False
    lock_source(batch)
    keys = sorted({row.facility_id for row in rows if row.facility_id is not None and row.journal})
    list(Facility.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    standings = read_standings(keys)
    with acting(batch, batch.undone_by):
        for row in rows:
            row.state, row.updated_at = RowState.UNDONE, timezone.now()
            if row.journal:
                row.left = _undo_row(batch, row, standings.get(row.facility_id or 0), catalogue)
    gone = set(keys) - set(Facility.objects.filter(pk__in=keys).values_list("pk", flat=True))
    for row in rows:
        row.facility_id = None if row.facility_id in gone else row.facility_id
    ImportRow.objects.bulk_update(rows, WRITTEN)
    return True


def _undo_row(batch: ImportBatch, row: ImportRow, standing: Standing | None, catalogue: Catalogue) -> list[Any]:
    changes = [Change(**one) for one in row.changes]
    if standing is None:
        return [asdict(Left(SITE, "", None, "gone"))] if changes else []
    acting_user = batch.undone_by
    assert acting_user is not None  # noqa: S101 - who undoes is written with the state
    undoer = Undoer(batch, catalogue, acting_user, standing, row.journal)
    undoer.undo(changes)
    return [asdict(one) for one in undoer.left]


def _finish(batch: ImportBatch) -> None:
    batch.state, batch.undone_at = BatchState.UNDONE, timezone.now()
    batch.save(update_fields=["state", "undone_at", "updated_at"])
    record("finish_undoing", batch, acting_user=batch.undone_by, new={"state": batch.state})
