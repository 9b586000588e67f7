"""JSON, TOML and YAML from strangers, as plain dicts, lists and texts.

Numbers, dates and yes or no come as the text that stood there: what they mean is for the reader to say. Refused are
what is too big, too deep or not of that kind, and aliases by which a small YAML file would unfold to a huge one.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from apps.exchange.formats.base import UnreadableError
from apps.exchange.tables import text_of

MAX_JSON_BYTES = 50_000_000
MAX_MANIFEST_BYTES = 500_000
MAX_DEPTH = 40
MAX_NODES = 3_000_000
MAX_ALIASES = 20
# A key of that many parts is no key; tomllib's work grows with the square of them. Looked for where a key can begin.
_ENDLESS_KEY = re.compile(r"(?:[ \t]*[\w\"'-]+[ \t]*\.){40}")
_BEFORE_KEYS = re.compile(r"[={},\[\]\r\n]")

Plain: TypeAlias = "str | list[Any] | dict[str, Any]"


def load_json(data: bytes) -> Plain:
    """Errors: UnreadableError not_json, file_too_big, nested_too_deep."""
    _require_size(data, MAX_JSON_BYTES)
    try:
        found = json.loads(text_of(data).text, parse_float=_decimal, parse_int=str, parse_constant=_no_number)
    except ValueError as error:
        raise UnreadableError("not_json", f"The file is no JSON: {_first_line(error)}") from error
    except RecursionError as error:
        raise _too_deep() from error
    return plain(found)


def load_toml(data: bytes) -> dict[str, Any]:
    """Errors: UnreadableError not_toml, file_too_big, nested_too_deep."""
    _require_size(data, MAX_MANIFEST_BYTES)
    text = text_of(data).text
    if any(_ENDLESS_KEY.match(piece) for piece in _BEFORE_KEYS.split(text)):
        raise _too_deep()
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"), parse_float=_decimal)
    except ValueError as error:
        raise UnreadableError("not_toml", f"The file is no TOML: {_first_line(error)}") from error
    except RecursionError as error:
        raise _too_deep() from error
    return mapping(plain(found))


def load_yaml(data: bytes) -> dict[str, Any]:
    """Errors: UnreadableError not_yaml, file_too_big, nested_too_deep, too_many_aliases.

    Tabs at the ends of lines, which some editors leave and YAML forbids there, are taken off.
    """
    _require_size(data, MAX_MANIFEST_BYTES)
    text = re.sub(r"[ \t]+$", "", text_of(data).text, flags=re.MULTILINE)
    try:
        _require_harmless(text)
        found = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  # makes texts, lists and dicts only, whatever tags say
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError("not_yaml", f"The file is no YAML: {_first_line(error)}") from error
    except RecursionError as error:
        raise _too_deep() from error
    return mapping(plain(found))


def _require_harmless(text: str) -> None:
    """Read as events first, which builds nothing."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > MAX_ALIASES:
            raise UnreadableError("too_many_aliases", f"A file may use at most {MAX_ALIASES} aliases.")
        if depth > MAX_DEPTH:
            raise _too_deep()


def _require_size(data: bytes, most: int) -> None:
    if len(data) > most:
        raise UnreadableError(
            "file_too_big", f"A file of this kind has at most {most // 1000} kB.", facts={"bytes": len(data)}
        )


def _decimal(text: str) -> str:
    """Its mark is a decimal one for certain; with three digits behind it would look like one between thousands."""
    return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text


def _no_number(word: str) -> str:
    raise ValueError(f"{word} is no number")


def _too_deep() -> UnreadableError:
    return UnreadableError("nested_too_deep", f"It is nested more than {MAX_DEPTH} levels deep.")


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def plain(found: Any) -> Plain:
    """The same with texts for all scalars and for None an empty text. Keys are texts."""
    budget = [MAX_NODES]
    return _plain(found, MAX_DEPTH, budget)


def _plain(value: Any, depth: int, budget: list[int]) -> Plain:
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        raise _too_deep()
    if isinstance(value, dict):
        return {_scalar(key): _plain(inner, depth - 1, budget) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth - 1, budget) for inner in value]
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


# --- looking into it --------------------------------------------------------------------------------------------------


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def listed(value: Any) -> list[Any]:
    """A list as it is; a single text or mapping as a list of one; nothing as none."""
    if isinstance(value, list):
        return value
    return [value] if value else []


def texts(value: Any) -> list[str]:
    return [one for one in listed(value) if isinstance(one, str) and one.strip()]


def first(source: Mapping[str, Any], *names: str) -> Any:
    """The first of these that says something; names differ from dialect to dialect only by their joints."""
    for name in names:
        for key in _spellings(name):
            if source.get(key):
                return source[key]
    return ""


def _spellings(name: str) -> Iterator[str]:
    yield name
    yield name.replace("-", "_")
    head, *rest = name.split("-")
    yield head + "".join(part.capitalize() for part in rest)
