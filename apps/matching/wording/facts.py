"""Facts in words: the engine's names, units and values as people write them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.matching.wording.codes import DISTANCE_MODES, EVIDENCE, SOURCES, in_words
from apps.matching.wording.names import FACTS, MODES, unit_words

Fact = Mapping[str, Any]
Names = Mapping[str, str]
LOW, HIGH = "_low", "_high"
TABLES: dict[str, Mapping[str, Any]] = {
    "distance_mode": DISTANCE_MODES,
    "held_evidence": EVIDENCE,
    "asked_mode": MODES,
}
WORKED_OUT = {"quality", "matching_test"}  # of the catalogue and the policy; nothing usual in place of a stated figure
DATES = {"valid_on", "expires_on"}


def fact_words(fact: Fact, names: Names | None = None) -> str:
    """As in: minimum run: 500 pieces (as of Nov. 2, 2026). `names` turns short names into those that people use."""
    return _sentence(label_of(fact["name"]), value_words(fact, names or {}), fact)


def facts_words(facts: Iterable[Fact], names: Names | None = None) -> tuple[str, ...]:
    """The same of many, the two ends of a range in one sentence."""
    listed, told = [fact for fact in facts if not _says_nothing(fact)], []
    while listed:
        fact = listed.pop(0)
        base = fact["name"].removesuffix(LOW)
        if base in FACTS and listed and listed[0]["name"] == base + HIGH and fact["name"] == base + LOW:
            told.append(_sentence(str(FACTS[base]), _span_words(fact, listed.pop(0), names or {}), fact))
        else:
            told.append(fact_words(fact, names))
    return tuple(told)


def _says_nothing(fact: Fact) -> bool:
    return fact["name"] == "listed" and fact["value"] is None


def label_of(name: str) -> str:
    for ending, end in ((LOW, _("from")), (HIGH, _("to"))):
        base = name.removesuffix(ending)
        if name not in FACTS and base != name and base in FACTS:
            return f"{FACTS[base]}, {end}"
    return str(in_words(FACTS, name))


def value_words(fact: Fact, names: Names) -> str:
    name, value, unit = fact["name"], fact["value"], fact.get("unit") or ""
    if name in TABLES:
        return _("not stated") if value is None else str(in_words(TABLES[name], value))
    if name in DATES and value is not None:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name == "resource":
        return _resource_words(str(value), names)
    return _plain_words(value, unit, names)


def _resource_words(value: str, names: Names) -> str:
    """One that the facility listed, by its key; else one that its machines amount to."""
    _machines, colon, kind = value.partition(":")
    return names.get(kind, kind) if colon else names.get(f"resource {value}", f"#{value}")


def number_words(value: float) -> str:
    """A few figures are enough for reading; whole numbers stay whole."""
    decimals = next((places for limit, places in ((1_000, 0), (10, 1), (0.1, 2)) if abs(value) >= limit), 3)
    rounded = round(float(value), decimals)
    shown = int(rounded) if rounded.is_integer() else rounded
    return number_format(shown, use_l10n=True, force_grouping=True)


def _span_words(low: Fact, high: Fact, names: Names) -> str:
    unit = low.get("unit") or ""
    if low["value"] is None or high["value"] is None or low["value"] == high["value"]:
        return _plain_words(high["value"] if low["value"] is None else low["value"], unit, names)
    words = {"low": number_words(low["value"]), "high": number_words(high["value"])}
    return f"{_('%(low)s to %(high)s') % words} {unit_words(unit, high['value'])}".strip()


def _plain_words(value: Any, unit: str, names: Names) -> str:
    if value is None:
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        listed = (" × " if unit == "mm" else ", ").join(_plain_words(one, "", names) for one in value)
        return f"{listed or _('none')} {unit}".strip()
    if isinstance(value, int | float):
        return f"{number_words(value)} {unit_words(unit, value)}".strip()
    return names.get(str(value), str(value))


def _sentence(label: str, value: str, fact: Fact) -> str:
    origin = _origin_words(fact)
    return f"{label}: {value} ({origin})" if origin else f"{label}: {value}"


def _origin_words(fact: Fact) -> str:
    """Who says so and when; nothing for what the need or simply the facility states, or what was worked out."""
    if fact["name"] in WORKED_OUT:
        return ""
    parts = []
    if fact.get("source") in ("imported", "default"):
        parts.append(str(SOURCES[fact["source"]]))
    if fact.get("evidence") not in (None, "stated"):
        parts.append(str(in_words(EVIDENCE, fact["evidence"])))
    if fact.get("as_of"):
        parts.append(_("as of %s") % date_format(date.fromisoformat(fact["as_of"]), "DATE_FORMAT"))
    return ", ".join(parts)
