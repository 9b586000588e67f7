"""The need as the engine was given it, kept to the last digit so that its ranking can be made again."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from matchmaker.documents import need_from_document
from matchmaker.domain import NeedFact


def written_need(need: NeedFact) -> dict[str, Any]:
    """As `matchmaker.documents.need_document` writes it, but for its rounding: nine decimals are enough to read and
    too few to repeat."""
    document: dict[str, Any] = _exact(need)
    return document


def need_as_asked(document: Mapping[str, Any]) -> NeedFact:
    """Raises matchmaker.documents.DocumentError where an engine with other entries wrote it."""
    return need_from_document(document)


def _exact(value: Any) -> Any:
    if is_dataclass(value):
        return {entry.name: _exact(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, int) else value.value
    if isinstance(value, date):
        return value.isoformat()
    return [_exact(item) for item in value] if isinstance(value, tuple) else value
