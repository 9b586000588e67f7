"""A bad file is refused with its place and reason, and nothing of it or of the others is written."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.loader import CatalogueFileError, load_catalogue
from apps.catalog.loader.load import DATA
from apps.catalog.models import Material, Process, Synonym
from tests.catalog.conftest import say_nothing

pytestmark = pytest.mark.django_db

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(content: str) -> str:
        assert old in content, "the test must change something"
        return content.replace(old, new, 1)

    return edit


def add(line: str) -> Edit:
    return lambda content: content + line + "\n"


FIRST_TRANSPORT = "same-country,same-country,courier,1,2,0,0,"
BAD_FILES: list[tuple[str, Edit, int, str, str]] = [
    ("processes.csv", swap("pcb-fab-rigid-2l,pcb-fab,", "pcb-fab-rigid-2l,pcb-fob,"), 4, "parent_slug", "names no pro"),
    ("processes.csv", swap(",process,,,,5,5,100000,", ",proces,,,,5,5,100000,"), 3, "kind", "is not a valid choice"),
    (
        "processes.csv",
        swap(",process,,,,5,5,100000,", ",process,,,,5,x,100000,"),
        3,
        "typical_economic_run_low",
        "not a n",
    ),
    ("processes.csv", swap(",5,5,100000,", ",5,-5,100000,"), 3, "typical_economic_run_low", "is negative"),
    ("processes.csv", swap(",5,5,100000,", ",5,5.5,100000,"), 3, "typical_economic_run_low", "not a whole number"),
    ("processes.csv", swap(",5,5,100000,", ",5,5,99999999999,"), 3, "typical_economic_run_high", "less than or equal"),
    (
        "processes.csv",
        swap(",5,5,100000,", ",5,5,3,"),
        3,
        "typical_economic_run_low",
        "is more than typical_economic_run",
    ),
    (
        "processes.csv",
        swap("15,n,,0.2,500x400x4.5", "15,maybe,,0.2,500x400x4.5"),
        3,
        "tooling_needed",
        "must be y or n",
    ),
    ("processes.csv", swap("0.2,500x400x4.5", "nan,500x400x4.5"), 3, "typical_tolerance_mm", "not a finite number"),
    ("processes.csv", swap("0.2,500x400x4.5", "0,500x400x4.5"), 3, "typical_tolerance_mm", "must be more than 0"),
    ("processes.csv", swap("500x400x4.5", "500x400"), 3, "typical_max_envelope_mm", "length x width x height"),
    ("processes.csv", swap("500x400x4.5", "500x0x4.5"), 3, "typical_max_envelope_mm", "a side of 0"),
    ("processes.csv", swap(",fr4,contract", ",fr44,contract"), 3, "common_materials", "names no material"),
    ("processes.csv", swap(",fr4,contract_man", ",fr4|fr4,contract_man"), 3, "common_materials", "twice"),
    ("processes.csv", swap("fr4,contract_manufacturer", "fr4,factory"), 3, "found_in", "is not a valid choice"),
    ("processes.csv", swap("PCB fab|bare", "PCB fab||bare"), 3, "synonyms", "an empty item"),
    ("processes.csv", swap("PCB fabrication (bare board)", "P" * 200), 3, "name", "at most 120 characters"),
    ("processes.csv", swap("PCB fabrication (bare board)", ""), 3, "name", "cannot be blank"),
    ("processes.csv", swap("PCB fabrication (bare board)", "PCB\0"), 3, "name", "NUL"),
    ("processes.csv", swap("slug,parent_slug,name", "slug,parent,name"), 1, "parent_slug", "column is missing"),
    ("processes.csv", swap("slug,parent_slug,name", "slug,parent,name"), 1, "parent", "not a column of this file"),
    ("processes.csv", swap("slug,parent_slug,name", "slug,slug,name"), 1, "", "names a column twice"),
    (
        "processes.csv",
        swap("electronics,,Electronics manufacturing", "electronics,Electronics"),
        2,
        "",
        "cells where the",
    ),
    ("processes.csv", swap("electronics,,", "electronics,pcb-fab,"), 2, "parent_slug", "leads back to the row itself"),
    ("materials.csv", add("abs,styrenics,grade,ABS again,,,,x"), 127, "slug", "is in the file twice"),
    ("materials.csv", add("a b,,grade,Spaced,,,,x"), 127, "slug", "valid"),
    ("materials.csv", swap(",family,Metals", ",clan,Metals"), 2, "level", "is not a valid choice"),
    ("process_relations.csv", swap(",covers,1.0,", ",covers,1.5,"), 2, "quality", "between 0 and 1"),
    ("process_relations.csv", swap(",covers,1.0,", ",covers,,"), 2, "quality", "is needed for this relation"),
    ("process_relations.csv", swap("cnc-milling-5axis,cnc-milling-4axis", "fff,fff"), 2, "needed_process", "itself"),
    ("process_relations.csv", swap("cnc-milling-5axis,", ","), 2, "provided_process", "is needed"),
    (
        "process_relations.csv",
        swap("cnc-milling-5axis,cnc-milling-4axis", "fff,magic"),
        2,
        "needed_process",
        "names no",
    ),
    ("certifications.csv", swap(",facility,almost", ",shop,almost"), 2, "scope", "is not a valid choice"),
    ("stages.csv", swap("concept,1,", "concept,,"), 2, "order", "cannot be null"),
    (
        "resource_kinds.csv",
        swap(",group,press-small|", ",resource,press-small|"),
        95,
        "member_kinds",
        "a group has members",
    ),
    ("resource_kinds.csv", swap("SMT line,40,0.75", "SMT line,40,75"), 2, "availability", "between 0 and 1"),
    (
        "work_content.csv",
        swap(",pcb-fab-line,1,4,", ",pcb-fab-belt,1,4,"),
        2,
        "resource_kind",
        "names no resource kind",
    ),
    ("regions.csv", swap("California,US-CA,36.8", "California,US-CA,north"), 21, "centre_lat", "not a number"),
    (
        "transport_days.csv",
        swap(FIRST_TRANSPORT, "mars,same-country,courier,1,2,0,0,"),
        2,
        "from_region",
        "is no region",
    ),
    (
        "transport_days.csv",
        swap(FIRST_TRANSPORT, "same-country,same-country,courier,3,2,0,0,"),
        2,
        "days_low",
        "more than",
    ),
    (
        "transport_days.csv",
        swap(FIRST_TRANSPORT, "same-country,same-country,rocket,1,2,0,0,"),
        2,
        "mode",
        "valid choice",
    ),
]


@pytest.mark.parametrize(("file", "edit", "row", "column", "reason"), BAD_FILES)
def test_a_bad_file_is_refused_by_place_and_reason(
    tmp_path: Path, file: str, edit: Edit, row: int, column: str, reason: str
) -> None:
    folder = copytree(DATA, tmp_path / "data")
    (folder / file).write_text(edit((folder / file).read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(CatalogueFileError) as refused:
        load_catalogue(report=say_nothing, folder=folder)

    places = [(problem.file, problem.row, problem.column) for problem in refused.value.problems]
    assert (file, row, column) in places
    assert reason in refused.value.problems[places.index((file, row, column))].reason
    assert not Material.objects.exists()
    assert not Synonym.objects.exists()


def test_all_problems_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    (folder / "stages.csv").unlink()
    (folder / "skills.csv").write_bytes(b"slug,name\n\xff\xfe")
    (folder / "materials.csv").write_text('slug,"name\n', encoding="utf-8")

    with pytest.raises(CatalogueFileError) as refused:
        load_catalogue(report=say_nothing, folder=folder)

    told = {problem.file: problem.reason for problem in refused.value.problems}
    assert told["stages.csv"] == "is not there"
    assert told["skills.csv"] == "is not UTF-8"
    assert told["materials.csv"].startswith("is not CSV: ")
    assert refused.value.code == "bad_catalogue_files"
    assert refused.value.facts["problems"][0].keys() == {"file", "row", "column", "value", "reason"}


def test_a_bad_file_leaves_the_catalogue_as_it_was(tmp_path: Path) -> None:
    load_catalogue(report=say_nothing)
    before = list(Process.objects.order_by("pk").values())
    folder = copytree(DATA, tmp_path / "data")
    good = (folder / "materials.csv").read_text(encoding="utf-8")
    (folder / "materials.csv").write_text(good.replace(",Metals,", ",Metal,", 1), encoding="utf-8")
    (folder / "skills.csv").write_text("slug,name\n", encoding="utf-8")

    with pytest.raises(CatalogueFileError):
        load_catalogue(report=say_nothing, folder=folder)

    assert list(Process.objects.order_by("pk").values()) == before
    assert Material.objects.get(slug="metals").name == "Metals"


def test_the_command_names_the_place_and_fails(tmp_path: Path) -> None:
    folder = copytree(DATA, tmp_path / "data")
    content = (folder / "processes.csv").read_text(encoding="utf-8")
    (folder / "processes.csv").write_text(content.replace(",5,5,100000,", ",5,-5,100000,", 1), encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        call_command("load_catalogue", folder=folder, stdout=StringIO())

    assert str(refused.value).splitlines() == [
        "The catalogue was left as it was:",
        "  processes.csv, row 3, typical_economic_run_low: is negative ('-5')",
    ]
