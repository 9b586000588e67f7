"""One way to write facts as plain data, and a digest of it that ignores the order of unordered things."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any

DECIMALS = 9
AS_THEY_ARE = frozenset({str, int, bool, NoneType})


def plain(value: Any) -> Any:
    """Dataclasses, enums, dates and tuples as JSON-able data; floats rounded to 9 decimals."""
    kind = value.__class__
    return value if kind in AS_THEY_ARE else _writer(kind)(value)


@cache
def _writer(kind: type[Any]) -> Callable[[Any], Any]:
    """How values of a type are written. Found once a type: a ranking holds values by the ten thousand."""
    if is_dataclass(kind):
        names = tuple(entry.name for entry in fields(kind))
        return lambda record: {name: plain(getattr(record, name)) for name in names}
    if issubclass(kind, Enum):
        words = {item: item.name.lower() if isinstance(item, int) else item.value for item in kind}
        return words.__getitem__
    if issubclass(kind, date):
        return kind.isoformat
    if issubclass(kind, float):
        return lambda number: round(number, DECIMALS) + 0.0  # -0.0 and 0.0 are one number
    if issubclass(kind, tuple | list):
        return lambda items: [plain(item) for item in items]
    return lambda other: other


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
