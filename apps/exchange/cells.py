"""From the text of a cell to a value, and back.

A figure may be written with a decimal comma, with thousands separated, and in another unit of the same thing. What can
be read in two ways is refused and never guessed: "1.200" is taken where only one of 1.2 and 1200 is possible in its
column, or where other cells of the file show which mark it uses.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from apps.exchange.columns import Column, Kind, Unit
from apps.exchange.formats.base import Value

_LENGTHS = {
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), "1"),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), "10"),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), "1000"),
    **dict.fromkeys(("µm", "μm", "um", "micron", "microns"), "0.001"),
    **dict.fromkeys(("in", "in.", "inch", "inches", '"', "”", "″"), "25.4"),
    **dict.fromkeys(("ft", "ft.", "foot", "feet", "'", "’", "′"), "304.8"),
    **dict.fromkeys(("thou", "mil", "mils"), "0.0254"),
}
_TIMES = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "1"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "60"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "3600"),
}
_HOURS = {**dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "1"), **dict.fromkeys(("min", "minutes"), "1/60")}
_DAYS = {
    **dict.fromkeys(("d", "day", "days", "calendar days"), "1"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "7"),
}
UNITS: dict[Unit, dict[str, str]] = {
    Unit.MM: _LENGTHS,
    Unit.SECONDS: _TIMES,
    Unit.HOURS: _HOURS,
    Unit.DAYS: _DAYS,
    Unit.SHARE: {"%": "0.01", "percent": "0.01", "0-1": "1"},
    Unit.PIECES: dict.fromkeys(("pcs", "pc", "piece", "pieces", "units", "unit", "parts"), "1"),
    Unit.DEGREES: dict.fromkeys(("°", "deg", "degrees"), "1"),
}
YES = frozenset({"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"})
NO = frozenset({"no", "n", "false", "0", "nein", "non"})
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?\s*(.*)", re.DOTALL)
_GROUPING_BLANKS = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_LIST = re.compile(r"[;|\n]")
LONGEST_FIGURE = 60


class CellError(Exception):
    """The cell cannot be read. `reason` is a short code, `detail` a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Reading:
    """A value; with a `reason` where it is not simply what the cell says."""

    value: Value
    reason: str = ""


def decimal_mark(cells: Iterable[str]) -> str | None:
    """The mark that the figures of a file use, where they leave no doubt; None where they do, or contradict."""
    seen: Counter[str] = Counter()
    for cell in cells:
        found = re.fullmatch(r"[+-]?(\d+)([.,])(\d+)(?:\s?[a-zA-Z%\"]{1,6})?", cell.strip())
        if found and (len(found[3]) != 3 or len(found[1]) > 3 or found[1].startswith("0")):
            seen[found[2]] += 1
    return next(iter(seen)) if len(seen) == 1 else None


def read_figure(column: Column, text: str, *, mark: str | None, unit: str = "") -> Reading:
    """A number in the column's unit. `unit` is the one that the header names, where it names another."""
    if len(text) > LONGEST_FIGURE:
        raise CellError("not_a_number", "That is no figure.")
    plain = _GROUPING_BLANKS.sub("", text.strip().replace("\u2212", "-"))
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise CellError("not_a_number", "That is no figure.")
    sign, digits, exponent, named = found.groups()
    factor = _factor(column, named.strip().lower() or unit)
    readings = [_exact(sign + one, exponent) * factor for one in _spellings(digits)]
    if not readings:
        raise CellError("not_a_number", "The marks in this figure do not fit together.")
    value = _only(column, readings, digits, mark)
    changed = bool(named.strip() or unit) and factor != 1
    grouped = len(readings) > 1 and value == readings[1]
    return Reading(_typed(column, value), "unit_converted" if changed else "thousands_separator" if grouped else "")


def _factor(column: Column, named: str) -> Decimal:
    if not named:
        return Decimal(1)
    if column.kind == Kind.MONEY:
        raise CellError("unit_not_here", "The currency stands in its own column.")
    told = UNITS.get(column.unit, {}).get(named)
    if told is None:
        expected = f"expected {column.unit}" if column.unit else "expected a bare number"
        raise CellError("unknown_unit", f"“{named[:20]}” is no unit that is known here; {expected}.")
    over, _, under = told.partition("/")
    return Decimal(over) / Decimal(under or 1)


