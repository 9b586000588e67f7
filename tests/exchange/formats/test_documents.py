"""Foreign documents: Open Know-Where in JSON, SpaceAPI, limits of board makers."""

import json
from typing import Any

import pytest

from apps.exchange.foreign import FOREIGN, okw_2022, okw_v1, pcb_limits, space_api
from apps.exchange.formats.base import FacilityDraft, ParsedRow, UnreadableError
from tests.exchange.formats.conftest import Read

pytestmark = pytest.mark.django_db


def only(rows: list[ParsedRow]) -> ParsedRow:
    assert len(rows) == 1
    return rows[0]


def facility(row: ParsedRow) -> FacilityDraft:
    assert row.facility is not None
    return row.facility


def parts(row: ParsedRow) -> list[tuple[str, str, dict[str, Any]]]:
    return [(str(part.kind), part.of, dict(part.values)) for part in facility(row).parts]


# --- Open Know-Where 1 ------------------------------------------------------------------------------------------------


def bundle(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "facility": {"name": "PiNG", "url": "https://ping.test", "description": "fablab", "facility_id": "686c"},
        "address": {"zip_code": "44000", "extended": "38 rue du Breil"},
        "region": {"country": "FR", "state_region": "Pays de la Loire", "city_town": "Nantes"},
        "geocoding": {"latitude": 47.218371, "longitude": -1.55362100000002},
        "location": {"location_id": "fdc4"},
    }
    return whole | changes


def test_one_object_for_each_facility(read: Read) -> None:
    row = only(read(okw_v1.OKW_V1, json.dumps([bundle()])))
    assert row.external_id == "686c"
    assert facility(row).values == {
        "name": "PiNG",
        "kind": "makerspace",
        "country": "FR",
        "city": "Nantes",
        "lat": 47.218371,
        "lon": -1.55362100000002,
    }
    assert facility(row).contact == {
        "website": "https://ping.test",
        "address": "38 rue du Breil, Pays de la Loire",
        "postal_code": "44000",
    }


def test_nothing_is_made_of_what_is_null(read: Read) -> None:
    row = only(read(okw_v1.OKW_V1, json.dumps([bundle(address=None, geocoding=None)])))
    assert set(facility(row).values) == {"name", "kind", "country", "city"}


@pytest.mark.parametrize("missing", ["name", "facility_id"])
def test_a_facility_without_name_or_id_is_refused(read: Read, missing: str) -> None:
    broken = bundle()
    broken["facility"] = {key: value for key, value in broken["facility"].items() if key != missing}
    row = only(read(okw_v1.OKW_V1, json.dumps([broken])))
    assert (row.facility, [one.reason for one in row.refusals]) == (None, [f"{missing}_missing"])


def test_tables_that_name_each_other(read: Read) -> None:
    tables = {
        "ManufacturingFacility": [
            {"facility_id": 7, "resource_id": 1, "name": "Works", "type": "jobshop", "capabilities": "MIG, weaving"}
        ],
        "DistributedResource": [{"resource_id": 1, "address_id": 2, "contact_id": 3}],
        "Address": [{"address_id": 2, "street": "High Street", "number": "5", "locality": "Leeds", "country": "UK"}],
        "Contact": [{"contact_id": 3, "website": "works.test", "email": "office@works.test"}],
        "ManufacturingEquipment": [
            {"equipment_id": 1, "resource_id": 1, "brand": "Haas", "model": "VF-2", "type": "CNC mill"}
        ],
        "ManufacturingService": [{"service_id": 1, "resource_id": 1, "type": "powder coating"}],
    }
    row = only(read(okw_v1.OKW_V1, json.dumps(tables)))
    assert facility(row).values == {"name": "Works", "kind": "jobshop", "country": "GB", "city": "Leeds"}
    assert facility(row).contact == {
        "website": "https://works.test",
        "email": "office@works.test",
        "address": "High Street 5",
    }
    assert [(kind, of) for kind, of, _ in parts(row)] == [
        ("capability", "mig-welding"),
        ("capability", "powder-coating"),
        ("capability", "cnc-milling"),
        ("machine", "haas-vf2"),
    ]
    assert [one.text for one in row.unmapped] == ["weaving"]


