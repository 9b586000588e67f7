"""What a row would change, and what stays because somebody else has stated it.

An import gives way. It fills what is blank and changes what its own source said before; whatever the facility's people
or a coordinator have stated stays, and is listed. On a facility whose people speak for it, it changes nothing. What
its own people hand in for their facility is their word and changes everything that it says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from apps.exchange.building import RESOURCE, built, resource_label
from apps.exchange.checking import Catalogue
from apps.exchange.facts import SITE, Facts, Fields, facts_of_draft, in_writing_order, same
from apps.exchange.formats.base import FacilityDraft, ParsedRow, PartKind, Refusal
from apps.exchange.models import Outcome
from apps.exchange.rules import broken_rule, field_of
from apps.exchange.standing import PEOPLE, Found, Standing
from apps.facilities.models import EvidenceLevel, Source

# Where nothing was stated the column holds this.
DEFAULTS = {"access": "staff", "currency": "USD", "offer": "core", "machines": 1, "count": 1}
NEEDED = ("name", "kind")
SOURCE = "source"


@dataclass(frozen=True)
class Change:
    """A blank field means the part itself: it was not there before."""

    part: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Kept:
    """`here` stays although the file says something else."""

    part: str
    field: str
    here: Any
    file: Any


@dataclass(frozen=True)
class Told:
    """What a row says, held against columns and catalogue: kept with the row, so that applying plans it once more."""

    number: int
    external_id: str
    public_id: str
    facts: Facts

    @classmethod
    def by(cls, row: ParsedRow, draft: FacilityDraft) -> "Told":
        return cls(row.number, row.external_id, draft.public_id.strip().lower(), facts_of_draft(draft))

    @property
    def name(self) -> str:
        return str(self.facts.get(SITE, {}).get("name", ""))


@dataclass(frozen=True)
class Plan:
    outcome: str
    standing: Standing = field(default_factory=Standing)
    changes: tuple[Change, ...] = ()
    kept: tuple[Kept, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def plan_row(told: Told, found: Found, catalogue: Catalogue) -> Plan:
    """Where the batch is one facility's own, its people speak."""
    standing, refusal = _standing(told, found)
    refusal = refusal or _unfit(told, standing)
    if refusal is not None:
        return Plan(Outcome.REFUSED, standing, refusals=(refusal,))
    changes, kept = _differences(standing, told.facts, speaks=found.own is not None)
    changes, refusals = _sound(told, standing, changes, catalogue)
    if any(not one.column for one in refusals):
        return Plan(Outcome.REFUSED, standing, refusals=tuple(refusals))
    outcome = Outcome.NEW if standing.facility is None else Outcome.CHANGE if changes else Outcome.UNCHANGED
    return Plan(outcome, standing, tuple(changes), tuple(kept), tuple(refusals))


def _unfit(told: Told, standing: Standing) -> Refusal | None:
    if standing.facility is None:
        missing = [name for name in NEEDED if name not in told.facts[SITE]]
        return Refusal(told.number, missing[0], "", "required", "A new facility needs it.") if missing else None
    if standing.facility.removed_at is not None:
        detail = "The listing was removed at its owner's request."
        return Refusal(told.number, "", "", "listing_removed", detail)
    if standing.facility.merged_into_id is not None:
        detail = "It was merged into another listing of the same place, which stands for both."
        return Refusal(told.number, "", "", "facility_merged", detail)
    return None


def _sound(
    told: Told, standing: Standing, changes: list[Change], catalogue: Catalogue
) -> tuple[list[Change], list[Refusal]]:
    """The changes that no rule of the tables forbids. A site that breaks one refuses the row, a part only itself."""
    resources = set(standing.parts) | {one.part for one in changes if not one.field}
    sound: list[Change] = []
    refusals: list[Refusal] = []
    for label, of_part in by_part(changes).items():
        fields = after(of_part)
        named = resource_label(fields.get(RESOURCE))
        broken = broken_rule(built(label, standing.row(label), fields, catalogue))
        if named and named not in resources:
            refusals.append(Refusal(told.number, label or "facility", named, "unknown_resource", "No such resource."))
        elif broken is not None:
            field = field_of(built(label, standing.row(label), {}, catalogue), broken)
            place = f"{label} {field}".strip() if label else ""
            detail = f"{field}: these values do not go together."
            refusals.append(Refusal(told.number, place, str(fields.get(field, ""))[:200], "rule_broken", detail))
        else:
            sound.extend(of_part)
    return sound, refusals


