"""The sample network and its needs as the engine's facts.

How the sample's fields are read, where they leave a choice:
* `null` is a blank; an empty list was filled in and says none (so the sample's own note), certificates included.
* The steward of this network has seen the certificates (evidence: documented) and has verified the export
  registrations that a facility's export note names (coordinator_verified).
* One capability for each process, one through a partner for each partner process; every other figure is the site's.
* `weekly_capacity` scopes are words of the resource kinds; machine hours are gross, labour hours are net
  (availability 1), a scope without a value says nothing. Capacity is as of the day of ranking.
* plain "membership" is member-only access; where staff or resident makers take jobs it is not.
* Materials belong to every step whose process usually runs them or a relative of them (by the catalogue's common
  materials of the process, of those above and of those below it); a step must run all of its materials.
* The tolerance is the lead step's; the size is the product's.
* `confidentiality: itar` is strict secrecy plus export control. Due dates count from the day of ranking.
* What the founder's text says and no field holds: see READINGS.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from matchmaker.domain import (
    Access,
    CapabilityFact,
    Confidentiality,
    Evidence,
    FacilityFact,
    FacilityKind,
    Figures,
    HeldCertificateFact,
    MachineHeldFact,
    MaterialMode,
    NeedFact,
    Place,
    PreferenceFact,
    RegionRuleFact,
    RegionStrength,
    ResourceFact,
    Role,
    StepFact,
)
from matchmaker.supply import Supply
from matchmaker.taxonomy import MaterialCase, Taxonomy
from tests.engine.catalogue_files import DATA, catalogue, taxonomy

AS_OF = date(2026, 3, 2)

# What the founder's own words settle.
READINGS: dict[str, dict[str, Any]] = {
    "N20": {"material_mode": MaterialMode.ANY},  # "HDPE/PP": either
    "N21": {"self_service": True},  # "I am happy to do it myself"
    "N32": {"tooling_exists": ("injection-moulding",)},  # "tools exist in China, can move"
    "N34": {"material_mode": MaterialMode.ANY},  # "LSR or solid silicone"
}


@cache
def world() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / "sample_world.json").read_text())
    return loaded


def _optional(items: list[str] | None) -> tuple[str, ...] | None:
    return None if items is None else tuple(items)


def _size(sides: list[float] | None) -> tuple[float, float, float] | None:
    return None if sides is None else (float(sides[0]), float(sides[1]), float(sides[2]))


def kind_of_scope(scope: str) -> str:
    return next(row.slug for row in catalogue().resource_kinds if scope in row.scopes)


def resource(row: dict[str, Any], as_of: date) -> ResourceFact | None:
    if row["value"] is None:
        return None
    labour, units = row["measure"] == "labour_hours_per_week", row["measure"] == "units_per_week"
    return ResourceFact(
        id=row["scope"],
        kind=kind_of_scope(row["scope"]),
        gross_hours=None if units else float(row["value"]),
        units_per_week=float(row["value"]) if units else None,
        availability=1.0 if labour else None,
        booked_share=row["typical_booked_share"],
        as_of=as_of,
    )


def certificates(row: dict[str, Any]) -> tuple[HeldCertificateFact, ...] | None:
    if row["certifications"] is None:
        return None
    registered = (row["export_notes"] or "").startswith("ITAR registered")
    return tuple(
        HeldCertificateFact(
            slug,
            evidence=Evidence.COORDINATOR_VERIFIED if slug == "itar-registered" and registered else Evidence.DOCUMENTED,
        )
        for slug in row["certifications"]
    )


def figures(row: dict[str, Any]) -> Figures:
    return Figures(
        materials=_optional(row["materials"]),
        min_run=row["min_run"],
        min_order_money=row["min_order_usd"],
        economic_low=row["economic_run_low"],
        economic_high=row["economic_run_high"],
        max_run=row["max_run"],
        lead_days_low=row["lead_days_low"],
        lead_days_high=row["lead_days_high"],
        tooling_days_low=row["tooling_lead_days_low"],
        tooling_days_high=row["tooling_lead_days_high"],
        tolerance_mm=row["best_tolerance_mm"],
        envelope_mm=_size(row["max_envelope_mm"]),
        currency="USD",
    )


def facility(row: dict[str, Any], as_of: date = AS_OF) -> FacilityFact:
    lines = [CapabilityFact(id=slug, process=slug) for slug in row["processes"]]
    lines += [
        CapabilityFact(id=f"partner:{slug}", process=slug, through_partner=True)
        for slug in row["partner_processes"] or ()
    ]
    members = row["access"] == "membership"
    resources = [item for entry in row["weekly_capacity"] if (item := resource(entry, as_of)) is not None]
    return FacilityFact(
        id=row["id"],
        kind=FacilityKind(row["kind"]),
        access=Access.MEMBERS_ONLY if members else Access.SERVICE,
        place=Place(country=row["country"], lat=row["lat"], lon=row["lon"]),
        figures=figures(row),
        capabilities=tuple(lines),
        resources=tuple(resources),
        machines=tuple(MachineHeldFact(item["machine"], item["count"]) for item in row["machines"]),
        certificates=certificates(row),
        workmanship_class=None if row["workmanship_class"] is None else int(row["workmanship_class"]),
        signs_nda=row["signs_nda"],
        preferences=PreferenceFact(accepts_startups=row["accepts_startups"]),
        as_of=as_of,
    )


def _relatives(tree: Taxonomy, process: str) -> set[int]:
    """Common materials of a process and of those above and below it."""
    at = tree.process_index[process]
    rows = np.flatnonzero(tree.process_below[at] | tree.process_below[:, at])
    return {tree.material_index[slug] for row in rows for slug in tree.process_rows[row].common_materials}


def materials_of(tree: Taxonomy, process: str, materials: list[str]) -> tuple[str, ...]:
    """Those of the need's materials that such a process runs, or runs a relative of."""
    common = sorted(_relatives(tree, process))
    kept = []
    for slug in materials:
        at = tree.material_index[slug]
        forth, back = tree.material_case[at, common], tree.material_case[common, at]
        if (forth > MaterialCase.NONE).any() or (back > MaterialCase.NONE).any():
            kept.append(slug)
    return tuple(kept)


