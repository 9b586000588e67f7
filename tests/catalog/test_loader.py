"""The catalogue equals its files, a second load changes nothing, and what was edited here stays."""

import csv
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.loader import LoadReport, load_catalogue
from apps.catalog.loader.load import DATA
from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    ResourceKind,
    Skill,
    Stage,
    Synonym,
    TransportTime,
    WorkContent,
)
from apps.catalog.models.phrases import normalised
from tests.catalog.conftest import say_nothing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

Rows = list[dict[str, str]]


def file_rows(name: str) -> Rows:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(cell: str) -> float | None:
    return float(cell) if cell else None


def parts(cell: str) -> set[str]:
    return set(cell.split("|")) if cell else set()


def slugs(rows: Any) -> set[str]:
    return set(rows.values_list("slug", flat=True))


def size(row: Any) -> str:
    return "x".join(f"{side:g}" for side in row.envelope_mm) if row.envelope_mm else ""


def test_materials_are_what_the_file_says() -> None:
    rows = file_rows("materials.csv")

    assert Material.objects.count() == len(rows) > 100
    for row in rows:
        stored = Material.objects.select_related("parent").get(slug=row["slug"])
        assert (stored.parent.slug if stored.parent else "") == row["parent_slug"]
        assert (stored.name, stored.level, stored.watch_out) == (row["name"], row["level"], row["watch_out"])
        assert (stored.density_g_cm3, stored.basis) == (figure(row["density_g_cm3"]), row["basis"])


def test_processes_are_what_the_file_says() -> None:
    rows = file_rows("processes.csv")

    assert Process.objects.count() == len(rows) > 150
    for row in rows:
        stored = Process.objects.select_related("parent").get(slug=row["slug"])
        assert (stored.parent.slug if stored.parent else "") == row["parent_slug"]
        assert (stored.name, stored.kind, stored.basis) == (row["name"], row["kind"], row["basis"])
        assert (stored.iso52900_family, stored.wikidata_id) == (row["iso52900_family"], row["wikidata_id"])
        assert stored.din8580_group == figure(row["din8580_group"])
        assert stored.typical_min_run == figure(row["typical_min_run"])
        assert stored.economic_run_low == figure(row["typical_economic_run_low"])
        assert stored.economic_run_high == figure(row["typical_economic_run_high"])
        assert stored.lead_days_low == figure(row["typical_lead_days_low"])
        assert stored.lead_days_high == figure(row["typical_lead_days_high"])
        assert stored.tooling_needed == (row["tooling_needed"] == "y")
        assert stored.tooling_lead_days == figure(row["tooling_lead_days"])
        assert stored.typical_tolerance_mm == figure(row["typical_tolerance_mm"])
        assert size(stored) == row["typical_max_envelope_mm"]
        assert slugs(stored.common_materials) == parts(row["common_materials"])
        assert set(stored.found_in) == parts(row["found_in"])


def test_relations_are_what_the_file_says() -> None:
    rows = file_rows("process_relations.csv")

    assert ProcessRelation.objects.count() == len(rows) > 100
    for row in rows:
        stored = ProcessRelation.objects.get(
            provided__slug=row["provided_process"], needed__slug=row["needed_process"], relation=row["relation"]
        )
        assert (stored.quality, stored.condition) == (figure(row["quality"]), row["condition"])
        assert (stored.quantity_low, stored.quantity_high) == (figure(row["qty_low"]), figure(row["qty_high"]))


def test_certifications_are_what_the_file_says() -> None:
    rows = file_rows("certifications.csv")

    assert Certification.objects.count() == len(rows) > 40
    for row in rows:
        stored = Certification.objects.get(slug=row["slug"])
        assert (stored.name, stored.scope, stored.notes) == (row["name"], row["scope"], row["notes"])
        assert (stored.demanded_by, stored.verify_how) == (row["demanded_by"], row["verify_how"])
        assert stored.expires == (row["expires"] == "y")
        assert stored.typical_validity_months == figure(row["typical_validity_months"])
        assert slugs(stored.implies) == parts(row["implies"])