def by_part(changes: Iterable[Change]) -> dict[str, list[Change]]:
    parts: dict[str, list[Change]] = {}
    for change in changes:
        parts.setdefault(change.part, []).append(change)
    return parts


def after(changes: Iterable[Change]) -> Fields:
    """The fields of one part as the changes leave them; of a new part all that are stated."""
    fields: Fields = {}
    for change in changes:
        if not change.field:
            fields |= change.after
        elif change.field != SOURCE:
            fields[change.field] = change.after
    return fields


def _standing(told: Told, found: Found) -> tuple[Standing, Refusal | None]:
    """Which facility the row speaks of; an empty standing for one that is not there yet."""
    if found.own is not None:
        return found.own, None if _means(told, found.own) else _refusal(told, "another_facility")
    ours, theirs = found.by_public_id.get(told.public_id), found.by_external_id.get(told.external_id)
    if ours is not None and theirs is not None and ours.facility != theirs.facility:
        return Standing(), _refusal(told, "two_facilities")
    standing = ours or theirs or Standing()
    unknown = standing.facility is None and (told.public_id or not told.name)
    return standing, _refusal(told, "unknown_facility") if unknown else None


WORDS = {
    "another_facility": "This import is for one facility: give its name, its id or its external id.",
    "two_facilities": "The id and the external id are of two facilities.",
    "unknown_facility": "There is no such facility here.",
}


def _refusal(told: Told, reason: str) -> Refusal:
    return Refusal(told.number, "", told.external_id[:200], reason, WORDS[reason])


def _means(told: Told, own: Standing) -> bool:
    facility = own.facility
    if facility is None:
        return False
    if told.public_id:
        return told.public_id == str(facility.public_id)
    if told.external_id == facility.external_id:
        return True
    # Rows of its parts have one column for whose they are, and its own people write its name there.
    return facility.name.casefold() in (told.name.casefold(), told.external_id.casefold())


def _differences(standing: Standing, told: Facts, *, speaks: bool) -> tuple[list[Change], list[Kept]]:
    changes: list[Change] = []
    kept: list[Kept] = []
    for label in in_writing_order(told):
        row = standing.row(label)
        if row is None:
            goes = speaks or standing.facility is None or not (standing.spoken_for or label in standing.said)
            if goes:
                changes.append(Change(label, "", None, told[label]))
            else:
                kept.append(Kept(label, "", None, told[label]))
            continue
        for name, value in told[label].items():
            _compare(standing, label, name, value, changes, kept, speaks=speaks)
        _compare_source(row, label, changes, speaks=speaks)
    return changes, kept


def _compare(
    standing: Standing,
    label: str,
    name: str,
    value: Any,
    changes: list[Change],
    kept: list[Kept],
    *,
    speaks: bool,
) -> None:
    here = standing.facts[label].get(name)
    if same(here, value):
        return
    if speaks or _gives_way(standing, label, name, here):
        changes.append(Change(label, name, here, value))
    else:
        kept.append(Kept(label, name, here, value))


def _gives_way(standing: Standing, label: str, name: str, here: Any) -> bool:
    """Whether an import may write over what is here."""
    if standing.spoken_for or (label, name) in standing.people:
        return False
    row = standing.row(label)
    by_people = row.source in PEOPLE
    if not _told_field_by_field(label) and (by_people or row.evidence_level != EvidenceLevel.STATED):
        return False  # one fact, which is theirs
    said = standing.said.get(label, {})
    if name in said:  # a blank that the source had filled was blanked by somebody
        return same(here, said[name])
    return not by_people or here is None or here == DEFAULTS.get(name)


def _told_field_by_field(label: str) -> bool:
    """Who said it is kept for each field of a site and of a line; any other part is one fact."""
    return label == SITE or label.startswith(PartKind.CAPABILITY)


def _compare_source(row: Any, label: str, changes: list[Change], *, speaks: bool) -> None:
    """Whoever says what others only suggested or imported makes it a statement."""
    if speaks and row.source != Source.STATED:
        changes.append(Change(label, SOURCE, row.source, str(Source.STATED)))
    elif row.source == Source.SUGGESTED:
        changes.append(Change(label, SOURCE, row.source, str(Source.IMPORTED)))
