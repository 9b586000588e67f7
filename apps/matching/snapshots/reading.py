"""What all readers of rows share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import models

from apps.facilities.models import Source as StoredSource
from matchmaker.domain import Source

T = TypeVar("T")
Keys = Sequence[int] | None  # of facilities; None = all

# What a coordinator entered counts as stated.
SOURCES: dict[str, Source] = {
    StoredSource.STATED: Source.STATED,
    StoredSource.COORDINATOR: Source.STATED,
    StoredSource.IMPORTED: Source.IMPORTED,
    StoredSource.SUGGESTED: Source.DERIVED,
}


def of_facilities(rows: models.QuerySet[Any], keys: Keys, path: str = "facility") -> models.QuerySet[Any]:
    return rows if keys is None else rows.filter(**{f"{path}__in": keys})


def words(
    through: type[models.Model], owner: str, word: str, keys: Keys = None, path: str = ""
) -> dict[int, tuple[str, ...]]:
    """For each owner's key the words that a many-to-many table gives it, in alphabetical order.

    `path` leads from a row of the table to the facility, where `keys` narrow it.
    """
    rows = of_facilities(through._default_manager.order_by(word), keys, path)
    found = grouped(rows.values_list(f"{owner}_id", word).iterator())
    return {key: tuple(texts) for key, texts in found.items()}


def grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
