"""Writes what a row's plan says, and a journal of it by which it can be taken back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.accounts.models import User
from apps.catalog.models.phrases import normalised
from apps.core.audit import record
from apps.exchange.building import LINKS, RESOURCE, keys_of, new_row, resource_label, set_columns
from apps.exchange.checking import Catalogue
from apps.exchange.facts import CONTACT_LABEL, SITE, Facts, Fields
from apps.exchange.formats.base import PartKind
from apps.exchange.models import ImportBatch, ImportRow, SourceListing, UnmappedTerm
from apps.exchange.planning import SOURCE, Change, Plan, Told, after, by_part
from apps.facilities.models import Capability, Facility, FacilityNetwork, Source, Statement
from apps.facilities.services.suggestions import refresh_suggestions
from apps.facilities.services.writing import Voice, note_said

STAMPS = ("source", "said_by_id", "batch_id", "confirmed_on", "evidence_level")
MOST_TOLD = 40  # changes that the audit trail repeats; the row of the import has them all


@dataclass
class Journal:
    """What was there: `stamps` of rows that were changed, statements that were overwritten, the source's last word.

    `fields` are (part, field) of which a statement was noted.
    """

    created: bool = False
    stamps: dict[str, Fields] = field(default_factory=dict)
    statements: list[Fields] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    listing_created: bool = False
    said: Facts = field(default_factory=dict)


@dataclass
class Writer:
    """One row's worth. `rows` are what stands there by label, growing as parts are added."""

    batch: ImportBatch
    catalogue: Catalogue
    voice: Voice
    journal: Journal = field(default_factory=Journal)
    rows: dict[str, Any] = field(default_factory=dict)

    def write(self, told: Told, plan: Plan) -> Facility:
        standing = plan.standing
        self.rows = {SITE: standing.facility, CONTACT_LABEL: standing.contact, **standing.parts}
        for label, changes in by_part(plan.changes).items():
            self._part(label, changes)
        facility: Facility = self.rows[SITE]
        if any(label.startswith(PartKind.MACHINE) for label in by_part(plan.changes)):
            refresh_suggestions(facility, self.voice.user)
        self._note_listing(told, plan, facility)
        if plan.changes:
            self._audit(facility, plan.changes)
        return facility

    def _part(self, label: str, changes: list[Change]) -> None:
        row = self.rows.get(label)
        fields = after(changes)
        if row is None:
            self._add(label, fields)
            return
        self.journal.stamps[label] = stamps_of(row)
        columns = set_columns(row, label, fields)
        columns += self._link_resource(row, fields)
        whole = any(change.field == SOURCE for change in changes) or not _by_field(label)
        if whole:
            columns += self._mark(row)
        row.save(update_fields=[*columns, "updated_at"])
        self._set_links(row, label, fields)
        if not whole:
            self._note(label, row, fields)

    def _add(self, label: str, fields: Fields) -> None:
        row: Any = new_row(label, self.catalogue)
        if label == SITE:
            self.journal.created = True
        else:
            row.facility = self.rows[SITE]
        set_columns(row, label, fields)
        self._link_resource(row, fields)
        self._mark(row)
        row.save(force_insert=True)
        self.rows[label] = row
        if label == SITE and self.batch.network is not None:
            FacilityNetwork.objects.create(facility=row, network=self.batch.network)
        self._set_links(row, label, fields)

    def _mark(self, row: Any) -> list[str]:
        marks = self.voice.marks()
        for name, value in marks.items():
            setattr(row, name, value)
        if isinstance(row, Capability):
            row.suggested_by = None
            return [*marks, "suggested_by"]
        return list(marks)

    def _link_resource(self, row: Any, fields: Fields) -> list[str]:
        if RESOURCE not in fields:
            return []
        row.resource = self.rows.get(resource_label(fields[RESOURCE]))
        return [RESOURCE]

    def _set_links(self, row: Any, label: str, fields: Fields) -> None:
        for name in LINKS & fields.keys():
            set_links(row, name, keys_of(label, name, fields[name], self.catalogue))

    def _note(self, label: str, row: Any, fields: Fields) -> None:
        capability = row if isinstance(row, Capability) else None
        before = Statement.objects.filter(facility=self.rows[SITE], capability=capability, field__in=fields)
        self.journal.statements += [{"part": label, "field": one.field, **stamps_of(one)} for one in before]
        self.journal.fields += [(label, name) for name in fields]
        note_said(self.rows[SITE], fields, self.voice, capability=capability)

    def _note_listing(self, told: Told, plan: Plan, facility: Facility) -> None:
        """What was kept because people said it is the source's word as well, but never ours to change."""
        if self.batch.network is None:
            return
        listing = plan.standing.listing
        taken = _taken(told.facts, plan)
        if listing is None:
            self.journal.listing_created = True
            SourceListing.objects.create(
                network=self.batch.network,
                source=self.batch.source,
                external_id=told.external_id,
                facility=facility,
                said=taken,
            )
        else:
            self.journal.said = listing.said
            said = merged(listing.said, taken)
            if said != listing.said:
                SourceListing.objects.filter(pk=listing.pk).update(said=said)

    def _audit(self, facility: Facility, changes: Iterable[Change]) -> None:
        told = [asdict(change) for change in changes]
        new = {"import": str(self.batch.public_id), "changes": told[:MOST_TOLD], "count": len(told)}
        record("import", facility, acting_user=self.voice.user, new=_without_contact(new))


