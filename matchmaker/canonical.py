"""One way to write facts as plain data, and a digest of it that ignores the order of unordered things."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

DECIMALS = 9


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))


def plain(value: Any) -> Any:
    """Dataclasses, enums, dates and tuples as JSON-able data; floats rounded to 9 decimals."""
    if value is None or (isinstance(value, str | bool) and not isinstance(value, Enum)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, int) else value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0  # -0.0 and 0.0 are one number
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _unordered(value: Any) -> Any:
    """Plain data with whole numbers as floats and every list sorted, but for lists of numbers (sizes, spans)."""
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_unordered(item) for item in value]
        return items if items and isinstance(items[0], float) else sorted(items, key=_text)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: Any) -> str:
    """sha256 (hex) of one record's content."""
    return hashlib.sha256(_text(_unordered(plain(value))).encode()).hexdigest()


def digest_all(digests: Iterable[str]) -> str:
    """sha256 (hex) over many digests, whatever their order."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
