"""The catalogue as facts."""

from dataclasses import fields

import pytest

from apps.catalog.loader import load_catalogue
from apps.matching.snapshots.catalogue import read_catalogue
from matchmaker.canonical import digest
from matchmaker.catalogue import (
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
from tests import builders
from tests.engine.catalogue_files import catalogue

pytestmark = pytest.mark.django_db


def test_the_catalogue_in_the_engines_words() -> None:
    steel, iron = builders.material("steel", level="class"), builders.material("iron", level="family")
    steel.parent = iron
    steel.save()
    metal = builders.process("metal", kind="category")
    milling = builders.process("milling", parent=metal, tooling_needed=True, tooling_lead_days=9)
    milling.common_materials.add(steel)
    builders.process_relation(provided=milling, needed=metal, quality=0.5, quantity_high=10, condition="if flat")
    aerospace, quality = builders.certification("as9100"), builders.certification("iso-9001", expires=False)
    aerospace.implies.add(quality)
    builders.machine_model("vf2", machine_type="vmc").processes.add(milling)
    mill, group = builders.resource_kind("mill", scopes=["cnc"]), builders.resource_kind("machines", row_kind="group")
    mill.processes.add(milling)
    group.members.add(mill)
    builders.work_content(process=milling, resource_kind=mill)
    builders.region("EU", kind="transport_region", countries=["DE", "FR"], bloc="EU customs union", words=["Europe"])
    builders.transport_time(from_region="EU", to_region="EU", mode="truck", days_low=2, days_high=4)
    stage = builders.stage("evt")
    found = read_catalogue()
    assert MaterialFact("steel", "iron", "class") in found.materials
    facts = {row.slug: row for row in found.processes}
    assert facts["milling"] == ProcessFact(
        slug="milling",
        parent="metal",
        kind="process",
        typical_min_run=1,
        economic_low=10,
        economic_high=1000,
        lead_days_low=5,
        lead_days_high=20,
        tooling_needed=True,
        tooling_days=9,
        common_materials=("steel",),
    )
    assert found.process_relations == (
        ProcessRelationFact("milling", "metal", "covers", 0.5, quantity_high=10, condition="if flat"),
    )
    assert found.certifications == (
        CertificationFact("as9100", "facility", implies=("iso-9001",)),
        CertificationFact("iso-9001", "facility", expires=False),
    )
    assert found.machines == (MachineFact("vf2", "vmc", ("milling",)),)
    assert found.resource_kinds == (
        ResourceKindFact("mill", 40, 0.75, processes=("milling",), scopes=("cnc",)),
        ResourceKindFact("machines", 40, 0.75, row_kind="group", members=("mill",)),
    )
    assert found.work_contents == (WorkContentFact("milling", "mill", 1, 2, 30, 60, 120),)
    assert found.regions == (RegionFact("EU", "transport_region", ("DE", "FR"), "EU customs union", words=("Europe",)),)
    assert found.transports == (TransportFact("EU", "EU", "truck", 2, 4, 0, 0),)
    assert found.stages == (StageFact("evt", stage.order),)


def test_the_loaded_catalogue_is_what_the_files_say() -> None:
    load_catalogue(report=lambda line: None)
    found, expected = read_catalogue(), catalogue()
    for table in fields(expected):
        rows = [sorted(digest(row) for row in getattr(source, table.name)) for source in (found, expected)]
        assert rows[0] == rows[1], table.name
