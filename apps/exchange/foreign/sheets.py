"""Foreign tables: CSV or the first sheet of a workbook, as records by the names of their columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from apps.exchange.formats.base import SourceFile, UnreadableError
from apps.exchange.tables import Row, Table, read_csv, text_of
from apps.exchange.workbooks import is_archive, read_sheets, sheet_names

# What code pages are called by people who did not choose them.
PAGE_NAMES = {"cp1252": "Windows-1252 (Western)", "cp850": "DOS 850 (Western)", "mac_roman": "Mac Roman"}


@dataclass(frozen=True)
class Record:
    """One row by its columns, in lower case. `too_long` says that it has more cells than the header has names."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    too_long: bool = False

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Records:
    """`remarks` are about the whole file (what its letters were taken for)."""

    columns: frozenset[str]
    rows: Iterator[Record]
    remarks: tuple[str, ...] = ()


def read_records(file: SourceFile) -> Records:
    """Errors, also while rows are read: UnreadableError."""
    if is_archive(file.data):
        return _records(_first_sheet(file.data), ())
    decoded = text_of(file.data)
    remarks = []
    if decoded.assumed:
        remarks.append(f"The file is not UTF-8; its letters were taken for {_page(decoded.assumed)}.")
    if decoded.broken:
        remarks.append(f"{decoded.broken} letters of the file are damaged.")
    return _records(read_csv(decoded.text), tuple(remarks))


def _page(name: str) -> str:
    return PAGE_NAMES.get(name, name)


def _first_sheet(data: bytes) -> Table:
    for name in sheet_names(data)[:1]:
        for _, table in read_sheets(data, {name.strip().lower()}):
            return table
    raise UnreadableError("empty_file", "There is nothing in this file.")


def _records(table: Table, remarks: tuple[str, ...]) -> Records:
    names = [name.casefold() for name in table.header]
    return Records(frozenset(names), (_record(row, names) for row in table.rows), remarks)


def _record(row: Row, names: list[str]) -> Record:
    beyond = any(cell.strip() for cell in row.cells[len(names) :])
    return Record(row.number, dict(zip(names, row.cells, strict=False)), beyond)


@lru_cache(maxsize=1)  # several formats look at one file
def columns_of(head: bytes) -> frozenset[str]:
    """The names in the first row of what the head belongs to, in lower case; none where that cannot be told.

    Of a workbook only when it is whole in the head: its table of contents stands at the end.
    """
    try:
        table = _first_sheet(head) if is_archive(head) else read_csv(text_of(head).text)
    except UnreadableError:
        return frozenset()
    return frozenset(name.casefold() for name in table.header)
