"""Our own templates: a workbook with a sheet for each kind, one CSV of a kind, or a zip archive of such CSVs."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from apps.exchange.cells import decimal_mark
from apps.exchange.columns import CONTACT, FACILITIES, SHEETS, Kind, Sheet
from apps.exchange.formats.base import (
    FacilityDraft,
    Format,
    Makes,
    ParsedRow,
    PartDraft,
    Refusal,
    Repair,
    SourceFile,
    UnreadableError,
)
from apps.exchange.repairs_text import DecodedText
from apps.exchange.tables import MAX_ROWS, Row, Table, read_csv, text_of, too_many_rows
from apps.exchange.template_rows import Head, RowReading, head_of, read_row
from apps.exchange.workbooks import csv_files, is_archive, read_sheets, sheet_names

SHEET_NAMES = frozenset(sheet.name for sheet in SHEETS)
# How much of a header must be ours for a file without a sheet's name to be one of our templates.
OURS = 0.8
TELLING = 5_000  # cells that are looked at for the file's decimal mark
_CELL = "\x1f"  # between the cells of a row that waits
_OURS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NAMED_BY = ("external_id", "id", "name")


@dataclass
class _Waiting:
    """Rows of one facility, packed: a file of 100,000 rows waits in a few dozen megabytes."""

    rows: list[tuple[int, int, str]] = field(default_factory=list)


# --- which file is it ---------------------------------------------------------------------------------------------


def _sheet_of_header(header: list[str]) -> Sheet | None:
    def share(sheet: Sheet) -> float:
        columns = [column for column in head_of(sheet, header).columns if column is not None]
        names = {column.name for column in columns}
        known = names >= {"facility", sheet.key}
        if sheet is FACILITIES:  # what says "id" alone may be anybody's, so most of the rest must be ours as well
            known = "id" in names or names >= {"external_id", "name", "kind"}
        stated = sum(1 for cell in header if cell)
        return len(columns) / stated if known and stated else 0.0

    best = max(SHEETS, key=share)
    return best if share(best) >= OURS else None


def sniff_csv(name: str, head: bytes) -> bool:
    if is_archive(head):
        return False
    try:
        table = read_csv(text_of(head).text)
    except UnreadableError:
        return False
    return _sheet_of_header(table.header) is not None


def sniff_archive(name: str, head: bytes) -> bool:
    if not is_archive(head):
        return False
    names = sheet_names(head) or [inner.rsplit(".", 1)[0] for inner, _ in csv_files(head)]
    return bool(SHEET_NAMES & {one.strip().lower() for one in names})


# --- its tables ---------------------------------------------------------------------------------------------------


def read_template_csv(source: SourceFile) -> Iterator[ParsedRow]:
    decoded = text_of(source.data)
    table = read_csv(decoded.text)
    sheet = _sheet_of_header(table.header)
    if sheet is None:
        raise UnreadableError("not_our_template", "These are not the columns of a template.")
    return _read([(head_of(sheet, table.header), table)], source, _assumed(source.name, decoded))


def read_template_archive(source: SourceFile) -> Iterator[ParsedRow]:
    found = list(_tables(source.data))
    tables = [(head_of(sheet, table.header, f"{sheet.name}: "), table) for sheet, table, _ in found]
    if not tables:
        raise UnreadableError("not_our_template", "No sheet has the name of one of the template's.")
    notes = tuple(note for _, _, noted in found for note in noted)
    return _read(sorted(tables, key=lambda told: SHEETS.index(told[0].sheet)), source, notes)


def _tables(data: bytes) -> Iterator[tuple[Sheet, Table, tuple[Repair, ...]]]:
    by_name = {sheet.name: sheet for sheet in SHEETS}
    if sheet_names(data):
        for name, table in read_sheets(data, SHEET_NAMES):
            yield by_name[name], table, ()
        return
    for inner, content in csv_files(data):
        sheet = by_name.get(inner.rsplit(".", 1)[0].strip().lower())
        if sheet is not None and content.strip():
            decoded = text_of(content)
            yield sheet, read_csv(decoded.text), _assumed(inner, decoded)


def _assumed(name: str, decoded: DecodedText) -> tuple[Repair, ...]:
    """That the letters were guessed is told once, at the file's first facility."""
    if not decoded.assumed:
        return ()
    detail = f"The file is not UTF-8 and does not say what it is; it was read as {decoded.assumed}."
    return (Repair(1, "", name[:200], decoded.assumed, "encoding_assumed", detail),)


# --- facility by facility -----------------------------------------------------------------------------------------


def _read(tables: list[tuple[Head, Table]], source: SourceFile, notes: tuple[Repair, ...] = ()) -> Iterator[ParsedRow]:
    heads = [head for head, _ in tables]
    waiting = _by_facility(tables)
    mark = decimal_mark(islice(_figures(heads, waiting), TELLING))
    remarks = tuple(
        f"The column “{name[:60]}” of {head.sheet.name} is not one of the template's and was not read."
        for head in heads
        for name in head.unknown
    )
    if mark == ",":
        remarks = (*remarks, "Figures of this file were read with a decimal comma.")
    for key, packed in waiting.items():
        rows = [
            (heads[index].sheet, _unpacked(heads[index], number, cells, source, mark))
            for index, number, cells in packed.rows
        ]
        for row in _facility(key, rows):
            yield replace(row, remarks=remarks, repairs=(*notes, *row.repairs)) if remarks or notes else row
            remarks, notes = (), ()


