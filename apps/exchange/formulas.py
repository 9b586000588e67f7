"""Cells that a spreadsheet would run instead of showing them."""

import re

# Also the full-width forms that some programs fold into the plain ones.
_STARTS = frozenset("=+-@\t\r\n|%＝＋－＠｜％")
_FIGURE = re.compile(r"[+-]?\d[\d.,]*%?", re.ASCII)
_PHONE = re.compile(r"\+\d[\d ()]*", re.ASCII)
# What only a formula looks like: whatever begins with =, and a call or a reference behind the other signs.
_CERTAIN = re.compile(r"\s*(?:[=＝]|[+\-@|%＋－＠｜％][^\n]{0,200}?(?:\w\s*\(|\||!))", re.DOTALL)
GUARD = "'"


def is_risky(text: str) -> bool:
    """A spreadsheet might take the text for a formula: neither a plain figure nor a phone number."""
    return bool(text) and text[0] in _STARTS and not (_FIGURE.fullmatch(text) or _PHONE.fullmatch(text))


def _needs_guard(text: str) -> bool:
    """What is risky, and what would look guarded already."""
    return is_risky(text.lstrip(GUARD))


def neutralised(text: str) -> str:
    """As a text that every spreadsheet shows and none runs."""
    return GUARD + text if _needs_guard(text) else text


def without_guard(text: str) -> str:
    """A cell of our own export as it was before; any other text as it stands."""
    return text[1:] if text.startswith(GUARD) and _needs_guard(text) else text


def is_formula(text: str) -> bool:
    """Nothing but a formula looks like this. What is only risky (a line that begins with a dash) is taken as text."""
    return _CERTAIN.match(text) is not None and is_risky(text.lstrip(" "))
