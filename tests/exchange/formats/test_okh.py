"""Open Know-How manifests as needs, in the dialects that are about."""

import pytest

from apps.exchange.foreign import okh
from apps.exchange.formats.base import Makes, NeedDraft, ParsedRow, UnreadableError
from tests.exchange.formats.conftest import Read

pytestmark = pytest.mark.django_db

LOSH = """
okhv = "OKH-LOSHv1.0"
name = "Loom"
repo = "https://gitlab.test/ose/loom"
version = "0.10.0"
license = "CC-BY-SA-4.0"
licensor = "Jo Doe <jo@doe.test>"
organization = "Looms e.V. <jo@doe.test>"
function = "A loom of wood and printed parts."
tsdc = "MEC"
bom = "sBoM.csv"
manufacturing-instructions = "/Documentation/Guide.md"

[outer-dimensions]
openSCAD = "cube(size = [400,350,150])"
unit = "mm"

[[part]]
name = "Clamp Ring"
tsdc = "3DP"
printing-process = "FDM"
material = "ABS"
[part.outer-dimensions]
openSCAD = "cylinder(h=3, r=2.8)"
unit = "cm"

[[part]]
name = "Comb"
tsdc = ["CNC", "COT"]
material = "unobtainium"
[part.outer-dimensions]
width = 28
height = 30
depth = 28
"""


def need(rows: list[ParsedRow]) -> NeedDraft:
    assert len(rows) == 1
    assert rows[0].facility is None
    assert rows[0].need is not None
    return rows[0].need


def test_a_losh_manifest_proposes_steps_materials_and_size(read: Read) -> None:
    rows = read(okh.OKH, LOSH)
    found = need(rows)
    assert okh.OKH.makes == Makes.NEED
    assert (found.title, found.description) == ("Loom", "A loom of wood and printed parts.")
    assert found.envelope_mm == (400.0, 350.0, 150.0)
    assert [(step.process, step.text, step.materials) for step in found.steps] == [
        ("fff", "Clamp Ring: FDM", ("abs",)),
        ("cnc-machining", "Comb: CNC", ()),
    ]
    assert found.materials == ("abs",)
    assert found.quantity is None
    assert {(one.kind.value, one.text) for one in rows[0].unmapped} == {("process", "COT"), ("material", "unobtainium")}


def test_licence_version_and_links_are_notes_and_persons_are_not(read: Read) -> None:
    found = need(read(okh.OKH, LOSH))
    assert found.notes == (
        "Licence: CC-BY-SA-4.0",
        "Organisation: Looms e.V.",
        "Version: 0.10.0",
        "Project: https://gitlab.test/ose/loom",
        "Bill of materials: sBoM.csv",
        "Instructions for making: /Documentation/Guide.md",
        "Part: Clamp Ring, FDM, ABS, 56 x 56 x 30 mm",
        "Part: Comb, CNC, COT, unobtainium",
    )
    assert "Doe" not in repr(found)


def test_a_size_without_a_unit_is_refused_and_not_taken_for_millimetres(read: Read) -> None:
    rows = read(okh.OKH, LOSH)
    assert [(one.column, one.value, one.reason) for one in rows[0].refusals] == [
        ("part.outer-dimensions", "28 x 28 x 30", "unit_missing")
    ]


def test_a_v1_manifest_in_yaml(read: Read) -> None:
    manifest = """
title: Box Farm
description: |
  Eine kleine Farm.
intended-use: Off-grid
documentation-home: https://wiki.test/farm
project-link: https://git.test/farm
contact: {name: Timo, email: timo@farm.test}
version: 1.1
license: {hardware: CERN OHL, documentation: CC-BY-SA 4.0}
manufacturing-processes: [laser cutting, welding]
materials: [mild steel]
"""
    found = need(read(okh.OKH, manifest))
    assert (found.title, found.description) == ("Box Farm", "Eine kleine Farm.\n\nOff-grid")
    assert [step.process for step in found.steps] == ["laser-cutting", "welding"]
    assert found.notes[:3] == ("Licence (hardware): CERN OHL", "Licence (documentation): CC-BY-SA 4.0", "Version: 1.1")
    assert "imo" not in repr(found).replace("time", "")


def test_the_early_dialect_with_its_prefix_for_criteria(read: Read) -> None:
    manifest = (
        "name: Charger\nlicense: MIT\nTsDC: TsDC-ASM-PCB\nIPC: \t\n  G05F 1/67\nrepo: https://git.test/c\nsBoM: b.csv\n"
    )
    found = need(read(okh.OKH, manifest))
    assert [(step.process, step.text) for step in found.steps] == [("pcb-assembly", "PCB assembly")]


def test_process_requirements_joined_by_underscores(read: Read) -> None:
    manifest = """
title: Frame
okhv: OKH-LOSHv1.0
license: {hardware: CERN-OHL-S-2.0}
manufacturing_specs:
  process_requirements: [{process_name: MIG}, {process_name: unheard-of}]
  joining_processes: [brazing]
"""
    rows = read(okh.OKH, manifest)
    assert [step.process for step in need(rows).steps] == ["mig-welding", "brazing"]
    assert [one.text for one in rows[0].unmapped] == ["unheard-of"]


def test_a_manifest_that_says_nothing_of_making_proposes_nothing(read: Read) -> None:
    found = need(read(okh.OKH, 'okhv = "2.4"\nname = "Bench"\nlicense = "MIT"\n'))
    assert (found.steps, found.materials, found.envelope_mm) == ((), (), None)


@pytest.mark.parametrize("content", ["", "a", "license: MIT", "- a\n- b", "name = ", "name: [", "\x00\x01"])
def test_what_names_no_thing_is_refused(read: Read, content: str) -> None:
    with pytest.raises(UnreadableError):
        read(okh.OKH, content)