# --- Open Know-Where 2022 ---------------------------------------------------------------------------------------------


def test_a_facility_of_2022(read: Read) -> None:
    document = {
        "name": "Hill Works",
        "id": "0b5e3f0c-6c55-4a86-8b5e-1f2a3b4c5d6e",
        "location": {
            "address": {
                "street": "High Street",
                "number": "5",
                "city": "Accra",
                "country": "Ghana",
                "postcode": "GA-1",
            },
            "gpsCoordinates": "5.6037, -0.187",
        },
        "contact": {
            "website": "https://hill.test",
            "contact": {"email": "info@hill.test"},
            "contactPerson": {"name": "Ama"},
        },
        "facilityStatus": "Active",
        "typicalBatchSize": "50 -- 500 units",
        "manufacturingProcesses": [
            "https://en.wikipedia.org/wiki/Powder_coating",
            "https://en.wikipedia.org/wiki/Lathe_(metal)",
            "basket weaving",
        ],
        "equipment": [
            {"make": "Haas", "model": "VF-2", "quantity": 2},
            {"manufacturingProcess": "CNC router", "xTravel": 1200, "yTravel": 2400, "zTravel": 125},
            {"manufacturingProcess": "laser cutter", "xTravel": 600},
        ],
        "typicalMaterials": [{"materialType": "https://en.wikipedia.org/wiki/Aluminium"}, "unobtainium"],
        "certifications": ["ISO 9001", "best in town"],
    }
    row = only(read(okw_2022.OKW_2022, json.dumps({"facilities": [document]})))
    assert row.external_id == document["id"]
    assert facility(row).values == {
        "name": "Hill Works",
        "kind": "makerspace",
        "country": "GH",
        "city": "Accra",
        "lat": 5.6037,
        "lon": -0.187,
        "economic_run_low": 50,
        "economic_run_high": 500,
        "materials": ("aluminium",),
    }
    assert parts(row) == [
        ("capability", "powder-coating", {"offer": "core"}),
        ("capability", "cnc-turning", {"offer": "core"}),
        ("capability", "cnc-routing", {"offer": "core", "envelope_mm": (1200.0, 2400.0, 125.0)}),
        ("capability", "laser-cutting", {"offer": "core"}),
        ("machine", "haas-vf2", {"count": 2}),
        ("certificate", "iso-9001", {}),
    ]
    assert {one.text for one in row.unmapped} == {"basket weaving", "unobtainium", "best in town"}
    assert "Ama" not in repr(row)
    assert {one.reason for one in row.repairs} == {"personal_data", "size_incomplete"}


@pytest.mark.parametrize("state", ["Closed", "Planned"])
def test_a_place_that_does_not_work_is_not_listed(read: Read, state: str) -> None:
    row = only(read(okw_2022.OKW_2022, json.dumps([{"name": "X", "location": {}, "facilityStatus": state}])))
    assert (row.facility, [one.reason for one in row.refusals]) == (None, ["not_running"])


@pytest.mark.parametrize("spelt", ["typical_batch_size", "typicalBatchSize", "typical-batch-size"])
def test_members_are_known_in_any_joint(read: Read, spelt: str) -> None:
    row = only(read(okw_2022.OKW_2022, json.dumps([{"name": "X", spelt: "5000 + units"}])))
    assert facility(row).values["economic_run_low"] == 5000


# --- SpaceAPI ---------------------------------------------------------------------------------------------------------


def test_of_a_space_only_place_and_contact_are_read(read: Read) -> None:
    document = {
        "api_compatibility": ["15"],
        "space": "Hill Space",
        "url": "https://hill.test",
        "location": {"address": "High Street 5, Bonn", "lat": 50.7, "lon": 7.1, "country_code": "DE"},
        "contact": {
            "email": "info@hill.test",
            "phone": "+49 228 123456",
            "keymasters": [{"name": "Ada", "phone": "1"}],
        },
        "state": {"open": True, "trigger_person": "Bert"},
    }
    row = only(read(space_api.SPACE_API, json.dumps(document)))
    assert facility(row).values == {
        "name": "Hill Space",
        "kind": "makerspace",
        "country": "DE",
        "lat": 50.7,
        "lon": 7.1,
    }
    assert facility(row).contact == {
        "website": "https://hill.test",
        "email": "info@hill.test",
        "phone": "+49 228 123456",
        "address": "High Street 5, Bonn",
    }
    assert facility(row).parts == ()
    assert "Ada" not in repr(row)
    assert "Bert" not in repr(row)