def region_rules(row: dict[str, Any]) -> tuple[RegionRuleFact, ...]:
    if row["region_rule"].startswith("must:"):
        rule = next(item for item in catalogue().regions if row["region_rule"] in item.words)
        return (RegionRuleFact(RegionStrength.MUST, rule.countries[0], rule.processes),)
    if row["region_rule"] == "soft":
        return (RegionRuleFact(RegionStrength.WISH, row["region_preference"]),)
    return ()


def step(row: dict[str, Any], need: dict[str, Any], reading: dict[str, Any]) -> StepFact:
    return StepFact(
        sequence=row["sequence"],
        process=row["process"],
        role=Role(row["role"]),
        materials=materials_of(taxonomy(), row["process"], need["materials"]),
        material_mode=reading.get("material_mode", MaterialMode.ALL),
        tooling_exists=row["process"] in reading.get("tooling_exists", ()),
        tolerance_mm=need["tolerance_mm"] if row["role"] == "lead" else None,
    )


def need(row: dict[str, Any], as_of: date = AS_OF) -> NeedFact:
    reading = READINGS.get(row["id"], {})
    export = row["confidentiality"] == "itar"
    to = row["ship_to"]
    return NeedFact(
        id=row["id"],
        revision=1,
        steps=tuple(step(item, row, reading) for item in row["processes"]),
        order_quantity=row["order_qty"],
        annual_quantity=row["annual_qty"],
        stage=row["stage"],
        customer_kind="startup",
        due_on=as_of + timedelta(weeks=row["due_weeks"]),
        ship_to=Place(country=to["country"], lat=to["lat"], lon=to["lon"]),
        region_rules=region_rules(row),
        required_certificates=tuple(row["required_certifications"]),
        preferred_certificates=tuple(row["preferred_certifications"]),
        workmanship_class=None if row["workmanship_class"] is None else int(row["workmanship_class"]),
        envelope_mm=_size(row["envelope_mm"]),
        confidentiality=Confidentiality.STRICT if export else Confidentiality(row["confidentiality"]),
        export_controlled=export,
        self_service=reading.get("self_service", False),
        lithium="li-ion-cell" in row["materials"],
        budget=row["budget_usd"],
    )


@cache
def facilities() -> tuple[FacilityFact, ...]:
    return tuple(facility(row) for row in world()["facilities"])


@cache
def needs() -> dict[str, NeedFact]:
    return {row["id"]: need(row) for row in world()["needs"]}


@cache
def supply() -> Supply:
    return Supply.build(facilities(), taxonomy())


def without(facility: FacilityFact, **blanks: None) -> FacilityFact:
    """The facility with some of its site figures blanked."""
    return replace(facility, figures=replace(facility.figures, **blanks))