def test_stages_are_what_the_file_says() -> None:
    rows = file_rows("stages.csv")

    assert list(Stage.objects.values_list("slug", flat=True)) == [row["slug"] for row in rows]
    for row in rows:
        stored = Stage.objects.get(slug=row["slug"])
        assert (stored.order, stored.name) == (int(row["order"]), row["name"])
        assert (stored.quantity_low, stored.quantity_high) == (
            int(row["typical_qty_low"]),
            int(row["typical_qty_high"]),
        )
        assert (stored.what_is_proved, stored.exit_criteria) == (row["what_is_proved"], row["exit_criteria"])
        assert (set(stored.facility_kinds), stored.tooling_state) == (
            parts(row["facility_kinds"]),
            row["tooling_state"],
        )
        assert stored.weeks_low == figure(row["typical_weeks_low"])
        assert stored.weeks_high == figure(row["typical_weeks_high"])
        assert stored.relative_cost_of_a_design_change == figure(row["relative_cost_of_a_design_change"])


def test_resource_kinds_are_what_the_file_says() -> None:
    rows = file_rows("resource_kinds.csv")

    assert ResourceKind.objects.count() == len(rows) > 90
    assert ResourceKind.objects.filter(row_kind="group").count() == 5
    for row in rows:
        stored = ResourceKind.objects.get(slug=row["slug"])
        assert (stored.name, stored.row_kind, stored.notes) == (row["name"], row["row_kind"], row["notes"])
        assert stored.gross_hours_one_shift == figure(row["gross_hours_one_shift"])
        assert stored.availability == figure(row["availability"])
        assert set(stored.machine_types) == parts(row["machine_types"])
        assert set(stored.scopes) == parts(row["scopes"])
        assert slugs(stored.processes) == parts(row["processes"])
        assert slugs(stored.members) == parts(row["member_kinds"])


def test_machines_are_what_the_file_says() -> None:
    rows = file_rows("machines.csv")

    assert MachineModel.objects.count() == len(rows) > 100
    for row in rows:
        stored = MachineModel.objects.get(slug=row["slug"])
        assert (stored.maker, stored.model) == (row["maker"], row["model"])
        assert (stored.machine_type, stored.notes) == (row["machine_type"], row["notes"])
        assert size(stored) == row["work_envelope_mm"]
        assert (slugs(stored.processes), set(stored.found_in)) == (parts(row["processes"]), parts(row["found_in"]))


def test_work_content_is_what_the_file_says() -> None:
    rows = file_rows("work_content.csv")
    pairs = {
        "setup_h_low": "setup_hours_low",
        "setup_h_high": "setup_hours_high",
        "cycle_s_low": "cycle_seconds_low",
        "cycle_s_typical": "cycle_seconds_typical",
        "cycle_s_high": "cycle_seconds_high",
        "parts_per_cycle_typical": "parts_per_cycle",
        "yield_typical": "yield_share",
    }

    assert WorkContent.objects.count() == len(rows) > 130
    for row in rows:
        stored = WorkContent.objects.get(process__slug=row["process"])
        assert (stored.resource_kind.slug, stored.notes) == (row["resource_kind"], row["notes"])
        assert {name: getattr(stored, field) for name, field in pairs.items()} == {
            name: float(row[name]) for name in pairs
        }


def test_regions_are_what_the_file_says() -> None:
    rows = file_rows("regions.csv")

    assert Region.objects.count() == len(rows) == 30
    for row in rows:
        stored = Region.objects.get(code=row["code"])
        assert (stored.name, stored.kind, stored.notes) == (row["name"], row["row_kind"], row["notes"])
        assert (stored.bloc, stored.transport_region) == (row["customs_union_or_bloc"], row["transport_region"])
        assert (set(stored.countries), set(stored.words)) == (parts(row["countries"]), parts(row["words"]))
        assert set(stored.admin_areas) == parts(row["admin_areas"])
        assert (stored.centre_lat, stored.centre_lon) == (figure(row["centre_lat"]), figure(row["centre_lon"]))
        assert stored.radius_km == figure(row["radius_km"])
        assert stored.every_process == (row["applies_to_processes"] == "*")
        assert slugs(stored.applies_to) == parts(row["applies_to_processes"].replace("*", ""))


def test_transport_times_are_what_the_file_says() -> None:
    rows = file_rows("transport_days.csv")
    stored = {(time.from_region, time.to_region, time.mode): time for time in TransportTime.objects.all()}

    assert len(stored) == len(rows) > 1000
    for row in rows:
        time = stored[row["from_region"], row["to_region"], row["mode"]]
        assert (time.days_low, time.days_high) == (float(row["days_low"]), float(row["days_high"]))
        assert time.customs_days_low == float(row["customs_days_low"])
        assert (time.customs_days_high, time.notes) == (float(row["customs_days_high"]), row["notes"])


