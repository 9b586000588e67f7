"""Reads the data files into plain rows and refuses what does not hold together, before anything is written."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from apps.catalog.loader.cells import Value
from apps.catalog.loader.problems import Problem
from apps.catalog.loader.tables import SYNONYMS, Column, Table

Key = tuple[Value, ...]


@dataclass(frozen=True)
class FileRow:
    """`number` counts as a spreadsheet does: the headings are row 1."""

    number: int
    key: Key
    values: dict[str, Value]


class Reading:
    """One file being read: its rows so far and what is wrong with it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: list[FileRow] = []
        self.problems: list[Problem] = []

    def refuse(self, row: int, column: str, value: object, reason: str) -> None:
        self.problems.append(Problem(self.table.file, row, column, "" if value is None else str(value), reason))


def read_table(table: Table, folder: Path) -> Reading:
    reading = Reading(table)
    try:
        content = (folder / table.file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reading.refuse(0, "", None, "is not there")
        return reading
    except UnicodeDecodeError:
        reading.refuse(0, "", None, "is not UTF-8")
        return reading
    records = csv.reader(content.splitlines(keepends=True), strict=True)
    try:
        headings = next(records, [])
        if _headings_fit(reading, headings):
            _read_records(reading, headings, records)
    except csv.Error as error:
        reading.refuse(records.line_num, "", None, f"is not CSV: {error}")
    return reading


def _headings_fit(reading: Reading, headings: list[str]) -> bool:
    wanted = [column.heading for column in reading.table.columns]
    for heading in wanted:
        if heading not in headings:
            reading.refuse(1, heading, None, "the column is missing")
    for heading in headings:
        if heading not in wanted:
            reading.refuse(1, heading, None, "is not a column of this file")
    if len(set(headings)) < len(headings):
        reading.refuse(1, "", None, "names a column twice")
    return not reading.problems


def _read_records(reading: Reading, headings: list[str], records: Iterator[list[str]]) -> None:
    columns = {column.heading: column for column in reading.table.columns}
    seen: set[Key] = set()
    for number, record in enumerate(records, start=2):
        if len(record) != len(headings):
            reading.refuse(number, "", None, f"has {len(record)} cells where the headings are {len(headings)}")
            continue
        values: dict[str, Value] = {}
        for heading, cell in zip(headings, record, strict=True):
            values.update(_read_cell(reading, number, columns[heading], cell))
        key = tuple(values.get(name) for name in reading.table.key)
        if key in seen:
            reading.refuse(number, reading.table.heading_of(reading.table.key[0]), key[0], "is in the file twice")
        seen.add(key)
        reading.rows.append(FileRow(number, key, values))


def _read_cell(reading: Reading, number: int, column: Column, cell: str) -> dict[str, Value]:
    try:
        read = column.read(cell)
    except ValueError as error:
        reading.refuse(number, column.heading, cell, str(error))
        return {}
    values = dict(zip(column.fields, read, strict=True)) if len(column.fields) > 1 else {column.fields[0]: read}
    for name, value in values.items():
        for reason in _against_the_model(reading.table, name, value):
            reading.refuse(number, column.heading, cell, reason)
    return values


def _against_the_model(table: Table, name: str, value: Value) -> list[str]:
    """The model's own rules for a plain field: length, listed values, range, blank. Links are checked as a whole."""
    if name in table.lists or name == SYNONYMS:
        return []
    model_field: Any = table.model._meta.get_field(name)
    if name in table.links:
        return ["is needed"] if value is None and not model_field.null else []
    try:
        model_field.clean(value, None)
    except ValidationError as error:
        return [message.rstrip(".") for message in error.messages]
    return []
