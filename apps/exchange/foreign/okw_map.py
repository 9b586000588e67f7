"""The tables of the Open Know-Where map: machines of maker spaces, and maker spaces with coarse lists of machines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.exchange import repairs_figures, repairs_text
from apps.exchange.foreign.drafts import (
    Machine,
    Place,
    Sides,
    begun,
    capability,
    draft,
    facility_values,
    identity,
    machine_parts,
)
from apps.exchange.foreign.notes import Notes
from apps.exchange.foreign.sheets import Record, columns_of, read_records
from apps.exchange.foreign.twins import with_twins
from apps.exchange.formats.base import Format, Makes, ParsedRow, PartDraft, SourceFile, TermKind, Vocabulary

MACHINE_COLUMNS = frozenset({"model", "brand", "type", "x_travel", "y_travel", "z_travel", "facility"})
SPACE_COLUMNS = frozenset({"name", "country", "city", "machines", "data_source"})
TRAVELS = ("x_travel", "y_travel", "z_travel")
PERSONAL = ("primary_contact",)
# What the column `address` says of the position beside it.
COUNTRY_ONLY, TOWN_ONLY = "country", "city"


# --- machines ---------------------------------------------------------------------------------------------------------


@dataclass
class _Lab:
    name: str
    first: Record
    notes: Notes
    machines: list[Machine] = field(default_factory=list)
    rows: int = 0


def read_machines(file: SourceFile) -> Iterator[ParsedRow]:
    """A row for each machine; one ParsedRow for each lab. Labs of one number but two names stay two."""
    records = read_records(file)
    labs: dict[tuple[str, str], _Lab] = {}
    for record in records.rows:
        start = begun(record, file.words, "facility")
        if isinstance(start, ParsedRow):
            yield start
            continue
        notes, name = start
        lab = labs.setdefault((record["lab"].strip(), name.casefold()), _Lab(name, record, notes))
        lab.notes.number = record.number
        lab.rows += 1
        _add_machine(lab, record)
    yield from with_twins((_lab_row(lab) for lab in labs.values()), records.remarks)


def _lab_row(lab: _Lab) -> ParsedRow:
    record, notes = lab.first, lab.notes
    notes.number = record.number
    place = Place(lab.name, lat=record["latitude"], lon=record["longitude"])
    values = facility_values(notes, place, lab.name)
    parts = machine_parts(notes, lab.machines)
    return notes.row(identity(record["lab"], lab.name), draft(values, parts), number=record.number, rows=lab.rows)


def _add_machine(lab: _Lab, record: Record) -> None:
    notes = lab.notes
    model, brand = notes.text("model", record["model"]), notes.text("brand", record["brand"])
    if record["working"].strip().casefold() in ("false", "no", "0"):
        notes.refused("working", model, "machine_not_working", "A machine that does not work makes nothing.")
        return
    kind, sort = (_words(notes.text(column, record[column])) for column in ("type", "sub_type_1"))
    text = " ".join(filter(None, (brand, model)))
    lab.machines.append(
        Machine(
            number=record.number,
            text=text or kind,
            process=notes.term(TermKind.PROCESS, "type, sub_type_1", *_sayings(kind, sort)),
            model=notes.term(TermKind.MACHINE, "model", *filter(None, (model, text))) if model else None,
            count=_count(notes, record),
            envelope_mm=_travel(notes, record),
        )
    )


def _words(code: str) -> str:
    return code.replace("_", " ").strip()


def _sayings(kind: str, sort: str) -> list[str]:
    """What such a machine may be called, the most exact first; the last one is kept where none is known."""
    both = f"{kind} {sort}".strip()
    return [both, sort, both] if sort else [kind]


def _count(notes: Notes, record: Record) -> int:
    if repairs_text.is_nothing(record["qty"]):
        return 1
    count = repairs_figures.whole_number(record["qty"], low=1, high=10_000)
    if count is None:
        notes.refused("qty", record["qty"], "not_a_count", "A whole number from 1 on is expected.")
    return count or 1


def _travel(notes: Notes, record: Record) -> Sides | None:
    """All three sides or none: two sides say something, but there is no size with a side unknown."""
    sides = [notes.length(column, record[column]) for column in TRAVELS]
    x, y, z = sides
    if x is not None and y is not None and z is not None:
        return x, y, z
    if any(side is not None for side in sides):
        shown = ", ".join(record[column].strip() or "-" for column in TRAVELS)
        notes.repaired(", ".join(TRAVELS), shown, "", "size_incomplete", "A size has three sides; one is not stated.")
    return None


# --- maker spaces -----------------------------------------------------------------------------------------------------


def read_spaces(file: SourceFile) -> Iterator[ParsedRow]:
    records = read_records(file)
    yield from with_twins((_space(record, file.words) for record in records.rows), records.remarks)


def _space(record: Record, words: Vocabulary) -> ParsedRow:
    start = begun(record, words, "name")
    if isinstance(start, ParsedRow):
        return start
    notes, name = start
    precision = record["address"].strip().casefold()
    place = Place(name, country=record["country"], city=record["city"], lat=record["latitude"], lon=record["longitude"])
    values = facility_values(notes, place, name, position=precision != COUNTRY_ONLY)
    if precision == COUNTRY_ONLY and record["latitude"].strip():
        shown = f"{record['latitude'].strip()}, {record['longitude'].strip()}"
        detail = "The file itself says that this position only means the country."
        notes.repaired("latitude, longitude", shown, "", "country_centroid", detail)
    if precision == TOWN_ONLY:
        notes.remark("The position is that of the town, not of the house.")
    leave_out_persons(notes, record, PERSONAL)
    contact = notes.contact(website=record["url"], email=record["email"], phone=record["phone"])
    parts = process_parts(notes, "machines", [one.strip() for one in record["machines"].split(",")])
    return notes.row(identity(name, record["country"]), draft(values, parts, contact), number=record.number)


def leave_out_persons(notes: Notes, record: Record, columns: tuple[str, ...]) -> None:
    """Names and addresses of persons are not taken over; that they were there is told, not what they were."""
    for column in columns:
        if not repairs_text.is_nothing(record[column]):
            notes.repaired(column, "(left out)", "", "personal_data", "Personal data are not taken over from lists.")


def process_parts(notes: Notes, column: str, texts: list[str]) -> tuple[PartDraft, ...]:
    """A capability for each text that names a process, each process once."""
    slugs: dict[str, None] = {}
    for text in texts:
        clean = notes.text(column, text)
        slug = notes.term(TermKind.PROCESS, column, clean) if clean else None
        if slug:
            slugs.setdefault(slug)
    return tuple(capability(notes.number, slug) for slug in slugs)


def _has(columns: frozenset[str], head: bytes) -> bool:
    return columns <= columns_of(head)


MACHINES = Format(
    "okw-map-machines",
    "Open Know-Where map: machines (CSV)",
    Makes.FACILITIES,
    lambda name, head: _has(MACHINE_COLUMNS, head),
    read_machines,
)
SPACES = Format(
    "okw-map-spaces",
    "Open Know-Where map: maker spaces (CSV)",
    Makes.FACILITIES,
    lambda name, head: _has(SPACE_COLUMNS, head),
    read_spaces,
)
