"""From the keys and words of database rows to the numbers that the engine's tables speak in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from apps.catalog.models import Certification, MachineModel, Material, Process, ResourceKind
from matchmaker.catalogue_codes import CatalogueCodes

Array = NDArray[Any]


class NewerCatalogueError(LookupError):
    """A facility names a row of the catalogue that was not there when the catalogue was read."""


@dataclass(frozen=True)
class Places:
    """Keys of rows, and which row has each."""

    ordered: Array
    rows: Array

    @classmethod
    def of(cls, keys: Array) -> Self:
        rows = np.argsort(keys, kind="stable")
        return cls(keys[rows], rows)

    def find(self, keys: Array) -> Array:
        """Raises KeyError for a key that no row has."""
        at = np.searchsorted(self.ordered, keys)
        missing = at == len(self.ordered)
        missing[~missing] = self.ordered[at[~missing]] != keys[~missing]
        if missing.any():
            raise KeyError(int(keys[missing][0]))
        return self.rows[at]


@dataclass(frozen=True)
class CatalogueKeys:
    """By the key of a catalogue's row its code, and of a kind of resource its availability."""

    processes: Mapping[int, int]
    materials: Mapping[int, int]
    certificates: Mapping[int, int]
    machines: Mapping[int, int]
    kinds: Mapping[int, int]
    availability: Mapping[int, float]

    @classmethod
    def read(cls, codes: CatalogueCodes) -> Self:
        return cls(
            processes=_by_key(Process, codes.processes),
            materials=_by_key(Material, codes.materials),
            certificates=_by_key(Certification, codes.certificates),
            machines=_by_key(MachineModel, codes.machines),
            kinds=_by_key(ResourceKind, codes.kinds),
            availability=dict(ResourceKind.objects.values_list("pk", "availability")),
        )


def _by_key(model: Any, codes: Mapping[str, int]) -> dict[int, int]:
    """Without the rows that came since the catalogue was read."""
    return {key: codes[slug] for key, slug in model.objects.values_list("pk", "slug") if slug in codes}


def looked_up(keys: Array, values: Mapping[int, Any]) -> Array:
    """The value of each key. Raises NewerCatalogueError for one that has none.

    Keys of the catalogue are small numbers, so that a table serves.
    """
    size = max([*values, int(keys.max(initial=0))], default=0) + 1
    known, table = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.array([*values.values(), 0]).dtype)
    for key, value in values.items():
        known[key], table[key] = True, value
    if not known[keys].all():
        raise NewerCatalogueError(int(keys[~known[keys]][0]))
    return table[keys]


def translated(places: Array, values: Sequence[int]) -> Array:
    """`values[place]` of each; raises ValueError for a word that the query did not know."""
    if len(places) and places.min() < 0:
        raise ValueError("a word is in none of the lists")
    return np.asarray(values, dtype=np.int64)[places]


def texts(keys: Array) -> Array:
    """Whole numbers as the engine's ids."""
    return keys.astype(f"S{len(str(keys.max(initial=0)))}")


@dataclass
class WordCodes:
    """Words as they are met, each once."""

    known: dict[str, int] = field(default_factory=dict)

    def of_texts(self, found: Array) -> Array:
        """UTF-8; an empty text is a blank, -1."""
        out = np.full(len(found), -1)
        filled = np.flatnonzero(found != b"")
        words, which = np.unique(found[filled], return_inverse=True)
        out[filled] = self._codes([word.decode() for word in words.tolist()])[which]
        return out

    def of_numbers(self, found: Array) -> Array:
        words, which = np.unique(found, return_inverse=True)
        return self._codes([str(word) for word in words.tolist()])[which]

    def _codes(self, words: list[str]) -> Array:
        return np.array([self.known.setdefault(word, len(self.known)) for word in words], dtype=np.int64)
