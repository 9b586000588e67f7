"""Words of a need or a facility that the catalogue, or the facility itself, does not know, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from matchmaker.domain import CapabilityFact, FacilityFact, NeedFact, RegionRuleFact
from matchmaker.taxonomy import Taxonomy

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def unknown_in_need(need: NeedFact, taxonomy: Taxonomy) -> Iterator[Problem]:
    for at, step in enumerate(need.steps):
        path: Path = ("steps", at)
        yield from _unknown((*path, "process"), [step.process], taxonomy.process_index, "process", listed=False)
        yield from _unknown((*path, "materials"), step.materials, taxonomy.material_index, "material")
    for name in ("required_certificates", "preferred_certificates"):
        yield from _unknown((name,), getattr(need, name), taxonomy.certificate_scope, "certificate")
    for at, rule in enumerate(need.region_rules):
        yield from _region(("region_rules", at), rule, taxonomy)
    if need.stage is not None:
        stages = {row.slug for row in taxonomy.catalogue.stages}
        yield from _unknown(("stage",), [need.stage], stages, "stage", listed=False)


def unknown_in_facility(facility: FacilityFact, taxonomy: Taxonomy) -> Iterator[Problem]:
    yield from _unknown(("figures", "materials"), facility.figures.materials, taxonomy.material_index, "material")
    for at, line in enumerate(facility.capabilities):
        yield from _line(("capabilities", at), line, {item.id for item in facility.resources}, taxonomy)
    for at, resource in enumerate(facility.resources):
        path: Path = ("resources", at, "kind")
        yield from _unknown(path, [resource.kind], taxonomy.kind_index, "kind of resource", listed=False)
    for at, held in enumerate(facility.machines or ()):
        path = ("machines", at, "machine")
        yield from _unknown(path, [held.machine], taxonomy.machine_processes, "machine", listed=False)
    for at, holding in enumerate(facility.certificates or ()):
        path = ("certificates", at, "certificate")
        known = taxonomy.certificate_scope
        yield from _unknown(path, [holding.certificate], known, "certificate", listed=False)
        path = ("certificates", at, "scope_processes")
        yield from _unknown(path, holding.scope_processes, taxonomy.process_index, "process")
    stages = {row.slug for row in taxonomy.catalogue.stages}
    yield from _unknown(("no_go", "stages"), facility.no_go.stages, stages, "stage")
    yield from _unknown(("preferences", "stages"), facility.preferences.stages, stages, "stage")


def _line(path: Path, line: CapabilityFact, resources: Collection[str], taxonomy: Taxonomy) -> Iterator[Problem]:
    yield from _unknown((*path, "process"), [line.process], taxonomy.process_index, "process", listed=False)
    materials = (*path, "figures", "materials")
    yield from _unknown(materials, line.figures.materials, taxonomy.material_index, "material")
    for at, name in enumerate(line.resource_ids or ()):
        if name not in resources:
            yield (*path, "resource_ids", at), f"is no resource of this facility: {name}"


def _region(path: Path, rule: RegionRuleFact, taxonomy: Taxonomy) -> Iterator[Problem]:
    try:
        taxonomy.places.region(rule.region)
    except KeyError:
        yield (*path, "region"), f"is no region of the catalogue: {rule.region}"
    yield from _unknown((*path, "processes"), rule.processes, taxonomy.process_index, "process")


def _unknown(
    path: Path, words: Iterable[str] | None, known: Collection[str], kind: str, *, listed: bool = True
) -> Iterator[Problem]:
    """`listed`: the path leads to a list, whose entry is meant."""
    for at, word in enumerate(words or ()):
        if word not in known:
            yield ((*path, at) if listed else path), f"is no {kind} of the catalogue: {word}"
