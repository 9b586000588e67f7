"""Which JSON, TOML or YAML a file is, from its beginning: the names that stand in it, without reading it as such."""

import re

from apps.exchange.formats.base import UnreadableError
from apps.exchange.tables import text_of

_JSON_KEY = re.compile(r'"([A-Za-z][\w-]{0,60})"\s*:')
_TOP_KEY = re.compile(r"^([A-Za-z][\w+-]{0,60})[ \t]*[:=]", re.MULTILINE)


def beginning(head: bytes) -> str:
    """Empty for what is no text."""
    try:
        return text_of(head).text.lstrip("\ufeff \t\r\n")
    except UnreadableError:
        return ""


def json_keys(head: bytes) -> frozenset[str]:
    """The names of members in the beginning of a JSON file; none for anything else."""
    text = beginning(head)
    return frozenset(_JSON_KEY.findall(text)) if text[:1] in ("{", "[") else frozenset()


def top_keys(head: bytes) -> frozenset[str]:
    """What stands at the left margin before a colon or an equals sign, in lower case; none in JSON."""
    text = beginning(head)
    return frozenset() if text[:1] in ("{",) else frozenset(key.casefold() for key in _TOP_KEY.findall(text))
