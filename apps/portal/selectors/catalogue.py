"""The catalogue by the words that founders type into the portal."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from apps.catalog.models import Material, Process, ProcessKind
from apps.catalog.models.phrases import normalised
from apps.catalog.selectors import Hit, search_catalogue

MODELS: dict[str, type[Process] | type[Material]] = {"process": Process, "material": Material}
# Groups are found too, but cannot be asked for; so look a little further than is shown.
SPARE = 6


def suggested(kind: str, text: str, *, limit: int) -> list[Hit]:
    """What the text may mean, best first; groups of processes left out."""
    hits = search_catalogue(text, kinds=[kind], limit=limit + SPARE)
    if kind == "process":
        groups = set(_groups().filter(slug__in=[hit.slug for hit in hits]).values_list("slug", flat=True))
        hits = [hit for hit in hits if hit.slug not in groups]
    return hits[:limit]


def named_in_catalogue(kind: str, text: str) -> Sequence[Process | Material]:
    """The rows of exactly this name or short name, else those of exactly this synonym; groups only if nothing else."""
    rows: Any = MODELS[kind]._default_manager.all()
    own = list(rows.filter(Q(name__iexact=text.strip()) | Q(slug=text.strip().lower())))
    if own:
        return own
    meant = list(rows.filter(synonyms__text=normalised(text)).distinct())
    return [row for row in meant if getattr(row, "kind", "") != ProcessKind.CATEGORY] or meant


def children_of(group: Process) -> list[Process]:
    return list(Process.objects.filter(parent=group).exclude(kind=ProcessKind.CATEGORY))


def names_in_catalogue(kind: str) -> list[str]:
    """Every name that can be asked for, for browsers that run no scripts."""
    rows: Any = MODELS[kind]._default_manager.all()
    if kind == "process":
        rows = rows.exclude(kind=ProcessKind.CATEGORY)
    return list(rows.values_list("name", flat=True))


def _groups() -> Any:
    return Process.objects.filter(kind=ProcessKind.CATEGORY)
