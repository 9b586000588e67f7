"""The catalogue's slugs as numbers, and its relations as arrays: what builds supplies without a look-up a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.taxonomy import Taxonomy

IntArray = NDArray[np.int64]

ENDLESS = -1  # months of validity of a certificate that does not expire
UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Relation:
    """For each code a list of others: that of code c is values[start[c]:start[c + 1]]."""

    start: IntArray
    values: IntArray

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Relation:
        start = np.cumsum([0, *(len(items) for items in lists)])
        return cls(start, np.array([item for items in lists for item in items], dtype=np.int64))

    def expand(self, codes: IntArray) -> tuple[IntArray, IntArray]:
        """Every pair of a row of `codes` and a value of its list: the row numbers, and the values."""
        counts = self.start[codes + 1] - self.start[codes]
        rows = np.repeat(np.arange(len(codes)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self.values[self.start[codes][rows] + within]


@dataclass(frozen=True, slots=True)
class CatalogueCodes:
    """Codes are places in alphabetical order. Processes, materials and resource kinds have the taxonomy's own."""

    processes: Mapping[str, int]
    materials: Mapping[str, int]
    kinds: Mapping[str, int]
    certificates: Mapping[str, int]
    machines: Mapping[str, int]
    closure: Relation  # certificate -> the certificates that holding it amounts to
    validity_months: IntArray  # ENDLESS or UNKNOWN where there is no number
    machine_processes: Relation
    machine_kind: IntArray  # -1 where no kind counts the machine
    kind_members: Relation  # group word -> the kinds it may mean

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> CatalogueCodes:
        """As `build`, kept from one supply to the next."""
        for known, codes in _kept:
            if known is taxonomy:
                return codes
        codes = cls.build(taxonomy)
        _kept.append((taxonomy, codes))
        del _kept[:-KEPT_AT_MOST]
        return codes

    @classmethod
    def build(cls, taxonomy: Taxonomy) -> CatalogueCodes:
        certificates = {slug: code for code, slug in enumerate(sorted(taxonomy.certificate_scope))}
        machines = {slug: code for code, slug in enumerate(sorted(taxonomy.machine_processes))}
        kinds, kind_of = taxonomy.kind_index, taxonomy.machine_kinds
        return cls(
            processes=taxonomy.process_index,
            materials=taxonomy.material_index,
            kinds=kinds,
            certificates=certificates,
            machines=machines,
            closure=Relation.of(
                [sorted(certificates[held] for held in taxonomy.certificate_closure[slug]) for slug in certificates]
            ),
            validity_months=np.array([_months(taxonomy, slug) for slug in certificates], dtype=np.int64),
            machine_processes=Relation.of(
                [[taxonomy.process_index[slug] for slug in taxonomy.machine_processes[machine]] for machine in machines]
            ),
            machine_kind=np.array(
                [kinds[kind_of[slug]] if slug in kind_of else -1 for slug in machines], dtype=np.int64
            ),
            kind_members=Relation.of([[kinds[item] for item in taxonomy.kind_groups.get(slug, ())] for slug in kinds]),
        )


def _months(taxonomy: Taxonomy, slug: str) -> int:
    if not taxonomy.certificate_expires[slug]:
        return ENDLESS
    return taxonomy.certificate_validity[slug] or UNKNOWN


# The latest few, found by the very catalogue object that they follow from.
KEPT_AT_MOST = 8
_kept: list[tuple[Taxonomy, CatalogueCodes]] = []