def _spellings(digits: str) -> list[str]:
    """What the digits may mean: first with its mark as the decimal one, then as one between thousands."""
    marks = [letter for letter in digits if letter in ".,"]
    if not marks:
        return [digits]
    last = marks[-1]
    whole, _, rest = digits.rpartition(last)
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        return [f"{whole.replace(other, '')}.{rest}"] if last not in whole and _grouped(whole, other) else []
    if len(marks) > 1:
        return [digits.replace(last, "")] if _grouped(digits, last) else []
    decimal = f"{whole or '0'}.{rest or '0'}"
    ambiguous = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return [decimal, whole + rest] if ambiguous else [decimal]


def _grouped(digits: str, mark: str) -> bool:
    return re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", digits) is not None


def _exact(digits: str, exponent: str | None) -> Decimal:
    try:
        return Decimal(f"{digits}e{exponent or 0}")
    except InvalidOperation as error:
        raise CellError("not_a_number", "That is no figure.") from error


def _only(column: Column, readings: list[Decimal], digits: str, mark: str | None) -> Decimal:
    possible = [reading for reading in readings if _fits(column, reading)]
    if not possible:
        if column.kind == Kind.WHOLE and readings[0] != readings[0].to_integral_value():
            raise CellError("not_whole", "A whole number.")
        raise CellError(
            "out_of_range", f"From {_bound(column.low)} to {_bound(column.high)} {column.unit}".strip() + "."
        )
    if len(possible) == 1:
        return possible[0]
    if mark is None:
        told = " or ".join(plain_number(one) for one in readings)
        raise CellError("ambiguous_number", f"This may mean {told}; write it without the mark, or with more digits.")
    return possible[0] if mark in digits else possible[1]


def _fits(column: Column, value: Decimal) -> bool:
    if column.kind == Kind.WHOLE and value != value.to_integral_value():
        return False
    low, high = column.low, column.high
    return (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))


def _bound(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}" if abs(bound) < 10**6 else f"{bound:.0f}"


def _typed(column: Column, value: Decimal) -> Value:
    if column.kind == Kind.WHOLE:
        return int(value)
    if column.kind == Kind.MONEY:
        if value != round(value, column.digits):
            raise CellError("too_fine", f"At most {column.digits} digits behind the mark.")
        return value
    return float(value)


def read_yes_no(text: str) -> Reading:
    word = text.strip().lower()
    if word in YES or word in NO:
        return Reading(word in YES)
    raise CellError("not_yes_or_no", "Write yes or no.")


def read_date(text: str) -> Reading:
    """ISO dates; days with dots; with slashes only where just one order of day and month is possible."""
    plain = text.strip()
    iso = _ISO_DATE.fullmatch(plain)
    if iso:
        return Reading(_day(*map(int, iso.groups())))
    found = _DATE.fullmatch(plain)
    if found is None:
        raise CellError("not_a_date", "Write the day as YYYY-MM-DD.")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or first > 12:
        return Reading(_day(year, second, first), "date_rewritten")
    if second > 12 or first == second:
        return Reading(_day(year, first, second), "date_rewritten")
    raise CellError("ambiguous_date", "Which is the month? Write the day as YYYY-MM-DD.")


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError("not_a_date", "There is no such day.") from error


def split_list(text: str) -> list[str]:
    """The entries of a list cell. A comma separates only where nothing else does."""
    parts = _LIST.split(text)
    if len(parts) == 1:
        parts = text.split(",")
    return [part.strip() for part in parts if part.strip()]


# --- and back -----------------------------------------------------------------------------------------------------


def plain_number(value: Decimal | float | int) -> str:
    """So that it reads back as itself whatever marks a reader expects: never just three digits behind the point."""
    exact = Decimal(str(value)).normalize()
    text, power = format(exact, "f"), ""
    if len(text) > LONGEST_FIGURE // 2 and exact.is_finite():  # some very small number
        power = f"e{exact.adjusted()}"
        text = format(exact.scaleb(-exact.adjusted()), "f")
    _, point, rest = text.partition(".")
    return f"{text}0{power}" if point and len(rest) == 3 else text + power


def written(value: object) -> str:
    """The text of a cell of an export; blank for what was never stated."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return plain_number(value)
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(str(one) for one in value)
    return str(value)
