"""Reading a table of free hours: a resource, a week and its hours a line. Knows no database.

Columns, in any order: `resource` (its id, its name, or the short name of its kind where only one is of it), `week`
(2030-W02, or a day of it such as 2030-01-07), `free_hours` (a number; blank or "pattern" gives the week back to the
pattern). Separated by comma, semicolon or tab; decimals by a point, or by a comma where the separator is none.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from apps.core.constraints import MAX_HOURS_PER_WEEK
from apps.core.errors import InvalidInputError

COLUMNS = ("resource", "week", "free_hours")
SEPARATORS = ",;\t"
MOST_ROWS = 20_000
LONGEST_VALUE = 200
SHOWN = 60
PATTERN = "pattern"
ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"\d{1,7}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Name:
    """How a resource may be called in the table."""

    key: int
    public_id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Refusal:
    """`row` counts from 1, the line of column names; `value` is what stands there."""

    row: int
    column: str
    value: str
    code: str
    reason: str


@dataclass(frozen=True)
class Line:
    """`hours` None: back to the pattern."""

    row: int
    resource: int
    monday: date
    hours: float | None


@dataclass
class Table:
    lines: list[Line] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class _CellError(Exception):
    def __init__(self, column: str, value: str, code: str, reason: str) -> None:
        super().__init__(code)
        self.parts = (column, value[:SHOWN], code, reason)


def read_table(text: str, names: Sequence[Name], *, first: date, last: date) -> Table:
    """Every row is read or refused with a reason; blank rows are passed over. Weeks lie from `first` to `last`.

    Errors: InvalidInputError where it is no such table at all: `columns_missing`, `too_many_rows`, `not_a_table`.
    """
    separator, rows = _rows(text)
    known = _by_name(names)
    table = Table()
    seen: dict[tuple[int, date], int] = {}
    for number, cells in rows:
        try:
            line = _line(number, cells, known, comma=separator != ",", within=(first, last))
            place = (line.resource, line.monday)
            if place in seen:
                reason = f"Row {seen[place]} says it of this resource already."
                raise _CellError("week", cells["week"], "repeated", reason)
        except _CellError as error:
            table.refusals.append(Refusal(number, *error.parts))
        else:
            seen[place] = number
            table.lines.append(line)
    return table


def decoded(data: bytes) -> str:
    """As spreadsheets write it: UTF-8 or UTF-16 with their marks, plain UTF-8, else the western code page."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return data.decode("cp1252", errors="replace")


def _rows(text: str) -> tuple[str, Iterator[tuple[int, dict[str, str]]]]:
    """The separator, and the rows by column that are not blank, with the line that each stands on."""
    if "\x00" in text:
        raise InvalidInputError("not_a_table", "That is not a text.", field="csv")
    text = text.removeprefix("\ufeff")
    heading = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=heading.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidInputError("not_a_table", f"That is no table: {error}.", field="csv") from error
    columns = [name.strip().lower().replace(" ", "_") for name in (lines[0] if lines else [])]
    missing = [name for name in COLUMNS if columns.count(name) != 1]
    if missing:
        detail = f"The first row names the columns {', '.join(COLUMNS)}, each once."
        raise InvalidInputError("columns_missing", detail, field="csv", facts={"columns": missing})
    if len(lines) > MOST_ROWS + 1:
        raise InvalidInputError("too_many_rows", f"At most {MOST_ROWS} rows at once.", field="csv")
    return separator, _filled(lines[1:], columns)


def _filled(lines: list[list[str]], columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(lines, start=2):
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            yield number, {name: cell.strip() for name, cell in zip(columns, padded, strict=False)}


def _by_name(names: Sequence[Name]) -> dict[str, set[int]]:
    known: dict[str, set[int]] = {}
    for name in names:
        for word in {name.public_id, name.name.casefold(), name.kind.casefold()} - {""}:
            known.setdefault(word, set()).add(name.key)
    return known


def _line(
    number: int, cells: dict[str, str], known: dict[str, set[int]], *, comma: bool, within: tuple[date, date]
) -> Line:
    for column in COLUMNS:
        if len(cells[column]) > LONGEST_VALUE:
            raise _CellError(column, cells[column], "too_long", f"At most {LONGEST_VALUE} characters.")
    resource = _resource(cells["resource"], known)
    monday = _monday(cells["week"], within)
    return Line(number, resource, monday, _hours(cells["free_hours"], comma=comma))


def _resource(value: str, known: dict[str, set[int]]) -> int:
    found = known.get(value.casefold(), set())
    if not found:
        raise _CellError("resource", value, "unknown_resource", "The facility has no resource of this name or id.")
    if len(found) > 1:
        raise _CellError("resource", value, "several_resources", "Several are called that: use the id.")
    return next(iter(found))


def _monday(value: str, within: tuple[date, date]) -> date:
    try:
        monday = _start_of(value)
    except ValueError as error:
        raise _CellError("week", value, "not_a_week", "A week is written 2030-W02 or 2030-01-07.") from error
    first, last = within
    if not first <= monday <= last:
        raise _CellError("week", value, "week_out_of_range", f"From the week of {first} to that of {last}.")
    return monday


def _start_of(value: str) -> date:
    """The Monday of an ISO week, or of the week in which a day lies. ValueError for anything else."""
    if week := ISO_WEEK.fullmatch(value.upper()):
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    if not ISO_DAY.fullmatch(value):
        raise ValueError(value)
    day = date.fromisoformat(value)
    return day - timedelta(days=day.weekday())


def _hours(value: str, *, comma: bool) -> float | None:
    if value.lower() in ("", PATTERN):
        return None
    number = value.replace(",", ".") if comma else value
    if not NUMBER.fullmatch(number):
        raise _CellError("free_hours", value, "not_hours", "Hours are a number such as 12.5.")
    hours = float(number)
    if hours > MAX_HOURS_PER_WEEK:
        raise _CellError("free_hours", value, "hours_out_of_range", f"Up to {MAX_HOURS_PER_WEEK:.0f} hours a week.")
    return hours
