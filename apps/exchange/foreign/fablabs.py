"""Tables drawn from fablabs.io: labs with what they say they can do, and machines at labs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.exchange import repairs_text
from apps.exchange.foreign.drafts import (
    Machine,
    Place,
    begun,
    draft,
    facility_values,
    identity,
    listed_texts,
    machine_parts,
)
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.okw_map import process_parts
from apps.exchange.foreign.sheets import Record, columns_of, read_records
from apps.exchange.foreign.twins import with_twins
from apps.exchange.formats.base import Format, Makes, ParsedRow, SourceFile, TermKind, Vocabulary

LAB_COLUMNS = frozenset({"name", "city", "capabilities"})
MACHINE_COLUMNS = frozenset({"name", "brand", "class_1", "lab"})
# States in which a lab makes things; others are told and passed over.
RUNNING = frozenset({"", "active"})
# The class of everything else: it names no process.
NO_CLASS = frozenset({"", "other"})
# Marks of makers that say nothing.
NO_BRAND = frozenset({"unknown", "unknow", "generic", "homemade"})
_URL = re.compile(r"https?://[^\s'\"\]}]{1,300}")


# --- labs -------------------------------------------------------------------------------------------------------------


def read_labs(file: SourceFile) -> Iterator[ParsedRow]:
    records = read_records(file)
    yield from with_twins((_lab(record, file.words) for record in records.rows), records.remarks)


def _lab(record: Record, words: Vocabulary) -> ParsedRow:
    start = begun(record, words, "name")
    if isinstance(start, ParsedRow):
        return start
    notes, name = start
    state = record["activity_status"].strip().casefold()
    if state not in RUNNING:
        detail = "The list says that it does not work (yet, or any more)."
        return notes.refused_row("not_running", detail, number=record.number, column="activity_status")
    street = ", ".join(_said(record[column]) for column in ("address_1", "address_2") if _said(record[column]))
    place = Place(
        name,
        country=record["country_code"],
        city=record["city"],
        lat=record["latitude"],
        lon=record["longitude"],
        street=street,
        description=record["address_notes"],
        country_column="country_code",
    )
    values = facility_values(notes, place, name)
    contact = notes.contact(
        website=_website(record["links"]),
        email=record["email"],
        phone=record["phone"],
        address=", ".join(filter(None, (street, _said(record["county"])))),
        postal_code=record["postal_code"],
    )
    parts = process_parts(
        notes, "capabilities", [text.replace("_", " ") for text in listed_texts(record["capabilities"])]
    )
    external_id = identity(name, record["city"], record["country_code"])
    return notes.row(external_id, draft(values, parts, contact), number=record.number)


def _said(cell: str) -> str:
    return "" if repairs_text.is_nothing(cell) else " ".join(cell.split())


def _website(links: str) -> str:
    """The first of a list of links, as the list's own program writes it."""
    found = _URL.search(links)
    return found.group() if found else ""


# --- machines ---------------------------------------------------------------------------------------------------------


@dataclass
class _Lab:
    name: str
    key: str
    first: Record
    notes: Notes
    machines: list[Machine] = field(default_factory=list)
    rows: int = 0


def read_machines(file: SourceFile) -> Iterator[ParsedRow]:
    """A row for each machine; one ParsedRow for each lab, by the lab's own short name where the file has it."""
    records = read_records(file)
    labs: dict[str, _Lab] = {}
    for record in records.rows:
        start = begun(record, file.words, "lab")
        if isinstance(start, ParsedRow):
            yield start
            continue
        notes, name = start
        key = record["slug"].strip() or identity(name, record["country_code"])
        lab = labs.setdefault(key, _Lab(name, key, record, notes))
        lab.notes.number = record.number
        lab.rows += 1
        _add_machine(lab, record)
    yield from with_twins((_lab_row(lab) for lab in labs.values()), records.remarks)


def _lab_row(lab: _Lab) -> ParsedRow:
    record, notes = lab.first, lab.notes
    notes.number = record.number
    place = Place(
        lab.name,
        country=record["country_code"],
        city=record["city"],
        lat=record["latitude"],
        lon=record["longitude"],
        country_column="country_code",
    )
    values = facility_values(notes, place, lab.name)
    parts = machine_parts(notes, lab.machines)
    return notes.row(lab.key, draft(values, parts), number=record.number, rows=lab.rows)


def _add_machine(lab: _Lab, record: Record) -> None:
    notes = lab.notes
    model, brand = notes.text("name", record["name"]), notes.text("brand", record["brand"])
    kind = notes.text("class_1", record["class_1"]).replace("_", " ")
    brand = "" if brand.casefold() in NO_BRAND else brand
    text = " ".join(filter(None, (brand, model)))
    lab.machines.append(
        Machine(
            number=record.number,
            text=text or kind,
            process=notes.term(TermKind.PROCESS, "class_1", kind) if kind.casefold() not in NO_CLASS else None,
            model=notes.term(TermKind.MACHINE, "name", *filter(None, (model, text))) if model else None,
        )
    )


LABS = Format(
    "fablabs-labs",
    "fablabs.io: labs (CSV)",
    Makes.FACILITIES,
    lambda name, head: columns_of(head) >= LAB_COLUMNS,
    read_labs,
)
MACHINES = Format(
    "fablabs-machines",
    "fablabs.io: machines of labs (CSV)",
    Makes.FACILITIES,
    lambda name, head: columns_of(head) >= MACHINE_COLUMNS,
    read_machines,
)
