"""How a cell of a data file is read. Each reader raises ValueError with the reason where it cannot."""

import math
import re

Value = str | int | float | bool | list[str] | None
SIDES = re.compile(r"^(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)$")


def text(cell: str) -> str:
    if "\0" in cell:
        raise ValueError("holds a NUL byte")
    return cell.strip()


def words(cell: str) -> list[str]:
    """A list separated by bars."""
    items = [item.strip() for item in text(cell).split("|")] if cell.strip() else []
    if "" in items:
        raise ValueError("has an empty item between two bars")
    if len(set(items)) < len(items):
        raise ValueError("names an item twice")
    return items


def slugs(cell: str) -> list[str]:
    """A list of short names, whose order means nothing."""
    return sorted(words(cell))


def number(cell: str) -> float | None:
    if not cell.strip():
        return None
    try:
        value = float(cell)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(value):
        raise ValueError("is not a finite number")
    return value


def not_negative(cell: str) -> float | None:
    value = number(cell)
    if value is not None and value < 0:
        raise ValueError("is negative")
    return value


def positive(cell: str) -> float | None:
    value = number(cell)
    if value is not None and value <= 0:
        raise ValueError("must be more than 0")
    return value


def share(cell: str) -> float | None:
    value = not_negative(cell)
    if value is not None and value > 1:
        raise ValueError("must be between 0 and 1")
    return value


def whole(cell: str) -> int | None:
    value = not_negative(cell)
    if value is None:
        return None
    if value != int(value):
        raise ValueError("is not a whole number")
    return int(value)


def yes_no(cell: str) -> bool:
    answers = {"y": True, "n": False}
    if cell.strip() not in answers:
        raise ValueError("must be y or n")
    return answers[cell.strip()]


def link(cell: str) -> str | None:
    """A short name of a row elsewhere, or blank."""
    return text(cell) or None


def envelope(cell: str) -> tuple[float | None, float | None, float | None]:
    """Length, width and height in mm, as 500x400x4.5."""
    if not cell.strip():
        return None, None, None
    match = SIDES.match(cell.strip())
    if not match:
        raise ValueError("is not length x width x height in mm")
    length, width, height = (float(side) for side in match.groups())
    if not min(length, width, height) > 0:
        raise ValueError("has a side of 0")
    return length, width, height
