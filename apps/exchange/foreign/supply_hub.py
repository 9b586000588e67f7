"""Lists of suppliers as Open Supply Hub takes them: country, name, address, sector; some with a position."""

import hashlib
from collections.abc import Iterator

from apps.catalog.models import FacilityKind
from apps.catalog.models.phrases import normalised
from apps.exchange.foreign.drafts import Place, begun, draft, facility_values, identity
from apps.exchange.foreign.sheets import Record, columns_of, read_records
from apps.exchange.foreign.twins import with_twins
from apps.exchange.formats.base import Format, Makes, ParsedRow, SourceFile, Vocabulary

COLUMNS = frozenset({"country", "name", "address", "sector"})


def read_suppliers(file: SourceFile) -> Iterator[ParsedRow]:
    records = read_records(file)
    yield from with_twins((_supplier(record, file.words) for record in records.rows), records.remarks)


def _supplier(record: Record, words: Vocabulary) -> ParsedRow:
    start = begun(record, words, "name")
    if isinstance(start, ParsedRow):
        return start
    notes, name = start
    sector = notes.text("sector", record["sector"])
    place = Place(
        name,
        kind=FacilityKind.CONTRACT_MANUFACTURER,
        country=record["country"],
        lat=record["lat"],
        lon=record["lng"],
        street=record["address"],
        description=f"Sector: {sector}." if sector else "",
    )
    values = facility_values(notes, place, name)
    contact = notes.contact(address=record["address"])
    return notes.row(_identity(record), draft(values, (), contact), number=record.number)


def _identity(record: Record) -> str:
    """By country, name and address as spelt: another spelling is another row, and told as a likely twin."""
    spelt = "|".join(normalised(record[column]) for column in ("country", "name", "address"))
    digest = hashlib.sha256(spelt.encode()).hexdigest()[:12]
    return f"{identity(record['name'])[:60].strip('-')}-{digest}".lstrip("-")


SUPPLIERS = Format(
    "supply-hub",
    "Open Supply Hub: list of suppliers (CSV, XLSX)",
    Makes.FACILITIES,
    lambda name, head: columns_of(head) >= COLUMNS,
    read_suppliers,
)
