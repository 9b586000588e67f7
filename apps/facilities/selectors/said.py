"""Who said a fact, and when."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from apps.facilities.models import Capability, Facility, Statement
from apps.facilities.models.statements import Stated


@dataclass(frozen=True)
class Said:
    """`on` is the day on which somebody last said so; None: nobody knows. `by` is a name, blank likewise."""

    source: str
    evidence_level: str
    by: str
    on: date | None
    batch_id: UUID | None


def said(row: Stated) -> Said:
    return Said(
        row.source,
        row.evidence_level,
        row.said_by.name if row.said_by else "",
        row.confirmed_on,
        row.batch_id,
    )


def said_of(row: Facility | Capability, field: str) -> Said:
    """One field of a site or a line: its own statement, else that of the whole row.

    Who confirms the whole row later dates the field, and leaves whose it is.
    """
    found = next((one for one in statements_of(row) if one.field == field), None)
    if found is None:
        return said(row)
    whole, own = said(row), said(found)
    newest = max((day for day in (whole.on, own.on) if day is not None), default=None)
    return Said(own.source, own.evidence_level, own.by, newest, own.batch_id)


def said_by_field(row: Facility | Capability) -> dict[str, Said]:
    """The fields that were said apart from the row as a whole, by their names."""
    return {one.field: said_of(row, one.field) for one in statements_of(row)}


def statements_of(row: Facility | Capability) -> list[Statement]:
    """From what was fetched along, where it was."""
    statements = row.statements.all()
    own = statements if isinstance(row, Capability) else [one for one in statements if one.capability_id is None]
    return sorted(own, key=lambda one: one.field)
