"""Files that mean harm or are broken: refused by name, quickly, in little memory; and files that are only odd."""

import io
import resource
import struct
import time
import zipfile
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exchange import registry
from apps.exchange.columns import CAPABILITIES, FACILITIES, SHEETS
from apps.exchange.formats.base import ParsedRow, SourceFile, TermKind, UnreadableError
from apps.exchange.tables import MAX_ROWS
from apps.exchange.templates_reading import TEMPLATES
from apps.exchange.workbooks import MAX_UNPACKED, checked_archive
from tests.exchange.archives import rewritten, workbook, zipped
from tests.exchange.world import place, table

HEADER = [column.header for column in FACILITIES.columns]


class Words:
    def find(self, kind: TermKind, text: str) -> str | None:
        return text if text in ("milling", "abs", "pla", "haas-vf2") else None

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]:
        return ()


def source(data: bytes, name: str = "f") -> SourceFile:
    return SourceFile(name, data, Words(), date(2030, 1, 1))


def read(data: bytes) -> list[ParsedRow]:
    file = source(data)
    return list(registry.format_for(file).read(file))


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableError) as refusal:
        read(data)
    return refusal.value.code


def bomb(size: int, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of which one file unpacks to `size` bytes of blanks."""
    return rewritten(workbook(facilities=[HEADER]), {name: b"<x>" + b" " * size + b"</x>"})


# --- archives -----------------------------------------------------------------------------------------------------


def test_bombs_are_refused_before_any_library_sees_them() -> None:
    began = time.perf_counter()
    assert refused(bomb(MAX_UNPACKED + 1)) == "archive_bomb"
    assert refused(bomb(8 * 1024 * 1024)) == "archive_bomb"  # a hundred times its packed size
    assert refused(zipped({f"{number}.csv": b"x" for number in range(201)})) == "archive_bomb"
    assert time.perf_counter() - began < 20


def test_a_size_that_lies_is_not_believed() -> None:
    data = bytearray(bomb(8 * 1024 * 1024))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    for place_of in _all(bytes(data), struct.pack("<L", real)):
        data[place_of : place_of + 4] = struct.pack("<L", 10)
    assert refused(bytes(data)) in ("archive_bomb", "broken_archive")


def _all(data: bytes, wanted: bytes) -> list[int]:
    found, at = [], data.find(wanted)
    while at >= 0:
        found.append(at)
        at = data.find(wanted, at + 1)
    return found


def test_entities_locks_and_names_that_climb() -> None:
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert refused(rewritten(workbook(facilities=[HEADER]), {"xl/workbook.xml": entities})) == "xml_entities"
    climbing = zipped({"../../etc/facilities.csv": table(place(1))})
    assert [row.external_id for row in read(climbing)] == ["p1"]  # a name is only looked at, nothing is unpacked to it
    locked = bytearray(zipped({"facilities.csv": table(place(1))}))
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        at = locked.find(mark)
        locked[at + (8 if mark == b"PK\x01\x02" else 6)] |= 1
    with pytest.raises(UnreadableError):
        checked_archive(bytes(locked))


@pytest.mark.parametrize("cut", [10, 100, 1000, 3000])
def test_a_truncated_workbook_is_refused(cut: int) -> None:
    data = workbook(facilities=[HEADER, [None, "p1", "Place", "jobshop"]])
    with pytest.raises(UnreadableError):
        read(data[:-cut])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 5000), st.integers(0, 255))
def test_a_workbook_with_a_wrong_byte_is_read_or_refused(at: int, byte: int) -> None:
    data = bytearray(workbook(facilities=[HEADER, [None, "p1", "Place", "jobshop"]]))
    data[at % len(data)] = byte
    with suppress(UnreadableError):
        read(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for chosen in TEMPLATES:
        with suppress(UnreadableError):
            if chosen.sniff("f.csv", data):
                list(chosen.read(source(data)))


# --- sizes --------------------------------------------------------------------------------------------------------


def many(count: int) -> bytes:
    return b"external_id,name,kind\n" + b"".join(b"p%d,Place,jobshop\n" % number for number in range(count))


def test_a_row_too_many_is_refused_and_memory_stays_small() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(many(MAX_ROWS + 1)) == "too_many_rows"
    assert len(read(many(MAX_ROWS))) == MAX_ROWS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 250, f"{grown:.0f} MB"


def test_too_many_columns_and_endless_quotes() -> None:
    assert refused(b"name,kind,external_id," + b"x," * 300) == "too_many_columns"
    assert refused(b'external_id,name,kind\n1,"' + b"x" * 200_000) == "broken_csv"


# --- odd but honest -----------------------------------------------------------------------------------------------


def names(rows: list[ParsedRow]) -> list[Any]:
    return [row.facility.values.get("name") for row in rows if row.facility is not None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = table(place(1, name="Müller & Söhne"), delimiter=delimiter).decode()
    rows = read(text.encode(encoding))
    assert names(rows) == ["Müller & Söhne"]
    told = [one.found for one in rows[0].repairs if one.reason == "encoding_assumed"]
    assert bool(told) == (encoding in ("cp1252", "latin-1", "utf-16-le", "utf-16-be"))


def test_broken_letters_refuse_the_value_and_keep_the_row() -> None:
    good = "ü".encode() * 2
    data = b"external_id,name,kind,city\np1,Place,jobshop,K\xffln" + good + b"\np2,M\xc3\xbcller,jobshop,Bonn\n"
    first, second = read(data)
    assert [(one.column, one.reason) for one in first.refusals] == [("city", "broken_letters")]
    assert names([first, second]) == ["Place", "Müller"]


def test_blank_ragged_and_repeated() -> None:
    data = b"external_id,name,kind\n\n,,\np1,One,jobshop\np2,Two\np3,Three,jobshop,extra\np1,Again,jobshop\n"
    rows = read(data)
    assert [(row.number, row.facility is not None) for row in rows] == [(4, True), (7, False), (5, True), (6, False)]
    assert [one.reason for row in rows for one in row.refusals] == ["repeated_id", "too_many_cells"]
    assert refused(b"external_id,name,kind,Name\np1,x,jobshop,y\n") == "duplicate_header"


def test_a_column_that_is_not_ours_is_told() -> None:
    [row] = read(table(place(1, city="Accra", remarks="hi")))
    assert any("remarks" in one for one in row.remarks)


def test_nul_and_control_letters_are_taken_out_and_told() -> None:
    [row] = read(b"external_id,name,kind\np1,Pl\x00ace\x07,jobshop\n")
    assert names([row]) == ["Place"]
    assert [one.reason for one in row.repairs] == ["control_removed"]


def test_formulas_and_spreadsheet_errors_are_refused_value_by_value() -> None:
    rows = [
        HEADER[:4],
        [None, "p1", "=1+1", "jobshop"],
        [None, "p2", "#NAME?", "jobshop"],
        [None, "p3", "'=x", "jobshop"],
    ]
    found = read(workbook(facilities=rows))
    assert [[one.reason for one in row.refusals] for row in found] == [["formula"], ["spreadsheet_error"], []]
    assert names(found) == [None, None, "=x"]


def test_the_unit_of_a_header_holds_for_its_column() -> None:
    head = b"external_id,name,kind,envelope_length (in),envelope_width (in),envelope_height (in)\n"
    [row] = read(head + b"p1,Place,jobshop,10,10,20 mm\n")
    assert row.facility is not None
    assert row.facility.values["envelope_mm"] == pytest.approx((254.0, 254.0, 20.0))
    [row] = read(head + b"p1,Place,jobshop,10,10,\n")
    assert [one.reason for one in row.refusals] == ["three_sides"]


def test_words_that_nobody_knows_are_kept_as_words() -> None:
    rows = read(table({"facility": "p1", "process": "zinc wizardry"}, {"facility": "p1", "process": "milling"}))
    assert [(one.text, one.kind) for one in rows[0].unmapped] == [("zinc wizardry", "process")]
    assert rows[0].facility is not None
    assert [part.of for part in rows[0].facility.parts] == ["milling"]


def test_every_example_of_the_template_can_be_read() -> None:
    for sheet in SHEETS:
        columns = [column for column in sheet.columns if column.example and column.table is None]
        fixed = [column for column in sheet.columns if column.table is not None and column.required]
        data = table(
            {**{column.header: column.example for column in columns}, **{one.header: "milling" for one in fixed}}
        )
        [row] = read(data)
        broken = [one for one in row.refusals if one.column != CAPABILITIES.key]
        assert broken == [], sheet.name


def test_every_format_has_a_name_of_its_own() -> None:
    assert len(registry.BY_NAME) == len(registry.FORMATS)
