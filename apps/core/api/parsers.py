"""JSON as strangers may send it: everything that Python would swallow and PostgreSQL or a reader would choke on is
refused by name."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, Never

from rest_framework.parsers import JSONParser

from apps.core.api.exceptions import BodyTooLargeError, UnreadableBodyError
from apps.core.api.pointers import pointer

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 20


class StrictJSONParser(JSONParser):
    """UTF-8, at most 256 kB and 32 levels; no NUL, lone surrogate, NaN, Infinity, duplicate key or number out of
    every range."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BodyTooLargeError
        value = _load(_decode(raw))
        for path, item in _walk(value):
            _check(path, item)
        return value


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableBodyError("The body is not UTF-8.", "not_utf8") from error


def _load(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        raise UnreadableBodyError(detail, "not_json") from error
    except RecursionError as error:
        raise _too_deep("") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        # The hook does not know where it stands, so the pointer is relative to the object.
        raise UnreadableBodyError(f"A name stands twice in one object: {twice[:60]!a}.", "duplicate_name", f"/{twice}")
    return made


def _no_constant(name: str) -> Never:
    raise UnreadableBodyError(f"{name} is not JSON.", "not_a_number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise UnreadableBodyError("A number has too many digits.", "number_out_of_range")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise UnreadableBodyError("A number is out of range.", "number_out_of_range")
    return value


Path = tuple[str | int, ...]


def _walk(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, without recursion."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        yield path, item
        if isinstance(item, dict):
            waiting.extend(((*path, name), inner) for name, inner in item.items())
        elif isinstance(item, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(item))


def _check(path: Path, item: Any) -> None:
    if len(path) > MAX_DEPTH:
        raise _too_deep(pointer(path[:1]))
    if isinstance(item, dict):
        for name in item:
            _check_text(path, name)
    elif isinstance(item, str):
        _check_text(path, item)


def _check_text(path: Path, text: str) -> None:
    if "\x00" in text:
        raise UnreadableBodyError("A text holds a NUL character.", "nul_character", pointer(path))
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UnreadableBodyError("A text holds half of a surrogate pair.", "lone_surrogate", pointer(path))


def _too_deep(where: str) -> UnreadableBodyError:
    return UnreadableBodyError(f"The body is nested deeper than {MAX_DEPTH} levels.", "too_deep", where)
