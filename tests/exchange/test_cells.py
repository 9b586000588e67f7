"""What a cell may say, and what it cannot."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exchange.cells import CellError, decimal_mark, plain_number, read_date, read_figure, read_yes_no, split_list
from apps.exchange.columns import CAPABILITIES, FACILITIES, Column
from apps.exchange.formulas import is_formula, is_risky, neutralised, without_guard

LENGTH = FACILITIES.by_name["envelope_length_mm"]
TOLERANCE = FACILITIES.by_name["best_tolerance_mm"]
PIECES = FACILITIES.by_name["min_run"]
DAYS = FACILITIES.by_name["lead_days_low"]
PRICE = FACILITIES.by_name["unit_price_low"]
LAT = FACILITIES.by_name["lat"]
SHARE = CAPABILITIES.by_name["yield_share"]
CYCLE = CAPABILITIES.by_name["cycle_seconds"]


@pytest.mark.parametrize(
    ("column", "text", "value", "reason"),
    [
        (LENGTH, "220", 220.0, ""),
        (LENGTH, "220mm", 220.0, ""),
        (LENGTH, "12 in", 304.8, "unit_converted"),
        (LENGTH, '12"', 304.8, "unit_converted"),
        (LENGTH, "1,5 m", 1500.0, "unit_converted"),
        (LENGTH, "2 ft", 609.6, "unit_converted"),
        (TOLERANCE, "0,5 mm", 0.5, ""),
        (TOLERANCE, "50 µm", 0.05, "unit_converted"),
        (TOLERANCE, "0.125", 0.125, ""),
        (PIECES, "1.200", 1200, "thousands_separator"),
        (PIECES, "1,200 pcs", 1200, "thousands_separator"),
        (PIECES, "1 200", 1200, ""),
        (PIECES, "1'200'000", 1_200_000, ""),
        (PIECES, "1.200.000", 1_200_000, ""),
        (PIECES, "1e3", 1000, ""),
        (DAYS, "2 weeks", 14, "unit_converted"),
        (PRICE, "1.234,50", Decimal("1234.50"), ""),
        (PRICE, "1,234.50", Decimal("1234.50"), ""),
        (LAT, "5.652", 5.652, ""),
        (LAT, "\u22125.65", -5.65, ""),
        (SHARE, "75 %", 0.75, "unit_converted"),
        (CYCLE, "2 min", 120.0, "unit_converted"),
    ],
)
def test_figures_that_say_one_thing(column: Column, text: str, value: Any, reason: str) -> None:
    read = read_figure(column, text, mark=None)
    assert read.value == pytest.approx(value)
    assert type(read.value) is type(value)
    assert read.reason == reason


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (LENGTH, "1.200", "ambiguous_number"),
        (LENGTH, "220 kg", "unknown_unit"),
        (LENGTH, "220 x 300", "unknown_unit"),
        (LENGTH, "ca. 220", "not_a_number"),
        (LENGTH, "1.2.3", "not_a_number"),
        (LENGTH, "1,23,456", "not_a_number"),
        (LENGTH, "1.2,3.4", "not_a_number"),
        (LENGTH, "-5", "out_of_range"),
        (LENGTH, "1e999", "out_of_range"),
        (LENGTH, "NaN", "not_a_number"),
        (LENGTH, "Infinity", "not_a_number"),
        (LENGTH, "9" * 100, "not_a_number"),
        (PIECES, "1.5", "not_whole"),
        (PIECES, "0", "out_of_range"),
        (PRICE, "5 EUR", "unit_not_here"),
        (PRICE, "1.23456", "too_fine"),
        (SHARE, "75", "out_of_range"),
    ],
)
def test_figures_that_do_not(column: Column, text: str, reason: str) -> None:
    with pytest.raises(CellError) as refusal:
        read_figure(column, text, mark=None)
    assert refusal.value.reason == reason


def test_the_files_own_mark_settles_what_is_ambiguous() -> None:
    assert decimal_mark(["12,5", "1.200"]) == ","
    assert decimal_mark(["12.5", "3"]) == "."
    assert decimal_mark(["12.5", "12,5"]) is None
    assert decimal_mark(["1.200", "12"]) is None
    assert read_figure(LENGTH, "1.200", mark=",").value == 1200.0
    assert read_figure(LENGTH, "1.200", mark=".").value == 1.2
    assert read_figure(LENGTH, "12", mark=None, unit="in").value == pytest.approx(304.8)


@given(st.decimals(min_value=-99_999, max_value=99_999, places=4))
def test_what_is_written_is_read_back(value: Decimal) -> None:
    assert read_figure(Column("x", PRICE.kind, "", digits=4), plain_number(value), mark=None).value == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        ("2027-03-01 00:00", date(2027, 3, 1)),
        ("31.12.2027", date(2027, 12, 31)),
        ("12/31/2027", date(2027, 12, 31)),
        ("31/12/2027", date(2027, 12, 31)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert read_date(text).value == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("01/02/2027", "ambiguous_date"),
        ("2027-02-30", "not_a_date"),
        ("next week", "not_a_date"),
        ("45000", "not_a_date"),
    ],
)
def test_days_that_are_none(text: str, reason: str) -> None:
    with pytest.raises(CellError) as refusal:
        read_date(text)
    assert refusal.value.reason == reason


def test_yes_and_no_and_lists() -> None:
    assert [read_yes_no(word).value for word in ("Yes", "x", "0", "nein")] == [True, True, False, False]
    with pytest.raises(CellError):
        read_yes_no("perhaps")
    assert split_list("abs; pla") == ["abs", "pla"]
    assert split_list("abs, pla") == ["abs", "pla"]
    assert split_list("steel, stainless; pla") == ["steel, stainless", "pla"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "|cmd", "%0A", "＝1", "＋1", "－2+3"],
)
def test_formulas_are_neutralised(text: str) -> None:
    assert is_risky(text)
    assert neutralised(text) == f"'{text}"
    assert without_guard(neutralised(text)) == text


@pytest.mark.parametrize("text", ["", "-1,5", "+49", "+49 170 1234567", "-5", "+1.5%", "a=b", "1-2", "'quoted'"])
def test_honest_values_are_left_alone(text: str) -> None:
    assert neutralised(text) == text
    assert without_guard(text) == text


@pytest.mark.parametrize("text", ['=HYPERLINK("x")', "=1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+SUM(1)", " =1"])
def test_formulas_are_refused_on_the_way_in(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", ["- turning, milling", "+49 170", "-1,5", "@handle", "50 % off"])
def test_texts_that_only_look_risky_are_taken(text: str) -> None:
    assert not is_formula(text)


@given(st.text(max_size=20))
def test_any_text_comes_back_from_behind_its_guard(text: str) -> None:
    assert without_guard(neutralised(text)) == text
    assert not is_risky(neutralised(text))