def _by_facility(tables: list[tuple[Head, Table]]) -> dict[str, _Waiting]:
    """In the order of the file. A part may name its facility by any of its two ids."""
    waiting: defaultdict[str, _Waiting] = defaultdict(_Waiting)
    aliases: dict[str, str] = {}
    count = 0
    for index, (head, table) in enumerate(tables):
        for row in table.rows:
            count += 1
            if count > MAX_ROWS:
                raise too_many_rows()
            names = _names(head, row)
            if head.sheet is FACILITIES:
                key = next((names[one] for one in NAMED_BY if names.get(one)), f"row {row.number}")
                aliases.update({names[one]: key for one in NAMED_BY[:2] if names.get(one)})
            else:
                key = aliases.get(names.get("facility", ""), names.get("facility", ""))
            cells = _CELL.join(cell.replace(_CELL, " ") for cell in row.cells)
            waiting[key].rows.append((index, row.number, cells))
    return waiting


def _names(head: Head, row: Row) -> dict[str, str]:
    return {
        column.name: cell.strip()
        for column, cell in zip(head.columns, row.cells, strict=False)
        if column is not None and column.name in (*NAMED_BY, "facility")
    }


def _figures(heads: list[Head], waiting: dict[str, _Waiting]) -> Iterator[str]:
    kinds = (Kind.NUMBER, Kind.MONEY, Kind.WHOLE)
    for packed in waiting.values():
        for index, _, cells in packed.rows:
            for column, cell in zip(heads[index].columns, cells.split(_CELL), strict=False):
                if column is not None and column.kind in kinds:
                    yield cell


def _unpacked(head: Head, number: int, cells: str, source: SourceFile, mark: str | None) -> RowReading:
    return read_row(head, number, cells.split(_CELL), source.words, mark)


def _facility(key: str, rows: list[tuple[Sheet, RowReading]]) -> Iterator[ParsedRow]:
    sites = [row for sheet, row in rows if sheet is FACILITIES]
    parts = [(sheet, row) for sheet, row in rows if sheet is not FACILITIES]
    first = sites[0] if sites else rows[0][1]
    told = [first, *(row for _, row in parts)] if sites else [row for _, row in parts]
    common = {
        "rows": len(rows) - max(len(sites) - 1, 0),
        "repairs": tuple(one for row in told for one in row.repairs),
        "unmapped": tuple(one for row in told for one in row.unmapped),
    }
    drafts, refusals = _parts(parts)
    refused = (*(one for row in told for one in row.refusals), *refusals)
    refused_whole = not key or any(not one.column for one in first.refusals if sites)
    if refused_whole:
        missing = () if key else (Refusal(first.number, "facility", "", "required", "Which facility is it?"),)
        yield ParsedRow(first.number, key[:80], refusals=(*refused, *missing), **common)  # type: ignore[arg-type]
    else:
        draft = FacilityDraft(first.values if sites else {}, drafts, _contact(first), _public_id(key, first, sites))
        yield ParsedRow(first.number, key[:80], draft, refusals=refused, **common)  # type: ignore[arg-type]
    for again in sites[1:]:
        refusal = Refusal(again.number, "external_id", key[:200], "repeated_id", f"Row {first.number} has this id too.")
        yield ParsedRow(again.number, key[:80], refusals=(refusal,))


def _contact(row: RowReading) -> dict[str, str]:
    """How the site is reached is no fact of it."""
    return {name: str(row.values.pop(name)) for name in CONTACT if name in row.values}


def _public_id(key: str, first: RowReading, sites: list[RowReading]) -> str:
    """A part may name its facility by either id; ours looks like nothing else."""
    if sites:
        return first.naming.get("id", "")
    return key if _OURS.fullmatch(key) else ""


def _parts(rows: list[tuple[Sheet, RowReading]]) -> tuple[tuple[PartDraft, ...], tuple[Refusal, ...]]:
    drafts: dict[tuple[str, ...], PartDraft] = {}
    refusals = []
    for sheet, row in rows:
        if not row.of or sheet.part is None:
            continue
        draft = PartDraft(row.number, sheet.part, row.of, row.values)
        if drafts.setdefault(part_key(draft), draft) is not draft:
            refusals.append(Refusal(row.number, sheet.key, row.of, "repeated", "The same one stands above."))
    return tuple(drafts.values()), tuple(refusals)


def part_key(draft: PartDraft) -> tuple[str, ...]:
    """What tells it from others of its facility."""
    apart = {"capability": ("offer", "core"), "resource": ("name", "")}.get(draft.kind)
    return (draft.kind, draft.of) if apart is None else (draft.kind, draft.of, str(draft.values.get(*apart)))


TEMPLATE_CSV = Format("template_csv", "Matchmaker template (CSV)", Makes.FACILITIES, sniff_csv, read_template_csv)
TEMPLATE_ARCHIVE = Format(
    "template_xlsx", "Matchmaker template (XLSX or zipped CSV)", Makes.FACILITIES, sniff_archive, read_template_archive
)
TEMPLATES = (TEMPLATE_CSV, TEMPLATE_ARCHIVE)
