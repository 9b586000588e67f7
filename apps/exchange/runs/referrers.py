"""What would be lost with a row, or keeps it from being deleted."""

from typing import Any

from django.db.models import Model

from apps.exchange.models import ImportRow, SourceListing
from apps.facilities.models import Facility, FacilityNetwork, Statement, TwinPair

# They belong to the row and say nothing that would be missed: who said what of it, what an import knows of it, and what
# it looks like.
IGNORED: tuple[type[Model], ...] = (Statement, SourceListing, ImportRow, TwinPair)


def referrers(row: Model) -> list[str]:
    """The kinds of rows that point to this one, in words; of its links to catalogue rows none."""
    found = []
    for relation in row._meta.get_fields(include_hidden=True):
        related: Any = relation.related_model
        backwards = relation.auto_created and relation.is_relation and not relation.concrete
        if not backwards or _of_no_account(row, related):
            continue
        name = relation.field.name  # type: ignore[union-attr]  # reverse relations have one
        if related._base_manager.filter(**{name: row.pk}).exists():
            found.append(str(related._meta.verbose_name))
    return sorted(set(found))


def _of_no_account(row: Model, related: Any) -> bool:
    if related in IGNORED or related._meta.auto_created or related._meta.proxy:
        return True
    if any(field.name == "pgh_id" for field in related._meta.fields):
        return True  # its own history
    return isinstance(row, Facility) and related is FacilityNetwork
