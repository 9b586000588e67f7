"""Process, material and certificate relations, resource kinds and work content, compiled from the catalogue.

Trees are compiled to boolean ancestor matrices: `below[a, b]` is true where a is b or stands below b. Relations are
directional throughout; nothing here ever works backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matchmaker.canonical import digest
from matchmaker.catalogue import Catalogue, MaterialFact, ProcessFact, ProcessRelationFact, WorkContentFact
from matchmaker.places import Places

BoolMatrix = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class ProcessCase(IntEnum):
    """How a provided process answers a needed one; see section 2 of the domain pack."""

    NONE = 0
    EXACT = 1
    SPECIALISATION = 2
    COVERS = 3
    SUBSTITUTE = 4
    GENERAL_CLAIM = 5
    CATEGORY_CLAIM = 6


class MaterialCase(IntEnum):
    """How a provided material answers an asked one, worst first."""

    NONE = 0
    SIBLING = 1
    FAMILY_CLAIM = 2
    CLASS_CLAIM = 3
    BELOW = 4
    EXACT = 5


MATERIAL_QUALITY = {
    MaterialCase.NONE: 0.0,
    MaterialCase.SIBLING: 0.3,
    MaterialCase.FAMILY_CLAIM: 0.6,
    MaterialCase.CLASS_CLAIM: 0.6,
    MaterialCase.BELOW: 1.0,
    MaterialCase.EXACT: 1.0,
}
GENERAL_CLAIM_QUALITY = 0.5
CATEGORY_CLAIM_QUALITY = 0.3
PARTNER_QUALITY = 0.6


@dataclass(frozen=True, slots=True)
class Firm:
    """What each process of the catalogue is worth for one needed process at one quantity, claims apart."""

    case: NDArray[np.int8]
    quality: FloatArray
    relation: IntArray  # index into `relations`, -1 where none was used


def _below(parents: IntArray) -> BoolMatrix:
    """The reflexive ancestor matrix of a forest given by parent indices (-1 = root)."""
    size = len(parents)
    below = np.eye(size, dtype=np.bool_)
    for node in range(size):
        parent = parents[node]
        steps = 0
        while parent >= 0:
            below[node, parent] = True
            parent = parents[parent]
            steps += 1
            if steps > size:
                raise ValueError("the tree has a cycle")
    return below


def _forest(rows: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, ...], dict[str, int], IntArray]:
    pairs = sorted(rows)
    slugs = tuple(slug for slug, _ in pairs)
    index = {slug: position for position, slug in enumerate(slugs)}
    if len(index) != len(slugs):
        raise ValueError("a slug stands twice in the catalogue")
    parents = np.array([index[parent] if parent else -1 for _, parent in pairs], dtype=np.int64)
    return slugs, index, parents


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Read-only. Looking up a slug that the catalogue lacks raises KeyError with that slug."""

    catalogue: Catalogue
    process_slugs: tuple[str, ...]
    process_index: Mapping[str, int]
    process_rows: tuple[ProcessFact, ...]
    process_below: BoolMatrix
    process_family: IntArray  # ordinal of the tree that each process stands in
    family_count: int
    process_is_category: NDArray[np.bool_]
    relations: tuple[ProcessRelationFact, ...]
    material_slugs: tuple[str, ...]
    material_index: Mapping[str, int]
    material_case: NDArray[np.int8]  # [asked, provided] -> MaterialCase
    certificate_closure: Mapping[str, frozenset[str]]
    certificate_scope: Mapping[str, str]
    certificate_validity: Mapping[str, int | None]
    certificate_expires: Mapping[str, bool]
    work: Mapping[str, WorkContentFact]
    kind_index: Mapping[str, int]
    kind_hours: FloatArray  # one shift, one machine
    kind_availability: FloatArray
    kind_groups: Mapping[str, tuple[str, ...]]  # group word -> member kinds
    machine_kinds: Mapping[str, str]  # machine -> the resource kind that counts it
    machine_processes: Mapping[str, tuple[str, ...]]
    places: Places
    digest: str  # sha256 of the catalogue's content

    @classmethod
    def build(cls, catalogue: Catalogue) -> Taxonomy:
        """Compile. Row order does not matter; a parent or implied certificate that is missing raises KeyError."""
        slugs, index, parents = _forest((row.slug, row.parent) for row in catalogue.processes)
        by_slug = {row.slug: row for row in catalogue.processes}
        rows = tuple(by_slug[slug] for slug in slugs)
        below = _below(parents)
        kinds = sorted(catalogue.resource_kinds, key=lambda row: row.slug)
        materials, material_index, _ = _forest((row.slug, row.parent) for row in catalogue.materials)
        return cls(
            catalogue=catalogue,
            process_slugs=slugs,
            process_index=index,
            process_rows=rows,
            process_below=below,
            process_family=_families(below, parents),
            family_count=int((parents < 0).sum()),
            process_is_category=np.array([row.kind == "category" for row in rows], dtype=np.bool_),
            relations=tuple(sorted(catalogue.process_relations, key=_relation_key)),
            material_slugs=materials,
            material_index=material_index,
            material_case=_material_cases(catalogue.materials),
            certificate_closure=_closures({row.slug: row.implies for row in catalogue.certifications}),
            certificate_scope={row.slug: row.scope for row in catalogue.certifications},
            certificate_validity={row.slug: row.validity_months for row in catalogue.certifications},
            certificate_expires={row.slug: row.expires for row in catalogue.certifications},
            work={row.process: row for row in catalogue.work_contents},
            kind_index={row.slug: at for at, row in enumerate(kinds)},
            kind_hours=np.array([row.gross_hours_one_shift for row in kinds], dtype=np.float64),
            kind_availability=np.array([row.availability for row in kinds], dtype=np.float64),
            kind_groups={row.slug: row.members for row in kinds if row.row_kind == "group"},
            machine_kinds=_machine_kinds(catalogue),
            machine_processes={row.slug: tuple(sorted(row.processes)) for row in catalogue.machines},
            places=Places.build(catalogue),
            digest=digest(catalogue),
        )

    def is_below(self, process: str, ancestor: str) -> bool:
        """True where `process` is `ancestor` or stands below it; False where the catalogue lacks the ancestor."""
        above = self.process_index.get(ancestor)
        return above is not None and bool(self.process_below[self.process_index[process], above])

    def firm_matches(self, needed: str, quantity: float, *, substitutes: bool) -> Firm:
        """The firm case of every process for one need, at the quantity of this order (pieces)."""
        need = self.process_index[needed]
        size = len(self.process_slugs)
        case = np.zeros(size, dtype=np.int8)
        quality = np.zeros(size)
        relation = np.full(size, -1, dtype=np.int64)
        for position, row in enumerate(self.relations):
            if self._applies(row, need, quantity, substitutes=substitutes):
                better = self.process_below[:, self.process_index[row.provided]] & (quality < (row.quality or 0.0))
                case[better] = ProcessCase.COVERS if row.relation == "covers" else ProcessCase.SUBSTITUTE
                quality[better] = row.quality or 0.0
                relation[better] = position
        special = self.process_below[:, need]
        case[special], quality[special], relation[special] = ProcessCase.SPECIALISATION, 1.0, -1
        case[need] = ProcessCase.EXACT
        return Firm(case, quality, relation)

    def _applies(self, row: ProcessRelationFact, need: int, quantity: float, *, substitutes: bool) -> bool:
        if row.relation not in ("covers", "substitutes") or (row.relation == "substitutes" and not substitutes):
            return False
        inside = (row.quantity_low is None or quantity >= row.quantity_low) and (
            row.quantity_high is None or quantity <= row.quantity_high
        )
        return inside and bool(self.process_below[need, self.process_index[row.needed]])

    def claim_cases(self, needed: str) -> NDArray[np.int8]:
        """GENERAL_CLAIM or CATEGORY_CLAIM for every process that stands above the needed one."""
        need = self.process_index[needed]
        above = self.process_below[need].copy()
        above[need] = False
        claims = np.where(self.process_is_category, ProcessCase.CATEGORY_CLAIM, ProcessCase.GENERAL_CLAIM)
        return np.where(above, claims, ProcessCase.NONE).astype(np.int8)

    def work_of(self, process: str) -> WorkContentFact | None:
        """The work content of a process, or of the nearest process above it that has one."""
        row: ProcessFact | None = self.process_rows[self.process_index[process]]
        while row is not None:
            if row.slug in self.work:
                return self.work[row.slug]
            row = self.process_rows[self.process_index[row.parent]] if row.parent else None
        return None


