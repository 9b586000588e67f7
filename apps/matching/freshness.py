"""The freshness board: what is stale, by facility and field, and how many open needs wait for it.

A need waits for a field of a facility where its current ranking has that facility as a match with a question about the
field. A match keeps its questions, so nothing is computed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from apps.facilities.models import Facility, Inquiry
from apps.facilities.selectors import RECORD_DAYS, Stale, StaleField, at_work, stale_counts
from apps.matching.models import Policy
from apps.needs.models import Need
from apps.needs.models.need import RANKED_STATES

# Which field of the board a question of the engine asks about.
ASKED: dict[StaleField, frozenset[str]] = {
    StaleField.CAPACITY: frozenset({"capacity"}),
    StaleField.SITE: frozenset({"place", "partner_place", "workmanship_class", "signs_nda", "accepts_startups"}),
    StaleField.CAPABILITIES: frozenset(
        {
            "process",
            "materials",
            "envelope_mm",
            "tolerance_mm",
            "min_run",
            "max_run",
            "min_order_money",
            "run_sizes",
            "lead_days",
            "price",
        }
    ),
    StaleField.CERTIFICATES: frozenset({"certificates", "certificate_evidence", "product_evidence"}),
    StaleField.IMPORT: frozenset({"claim"}),
}
FIELD_OF = {question: field for field, questions in ASKED.items() for question in questions}
ORDERINGS = ("needs", "oldest", "facility")

_WAITING = """
SELECT DISTINCT match.facility_id, asked.question ->> 'field', ranking.need_id
FROM matching_ranking AS ranking
JOIN matching_matchjob AS job ON job.need_id = ranking.need_id AND job.done = ranking.rev
JOIN matching_match AS match ON match.ranking_id = ranking.id
CROSS JOIN LATERAL jsonb_array_elements(match.document -> 'questions') AS asked (question)
WHERE ranking.need_id = ANY(%s) AND match.facility_id = ANY(%s)
"""


@dataclass(frozen=True)
class BoardRow:
    """`never`: how many of the stale rows nobody ever confirmed. `needs`: keys of the open needs that wait for it."""

    facility: Facility
    field: StaleField
    rows: int
    never: int
    oldest: date | None
    needs: frozenset[int]
    asked_at: datetime | None


def freshness_board(
    user: Any, today: date, *, network: str = "", field: str = "", ordering: str = "needs"
) -> list[BoardRow]:
    """Every stale field of the facilities that the user coordinates; those that most needs wait for come first.

    `ordering`: needs, oldest (never confirmed before old) or facility.
    """
    facilities = at_work(user, network)
    stale = [found for found in stale_counts(facilities, today, _record_days()) if field in ("", found.field)]
    rows = Facility.objects.in_bulk({found.facility_id for found in stale})
    waiting = _waiting(user, rows)
    asked = _asked(rows)
    board = [_row(found, rows[found.facility_id], waiting, asked) for found in stale]
    return sorted(board, key=_sort_key(ordering))


def needs_waiting(user: Any, facility: Facility, field: StaleField) -> QuerySet[Need]:
    """The list behind the board's number: its length is that number."""
    found = _waiting(user, [facility.pk]).get((facility.pk, field), set())
    return Need.objects.filter(pk__in=found).select_related("current", "organisation").order_by("pk")


def _row(found: Stale, facility: Facility, waiting: Any, asked: dict[int, datetime]) -> BoardRow:
    needs = frozenset(waiting.get((found.facility_id, found.field), ()))
    last = asked.get(found.facility_id)
    return BoardRow(facility, found.field, found.rows, found.never, found.oldest, needs, last)


def _waiting(user: Any, facilities: Iterable[int]) -> dict[tuple[int, StaleField], set[int]]:
    """Of open needs that the user coordinates."""
    needs = list(Need.objects.coordinated_by(user).filter(state__in=RANKED_STATES).values_list("pk", flat=True))
    found: dict[tuple[int, StaleField], set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [needs, list(facilities)])
        for facility, question, need in cursor.fetchall():
            field = FIELD_OF.get(question)
            if field is not None:
                found.setdefault((facility, field), set()).add(need)
    return found


def _asked(facilities: Iterable[int]) -> dict[int, datetime]:
    rows = Inquiry.objects.filter(facility__in=list(facilities)).order_by().values("facility")
    return dict(rows.annotate(last=Max("created_at")).values_list("facility", "last"))


def _record_days() -> int:
    """As the service's own policy has it: the shortest that a published one without a network says."""
    bodies = Policy.objects.filter(state="published", network=None).values_list("body", flat=True)
    return min((int(body.get("record_stale_days", RECORD_DAYS)) for body in bodies), default=RECORD_DAYS)


def _sort_key(ordering: str) -> Any:
    def key(row: BoardRow) -> Any:
        age = row.oldest or date.min
        name = (row.facility.name, row.facility.pk, row.field)
        return {"needs": (-len(row.needs), age, *name), "oldest": (age, *name), "facility": name}[ordering]

    return key
