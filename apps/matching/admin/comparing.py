"""Stored comparisons as a page shows them: codes and figures, put into words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.facilities.models import Facility
from apps.matching.admin.reading import Names, names_for, tier_summary
from apps.matching.models import ComparedNeed
from apps.matching.selectors import ComparisonState, ComparisonSummary, facilities_of_moves
from apps.matching.wording import GATES, TIERS, in_words, reason_side_words, reason_words

Document = Mapping[str, Any]


@dataclass(frozen=True)
class ReasonRow:
    label: str
    before: str
    after: str
    effect: str


@dataclass(frozen=True)
class MoveRow:
    """`facility` is None where it is gone; `may_open`: the viewer sees its page."""

    facility: Facility | None
    may_open: bool
    before: str
    after: str
    places: str
    score: str
    marks: tuple[str, ...]
    reasons: tuple[ReasonRow, ...]


def progress_words(summary: ComparisonSummary) -> str:
    counts = {"done": summary.done, "needs": summary.needs}
    said = {
        ComparisonState.WAITING: _("Waiting for a worker: 0 of %(needs)d needs compared."),
        ComparisonState.RUNNING: _("Running: %(done)d of %(needs)d needs compared."),
        ComparisonState.DONE: _("Done: %(done)d of %(needs)d needs compared."),
    }[summary.state] % counts
    if not summary.given_up:
        return said
    lost = ngettext("%d need was given up after errors.", "%d needs were given up after errors.", summary.given_up)
    return f"{said} {lost % summary.given_up}"


def need_state_words(row: ComparedNeed) -> str:
    if row.done_at:
        return _("done")
    return _("given up") if row.given_up else _("waiting")


def tau_words(tau: float | None) -> str:
    return "-" if tau is None else f"{tau:.2f}"


def read_comparison(row: ComparedNeed, request: HttpRequest) -> dict[str, Any] | None:
    """What the page of a compared need shows below its fields; None while there is no answer."""
    document = row.document
    if document is None:
        return None
    facilities, names = facilities_of_moves(row), names_for(())
    may_open = _to_open(facilities.values(), request)
    return {
        "tiers_before": tier_summary(document["before"]["tiers"].items()),
        "tiers_after": tier_summary(document["after"]["tiers"].items()),
        "moves": [_move(move, facilities.get(move["facility"]), may_open, names) for move in document["moves"]],
        "more_moved": document["more_moved"],
    }


def _to_open(facilities: Iterable[Facility], request: HttpRequest) -> set[int]:
    """A need that is open to partner networks is ranked over places that the viewer does not coordinate."""
    listed = admin.site.get_model_admin(Facility).get_queryset(request).filter(pk__in=[one.pk for one in facilities])
    return set(listed.values_list("pk", flat=True))


def _move(move: Document, facility: Facility | None, may_open: set[int], names: Names) -> MoveRow:
    return MoveRow(
        facility=facility,
        may_open=facility is not None and facility.pk in may_open,
        before=_standing(move["before"]),
        after=_standing(move["after"]),
        places=_places(move["places"]),
        score=_change(move),
        marks=_marks(move),
        reasons=tuple(_reason(reason, names) for reason in move.get("reasons", ())),
    )


def _standing(standing: Document) -> str:
    if standing["gate"] is not None:
        return _("left out: %s") % in_words(GATES, standing["gate"])
    if standing["rank"] is None:
        return _("not among the first hundred")
    return f"{standing['label']} · {in_words(TIERS, standing['tier'])} · {standing['score']:.2f}"


def _places(places: int | None) -> str:
    if places is None:
        return "-"
    return f"{places:+d}" if places else "="


def _change(move: Document) -> str:
    scores = [move[side]["score"] for side in ("before", "after")]
    return "-" if None in scores else f"{scores[1] - scores[0]:+.3f}"


def _marks(move: Document) -> tuple[str, ...]:
    first = {"in": _("into the first places"), "out": _("out of the first places")}.get(move["first"])
    marks = [first] if first else []
    return (*marks, _("another tier")) if move["tier_changed"] else tuple(marks)


def _reason(reason: Document, names: Names) -> ReasonRow:
    effect = reason["effect"]
    return ReasonRow(
        label=reason_words(reason, names),
        before=reason_side_words(reason, "before"),
        after=reason_side_words(reason, "after"),
        effect="" if effect is None else f"{effect:+.3f}",
    )
