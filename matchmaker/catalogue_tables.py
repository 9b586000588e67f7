"""The catalogue's tables (CSV text, one table a file) as the engine's Catalogue."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from math import isfinite

from matchmaker.catalogue import (
    Catalogue,
    CertificationFact,
    MachineFact,
    MaterialFact,
    ProcessFact,
    ProcessRelationFact,
    RegionFact,
    ResourceKindFact,
    StageFact,
    TransportFact,
    WorkContentFact,
)
from matchmaker.domain import Millimetres3

# What the engine reads of each table, by heading.
COLUMNS: Mapping[str, frozenset[str]] = {
    "processes": frozenset(
        [
            "common_materials",
            "kind",
            "parent_slug",
            "slug",
            "tooling_lead_days",
            "tooling_needed",
            "typical_economic_run_high",
            "typical_economic_run_low",
            "typical_lead_days_high",
            "typical_lead_days_low",
            "typical_max_envelope_mm",
            "typical_min_run",
            "typical_tolerance_mm",
        ]
    ),
    "process_relations": frozenset(
        ["condition", "needed_process", "provided_process", "qty_high", "qty_low", "quality", "relation"]
    ),
    "materials": frozenset(["level", "parent_slug", "slug"]),
    "certifications": frozenset(["expires", "implies", "scope", "slug", "typical_validity_months"]),
    "machines": frozenset(["machine_type", "processes", "slug"]),
    "resource_kinds": frozenset(
        [
            "availability",
            "gross_hours_one_shift",
            "machine_types",
            "member_kinds",
            "processes",
            "row_kind",
            "scopes",
            "slug",
        ]
    ),
    "work_content": frozenset(
        [
            "cycle_s_high",
            "cycle_s_low",
            "cycle_s_typical",
            "parts_per_cycle_typical",
            "process",
            "resource_kind",
            "setup_h_high",
            "setup_h_low",
            "yield_typical",
        ]
    ),
    "regions": frozenset(
        [
            "admin_areas",
            "applies_to_processes",
            "centre_lat",
            "centre_lon",
            "code",
            "countries",
            "customs_union_or_bloc",
            "radius_km",
            "row_kind",
            "transport_region",
            "words",
        ]
    ),
    "transport_days": frozenset(
        ["customs_days_high", "customs_days_low", "days_high", "days_low", "from_region", "mode", "to_region"]
    ),
    "stages": frozenset(["order", "slug"]),
}
TABLES = tuple(COLUMNS)


class TableError(ValueError):
    """A cell does not fit. `line` counts from 1, the headings' line; `column` is the heading."""

    def __init__(self, table: str, line: int, column: str, rule: str) -> None:
        super().__init__(f"{table}, line {line}, column {column}: {rule}")
        self.table = table
        self.line = line
        self.column = column
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; each reader takes a heading. A cell that is empty is blank, lists part at `|`."""

    table: str
    line: int
    cells: Mapping[str, str]

    def refuse(self, column: str, rule: str) -> TableError:
        return TableError(self.table, self.line, column, rule)

    def text(self, column: str) -> str:
        return self.cells[column]

    def slug(self, column: str) -> str:
        if not self.cells[column]:
            raise self.refuse(column, "must not be blank")
        return self.cells[column]

    def optional(self, column: str) -> str | None:
        return self.cells[column] or None

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(word for word in self.cells[column].split("|") if word)

    def yes(self, column: str) -> bool:
        if self.cells[column] not in ("y", "n"):
            raise self.refuse(column, "must be y or n")
        return self.cells[column] == "y"

    def number(self, column: str) -> float | None:
        return self._parsed(column, self.cells[column]) if self.cells[column] else None

    def stated(self, column: str) -> float:
        return self._parsed(column, self.cells[column])

    def whole(self, column: str) -> int:
        value = self.stated(column)
        if not value.is_integer():
            raise self.refuse(column, "must be a whole number")
        return int(value)

    def size(self, column: str) -> Millimetres3 | None:
        if not self.cells[column]:
            return None
        sides = [self._parsed(column, side) for side in self.cells[column].split("x")]
        if len(sides) != 3:
            raise self.refuse(column, "must be three sides like 300x200x50")
        return sides[0], sides[1], sides[2]

    def _parsed(self, column: str, cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            raise self.refuse(column, "must be a number") from None
        if not isfinite(value):
            raise self.refuse(column, "must be a finite number")
        return value


def catalogue_from_tables(texts: Mapping[str, str]) -> Catalogue:
    """`texts`: the CSV text of each of TABLES. Columns that the engine does not read are let be. Raises TableError."""

    def rows(table: str) -> list[Row]:
        return _rows(table, texts[table])

    return Catalogue(
        processes=tuple(_process(row) for row in rows("processes")),
        process_relations=tuple(_relation(row) for row in rows("process_relations")),
        materials=tuple(
            MaterialFact(row.slug("slug"), row.optional("parent_slug"), row.slug("level")) for row in rows("materials")
        ),
        certifications=tuple(_certification(row) for row in rows("certifications")),
        machines=tuple(
            MachineFact(row.slug("slug"), row.text("machine_type"), row.words("processes")) for row in rows("machines")
        ),
        resource_kinds=tuple(_kind(row) for row in rows("resource_kinds")),
        work_contents=tuple(_work(row) for row in rows("work_content")),
        regions=tuple(_region(row) for row in rows("regions")),
        transports=tuple(_transport(row) for row in rows("transport_days")),
        stages=tuple(StageFact(row.slug("slug"), row.whole("order")) for row in rows("stages")),
    )


def _rows(table: str, text: str) -> list[Row]:
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        missing = sorted(COLUMNS[table] - set(reader.fieldnames or ()))
        if missing:
            raise TableError(table, 1, missing[0], "is missing")
        return [_row(table, reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise TableError(table, reader.line_num, "(any)", f"is not CSV: {error}") from None


def _row(table: str, line: int, cells: Mapping[str | None, str | None]) -> Row:
    given = {name: cell for name, cell in cells.items() if name is not None and cell is not None}
    if len(given) != len(cells):
        raise TableError(table, line, "(any)", "must have a cell for each heading and no more")
    return Row(table, line, given)


def _process(row: Row) -> ProcessFact:
    return ProcessFact(
        slug=row.slug("slug"),
        parent=row.optional("parent_slug"),
        kind=row.slug("kind"),
        typical_min_run=row.number("typical_min_run"),
        economic_low=row.number("typical_economic_run_low"),
        economic_high=row.number("typical_economic_run_high"),
        lead_days_low=row.number("typical_lead_days_low"),
        lead_days_high=row.number("typical_lead_days_high"),
        tooling_needed=row.yes("tooling_needed"),
        tooling_days=row.number("tooling_lead_days"),
        tolerance_mm=row.number("typical_tolerance_mm"),
        envelope_mm=row.size("typical_max_envelope_mm"),
        common_materials=row.words("common_materials"),
    )


def _relation(row: Row) -> ProcessRelationFact:
    return ProcessRelationFact(
        provided=row.slug("provided_process"),
        needed=row.slug("needed_process"),
        relation=row.slug("relation"),
        quality=row.number("quality"),
        quantity_low=row.number("qty_low"),
        quantity_high=row.number("qty_high"),
        condition=row.text("condition"),
    )


def _certification(row: Row) -> CertificationFact:
    return CertificationFact(
        slug=row.slug("slug"),
        scope=row.slug("scope"),
        expires=row.yes("expires"),
        validity_months=row.whole("typical_validity_months") if row.text("typical_validity_months") else None,
        implies=row.words("implies"),
    )


def _kind(row: Row) -> ResourceKindFact:
    return ResourceKindFact(
        slug=row.slug("slug"),
        gross_hours_one_shift=row.stated("gross_hours_one_shift"),
        availability=row.stated("availability"),
        machine_types=row.words("machine_types"),
        processes=row.words("processes"),
        scopes=row.words("scopes"),
        row_kind=row.slug("row_kind"),
        members=row.words("member_kinds"),
    )


def _work(row: Row) -> WorkContentFact:
    return WorkContentFact(
        process=row.slug("process"),
        resource_kind=row.slug("resource_kind"),
        setup_hours_low=row.stated("setup_h_low"),
        setup_hours_high=row.stated("setup_h_high"),
        cycle_seconds_low=row.stated("cycle_s_low"),
        cycle_seconds_typical=row.stated("cycle_s_typical"),
        cycle_seconds_high=row.stated("cycle_s_high"),
        parts_per_cycle=row.stated("parts_per_cycle_typical"),
        yield_share=row.stated("yield_typical"),
    )


def _region(row: Row) -> RegionFact:
    """A star stands for every process, as does a blank."""
    return RegionFact(
        code=row.slug("code"),
        row_kind=row.slug("row_kind"),
        countries=row.words("countries"),
        customs_union_or_bloc=row.optional("customs_union_or_bloc"),
        transport_region=row.optional("transport_region"),
        words=row.words("words"),
        admin_areas=row.words("admin_areas"),
        centre_lat=row.number("centre_lat"),
        centre_lon=row.number("centre_lon"),
        radius_km=row.number("radius_km"),
        processes=() if row.text("applies_to_processes") == "*" else row.words("applies_to_processes"),
    )


def _transport(row: Row) -> TransportFact:
    return TransportFact(
        from_region=row.slug("from_region"),
        to_region=row.slug("to_region"),
        mode=row.slug("mode"),
        days_low=row.stated("days_low"),
        days_high=row.stated("days_high"),
        customs_days_low=row.stated("customs_days_low"),
        customs_days_high=row.stated("customs_days_high"),
    )
