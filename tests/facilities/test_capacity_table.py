"""A table of free hours: what is read, what is refused and why."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import InvalidInputError
from apps.facilities.capacity_table import MOST_ROWS, Name, Table, decoded, read_table

FIRST, LAST = date(2029, 12, 31), date(2031, 12, 29)
LATHE = Name(1, "6f1cf5a4-0000-4000-8000-000000000001", "Big lathe", "lathe")
MILL = Name(2, "6f1cf5a4-0000-4000-8000-000000000002", "", "mill")
TWIN = Name(3, "6f1cf5a4-0000-4000-8000-000000000003", "", "mill")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([["resource", "week", "free_hours"], *rows])
    return out.getvalue()


def outcome(text: str) -> str:
    try:
        table = read(text)
    except InvalidInputError as refused:
        return refused.code
    return "read" if all(FIRST <= line.monday <= LAST for line in table.lines) else "out of range"


def read(text: str, *names: Name) -> Table:
    return read_table(text, names or (LATHE, MILL), first=FIRST, last=LAST)


def one(week: str = "2030-W02", hours: str = "12.5", resource: str = "Big lathe") -> Table:
    return read(f"resource;week;free_hours\n{resource};{week};{hours}\n")


@pytest.mark.parametrize("week", ["2030-W02", "2030W02", "2030-w02", "2030-01-07", "2030-01-13"])
def test_a_week_by_its_number_or_any_of_its_days(week: str) -> None:
    assert [(line.monday, line.resource, line.hours) for line in one(week).lines] == [(date(2030, 1, 7), 1, 12.5)]


@pytest.mark.parametrize("resource", ["Big lathe", "BIG LATHE", "lathe", LATHE.public_id])
def test_a_resource_by_name_kind_or_id(resource: str) -> None:
    assert [line.resource for line in one(resource=resource).lines] == [1]


@pytest.mark.parametrize(
    ("hours", "read_as"), [("12.5", 12.5), ("12,5", 12.5), ("0", 0.0), ("", None), ("pattern", None), ("Pattern", None)]
)
def test_hours_with_point_or_comma_and_back_to_the_pattern(hours: str, read_as: float | None) -> None:
    assert [line.hours for line in one(hours=hours).lines] == [read_as]


@pytest.mark.parametrize(
    ("cell", "column", "code"),
    [
        ({"hours": "-1"}, "free_hours", "not_hours"),
        ({"hours": "a lot"}, "free_hours", "not_hours"),
        ({"hours": "nan"}, "free_hours", "not_hours"),
        ({"hours": "1e3"}, "free_hours", "not_hours"),
        ({"hours": "=1+1"}, "free_hours", "not_hours"),
        ({"hours": "\u00b2"}, "free_hours", "not_hours"),
        ({"hours": "1000001"}, "free_hours", "hours_out_of_range"),
        ({"week": "2030-W54"}, "week", "not_a_week"),
        ({"week": "2030-02-30"}, "week", "not_a_week"),
        ({"week": "07/01/2030"}, "week", "not_a_week"),
        ({"week": "next"}, "week", "not_a_week"),
        ({"week": ""}, "week", "not_a_week"),
        ({"week": "2029-W52"}, "week", "week_out_of_range"),
        ({"week": "2032-W02"}, "week", "week_out_of_range"),
        ({"week": "0000-W01"}, "week", "not_a_week"),
        ({"resource": "press"}, "resource", "unknown_resource"),
        ({"resource": ""}, "resource", "unknown_resource"),
        ({"resource": "x" * 300}, "resource", "too_long"),
    ],
)
def test_what_is_wrong_is_said_with_row_column_value_and_reason(cell: dict[str, str], column: str, code: str) -> None:
    table = one(**cell)
    assert table.lines == []
    [refused] = table.refusals
    assert (refused.row, refused.column, refused.code) == (2, column, code)
    assert refused.value == next(iter(cell.values()))[:60]
    assert refused.reason


def test_good_rows_are_kept_beside_refused_ones_and_rows_are_counted_as_people_see_them() -> None:
    text = 'resource,week,free_hours\n\nlathe,2030-W02,1\nmill,2030-W02,x\n,,\n"Big lathe",2030-W03,2\n'
    table = read(text)
    assert [(line.row, line.hours) for line in table.lines] == [(3, 1.0), (6, 2.0)]
    assert [(refused.row, refused.column) for refused in table.refusals] == [(4, "free_hours")]


def test_a_week_that_stands_twice_is_refused_where_it_stands_again() -> None:
    table = read("resource,week,free_hours\nlathe,2030-W02,1\nBig lathe,2030-01-09,2\n")
    assert len(table.lines) == 1
    [refused] = table.refusals
    assert (refused.row, refused.code) == (3, "repeated")
    assert "Row 2" in refused.reason


def test_a_name_that_several_have_is_refused() -> None:
    table = read(f"resource,week,free_hours\nmill,2030-W02,1\n{TWIN.public_id},2030-W02,1\n", MILL, TWIN)
    assert [line.resource for line in table.lines] == [3]
    assert [refused.code for refused in table.refusals] == ["several_resources"]


@pytest.mark.parametrize(
    "heading", ["week\tfree_hours\tresource", "Week;Free hours;Resource", "resource,x,week,free_hours"]
)
def test_columns_in_any_order_and_with_others_between(heading: str) -> None:
    separator = next(mark for mark in "\t;," if mark in heading)
    values = {"week": "2030-W02", "free_hours": "3", "resource": "lathe", "x": "-"}
    row = separator.join(values[name.lower().replace(" ", "_")] for name in heading.split(separator))
    assert [line.hours for line in read(f"{heading}\n{row}\n").lines] == [3.0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "columns_missing"),
        ("resource,week\n", "columns_missing"),
        ("resource,week,week,free_hours\n", "columns_missing"),
        ('resource,week,free_hours\n"lathe,2030-W02,1\n', "not_a_table"),
        ("resource,week,free_hours\nlathe,2030-W02,\x00\n", "not_a_table"),
        ("resource,week,free_hours\n" + "lathe,2030-W02,1\n" * (MOST_ROWS + 1), "too_many_rows"),
    ],
)
def test_what_is_no_such_table_is_refused_as_a_whole(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(text)
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_as_spreadsheets_write_them(encoding: str) -> None:
    name = Name(1, "x", "Drehbank für Große", "lathe")
    text = "resource;week;free_hours\r\nDrehbank für Große;2030-W02;1,5\r\n"
    assert [line.hours for line in read(decoded(text.encode(encoding)), name).lines] == [1.5]


@given(st.text(max_size=200) | st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=6).map(_csv))
def test_nothing_but_the_documented_refusal_comes_of_any_text(text: str) -> None:
    assert outcome(text) in {"read", "columns_missing", "not_a_table", "too_many_rows"}


@given(st.binary(max_size=200))
def test_any_bytes_become_a_text(data: bytes) -> None:
    assert isinstance(decoded(data), str)
