"""Codes of imports in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.exchange.models import BROKE_DOWN, ImportBatch

# In the order in which they are shown: the filter of the list, and what it counts.
COUNTS: Mapping[str, Any] = {
    "new": _("new"),
    "change": _("to be changed"),
    "unchanged": _("unchanged"),
    "refused": _("refused"),
    "with_refusals": _("with refused values"),
    "repaired": _("with repaired values"),
    "kept": _("give way to what was stated"),
    "unmapped": _("with words that nobody knows"),
    "left": _("left when undone"),
}
OUTCOMES = ("new", "change", "unchanged", "refused")


def count_rows(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Those that there are, each with the query that lists them."""
    return [
        {"label": label, "count": counts[name], "query": _query(name)} for name, label in COUNTS.items() if counts[name]
    ]


def _query(name: str) -> str:
    return f"outcome__exact={name}" if name in OUTCOMES else f"mark={name}"


def failure_words(batch: ImportBatch) -> str:
    if batch.failure == BROKE_DOWN:
        return gettext("Reading or writing it broke down several times; an administrator finds the error in the trail.")
    return batch.failure_detail or batch.failure
