"""Facts and rankings as plain JSON-able data and back.

Writing goes by the dataclasses; reading checks every entry against them and refuses what it does not know, so that a
field is never accepted and ignored.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from math import isfinite
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from matchmaker.canonical import plain
from matchmaker.catalogue import Catalogue
from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.results import Ranking

T = TypeVar("T")


class DocumentError(ValueError):
    """A document does not fit; `field` is the path to the entry, `rule` what it must be."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field or 'document'}: {rule}")
        self.field = field
        self.rule = rule


def ranking_document(ranking: Ranking) -> dict[str, Any]:
    """A ranking as plain data: enums by name, dates ISO, floats of 9 decimals."""
    document: dict[str, Any] = plain(ranking)
    return document


def need_document(need: NeedFact) -> dict[str, Any]:
    document: dict[str, Any] = plain(need)
    return document


def facility_document(facility: FacilityFact) -> dict[str, Any]:
    document: dict[str, Any] = plain(facility)
    return document


def catalogue_document(catalogue: Catalogue) -> dict[str, Any]:
    document: dict[str, Any] = plain(catalogue)
    return document


def need_from_document(document: Mapping[str, Any]) -> NeedFact:
    """Raises DocumentError naming the entry."""
    return read(NeedFact, document)


def facility_from_document(document: Mapping[str, Any]) -> FacilityFact:
    """Raises DocumentError naming the entry."""
    return read(FacilityFact, document)


def catalogue_from_document(document: Mapping[str, Any]) -> Catalogue:
    """Raises DocumentError naming the entry."""
    return read(Catalogue, document)


def ranking_from_document(document: Mapping[str, Any]) -> Ranking:
    """A stored ranking as it was. Raises DocumentError naming the entry."""
    return read(Ranking, document)


def read(model: type[T], document: Any, path: str = "") -> T:
    """`document` as an instance of the dataclass `model`; entries left out keep their default."""
    if not isinstance(document, Mapping):
        raise DocumentError(path, "must be an object")
    hints = get_type_hints(model)
    known = {entry.name: entry for entry in fields(model)}  # type: ignore[arg-type]
    for name in document:
        if name not in known:
            raise DocumentError(_join(path, str(name)), "is not an entry here")
    values = {}
    for name, entry in known.items():
        if name in document:
            values[name] = _value(hints[name], document[name], _join(path, name))
        elif entry.default is MISSING and entry.default_factory is MISSING:
            raise DocumentError(_join(path, name), "is missing")
    return model(**values)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _value(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(get_args(hint), value, path)
    if origin is tuple:
        return _tuple(get_args(hint), value, path)
    if isinstance(hint, type) and is_dataclass(hint):
        return read(hint, value, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint, value, path)
    if hint is date:
        return _date(value, path)
    return _scalar(hint, value, path)


def _union(options: tuple[Any, ...], value: Any, path: str) -> Any:
    if value is None and type(None) in options:
        return None
    errors = []
    for option in options:
        if option is not type(None):
            try:
                return _value(option, value, path)
            except DocumentError as error:
                errors.append(error)
    raise errors[-1] if len(errors) == 1 else DocumentError(path, "fits none of the kinds of value allowed here")


def _tuple(args: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise DocumentError(path, "must be a list")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_value(args[0], item, f"{path}[{at}]") for at, item in enumerate(value))
    if len(value) != len(args):
        raise DocumentError(path, f"must be a list of {len(args)}")
    return tuple(_value(hint, item, f"{path}[{at}]") for at, (hint, item) in enumerate(zip(args, value, strict=True)))


def _enum(hint: type[Enum], value: Any, path: str) -> Enum:
    words = {(item.name.lower() if isinstance(item.value, int) else item.value): item for item in hint}
    if not isinstance(value, str) or value not in words:
        raise DocumentError(path, f"must be one of {', '.join(words)}")
    return words[value]


def _date(value: Any, path: str) -> date:
    if not isinstance(value, str):
        raise DocumentError(path, "must be a date like 2026-03-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise DocumentError(path, "must be a date like 2026-03-31") from None


def _scalar(hint: Any, value: Any, path: str) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and not isfinite(value):
        raise DocumentError(path, "must be a finite number")
    if hint is float and number:
        return float(value)
    if hint is int and number:
        if value != int(value):
            raise DocumentError(path, "must be a whole number")
        return int(value)
    if hint in (bool, str) and isinstance(value, hint):
        return value
    names = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}
    raise DocumentError(path, f"must be {names.get(hint, 'something else')}")
