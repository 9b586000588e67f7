"""Which step of a need works which of its materials; the sample names both for the need as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from apps.catalog.models import Material, MaterialLevel, Process, ProcessKind

# Whoever cuts, forms or coats metals takes most of them; other families need their own machines.
TAKES_ITS_FAMILY = "metals"
# These work on other things than the goods themselves.
WITHOUT_MATERIAL = (ProcessKind.TEST, ProcessKind.TOOLING, ProcessKind.SERVICE, ProcessKind.EQUIPMENT_ACCESS)


@dataclass(frozen=True)
class MaterialWords:
    """By short name: each material's name, class (where it has one) and family; the materials of each process."""

    names: Mapping[str, str]
    classes: Mapping[str, str]
    families: Mapping[str, str]
    common: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls) -> Self:
        materials = Material.objects.in_bulk()
        processes = Process.objects.prefetch_related("common_materials").in_bulk()
        chains = {material.slug: _upwards(material, materials) for material in materials.values()}
        return cls(
            names={material.slug: material.name for material in materials.values()},
            classes={
                slug: one.slug for slug, chain in chains.items() for one in chain if one.level == MaterialLevel.CLASS
            },
            families={slug: chain[-1].slug for slug, chain in chains.items()},
            common={process.slug: _common(process, processes) for process in processes.values()},
        )

    def give_out(self, materials: Sequence[str], processes: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
        """The materials of each process, and those that no process works.

        A process takes what it lists; if it lists none of them, those of a class that it lists; failing that, metals
        if it works metals.
        """
        given: dict[str, list[str]] = {}
        for process in processes:
            listed = self.common[process]
            classes = {self.classes[slug] for slug in listed if slug in self.classes}
            families = {self.families[slug] for slug in listed} & {TAKES_ITS_FAMILY}
            given[process] = (
                [slug for slug in materials if slug in listed]
                or [slug for slug in materials if self.classes.get(slug) in classes]
                or [slug for slug in materials if self.families[slug] in families]
            )
        taken = {slug for slugs in given.values() for slug in slugs}
        return given, [slug for slug in materials if slug not in taken]


def _upwards(material: Material, materials: Mapping[int, Material]) -> list[Material]:
    chain = [material]
    while chain[-1].parent_id is not None:
        chain.append(materials[chain[-1].parent_id])
    return chain


def _common(process: Process, processes: Mapping[int, Process]) -> frozenset[str]:
    """Its own common materials and those of the processes above it, but not of mere groups."""
    if process.kind in WITHOUT_MATERIAL:
        return frozenset()
    found: set[str] = set()
    above: Process | None = process
    while above is not None and above.kind != ProcessKind.CATEGORY:
        found |= {material.slug for material in above.common_materials.all()}
        above = processes[above.parent_id] if above.parent_id is not None else None
    return frozenset(found)
