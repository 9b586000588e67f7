"""One row of a template: its cells as values, with what was repaired, refused or not mapped on the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.exchange.cells import CellError, Reading, read_date, read_figure, read_yes_no, split_list
from apps.exchange.columns import ENVELOPE, NAMING, SIDES, TERM_KINDS, Column, Kind, Sheet, Unit
from apps.exchange.formats.base import Refusal, Repair, Unmapped, Value, Vocabulary
from apps.exchange.formulas import is_formula, without_guard
from apps.exchange.repairs_text import is_spreadsheet_error

RESOURCE = "resource"  # a capability names it by its kind, or by kind/name
LOST_LETTER = "\ufffd"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Head:
    """A sheet as this file has it: which column stands where (None: not one of ours), and in which unit."""

    sheet: Sheet
    columns: tuple[Column | None, ...]
    units: tuple[str, ...]
    prefix: str = ""
    unknown: tuple[str, ...] = ()

    def place(self, column: Column) -> str:
        return f"{self.prefix}{column.header}"


@dataclass
class RowReading:
    number: int
    naming: dict[str, str] = field(default_factory=dict)
    of: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)


def head_of(sheet: Sheet, header: list[str], prefix: str = "") -> Head:
    """Headers are found by their words; a unit in brackets that is not ours holds for the column's figures."""
    columns: list[Column | None] = []
    units: list[str] = []
    for cell in header:
        label, _, unit = cell.strip().lower().partition("(")
        column = sheet.by_header.get(label.strip().replace(" ", "_"))
        columns.append(column)
        unit = unit.rstrip(") ").strip()
        units.append("" if column is None or unit == column.unit else unit)
    unknown = tuple(cell for cell, column in zip(header, columns, strict=True) if column is None and cell)
    return Head(sheet, tuple(columns), tuple(units), prefix, unknown)


def read_row(head: Head, number: int, cells: list[str], words: Vocabulary, mark: str | None) -> RowReading:
    row = RowReading(number)
    if any(cell.strip() for cell in cells[len(head.columns) :]):
        row.refusals.append(Refusal(number, "", "", "too_many_cells", "The row has more cells than the header."))
        return row
    for column, unit, raw in zip(head.columns, head.units, cells, strict=False):
        if column is not None and raw.strip():
            _read_cell(row, head, column, unit, raw, words, mark)
    _join_sides(row, head)
    key = head.sheet.by_name.get(head.sheet.key)
    if key is not None and not row.of:
        told = {one.column for one in row.refusals} | {one.column for one in row.unmapped}
        if head.place(key) not in told:
            row.refusals.append(Refusal(number, head.place(key), "", "required", "This cell must not be blank."))
    return row


def _read_cell(
    row: RowReading, head: Head, column: Column, unit: str, raw: str, words: Vocabulary, mark: str | None
) -> None:
    text = without_guard(raw.strip())
    try:
        _require_honest(raw.strip())
        reading = _reading(row, head, column, unit, text, words, mark)
    except CellError as error:
        row.refusals.append(Refusal(row.number, head.place(column), raw.strip()[:200], error.reason, error.detail))
        return
    if reading is None:
        return
    if reading.reason:
        row.repairs.append(Repair(row.number, head.place(column), text[:200], _shown(reading.value), reading.reason))
    if column.name in NAMING:
        row.naming[column.name] = str(reading.value)
    elif column.name == head.sheet.key:
        row.of = str(reading.value)
    else:
        row.values[column.name] = reading.value


def _require_honest(text: str) -> None:
    if is_spreadsheet_error(text):
        raise CellError("spreadsheet_error", "A spreadsheet's error stands where a value should be.")
    if is_formula(text):
        raise CellError("formula", "A formula stands where a value should be; paste the value.")
    if LOST_LETTER in text:
        raise CellError("broken_letters", "Letters of this cell are lost: it is not in the encoding of the file.")


def _reading(
    row: RowReading, head: Head, column: Column, unit: str, text: str, words: Vocabulary, mark: str | None
) -> Reading | None:
    simple: dict[Kind, Callable[[], Reading]] = {
        Kind.YES_NO: lambda: read_yes_no(text),
        Kind.DATE: lambda: read_date(text),
        **dict.fromkeys((Kind.WHOLE, Kind.NUMBER, Kind.MONEY), lambda: _figure(column, text, mark, unit)),
        Kind.TEXT: lambda: _text(head, column, text),
    }
    if column.kind in simple:
        return simple[column.kind]()
    if column.kind == Kind.SOME_OF:
        found = [_word(row, head, column, one, words) for one in split_list(text)]
        return Reading(tuple(dict.fromkeys(word for word in found if word)))
    word = _word(row, head, column, text, words)
    return Reading(word) if word else None


def _figure(column: Column, text: str, mark: str | None, unit: str) -> Reading:
    return read_figure(column, text, mark=mark, unit=unit)


def _text(head: Head, column: Column, text: str) -> Reading:
    if column.name == RESOURCE and head.sheet.part is not None:
        kind, _, name = text.partition("/")
        return Reading((kind.strip(), name.strip()))
    clean = _CONTROLS.sub("", text).strip()
    if not clean:
        raise CellError("says_nothing", "Nothing is left of this text.")
    return Reading(clean, "control_removed" if clean != text.strip() else "")


def _word(row: RowReading, head: Head, column: Column, text: str, words: Vocabulary) -> str | None:
    """The allowed word that is meant. Words of the catalogue that nobody knows are kept for a coordinator."""
    plain = text.strip().lower()
    if column.table is None:
        allowed = {word.lower(): word for word in column.words}
        found = allowed.get(plain) or allowed.get(plain.replace(" ", "_").replace("-", "_"))
        if found is None:
            raise CellError("not_an_allowed_word", f"One of: {', '.join(column.words[:12])} ...")
        return found
    kind = TERM_KINDS.get(column.table)
    if kind is None:
        return plain
    slug = words.find(kind, text)
    if slug is None:
        suggestions = words.suggest(kind, text)
        row.unmapped.append(Unmapped(row.number, head.place(column), text[:200], kind, suggestions))
    elif slug != plain:
        row.repairs.append(Repair(row.number, head.place(column), text[:200], slug, "word_of_the_catalogue"))
    return slug


def _join_sides(row: RowReading, head: Head) -> None:
    sides = [row.values.pop(side, None) for side in SIDES]
    stated = [side for side in sides if isinstance(side, float)]
    if len(stated) == len(SIDES):
        row.values[ENVELOPE] = (stated[0], stated[1], stated[2])
    elif stated:
        told = " x ".join(_shown(side) for side in stated)
        place = f"{head.prefix}envelope ({Unit.MM})"
        row.refusals.append(Refusal(row.number, place, told, "three_sides", "State all three sides or none."))


def _shown(value: Value) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
