"""Archives and workbooks of strangers, opened so that none of them fills the memory or the day.

Everything is unpacked once, piece by piece and counted, before any library sees it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from apps.exchange.cells import plain_number
from apps.exchange.formats.base import UnreadableError
from apps.exchange.tables import MAX_COLUMNS, MAX_ROWS, Row, Table, checked_header, too_many_rows

MAX_ENTRIES = 200
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
RATIO_COUNTS_FROM = 1024 * 1024  # what is smaller harms nobody, however well it is packed
MAX_ROW_NUMBER = 200_000
CHUNK = 64 * 1024
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
# What the library lets out for workbooks that are not what they say.
_BROKEN_WORKBOOK = (
    *_BROKEN_ZIP,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    AssertionError,
)


def is_archive(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def checked_archive(data: bytes) -> zipfile.ZipFile:
    """Errors: UnreadableError for what is no archive, for a bomb, for a locked one and for declared XML entities."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise UnreadableError("archive_bomb", f"More than {MAX_ENTRIES} files in one archive.")
        unpacked = 0
        for entry in entries:
            unpacked = _checked_entry(archive, entry, unpacked, len(data))
    except UnreadableError:
        raise
    except _BROKEN_ZIP as error:
        raise UnreadableError("broken_archive", "This archive is damaged or locked.") from error
    return archive


def _checked_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, unpacked: int, packed: int) -> int:
    """Unpacks it to nowhere; what its header says of its size may be a lie."""
    if entry.flag_bits & 0x1:
        raise UnreadableError("broken_archive", "This archive is damaged or locked.")
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed):
                raise UnreadableError("archive_bomb", "Unpacked, this file is far larger than it says.")
            if _DOCTYPE.search(tail + chunk):
                raise UnreadableError("xml_entities", "The file declares XML entities, which no spreadsheet needs.")
            tail = chunk[-16:]
    return unpacked


def csv_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The CSV files of an archive with their names, which are only looked at."""
    archive = checked_archive(data)
    for entry in archive.infolist():
        name = entry.filename.rsplit("/", 1)[-1]
        if name.lower().endswith(".csv") and not name.startswith("."):
            yield name, archive.read(entry)


def sheet_names(data: bytes) -> list[str]:
    """Empty for an archive that is no workbook. Errors: UnreadableError."""
    archive = checked_archive(data)
    if "xl/workbook.xml" not in archive.namelist():
        return []
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        return list(workbook.sheetnames)
    except _BROKEN_WORKBOOK as error:
        raise _broken() from error


def read_sheets(data: bytes, names: "set[str] | frozenset[str]") -> Iterator[tuple[str, Table]]:
    """The sheets of these names (in lower case) that have a header. Formulas come as their text, `=...`.

    Errors, also while rows are read: UnreadableError.
    """
    checked_archive(data)
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        chosen = [(title.strip().lower(), workbook[title]) for title in workbook.sheetnames]
    except _BROKEN_WORKBOOK as error:
        raise _broken() from error
    for name, sheet in chosen:
        if name in names:
            rows = _rows(sheet)
            first = next(rows, None)
            if first is not None:
                yield name, Table(checked_header(first.cells), rows)


def _rows(sheet: Any) -> Iterator[Row]:
    kept = 0
    for number, values in enumerate(chain(_values(sheet)), start=1):
        if number > MAX_ROW_NUMBER:
            raise too_many_rows()
        cells = [cell_text(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        kept += 1
        if kept > MAX_ROWS + 1:
            raise too_many_rows()
        yield Row(number, cells)


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    try:
        sheet.reset_dimensions()  # what the sheet says of its own size may be a lie
        yield from sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
    except _BROKEN_WORKBOOK as error:
        raise _broken() from error


def cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain_number(value) if abs(value) < 10**15 else str(value)
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == 0
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _broken() -> UnreadableError:
    return UnreadableError("broken_workbook", "This workbook is damaged.")
