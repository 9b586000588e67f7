"""The catalogue as the engine reads it: one query a table, plus one for each list of words."""

from typing import Any

from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    ResourceKind,
    Stage,
    TransportTime,
    WorkContent,
)
from apps.matching.snapshots.reading import words
from matchmaker.catalogue import (
    Catalogue,
    CertificationFact,
    MachineFact,
    MaterialFact,
    ProcessFact,
    ProcessRelationFact,
    RegionFact,
    ResourceKindFact,
    StageFact,
    TransportFact,
    WorkContentFact,
)


def read_catalogue() -> Catalogue:
    return Catalogue(
        processes=_processes(),
        process_relations=_relations(),
        materials=tuple(
            MaterialFact(slug=slug, parent=parent, level=level)
            for slug, parent, level in Material.objects.order_by("pk").values_list("slug", "parent__slug", "level")
        ),
        certifications=_certifications(),
        machines=_machines(),
        resource_kinds=_resource_kinds(),
        work_contents=_work_contents(),
        regions=_regions(),
        transports=_transports(),
        stages=tuple(StageFact(*row) for row in Stage.objects.order_by("pk").values_list("slug", "order")),
    )


def _processes() -> tuple[ProcessFact, ...]:
    materials = words(Process.common_materials.through, "process", "material__slug")
    return tuple(
        ProcessFact(
            slug=row.slug,
            parent=row.parent.slug if row.parent else None,
            kind=row.kind,
            typical_min_run=row.typical_min_run,
            economic_low=row.economic_run_low,
            economic_high=row.economic_run_high,
            lead_days_low=row.lead_days_low,
            lead_days_high=row.lead_days_high,
            tooling_needed=row.tooling_needed,
            tooling_days=row.tooling_lead_days,
            tolerance_mm=row.typical_tolerance_mm,
            envelope_mm=row.envelope_mm,
            common_materials=materials.get(row.pk, ()),
        )
        for row in Process.objects.select_related("parent").order_by("pk")
    )


def _relations() -> tuple[ProcessRelationFact, ...]:
    columns = ("provided__slug", "needed__slug", "relation", "quality", "quantity_low", "quantity_high", "condition")
    return tuple(ProcessRelationFact(*row) for row in ProcessRelation.objects.order_by("pk").values_list(*columns))


def _certifications() -> tuple[CertificationFact, ...]:
    implied = words(Certification.implies.through, "from_certification", "to_certification__slug")
    return tuple(
        CertificationFact(
            slug=row.slug,
            scope=row.scope,
            expires=row.expires,
            validity_months=row.typical_validity_months,
            implies=implied.get(row.pk, ()),
        )
        for row in Certification.objects.order_by("pk")
    )


def _machines() -> tuple[MachineFact, ...]:
    processes = words(MachineModel.processes.through, "machinemodel", "process__slug")
    rows = MachineModel.objects.order_by("pk").values_list("pk", "slug", "machine_type")
    return tuple(MachineFact(slug, machine_type, processes.get(key, ())) for key, slug, machine_type in rows)


def _resource_kinds() -> tuple[ResourceKindFact, ...]:
    processes = words(ResourceKind.processes.through, "resourcekind", "process__slug")
    members = words(ResourceKind.members.through, "from_resourcekind", "to_resourcekind__slug")
    return tuple(
        ResourceKindFact(
            slug=row.slug,
            gross_hours_one_shift=row.gross_hours_one_shift,
            availability=row.availability,
            machine_types=tuple(row.machine_types),
            processes=processes.get(row.pk, ()),
            scopes=tuple(row.scopes),
            row_kind=row.row_kind,
            members=members.get(row.pk, ()),
        )
        for row in ResourceKind.objects.order_by("pk")
    )


def _work_contents() -> tuple[WorkContentFact, ...]:
    figures = (
        "setup_hours_low",
        "setup_hours_high",
        "cycle_seconds_low",
        "cycle_seconds_typical",
        "cycle_seconds_high",
        "parts_per_cycle",
        "yield_share",
    )
    rows = WorkContent.objects.order_by("pk").values_list("process__slug", "resource_kind__slug", *figures)
    return tuple(WorkContentFact(*row) for row in rows)


def _regions() -> tuple[RegionFact, ...]:
    processes = words(Region.applies_to.through, "region", "process__slug")
    return tuple(_region(row, processes.get(row.pk, ())) for row in Region.objects.order_by("pk"))


def _region(row: Region, processes: tuple[str, ...]) -> RegionFact:
    return RegionFact(
        code=row.code,
        row_kind=row.kind,
        countries=tuple(row.countries),
        customs_union_or_bloc=row.bloc or None,
        transport_region=row.transport_region or None,
        words=tuple(row.words),
        admin_areas=tuple(row.admin_areas),
        centre_lat=row.centre_lat,
        centre_lon=row.centre_lon,
        radius_km=row.radius_km,
        processes=() if row.every_process else processes,
    )


def _transports() -> tuple[TransportFact, ...]:
    rows: Any = TransportTime.objects.order_by("pk").values_list(
        "from_region",
        "to_region",
        "mode",
        "days_low",
        "days_high",
        "customs_days_low",
        "customs_days_high",
    )
    return tuple(TransportFact(*row) for row in rows)
