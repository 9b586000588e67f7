"""Lengths, sizes and figures as people type them into cells. Pure functions; nothing is guessed.

Each answers with the value in our unit and a code that says what was read, or with the reason why there is none.
"""

import math
import re
from dataclasses import dataclass

from apps.core.constraints import MAX_LENGTH_MM

MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "ft": 304.8, "thou": 0.0254, "um": 0.001}
UNIT_WORDS = {
    "mm": "mm",
    "millimetre": "mm",
    "millimetres": "mm",
    "millimeter": "mm",
    "millimeters": "mm",
    "cm": "cm",
    "centimetre": "cm",
    "centimetres": "cm",
    "centimeter": "cm",
    "centimeters": "cm",
    "m": "m",
    "metre": "m",
    "metres": "m",
    "meter": "m",
    "meters": "m",
    "in": "in",
    "inch": "in",
    "inches": "in",
    '"': "in",
    "”": "in",
    "″": "in",
    "''": "in",
    "ft": "ft",
    "foot": "ft",
    "feet": "ft",
    "'": "ft",
    "′": "ft",
    "mil": "thou",
    "thou": "thou",
    "µm": "um",
    "um": "um",
}
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})*"
_LENGTH = re.compile(rf"^\s*(?P<number>[+-]?{_NUMBER})\s*(?P<unit>[^\d\s.,]{{1,12}}|'')?\s*$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",),
            ("feb",),
            ("mar", "mär", "mrz"),
            ("apr", "avr"),
            ("may", "mai"),
            ("jun",),
            ("jul",),
            ("aug",),
            ("sep",),
            ("oct", "okt"),
            ("nov",),
            ("dec", "dez"),
        ),
        start=1,
    )
    for name in names
}
_MONTH_FIRST = re.compile(r"^\s*([A-Za-zä]{3,9})[-/ ](\d{1,4})\s*$")
_DAY_FIRST = re.compile(r"^\s*(\d{1,2})[-/ .]([A-Za-zä]{3,9})\.?\s*$")
_ISO_DATE = re.compile(r"^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?\s*$")


@dataclass(frozen=True)
class Length:
    """`mm`, or None and the reason. `unit` is the one that was read; `from_cell`: the cell itself states it."""

    mm: float | None = None
    unit: str = ""
    from_cell: bool = False
    reason: str = ""
    detail: str = ""


def plain_number(text: str) -> float | None:
    """A number with a decimal point or comma, or None where it can be read in two ways (1,200) or not at all.

    Two or more separators of one kind, or of both, are thousands and a decimal mark: 1.234,5 and 12,345,678.
    """
    sign = -1.0 if text.strip().startswith("-") else 1.0
    digits = text.strip().lstrip("+-")
    if not re.fullmatch(_NUMBER, digits):
        return None
    marks = re.sub(r"\d", "", digits)
    if not marks:
        return sign * float(digits)
    if len(marks) == 1:
        whole, part = re.split(r"[.,]", digits)
        if len(part) == 3 and 1 <= len(whole) <= 3 and whole != "0" and not whole.startswith("0"):
            return None
        return sign * float(f"{whole}.{part}")
    return _grouped(digits, marks, sign)


def _grouped(digits: str, marks: str, sign: float) -> float | None:
    last = marks[-1]
    decimal = last if marks.count(last) == 1 else ""
    group = marks[0]
    if decimal == group or (set(marks) - {group, decimal}):
        return None
    whole, _, part = digits.rpartition(decimal) if decimal else (digits, "", "")
    groups = whole.split(group)
    if not (1 <= len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:])):
        return None
    return sign * float("".join(groups) + (f".{part}" if part else ""))


def length_mm(cell: str, *, column_unit: str = "") -> Length:
    """One length. The unit stands in the cell, else in the column's name; a bare number without either is unknown.

    Reasons: date_instead_of_size, not_a_length, number_ambiguous, unit_unknown, unit_missing, out_of_range.
    """
    was = size_that_became_a_date(cell)
    if was:
        return Length(reason="date_instead_of_size", detail=f"A spreadsheet made a date of it; it was probably {was}.")
    found = _LENGTH.match(cell)
    if not found:
        return Length(reason="not_a_length", detail="A number with a unit is expected, such as 220 mm.")
    value = plain_number(found["number"])
    if value is None:
        detail = "A thousands mark and a decimal mark look alike here; write 1200 or 1.2."
        return Length(reason="number_ambiguous", detail=detail)
    word = (found["unit"] or "").casefold()
    unit = UNIT_WORDS.get(word, "") if word else column_unit
    if word and not unit:
        return Length(reason="unit_unknown", detail=f"The unit {found['unit']} is not known.")
    if not unit:
        return Length(reason="unit_missing", detail="Neither the cell nor its column says in which unit.")
    return _in_range(value, unit, from_cell=bool(word))


def _in_range(value: float, unit: str, *, from_cell: bool) -> Length:
    mm = rounded(value * MM_PER_UNIT[unit])
    if not (math.isfinite(mm) and 0 < mm <= MAX_LENGTH_MM):
        return Length(reason="out_of_range", detail=f"A length lies above 0 and up to {MAX_LENGTH_MM:.0f} mm.")
    return Length(mm=mm, unit=unit, from_cell=from_cell)


def rounded(mm: float) -> float:
    """To a thousandth of a millimetre, so that inches come out as people write them."""
    return round(mm, 3)


def size_that_became_a_date(cell: str) -> str:
    """What was probably typed where a spreadsheet shows a date: `10-20` for Oct-20 or 20-Oct; empty for anything else.

    Only a likely reading: 20-Oct may have been 10-20 or 20-10, so it is shown to a person and never used.
    """
    found = _MONTH_FIRST.match(cell)
    if found and (month := _month(found[1])):
        return f"{month}-{int(found[2]) % 100 if len(found[2]) == 4 else int(found[2])}"
    found = _DAY_FIRST.match(cell)
    if found and (month := _month(found[2])):
        return f"{month}-{int(found[1])} or {int(found[1])}-{month}"
    found = _ISO_DATE.match(cell)
    if found:
        return f"{int(found[2])}-{int(found[3])}"
    return ""


def _month(word: str) -> int | None:
    return _MONTHS.get(word.casefold()[:3])


def whole_number(cell: str, *, low: int, high: int) -> int | None:
    """`3`, `3.0`; None for anything that is not a whole number between the two."""
    found = re.fullmatch(r"\s*(\d{1,12})(?:\.0{1,6})?\s*", cell)
    if not found:
        return None
    value = int(found[1])
    return value if low <= value <= high else None


def degrees(cell: str) -> float | None:
    """Decimal degrees with a point or comma and perhaps a letter for the side of the globe; None for anything else."""
    found = re.fullmatch(r"\s*([+-]?\d{1,3}(?:[.,]\d{1,20})?(?:[eE][+-]?\d{1,2})?)\s*°?\s*([NSEWnsew])?\s*", cell)
    if not found:
        return None
    value = float(found[1].replace(",", "."))
    return -abs(value) if (found[2] or "").upper() in ("S", "W") else value