# --- board makers -----------------------------------------------------------------------------------------------------


def test_rules_of_a_board_maker_say_who_and_which_boards(read: Read) -> None:
    document = """# Quick Boards Design Rules Configuration
# Source: https://quick.test/capabilities
design_rules:
  2layer_1oz: {min_trace_width_mm: 0.13, board_thickness_mm: 1.6, max_board_width_mm: 254.0, max_board_height_mm: 200.0}
  4layer_1oz: {min_trace_width_mm: 0.1}
"""
    row = only(read(pcb_limits.RULES, document))
    assert (facility(row).values["name"], facility(row).contact) == (
        "Quick Boards",
        {"website": "https://quick.test/capabilities"},
    )
    assert parts(row) == [
        ("capability", "pcb-fab-rigid-2l", {"offer": "core", "envelope_mm": (254.0, 200.0, 1.6)}),
        ("capability", "pcb-fab-multilayer", {"offer": "core", "envelope_mm": (254.0, 200.0, 1.6)}),
    ]


def test_rules_without_a_name_are_refused(read: Read) -> None:
    row = only(read(pcb_limits.RULES, "design_rules:\n  2layer_1oz: {a: 1}\n"))
    assert (row.facility, [one.reason for one in row.refusals]) == (None, ["name_missing"])


def test_a_profile_says_what_is_offered_but_days_of_no_kind_stay_out(read: Read) -> None:
    profile = {
        "id": "quick",
        "name": "Quick Boards",
        "website": "https://quick.test",
        "assembly_offered": True,
        "assembly.supports_bga": True,
        "assembly.supports_fine_pitch": False,
        "supported_layers": [1, 2],
        "lead_times": {"pcb_standard": 5},
    }
    row = only(read(pcb_limits.PROFILES, json.dumps({"quick": profile})))
    assert [of for _, of, _ in parts(row)] == ["pcb-fab-rigid-2l", "pcb-assembly", "bga-assembly"]
    assert [(one.column, one.used, one.reason) for one in row.repairs] == [("lead_times", "", "unit_not_stated")]


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps([bundle()]), "okw-v1"),
        (json.dumps({"ManufacturingFacility": [{"facility_id": 1, "name": "X"}]}), "okw-v1"),
        (json.dumps({"name": "X", "location": {}, "facilityStatus": "Active"}), "okw-2022"),
        (json.dumps({"space": "X", "api": "0.13"}), "space-api"),
        (json.dumps({"q": {"name": "X", "supported_layers": [], "assembly_offered": False}}), "pcb-profiles"),
        ("design_rules:\n  2layer: {}\n", "pcb-rules"),
        ('okhv = "2.4"\nname = "X"\nlicense = "MIT"\n', "okh"),
        ("title: X\nlicense: MIT\ndocumentation-home: x\n", "okh"),
    ],
)
def test_each_document_is_known_by_what_stands_in_it(content: str, name: str) -> None:
    assert [form.name for form in FOREIGN if form.sniff("x.dat", content.encode())] == [name]


@pytest.mark.parametrize(
    ("form", "content", "code"),
    [
        (okw_v1.OKW_V1, '{"a": 1}', "not_okw_v1"),
        (okw_2022.OKW_2022, "[]", "not_okw_2022"),
        (space_api.SPACE_API, "{}", "not_space_api"),
        (pcb_limits.RULES, "a: 1", "not_design_rules"),
        (okw_v1.OKW_V1, '{"a": NaN}', "not_json"),
        (okw_v1.OKW_V1, '{"a": Infinity}', "not_json"),
        (okw_v1.OKW_V1, '{"a": ', "not_json"),
    ],
)
def test_what_is_not_such_a_document_is_refused(read: Read, form: Any, content: str, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(form, content)
    assert refused.value.code == code
