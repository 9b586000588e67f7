"""Tolerance classes of ISO 2768-1 and ISO 286, read as half-widths in mm."""

import json
import re
from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Any

REFERENCE_MM = 100.0  # figures of a facility hold for about this size
_TABLES = Path(__file__).parent / "data" / "tolerances.json"
_GENERAL = re.compile(r"(?:DIN )?(?:EN )?(?:ISO )?2768(?:-1)?[ -]?([FMCV])[HKL]?", re.IGNORECASE)
_GRADE = re.compile(r"IT ?0?(\d{1,2})", re.IGNORECASE)


def tolerance_class(text: str) -> str | None:
    """One spelling for a class that the tables have: "2768 m" -> "ISO 2768-m", "it07" -> "IT7"; None for others."""
    spaced = re.sub(r"(?i)iso(?=2768)", "ISO ", " ".join(text.split()))
    general, grade = _GENERAL.fullmatch(spaced), _GRADE.fullmatch(spaced)
    if general:
        return f"ISO 2768-{general[1].lower()}"
    if grade and grade[1] in _tables()["iso286_it_micrometre_full_width"]["grades"]:
        return f"IT{grade[1]}"
    return None


def tolerance_classes() -> list[str]:
    """All of them in that spelling, those of machining without a drawing first."""
    tables = _tables()
    general = [f"ISO 2768-{letter}" for letter in tables["iso2768_1_linear_plus_minus_mm"]["classes"]]
    return [*general, *(f"IT{grade}" for grade in tables["iso286_it_micrometre_full_width"]["grades"])]


def half_width_mm(name: str, size_mm: float = REFERENCE_MM) -> float | None:
    """Plus or minus so many mm at that size; None where the standard gives nothing. `name` as `tolerance_class` spells.

    ISO 2768 values are half-widths already; IT grades are full widths in micrometres.
    """
    tables = _tables()
    general = tables["iso2768_1_linear_plus_minus_mm"]
    if name.startswith("ISO"):
        return _at(general["upper_bounds_mm"], general["classes"][name[-1]], size_mm)
    fits = tables["iso286_it_micrometre_full_width"]
    micrometres = _at(fits["upper_bounds_mm"], fits["grades"][name.removeprefix("IT")], size_mm)
    return None if micrometres is None else micrometres / 2_000


def _at(bounds: list[float], values: list[float | None], size_mm: float) -> float | None:
    """A bracket includes its upper bound."""
    position = bisect_left(bounds, size_mm)
    return values[position] if position < len(values) else None


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(_TABLES.read_text(encoding="utf-8"))
    return tables