def test_skills_are_what_the_file_says() -> None:
    rows = file_rows("skills.csv")

    assert Skill.objects.count() == len(rows) > 50
    for row in rows:
        stored = Skill.objects.get(slug=row["slug"])
        assert (stored.name, stored.level) == (row["name"], row["level"])
        assert slugs(stored.processes) == parts(row["related_processes"])
        assert stored.usual_training_route == row["usual_training_route"]
        assert stored.months_to_competence == figure(row["typical_months_to_competence"])
        assert (stored.soc_onet_code, stored.soc_title) == (row["soc_onet_code"], row["soc_title"])


@pytest.mark.parametrize(
    ("file", "target"), [("processes.csv", "process"), ("materials.csv", "material"), ("stages.csv", "stage")]
)
def test_every_name_and_synonym_is_a_phrase(file: str, target: str) -> None:
    phrases = set(Synonym.objects.exclude(**{target: None}).values_list(f"{target}__slug", "text"))

    for row in file_rows(file):
        for words in (row["name"], row["slug"], *parts(row["synonyms"])):
            assert (row["slug"], normalised(words)) in phrases


def test_certificates_and_machines_are_found_by_name_and_short_name() -> None:
    assert set(Synonym.objects.filter(certification__slug="iso-9001").values_list("text", flat=True)) == {
        "iso 9001",
        "iso 9001 quality management",
    }
    assert "haas vf2" in Synonym.objects.filter(machine__slug="haas-vf2").values_list("text", flat=True)


def test_a_second_load_writes_nothing_and_asks_little() -> None:
    before = {model: list(model.objects.order_by("pk").values()) for model in (Process, Synonym, TransportTime)}

    with CaptureQueriesContext(connection) as queries:
        result = load_catalogue(report=say_nothing)

    assert not result.changed_anything
    assert not result.differences
    assert not result.gone
    assert len(queries) == 22  # one a table, one a list of links, the phrases, the lock and the transaction's frame
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert {model: list(model.objects.order_by("pk").values()) for model in before} == before


def reload() -> LoadReport:
    return load_catalogue(report=say_nothing)


def test_an_edit_made_here_survives_and_is_listed() -> None:
    Process.objects.filter(slug="fff").update(lead_days_high=9, name="Filament printing")

    result = reload()

    stored = Process.objects.get(slug="fff")
    assert (stored.lead_days_high, stored.name) == (9, "Filament printing")
    assert [str(difference) for difference in result.differences] == [
        "processes.csv, fff, name: here 'Filament printing', in the file 'FFF / FDM printing'",
        "processes.csv, fff, typical_lead_days_high: here 9, in the file 5",
    ]
    assert not result.changed_anything


def test_an_edit_of_links_survives_and_is_listed() -> None:
    fff = Process.objects.get(slug="fff")
    fff.common_materials.remove(Material.objects.get(slug="pla"))
    ResourceKind.objects.get(slug="any-laser").members.clear()
    Process.objects.filter(slug="sla").update(parent=None)

    result = reload()

    assert "pla" not in slugs(fff.common_materials)
    assert Process.objects.get(slug="sla").parent is None
    assert {(one.row, one.field) for one in result.differences} == {
        ("fff", "common_materials"),
        ("sla", "parent_slug"),
        ("any-laser", "member_kinds"),
    }


def test_an_edit_that_the_file_came_to_agree_with_is_no_difference(tmp_path: Path) -> None:
    Process.objects.filter(slug="fff").update(lead_days_high=9)

    result = load_catalogue(report=say_nothing, folder=changed(tmp_path, "processes.csv", ",100,0,5,", ",100,0,9,"))

    assert result.differences == []
    assert Process.objects.get(slug="fff").loaded["lead_days_high"] == 9


def test_a_row_added_here_stays() -> None:
    Material.objects.create(slug="unobtainium", name="Unobtainium")

    result = reload()

    assert Material.objects.get(slug="unobtainium").name == "Unobtainium"
    assert result.gone == []
    assert not result.changed_anything


