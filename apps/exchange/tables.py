"""CSV as it comes: any encoding, any of the usual delimiters, blank rows, rows that are too short or too long."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from apps.exchange.formats.base import UnreadableError
from apps.exchange.repairs_text import DecodedText, decode_text

MAX_ROWS = 100_000
MAX_COLUMNS = 200
MANY_NULS = 10  # one byte in so many
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Row:
    """`number` counts from 1, the header included, as a spreadsheet shows it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """`rows` can be read once. `delimiter` is empty for the sheet of a workbook."""

    header: list[str]
    rows: Iterator[Row]
    delimiter: str = ""


def text_of(data: bytes) -> DecodedText:
    """Errors: UnreadableError for what is no text."""
    start = data[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (even + odd) * MANY_NULS < len(start):
        return decode_text(data)  # a NUL here and there is only dirt
    if not even or not odd:
        encoding = "utf-16-le" if odd else "utf-16-be"
        return DecodedText(data.decode(encoding, errors="replace"), encoding)
    raise UnreadableError("not_text", "This is not a text file.")


def read_csv(text: str) -> Table:
    """Errors, also while rows are read: UnreadableError for no header, too many rows, quotes that never end."""
    delimiter = _delimiter(text)
    rows = _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    first = next(rows, None)
    if first is None:
        raise UnreadableError("empty_file", "There is nothing in this file.")
    return Table(checked_header(first.cells), rows, delimiter)


def checked_header(cells: list[str]) -> list[str]:
    """Errors: UnreadableError where two columns have one name."""
    header = [cell.strip().strip("\ufeff") for cell in cells]
    named = [name.lower() for name in header if name]
    twice = next((name for name in named if named.count(name) > 1), None) if len(named) <= MAX_COLUMNS else ""
    if len(header) > MAX_COLUMNS:
        raise UnreadableError("too_many_columns", f"At most {MAX_COLUMNS} columns.")
    if twice:
        raise UnreadableError("duplicate_header", f"Two columns are called “{twice[:60]}”.", field=twice[:60])
    return header


def _delimiter(text: str) -> str:
    """The one that splits the first line into most parts, outside of quotes."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=lambda mark: (outside.count(mark), -DELIMITERS.index(mark)))


def _rows(reader: "Iterator[list[str]]") -> Iterator[Row]:
    number = kept = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableError("broken_csv", f"The file breaks off behind row {number}: {error}.") from error
        if cells is None:
            return
        number += 1
        if not any(cell.strip() for cell in cells):
            continue
        kept += 1
        if kept > MAX_ROWS + 1:
            raise too_many_rows()
        yield Row(number, cells)


def too_many_rows() -> UnreadableError:
    return UnreadableError("too_many_rows", f"At most {MAX_ROWS} rows in a file; split it.", facts={"limit": MAX_ROWS})
