"""Documents as people hand them in: what does not fit is refused with the file, a JSON pointer and the rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn, TypeVar

from matchmaker.asked import check_need
from matchmaker.bounds import BOUNDS, ORDERED
from matchmaker.catalogue import Catalogue
from matchmaker.documents import (
    DocumentError,
    catalogue_from_document,
    facility_from_document,
    need_from_document,
    read,
)
from matchmaker.domain import FacilityFact, NeedFact
from matchmaker.policy import Policy, PolicyError
from matchmaker.slugs import unknown_in_facility, unknown_in_need
from matchmaker.taxonomy import Taxonomy

T = TypeVar("T")

Path = tuple[str | int, ...]
Problem = tuple[Path, str]
MOST_DIGITS = 15  # whole numbers below 10^15 are exact as floats


class InputError(ValueError):
    """`pointer` is an RFC 6901 JSON pointer, "" for the whole document; for a table line and column."""

    def __init__(self, file: str, pointer: str, rule: str) -> None:
        super().__init__(f"{file}: {pointer or 'the document'}: {rule}")
        self.file = file
        self.pointer = pointer
        self.rule = rule


@dataclass(frozen=True, slots=True)
class SupplyDocument:
    """`names` are for reading only and change no ranking; `as_of` is the day that the facts were collected for."""

    facilities: tuple[FacilityFact, ...]
    names: Mapping[str, str]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class _Day:
    as_of: date | None = None


def read_need(file: str, text: str, taxonomy: Taxonomy) -> NeedFact:
    """Raises InputError."""
    document = _parsed(file, text)
    need = _read(file, (), document, need_from_document)
    _refuse_first(file, _figure_problems(document, ()))
    try:
        check_need(need)
    except ValueError as error:
        raise InputError(file, "/steps", str(error)) from None
    _refuse_first(file, unknown_in_need(need, taxonomy))
    return need


def read_supply(file: str, text: str, taxonomy: Taxonomy) -> SupplyDocument:
    """An object with `facilities` and, if wanted, `names` (id to name) and `as_of`. Raises InputError."""
    document = _parsed(file, text)
    if not isinstance(document, Mapping):
        raise InputError(file, "", "must be an object")
    for name in document:
        if name not in ("facilities", "names", "as_of"):
            raise InputError(file, _pointer((name,)), "is not an entry here")
    rows = document.get("facilities")
    if not isinstance(rows, list):
        raise InputError(file, "/facilities", "must be a list" if "facilities" in document else "is missing")
    facilities = tuple(_read(file, ("facilities", at), row, facility_from_document) for at, row in enumerate(rows))
    _refuse_first(file, _figure_problems(rows, ("facilities",)))
    _refuse_first(file, _twice((("facilities", at, "id"), row.id) for at, row in enumerate(facilities)))
    for number, facility in enumerate(facilities):
        path: Path = ("facilities", number)
        _refuse_first(file, _parts_twice(facility, path))
        _refuse_first(file, (((*path, *at), rule) for at, rule in unknown_in_facility(facility, taxonomy)))
    day = _read(file, (), {"as_of": document.get("as_of")}, lambda item: read(_Day, item))
    return SupplyDocument(facilities, _names(file, document.get("names", {}), facilities), day.as_of)


def read_policy(file: str, text: str) -> Policy:
    """Raises InputError."""
    document = _parsed(file, text)
    if not isinstance(document, Mapping):
        raise InputError(file, "", "must be an object")
    try:
        return Policy.from_document(document)
    except PolicyError as error:
        raise InputError(file, _pointer(_path(error.field, document)), error.rule) from None


def read_catalogue(file: str, text: str) -> Catalogue:
    """Raises InputError."""
    return _read(file, (), _parsed(file, text), catalogue_from_document)


def _names(file: str, document: Any, facilities: tuple[FacilityFact, ...]) -> dict[str, str]:
    if not isinstance(document, Mapping):
        raise InputError(file, "/names", "must be an object")
    known = {facility.id for facility in facilities}
    for key, name in document.items():
        if key not in known:
            raise InputError(file, _pointer(("names", key)), "names no facility of this document")
        if not isinstance(name, str):
            raise InputError(file, _pointer(("names", key)), "must be a text")
    return dict(document)


def _parsed(file: str, text: str) -> Any:
    """Strict JSON: no entry twice, no NaN, no number too large to be exact."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(file, "", f"an object names {json.dumps(twice)} twice")
        return found

    def constant(word: str) -> NoReturn:
        raise InputError(file, "", f"{word} is not a number in JSON")

    def whole(digits: str) -> int:
        if len(digits.lstrip("-")) > MOST_DIGITS:
            raise InputError(file, "", f"a whole number has more than {MOST_DIGITS} digits")
        return int(digits)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant, parse_int=whole)
    except json.JSONDecodeError as error:
        raise InputError(file, "", f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise InputError(file, "", "is nested too deeply") from None


def _read(file: str, path: Path, document: Any, reader: Callable[[Any], T]) -> T:
    try:
        return reader(document)
    except DocumentError as error:
        raise InputError(file, _pointer((*path, *_path(error.field, document))), error.rule) from None


def _refuse_first(file: str, problems: Iterator[Problem]) -> None:
    for path, rule in problems:
        raise InputError(file, _pointer(path), rule)


def _figure_problems(document: Any, path: Path) -> Iterator[Problem]:
    """Figures outside their bounds, spans that run backwards and texts with NUL, in document order."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            yield from _figure_problems(value, (*path, name))
        for low, high in ORDERED:
            ends = document.get(low), document.get(high)
            if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
                yield (*path, low), f"must not be above {high}"
    elif isinstance(document, list):
        for at, value in enumerate(document):
            yield from _figure_problems(value, (*path, at))
    elif isinstance(document, str) and "\0" in document:
        yield path, "must not hold a NUL character"
    elif isinstance(document, int | float) and not isinstance(document, bool):
        bound = BOUNDS.get(next((str(part) for part in reversed(path) if isinstance(part, str)), ""))
        if bound is not None and not bound.holds(document):
            yield path, bound.rule


def _twice(ids: Iterator[tuple[Path, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, name in ids:
        if name in seen:
            yield path, f"stands twice: {name}"
        seen.add(name)


def _parts_twice(facility: FacilityFact, path: Path) -> Iterator[Problem]:
    """An id is unique among the capabilities of a facility, and among its resources."""
    yield from _twice(((*path, "capabilities", at, "id"), item.id) for at, item in enumerate(facility.capabilities))
    yield from _twice(((*path, "resources", at, "id"), item.id) for at, item in enumerate(facility.resources))


def _path(field: str, document: Any) -> Path:
    """The parts of a path like `steps[0].role`. Only a name that is not known can hold a dot or bracket itself, so
    the longest name that the document has at each place is meant."""
    parts: list[str | int] = []
    part: str | int
    rest, here = field, document
    while rest:
        names = here if isinstance(here, Mapping) else {}
        whole = [name for name in names if name and (rest == name or rest.startswith((f"{name}.", f"{name}[")))]
        at = re.match(r"\[(\d+)\]", rest)
        if at and isinstance(here, list):
            part, length = int(at[1]), at.end()
            here = here[part]
        else:
            name = max(whole, key=len) if whole else re.split(r"[.\[]", rest, maxsplit=1)[0] or rest
            part, length = name, len(name)
            here = names.get(name)
        parts.append(part)
        rest = rest[length:].removeprefix(".")
    return tuple(parts)


def _pointer(path: Path) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