def test_a_row_added_here_that_a_file_adds_later_keeps_what_it_says(tmp_path: Path) -> None:
    Material.objects.create(slug="unobtainium", name="Ours", level="grade", density_g_cm3=1.0)
    folder = copytree(DATA, tmp_path / "data")
    with (folder / "materials.csv").open("a", encoding="utf-8") as file:
        file.write("unobtainium,metals,grade,Theirs,rare stuff,2.5,,estimate\n")

    result = load_catalogue(report=say_nothing, folder=folder)

    stored = Material.objects.get(slug="unobtainium")
    assert (stored.name, stored.density_g_cm3) == ("Ours", 1.0)
    assert {one.field for one in result.differences} == {"name", "density_g_cm3", "parent_slug", "basis"}
    assert stored.synonyms.filter(text="rare stuff").exists()


def test_phrases_added_here_stay_and_phrases_removed_here_do_not_come_back() -> None:
    fff = Process.objects.get(slug="fff")
    Synonym.objects.create(process=fff, text="spaghetti maker")
    Synonym.objects.get(process=fff, text="prusa").delete()

    result = reload()

    phrases = set(fff.synonyms.values_list("text", flat=True))
    assert "spaghetti maker" in phrases
    assert "prusa" not in phrases
    assert [(one.row, one.field, one.in_file) for one in result.differences] == [("fff", "synonyms", "prusa")]


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = copytree(DATA, tmp_path / "data")
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
    return folder


def test_a_correction_in_the_file_arrives(tmp_path: Path) -> None:
    folder = changed(tmp_path, "materials.csv", "abs,styrenics,grade,ABS,ABS|", "abs,polymers,grade,ABS plastic,brick|")
    before = Material.objects.get(slug="abs").updated_at

    result = load_catalogue(report=say_nothing, folder=folder)

    stored = Material.objects.get(slug="abs")
    assert (stored.name, stored.parent) == ("ABS plastic", Material.objects.get(slug="polymers"))
    assert stored.updated_at >= before
    assert stored.loaded["name"] == "ABS plastic"
    assert stored.synonyms.filter(text="brick").exists()
    assert sum(result.updated.values()) == result.updated["materials.csv"] == 1
    assert result.differences == []


def test_corrected_links_arrive(tmp_path: Path) -> None:
    folder = changed(tmp_path, "certifications.csv", ",y,36,iso-9001,contains", ",y,36,iso-14001|iso-45001,contains")

    load_catalogue(report=say_nothing, folder=folder)

    assert slugs(Certification.objects.get(slug="as9100").implies) == {"iso-14001", "iso-45001"}


def test_a_correction_does_not_touch_what_was_edited_here(tmp_path: Path) -> None:
    Material.objects.filter(slug="abs").update(name="Our ABS")
    folder = changed(tmp_path, "materials.csv", "abs,styrenics,grade,ABS,", "abs,styrenics,class,ABS plastic,")

    result = load_catalogue(report=say_nothing, folder=folder)

    stored = Material.objects.get(slug="abs")
    assert (stored.name, stored.level) == ("Our ABS", "class")
    assert [(one.here, one.in_file) for one in result.differences] == [("Our ABS", "ABS plastic")]
    assert load_catalogue(report=say_nothing, folder=folder).differences == result.differences


def test_a_row_that_left_the_files_stays_and_is_listed(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    lines = (folder / "skills.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "skills.csv").write_text(
        "".join(line for line in lines if not line.startswith("packer,")), encoding="utf-8"
    )

    result = load_catalogue(report=say_nothing, folder=folder)

    assert result.gone == [("skills.csv", "packer")]
    assert Skill.objects.filter(slug="packer").exists()


def test_the_command_prints_what_it_did_and_what_it_kept() -> None:
    Process.objects.filter(slug="fff").update(lead_days_high=9)
    output = StringIO()

    call_command("load_catalogue", stdout=output)

    assert output.getvalue().splitlines() == [
        "Reading the catalogue files",
        "Catalogue: 1906 rows, nothing new",
        "  kept: processes.csv, fff, typical_lead_days_high: here 9, in the file 5",
    ]


def test_the_command_is_silent_where_asked() -> None:
    output = StringIO()

    call_command("load_catalogue", stdout=output, verbosity=0)

    assert output.getvalue() == ""
