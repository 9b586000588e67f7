"""Reading imports, their rows, and the words that nobody knows."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from apps.catalog.models import ProcessKind
from apps.core.errors import NotFoundError
from apps.exchange.columns import TERM_TABLES
from apps.exchange.models import ImportBatch, ImportRow, Outcome, RowState, Target, UnmappedTerm
from apps.networks.models import Network

# What a row can be listed by, besides its outcome: name -> condition.
MARKS: dict[str, Q] = {
    "repaired": ~Q(repairs=[]),
    "with_refusals": ~Q(refusals=[]),
    "kept": ~Q(kept=[]),
    "unmapped": ~Q(unmapped=[]),
    "left": ~Q(left=[]),
}


def imports_visible_to(user: Any) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.visible_to(user).select_related("network", "facility", "uploaded_by")


def access_import(user: Any, public_id: UUID) -> ImportBatch:
    """Errors: NotFoundError, also for one that the user may not see."""
    batch = imports_visible_to(user).filter(public_id=public_id).first()
    if batch is None:
        raise NotFoundError("import_not_found", "There is no such import.")
    return batch


def access_network(user: Any, slug: str) -> Network:
    network = Network.objects.visible_to(user).filter(slug=slug).first()
    if network is None:
        raise NotFoundError("network_not_found", "There is no such network.")
    return network


def rows_of(batch: ImportBatch) -> QuerySet[ImportRow]:
    return batch.rows.select_related("facility").defer("draft", "journal").order_by("position")


def rows_marked(rows: QuerySet[ImportRow], mark: str) -> QuerySet[ImportRow]:
    return rows.filter(MARKS[mark])


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """Counted from the rows each time, so that every figure is the length of the list that it stands for."""
    asked = {
        "total": Count("pk"),
        "rows_in_file": Sum("rows", default=0),
        **{outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome},
        **{mark: Count("pk", filter=condition) for mark, condition in MARKS.items()},
        "applied": Count("pk", filter=Q(state=RowState.APPLIED)),
        "undone": Count("pk", filter=Q(state=RowState.UNDONE)),
    }
    found: dict[str, int] = batch.rows.aggregate(**asked)
    return found


def terms_visible_to(user: Any) -> QuerySet[UnmappedTerm]:
    return UnmappedTerm.objects.visible_to(user).select_related("facility", "batch")


def entries_of_kind(kind: str) -> list[tuple[str, str]]:
    """Short names and names of what words of this kind may mean; groups of processes are words themselves."""
    rows = TERM_TABLES[kind]._default_manager.all()
    if kind == Target.PROCESS:
        rows = rows.exclude(kind=ProcessKind.CATEGORY)
    return [(row.slug, str(row)) for row in rows]


def access_term(user: Any, public_id: UUID) -> UnmappedTerm:
    term = terms_visible_to(user).filter(public_id=public_id).first()
    if term is None:
        raise NotFoundError("term_not_found", "There is no such term.")
    return term
