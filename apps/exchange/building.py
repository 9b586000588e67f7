"""Rows of the database as a plan would have them: built to be checked when it is read, and to be saved when applied."""

import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from apps.exchange.checking import Catalogue
from apps.exchange.columns import ENVELOPE, SIDES, Column, Kind
from apps.exchange.facts import APART, CONTACT_LABEL, PART_MODELS, SITE, Fields, fields_of, part_kind, part_sheet
from apps.exchange.formats.base import PartKind
from apps.facilities.models import Contact, Facility

LINKS = {"materials", "scope_processes"}  # rows of their own
BLANKS = {Kind.TEXT: "", Kind.ONE_OF: "", Kind.YES_NO: False}
MAY_BE_NONE = {"signs_nda", "accepts_startups"}
RESOURCE = "resource"


def built(label: str, standing: Model | None, fields: Fields, catalogue: Catalogue) -> Model:
    """An unsaved copy of what stands there, or a new row, with these fields. Links and references are set apart."""
    row = copy.copy(standing) if standing is not None else new_row(label, catalogue)
    set_columns(row, label, fields)
    return row


def new_row(label: str, catalogue: Catalogue) -> Model:
    if label == SITE:
        return Facility()
    if label == CONTACT_LABEL:
        return Contact()
    kind = part_kind(label)
    _, of, *apart = label.split(":", 2)
    sheet = part_sheet(label)
    table = sheet.by_name[sheet.key].table
    assert table is not None  # noqa: S101 - the sheet says so
    row: Model = PART_MODELS[kind](**{f"{sheet.key}_id": catalogue.keys[table][of]})
    if apart:
        setattr(row, APART[kind][0], apart[0])
    return row


def set_columns(row: Any, label: str, fields: Fields) -> list[str]:
    """Sets what is a column of the row itself; returns the names of the columns."""
    columns = fields_of(label)
    written: list[str] = []
    for name, value in fields.items():
        if name in LINKS or name == RESOURCE:
            continue
        if name == ENVELOPE:
            sides = value or (None, None, None)
            for side, length in zip(SIDES, sides, strict=True):
                setattr(row, side, length)
            written.extend(SIDES)
            continue
        setattr(row, name, typed(columns[name], value))
        written.append(name)
    return written


def typed(column: Column, value: Any) -> Any:
    """A plain value as the column holds it; None as the column's blank."""
    if value is None:
        return None if column.name in MAY_BE_NONE else BLANKS.get(column.kind)
    match column.kind:
        case Kind.MONEY:
            return Decimal(value)
        case Kind.DATE:
            return date.fromisoformat(value)
    return value


def keys_of(label: str, name: str, slugs: list[str] | None, catalogue: Catalogue) -> list[int]:
    """The rows that a link names."""
    table = fields_of(label)[name].table
    assert table is not None  # noqa: S101 - links name tables
    return [catalogue.keys[table][slug] for slug in slugs or ()]


def resource_label(value: list[str] | None) -> str:
    """The label of the resource that a capability names; blank for none."""
    return "" if value is None else f"{PartKind.RESOURCE}:{value[0]}:{value[1]}"
