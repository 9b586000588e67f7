"""The project's catalogue files as the engine's Catalogue."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

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
from matchmaker.taxonomy import Taxonomy

DATA = Path(__file__).resolve().parents[2] / "apps" / "catalog" / "data"

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def words(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def _size(cell: str) -> tuple[float, float, float] | None:
    sides = [float(side) for side in cell.split("x") if side]
    return (sides[0], sides[1], sides[2]) if len(sides) == 3 else None


def _process(row: Row) -> ProcessFact:
    return ProcessFact(
        slug=row["slug"],
        parent=row["parent_slug"] or None,
        kind=row["kind"],
        typical_min_run=number(row["typical_min_run"]),
        economic_low=number(row["typical_economic_run_low"]),
        economic_high=number(row["typical_economic_run_high"]),
        lead_days_low=number(row["typical_lead_days_low"]),
        lead_days_high=number(row["typical_lead_days_high"]),
        tooling_needed=row["tooling_needed"] == "y",
        tooling_days=number(row["tooling_lead_days"]),
        tolerance_mm=number(row["typical_tolerance_mm"]),
        envelope_mm=_size(row["typical_max_envelope_mm"]),
        common_materials=words(row["common_materials"]),
    )


def _relation(row: Row) -> ProcessRelationFact:
    return ProcessRelationFact(
        row["provided_process"],
        row["needed_process"],
        row["relation"],
        number(row["quality"]),
        number(row["qty_low"]),
        number(row["qty_high"]),
        row["condition"],
    )


def _certification(row: Row) -> CertificationFact:
    months = number(row["typical_validity_months"])
    return CertificationFact(
        row["slug"], row["scope"], row["expires"] == "y", int(months) if months else None, words(row["implies"])
    )


def _kind(row: Row) -> ResourceKindFact:
    return ResourceKindFact(
        slug=row["slug"],
        gross_hours_one_shift=float(row["gross_hours_one_shift"]),
        availability=float(row["availability"]),
        machine_types=words(row["machine_types"]),
        processes=words(row["processes"]),
        scopes=words(row["scopes"]),
        row_kind=row["row_kind"],
        members=words(row["member_kinds"]),
    )


def _work(row: Row) -> WorkContentFact:
    return WorkContentFact(
        process=row["process"],
        resource_kind=row["resource_kind"],
        setup_hours_low=float(row["setup_h_low"]),
        setup_hours_high=float(row["setup_h_high"]),
        cycle_seconds_low=float(row["cycle_s_low"]),
        cycle_seconds_typical=float(row["cycle_s_typical"]),
        cycle_seconds_high=float(row["cycle_s_high"]),
        parts_per_cycle=float(row["parts_per_cycle_typical"]),
        yield_share=float(row["yield_typical"]),
    )


def _region(row: Row) -> RegionFact:
    return RegionFact(
        code=row["code"],
        row_kind=row["row_kind"],
        countries=words(row["countries"]),
        customs_union_or_bloc=row["customs_union_or_bloc"] or None,
        transport_region=row["transport_region"] or None,
        words=words(row["words"]),
        admin_areas=words(row["admin_areas"]),
        centre_lat=number(row["centre_lat"]),
        centre_lon=number(row["centre_lon"]),
        radius_km=number(row["radius_km"]),
        processes=() if row["applies_to_processes"] == "*" else words(row["applies_to_processes"]),
    )


def _transport(row: Row) -> TransportFact:
    return TransportFact(
        row["from_region"],
        row["to_region"],
        row["mode"],
        float(row["days_low"]),
        float(row["days_high"]),
        float(row["customs_days_low"]),
        float(row["customs_days_high"]),
    )


@cache
def catalogue() -> Catalogue:
    return Catalogue(
        processes=tuple(_process(row) for row in rows("processes")),
        process_relations=tuple(_relation(row) for row in rows("process_relations")),
        materials=tuple(MaterialFact(r["slug"], r["parent_slug"] or None, r["level"]) for r in rows("materials")),
        certifications=tuple(_certification(row) for row in rows("certifications")),
        machines=tuple(MachineFact(r["slug"], r["machine_type"], words(r["processes"])) for r in rows("machines")),
        resource_kinds=tuple(_kind(row) for row in rows("resource_kinds")),
        work_contents=tuple(_work(row) for row in rows("work_content")),
        regions=tuple(_region(row) for row in rows("regions")),
        transports=tuple(_transport(row) for row in rows("transport_days")),
        stages=tuple(StageFact(row["slug"], int(row["order"])) for row in rows("stages")),
    )


@cache
def taxonomy() -> Taxonomy:
    return Taxonomy.build(catalogue())
