"""What differs between two answers, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.matching.wording.codes import (
    ADJUSTMENTS,
    CRITERIA,
    GATE_CODES,
    GATES,
    VERDICTS,
    Words,
    in_words,
    subject_words,
)
from apps.matching.wording.facts import number_words

REASON_KINDS: dict[str, Words] = {
    "gate": gettext_lazy("question"),
    "coverage": gettext_lazy("coverage of the steps"),
    "criterion": gettext_lazy("criterion"),
    "adjustment": gettext_lazy("factor on the whole score"),
    "alpha": gettext_lazy("where in its interval the score lies"),
}
_NAMES: dict[str, Mapping[Any, Words]] = {"gate": GATES, "criterion": CRITERIA, "adjustment": ADJUSTMENTS}


def reason_words(reason: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """What it is about, as apps.matching.differences writes it."""
    kind = reason["kind"]
    words = str(in_words(_NAMES[kind], reason["name"]) if kind in _NAMES else in_words(REASON_KINDS, kind))
    if reason["subject"]:
        words += f": {subject_words(reason['subject'], names)}"
    return words if reason["step"] is None else f"{words} · " + _("step %d") % reason["step"]


def reason_side_words(reason: Mapping[str, Any], side: str) -> str:
    """What one of the two answers says of it: `side` is before or after."""
    told = reason[side]
    if told is None:
        return _("not asked")
    if reason["kind"] == "gate":
        verdict = _("near miss") if told["near_miss"] else in_words(VERDICTS, told["verdict"])
        return f"{verdict}: {in_words(GATE_CODES, told['code'])}"
    if reason["kind"] == "criterion":
        ends = _span(told["low"], told["high"])
        return _("%(value)s at weight %(weight)s") % {"value": ends, "weight": f"{told['weight']:.1%}"}
    if reason["kind"] == "adjustment":
        return f"× {_span(told['factor_low'], told['factor_high'])}"
    return number_words(told["alpha"]) if reason["kind"] == "alpha" else _span(told["low"], told["high"])


def _span(low: float, high: float) -> str:
    """To three decimals: smaller changes than those of a page of a match are told here."""
    return f"{low:.3f}" if f"{low:.3f}" == f"{high:.3f}" else f"{low:.3f} - {high:.3f}"