def voice_of(batch: ImportBatch, user: User) -> Voice:
    if batch.speaks_for_itself:
        return Voice(Source.STATED, user)
    return Voice(Source.IMPORTED, user, batch.public_id)


def stamps_of(row: Any) -> Fields:
    stamps = {name: getattr(row, name) for name in STAMPS}
    return {name: value if isinstance(value, int | str | None) else str(value) for name, value in stamps.items()}


def set_links(row: Any, name: str, keys: list[int]) -> None:
    """As `.set()` would, without asking what is there of a row that is new."""
    manager = getattr(row, name)
    through = manager.through
    source, target = manager.source_field_name, manager.target_field_name
    through._default_manager.filter(**{source: row.pk}).exclude(**{f"{target}__in": keys}).delete()
    links = [through(**{f"{source}_id": row.pk, f"{target}_id": key}) for key in keys]
    through._default_manager.bulk_create(links, ignore_conflicts=True)


def _by_field(label: str) -> bool:
    return label == SITE or label.startswith(PartKind.CAPABILITY)


def _taken(facts: Facts, plan: Plan) -> Facts:
    """What the file says and what is now here because of it, or was here already from the same source."""
    kept = {(one.part, one.field) for one in plan.kept}
    gone = {one.part for one in plan.kept if not one.field}
    return {
        label: {name: value for name, value in fields.items() if (label, name) not in kept}
        for label, fields in facts.items()
        if label not in gone
    }


def merged(said: Facts, taken: Facts) -> Facts:
    return {label: {**said.get(label, {}), **taken.get(label, {})} for label in {**said, **taken}}


def _without_contact(told: dict[str, Any]) -> dict[str, Any]:
    """The trail says which fields of a contact, never what stands in them, so that erasing it erases it."""
    changes = [
        {**one, "before": None, "after": None} if one["part"] == CONTACT_LABEL else one for one in told["changes"]
    ]
    return {**told, "changes": changes}


def keep_terms(row: ImportRow, facility: Facility) -> None:
    """Words that nobody knows, before a coordinator; a word that was decided for this facility stays decided."""
    counts: dict[tuple[str, str], UnmappedTerm] = {}
    for one in row.unmapped:
        phrase = normalised(one["text"])
        key = one["kind"], phrase
        if phrase and key in counts:
            counts[key].count += 1
        elif phrase:
            counts[key] = UnmappedTerm(
                batch=row.batch,
                facility=facility,
                kind=one["kind"],
                text=one["text"][:200],
                phrase=phrase,
                suggestions=one["suggestions"],
            )
    UnmappedTerm.objects.bulk_create(counts.values(), ignore_conflicts=True)
