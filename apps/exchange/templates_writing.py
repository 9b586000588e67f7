"""Templates and exports: the same sheets, empty or filled, as one workbook or as CSV files in a zip archive."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from apps.exchange.cells import plain_number, written
from apps.exchange.columns import SHEETS, Column, Kind, Sheet, tables_named
from apps.exchange.formulas import neutralised

BOM = "\ufeff"  # without it some spreadsheets take UTF-8 for a code page
FIGURES = (Kind.NUMBER, Kind.WHOLE, Kind.MONEY)
REQUIRED = PatternFill("solid", fgColor="DDF3EE")
EXPLAINED, WORDS = "explained", "words"
EXPLAINED_HEADER = (
    "sheet",
    "column",
    "needed",
    "what goes in",
    "unit",
    "from",
    "to",
    "allowed words",
    "meaning",
    "example",
)
WORDS_INLINE = 40  # allowed words that still fit into a cell
_DAY = (1980, 1, 1, 0, 0, 0)  # of files in an archive, so that the same content is the same bytes

Cells = list[Any]
Rows = Mapping[str, Iterable[Cells]]


def template_csv(sheet: Sheet) -> bytes:
    return _csv([[column.header for column in sheet.columns]])


def template_zip() -> bytes:
    return csv_zip({})


def template_xlsx() -> bytes:
    return xlsx({})


def csv_zip(rows: Rows) -> bytes:
    """A CSV file for each sheet and one that explains the columns."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in SHEETS:
            lines = [[column.header for column in sheet.columns], *rows.get(sheet.name, ())]
            archive.writestr(zipfile.ZipInfo(f"{sheet.name}.csv", _DAY), _csv(lines), zipfile.ZIP_DEFLATED)
        explained = [list(EXPLAINED_HEADER), *_explained()]
        archive.writestr(zipfile.ZipInfo(f"{EXPLAINED}.csv", _DAY), _csv(explained), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def csv_of(sheet: Sheet, rows: Iterable[Cells]) -> bytes:
    return _csv([[column.header for column in sheet.columns], *rows])


def _csv(lines: Iterable[Cells]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for line in lines:
        writer.writerow([written(cell) for cell in line])
    return (BOM + out.getvalue()).encode("utf-8")


def xlsx(rows: Rows) -> bytes:
    """A sheet for each kind of row, one that explains every column, one with the catalogue's short names."""
    workbook = Workbook(write_only=True)
    for sheet in SHEETS:
        _sheet(workbook, sheet, rows.get(sheet.name, ()))
    _plain_sheet(workbook, EXPLAINED, [EXPLAINED_HEADER, *_explained()], widths=(14, 26, 9, 24, 9, 9, 12, 50, 60, 24))
    _plain_sheet(workbook, WORDS, _words(), widths=(20, 32, 50))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _sheet(workbook: Workbook, sheet: Sheet, rows: Iterable[Cells]) -> None:
    page: Any = workbook.create_sheet(sheet.name)
    page.freeze_panes = "A2"
    for position, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(position)].width = max(12, len(column.header) + 2)
    head = []
    for column in sheet.columns:
        cell = WriteOnlyCell(page, column.header)
        cell.font = Font(bold=True)
        if column.required:
            cell.fill = REQUIRED
        head.append(cell)
    page.append(head)
    for row in rows:
        page.append([_typed(cell) for cell in row])


def _plain_sheet(workbook: Workbook, name: str, lines: Iterable[Iterable[Any]], *, widths: tuple[int, ...]) -> None:
    page: Any = workbook.create_sheet(name)
    page.freeze_panes = "A2"
    for position, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(position)].width = width
    for number, line in enumerate(lines):
        cells = [WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", str(one))) for one in line]
        for cell in cells:
            cell.font = Font(bold=number == 0)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.append(cells)


def _typed(cell: Any) -> Any:
    """Figures as figures, so that a spreadsheet can count with them; everything else as text."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", written(cell))
    return text or None


def cell_of(column: Column, value: Any) -> Any:
    """A plain fact as a cell: what might be run by a spreadsheet is neutralised."""
    if value is None:
        return None
    if column.kind == Kind.MONEY:
        return Decimal(value)
    if column.name == "resource":
        kind, name = value
        return neutralised(f"{kind}/{name}" if name else kind)
    return neutralised(value) if isinstance(value, str) else value


def _explained() -> Iterator[Cells]:
    for sheet in SHEETS:
        for column in sheet.columns:
            yield [
                sheet.name,
                column.header,
                _("yes") if column.required else "",
                str(column.kind),
                str(column.unit),
                _bound(column, column.low),
                _bound(column, column.high),
                _allowed(column),
                column.meaning,
                column.example,
            ]


def _bound(column: Column, bound: float | None) -> str:
    return "" if bound is None or column.kind not in FIGURES else plain_number(bound)


def _allowed(column: Column) -> str:
    if column.table is not None:
        return f"short names of the sheet “{WORDS}”: {column.table._meta.verbose_name_plural}"
    if len(column.words) > WORDS_INLINE:
        return "; ".join(column.words[:WORDS_INLINE]) + "; ..."
    return "; ".join(column.words)


def _words() -> Iterator[tuple[str, str, str]]:
    yield "table", "short name", "name"
    for table in tables_named():
        for slug, row in table._default_manager.order_by("slug").in_bulk(field_name="slug").items():
            yield str(table._meta.verbose_name_plural), slug, str(row)