def _machine_kinds(catalogue: Catalogue) -> dict[str, str]:
    kind_of_type = {
        machine_type: kind.slug
        for kind in sorted(catalogue.resource_kinds, key=lambda row: row.slug, reverse=True)
        for machine_type in kind.machine_types
    }
    return {row.slug: kind_of_type[row.machine_type] for row in catalogue.machines if row.machine_type in kind_of_type}


def _relation_key(row: ProcessRelationFact) -> tuple[str, str, str, float, float]:
    return (row.provided, row.needed, row.relation, row.quality or 0.0, row.quantity_low or 0.0)


def _families(below: BoolMatrix, parents: IntArray) -> IntArray:
    return np.asarray(np.argmax(below[:, np.flatnonzero(parents < 0)], axis=1), dtype=np.int64)


def _material_cases(rows: tuple[MaterialFact, ...]) -> NDArray[np.int8]:
    _, index, parents = _forest((row.slug, row.parent) for row in rows)
    below = _below(parents)
    level = {index[row.slug]: row.level for row in rows}
    is_family = np.array([level[node] == "family" for node in range(len(parents))], dtype=np.bool_)
    parent_is_class = np.array([p >= 0 and level[int(p)] == "class" for p in parents], dtype=np.bool_)
    cases = np.full(below.shape, MaterialCase.NONE, dtype=np.int8)
    same_parent = (parents[:, None] == parents[None, :]) & parent_is_class[:, None]
    cases[same_parent] = MaterialCase.SIBLING
    cases[below & is_family[None, :]] = MaterialCase.FAMILY_CLAIM
    cases[below & ~is_family[None, :]] = MaterialCase.CLASS_CLAIM
    cases[below.T] = MaterialCase.BELOW
    np.fill_diagonal(cases, MaterialCase.EXACT)
    return cases


