"""Facts in words: the engine's names, units and values as people write them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.matching.wording.codes import EVIDENCE, SOURCES
from apps.matching.wording.names import FACTS, UNITS

Fact = Mapping[str, Any]


def fact_words(fact: Fact, names: Mapping[str, str] | None = None) -> str:
    """ "minimum run: 500 pieces (stated, as of 2 Nov 2026)". `names` turns short names into those people use."""
    label = str(FACTS.get(fact["name"], fact["name"].replace("_", " ")))
    value = value_words(fact["value"], fact.get("unit") or "", names or {})
    origin = origin_words(fact)
    return f"{label}: {value} ({origin})" if origin else f"{label}: {value}"


def value_words(value: Any, unit: str, names: Mapping[str, str]) -> str:
    if value is None:
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        joint = " × " if unit == "mm" else ", "
        text = joint.join(value_words(one, "", names) for one in value) or _("none")
        return f"{text} {UNITS.get(unit, unit)}".strip()
    if isinstance(value, int | float):
        return f"{number_words(value)} {UNITS.get(unit, unit)}".strip()
    return names.get(str(value), str(value))


def number_words(value: float) -> str:
    """Three figures are enough for reading; whole numbers stay whole."""
    if float(value).is_integer():
        return number_format(int(value), use_l10n=True, force_grouping=True)
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return number_format(round(value, decimals), use_l10n=True)


def origin_words(fact: Fact) -> str:
    """Who says so and when; nothing where the need itself says so or the fact is simply stated."""
    parts = []
    if fact.get("source") not in (None, "stated"):
        parts.append(str(SOURCES[fact["source"]]))
    if fact.get("evidence"):
        parts.append(str(EVIDENCE[fact["evidence"]]))
    if fact.get("as_of"):
        parts.append(_("as of %s") % date_format(date.fromisoformat(fact["as_of"]), "DATE_FORMAT"))
    return ", ".join(parts)
