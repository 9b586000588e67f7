"""Codes of imports in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.exchange.cells import written
from apps.exchange.models import BROKE_DOWN, ImportBatch, ImportRow

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


@dataclass(frozen=True)
class RowInWords:
    """A row as people read it: each line is a sentence or a term with its value."""

    row: ImportRow
    refusals: tuple[str, ...]
    repairs: tuple[str, ...]
    changes: tuple[str, ...]
    unmapped: tuple[str, ...]
    left: tuple[str, ...]


def row_in_words(row: ImportRow) -> RowInWords:
    return RowInWords(
        row,
        refusals=tuple(_note(one, one["value"], one["detail"] or one["reason"]) for one in row.refusals),
        repairs=tuple(_note(one, f"{one['found']} → {one['used']}", one["detail"]) for one in row.repairs),
        changes=tuple(_change(one) for one in row.changes),
        unmapped=tuple(_note(one, one["text"], ", ".join(one["suggestions"])) for one in row.unmapped),
        left=tuple(f"{_part(one)}: {written(one['here'])}" for one in row.left),
    )


def _note(one: Mapping[str, Any], value: str, detail: str) -> str:
    """Row, column, value, reason."""
    place = gettext("row %(number)d") % {"number": one["number"]}
    return ", ".join(filter(None, (place, one["column"]))) + f": “{value}” " + detail


def _change(one: Mapping[str, Any]) -> str:
    if one["field"]:
        return f"{_part(one)}: {written(one['before']) or '-'} → {written(one['after'])}"
    stated = ", ".join(f"{name}: {written(value)}" for name, value in one["after"].items())
    return gettext("new: %(part)s") % {"part": f"{_part(one)} ({stated})" if stated else _part(one)}


def _part(one: Mapping[str, Any]) -> str:
    part = one["part"].replace(":", " ").strip()
    return " ".join(filter(None, (part, one["field"]))) or gettext("the site")