def _closures(implies: dict[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """What holding each certificate amounts to, itself included. A cycle is harmless."""
    closures: dict[str, frozenset[str]] = {}
    for slug in sorted(implies):
        held, waiting = {slug}, [slug]
        while waiting:
            for implied in implies[waiting.pop()]:
                if implied not in held:
                    held.add(implied)
                    waiting.append(implied)
        closures[slug] = frozenset(held)
    return closures


# ---------------------------------------------------------------- the three vector functions


def process_match(
    taxonomy: Taxonomy, needed: str, provided: Iterable[str], partner: Iterable[str], quantity: float
) -> tuple[str, float]:
    """The best case among what one site provides itself or through partners, and its quality in [0, 1]."""
    names = {
        ProcessCase.EXACT: "exact",
        ProcessCase.SPECIALISATION: "specialisation",
        ProcessCase.COVERS: "covers",
        ProcessCase.SUBSTITUTE: "substitute",
    }
    firm = taxonomy.firm_matches(needed, quantity, substitutes=True)
    claims = taxonomy.claim_cases(needed)
    best = ("none", 0.0)
    for slug in sorted(provided):
        at = taxonomy.process_index[slug]
        if firm.quality[at] > best[1]:
            best = (names[ProcessCase(firm.case[at])], float(firm.quality[at]))
        claim = {ProcessCase.GENERAL_CLAIM: GENERAL_CLAIM_QUALITY, ProcessCase.CATEGORY_CLAIM: CATEGORY_CLAIM_QUALITY}
        if claim.get(ProcessCase(claims[at]), 0.0) > best[1]:
            best = ("claims_only_parent", claim[ProcessCase(claims[at])])
    partners = {ProcessCase(firm.case[taxonomy.process_index[slug]]) for slug in partner}
    if partners & {ProcessCase.EXACT, ProcessCase.SPECIALISATION, ProcessCase.COVERS} and best[1] < PARTNER_QUALITY:
        best = ("partner", PARTNER_QUALITY)
    return best


def material_match(taxonomy: Taxonomy, asked: str, provided: Iterable[str]) -> tuple[str, float]:
    """The best case of one asked material among those provided, and its quality in [0, 1]."""
    names = {
        MaterialCase.NONE: "none",
        MaterialCase.SIBLING: "sibling_grade",
        MaterialCase.FAMILY_CLAIM: "claims_only_class",
        MaterialCase.CLASS_CLAIM: "claims_only_class",
        MaterialCase.BELOW: "grade_of_asked_class",
        MaterialCase.EXACT: "exact",
    }
    row = taxonomy.material_case[taxonomy.material_index[asked]]
    best = max((MaterialCase(row[taxonomy.material_index[slug]]) for slug in provided), default=MaterialCase.NONE)
    return names[best], MATERIAL_QUALITY[best]


def cert_satisfied(taxonomy: Taxonomy, asked: str, held: Iterable[str]) -> bool:
    """True where something held is, or implies, the asked certificate. Implication never runs from the asked one."""
    return any(asked in taxonomy.certificate_closure[slug] for slug in held)
