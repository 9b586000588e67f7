"""What is known of a facility as plain values, the same whether a file says it or the database.

A part is named by a label: blank for the facility itself, `contact`, `capability:<process>:<offer>`,
`resource:<kind>:<name>`, `certificate:<certification>`, `machine:<model>`. Values are JSON: lists of short names in
order, money as text without idle zeros, days as ISO text.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from apps.exchange.columns import CONTACT, ENVELOPE, FACILITIES, PART_SHEETS, Column, Kind, Sheet
from apps.exchange.formats.base import FacilityDraft, PartDraft, PartKind
from apps.facilities.models import Capability, Facility, HeldCertificate, HeldMachine, Resource

Fields = dict[str, Any]
Facts = dict[str, Fields]

SITE, CONTACT_LABEL = "", "contact"
PART_MODELS: dict[PartKind, type[Any]] = {
    PartKind.CAPABILITY: Capability,
    PartKind.RESOURCE: Resource,
    PartKind.CERTIFICATE: HeldCertificate,
    PartKind.MACHINE: HeldMachine,
}
# Parts in the order in which they are written: a capability names a resource.
PART_ORDER = (PartKind.RESOURCE, PartKind.CAPABILITY, PartKind.CERTIFICATE, PartKind.MACHINE)
# What tells apart parts that one row of the catalogue names, and what it is where nothing is said.
APART: dict[PartKind, tuple[str, str]] = {PartKind.CAPABILITY: ("offer", "core"), PartKind.RESOURCE: ("name", "")}
SITE_FIELDS = {name: column for name, column in FACILITIES.fields.items() if name not in CONTACT}
CONTACT_FIELDS = {name: FACILITIES.by_name[name] for name in CONTACT}


def fields_of(label: str) -> dict[str, Column]:
    """The columns that a part of this label has."""
    if label == SITE:
        return SITE_FIELDS
    return CONTACT_FIELDS if label == CONTACT_LABEL else part_sheet(label).fields


def part_kind(label: str) -> PartKind:
    return PartKind(label.partition(":")[0])


def part_sheet(label: str) -> Sheet:
    return PART_SHEETS[part_kind(label)]


def label_of(draft: PartDraft) -> str:
    apart = APART.get(draft.kind)
    return _label(draft.kind, draft.of, draft.values.get(apart[0], apart[1]) if apart else None)


def label_of_row(kind: PartKind, row: Any) -> str:
    apart = APART.get(kind)
    of = getattr(row, PART_SHEETS[kind].key).slug
    return _label(kind, of, getattr(row, apart[0]) if apart else None)


def _label(kind: PartKind, of: str, apart: object) -> str:
    return f"{kind}:{of}" if apart is None else f"{kind}:{of}:{apart}"


def plain(column: Column, value: Any) -> Any:
    """The value as it is compared and kept; None for blank."""
    if value is None or value == "":
        return None
    match column.kind:
        case Kind.SOME_OF:
            return sorted({str(one) for one in value}) or None
        case Kind.ENVELOPE:
            return [float(side) for side in value]
        case Kind.MONEY:
            return format(Decimal(str(value)).normalize(), "f")
        case Kind.NUMBER:
            return float(value)
        case Kind.WHOLE:
            return int(value)
        case Kind.DATE:
            return value.isoformat() if isinstance(value, date) else str(value)
        case Kind.YES_NO:
            return bool(value)
    return list(value) if isinstance(value, tuple | list) else str(value)


def same(one: Any, other: Any) -> bool:
    """Workbooks keep 15 digits of a figure, so what differs beyond the twelfth is no difference."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def facts_of_draft(draft: FacilityDraft) -> Facts:
    """Only what the draft says; parts that say nothing but that they are there have no fields."""
    facts: Facts = {SITE: _said(SITE_FIELDS, draft.values)}
    contact = _said(CONTACT_FIELDS, draft.contact)
    if contact:
        facts[CONTACT_LABEL] = contact
    for part in draft.parts:
        facts[label_of(part)] = _said(PART_SHEETS[part.kind].fields, part.values)
    return facts


def _said(columns: Mapping[str, Column], values: Mapping[str, Any]) -> Fields:
    said = {name: plain(columns[name], value) for name, value in values.items() if name in columns}
    return {name: value for name, value in said.items() if value is not None}


def facts_of_row(columns: Mapping[str, Column], row: Model) -> Fields:
    """Every field, blank ones as None. Many-to-many fields must have been fetched with the row."""
    return {name: plain(column, _stored(row, name, column)) for name, column in columns.items()}


def _stored(row: Any, name: str, column: Column) -> Any:
    if name == ENVELOPE:
        return row.envelope_mm
    value = getattr(row, name)
    if name == "country":
        return value.code
    if name == "resource":
        return None if value is None else (value.kind.slug, value.name)
    if column.kind == Kind.SOME_OF and hasattr(value, "all"):
        return [one.slug for one in value.all()]
    return value


def facts_of_facility(facility: Facility, parts: Mapping[str, Model], contact: Model | None) -> Facts:
    facts = {SITE: facts_of_row(SITE_FIELDS, facility)}
    if contact is not None:
        facts[CONTACT_LABEL] = facts_of_row(CONTACT_FIELDS, contact)
    return facts | {label: facts_of_row(fields_of(label), row) for label, row in parts.items()}


def in_writing_order(labels: Iterable[str]) -> list[str]:
    """The facility, its contact, then parts, resources before the capabilities that name them."""
    ranks = {kind: rank for rank, kind in enumerate(PART_ORDER)}
    return sorted(
        labels, key=lambda label: -2 if label == SITE else -1 if label == CONTACT_LABEL else ranks[part_kind(label)]
    )
