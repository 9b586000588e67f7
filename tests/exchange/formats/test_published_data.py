"""Every published data set, file by file: what would be taken, what was repaired, what was refused and why.

The figures are exact. Where one changes, look at the rows: either a repair was lost or a file is read better.
"""

# ruff: noqa: E501  # rows of tables stay whole

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.exchange.file_reports import FileReport, report_on_folder, table_of
from apps.exchange.foreign import fablabs, okw_map, okw_v1
from apps.exchange.formats.base import ParsedRow, SourceFile, TermKind
from apps.exchange.terms import CatalogueWords
from tests.exchange.formats.conftest import DATA, TODAY, needs_data

pytestmark = pytest.mark.django_db

# file: format, rows, accepted, repaired, refused, values refused, with unknown words, told as twins, why
FIGURES: dict[str, tuple[str, int, int, int, int, int, int, int, dict[str, int]]] = {
    "iop-okw-fablabs/preliminary_iop_okw_fac_source_01.json": ("okw-v1", 2237, 2237, 0, 0, 0, 0, 40, {}),
    "iop-okw-map/fablabs.csv": ("fablabs-labs", 1291, 1291, 0, 0, 49, 1282, 15, {"-letters_lost": 40, "-not_a_website": 9, "?process": 4207}),
    "iop-okw-map/geomachines.csv": ("fablabs-machines", 2248, 425, 34, 0, 0, 424, 1, {"+control_removed": 34, "?machine": 2142, "?process": 908}),
    "iop-okw-map/ima_machines.csv": ("okw-map-machines", 60, 10, 5, 0, 0, 10, 1, {"+size_incomplete": 8, "+unit_converted": 13, "?machine": 59, "?process": 11}),
    "iop-okw-map/make_ima_2.csv": ("okw-map-spaces", 56, 56, 7, 0, 0, 19, 0, {"+country_centroid": 7, "?process": 96}),
    "iop-okw-map/mvp_machinery.csv": ("fablabs-machines", 288, 63, 2, 0, 0, 63, 0, {"+control_removed": 2, "?machine": 275, "?process": 121}),
    "iop-okw-map/mvp_makerspaces.csv": ("fablabs-labs", 154, 154, 0, 0, 2, 152, 2, {"-letters_lost": 2, "?process": 456}),
    "okh-manifests/BoxFarm.okh.yml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    "okh-manifests/LOSH-dummy-MOSH-A.okh.toml": ("okh", 1, 1, 0, 0, 2, 1, 0, {"-size_incomplete": 1, "-unit_missing": 1, "?process": 1}),
    "okh-manifests/MPPT-1210-HUS.okh.yml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    "okh-manifests/MeditationBench.okh.toml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    "okh-manifests/OSH-CMM-LogicBoard.okh.toml": ("okh", 1, 1, 0, 0, 1, 0, 0, {"-unit_missing": 1}),
    "okh-manifests/crKbd.okh.yml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    "okh-manifests/nimble.okh.toml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    "okh-manifests/okh-OHLOOM.toml": ("okh", 1, 1, 0, 0, 0, 1, 0, {"?process": 1}),
    "okh-manifests/qarve.okh.toml": ("okh", 1, 1, 0, 0, 0, 0, 0, {}),
    **{f"open-supply-hub/{name}": ("supply-hub", rows, rows, 0, 0, 0, 0, 0, {}) for name, rows in {
        "10.csv": 54, "11.csv": 55, "12.csv": 15, "12.xlsx": 15, "13.csv": 26, "14.csv": 46, "15.csv": 351, "3.csv": 19,
        "4.csv": 81, "5.csv": 64, "6.csv": 44, "7.csv": 30, "8.csv": 61, "9.csv": 34}.items()},
    "open-supply-hub/2.csv": ("supply-hub", 83, 83, 7, 0, 0, 0, 0, {"+placeholder_removed": 7}),
    **{f"open-supply-hub/geocoded/{name}.csv": ("supply-hub", rows, rows, middles, 0, 0, 0, twins, {"+country_centroid": middles} if middles else {})
       for name, (rows, middles, twins) in {
        "10": (54, 0, 0), "11": (55, 1, 0), "12": (15, 0, 1), "13": (26, 0, 1), "14": (46, 0, 0), "15": (351, 1, 2),
        "3": (19, 0, 0), "4": (81, 1, 1), "5": (64, 1, 1), "6": (42, 1, 1), "7": (29, 1, 0), "8": (61, 1, 0), "9": (34, 0, 0)}.items()},
    "open-supply-hub/geocoded/2.csv": ("supply-hub", 82, 82, 8, 0, 0, 0, 6, {"+country_centroid": 1, "+placeholder_removed": 7}),
    **{f"pcb-fabs/{name}.yaml": ("pcb-rules", 1, 1, 0, 0, 0, 0, 0, {}) for name in ("flashpcb", "jlcpcb", "oshpark", "pcbway", "seeed")},
    "pcb-fabs/profiles.json": ("pcb-profiles", 5, 5, 5, 0, 0, 0, 0, {"+unit_not_stated": 5}),
    "standards/okh/okh-TEMPLATE.toml": ("okh", 1, 1, 0, 0, 0, 1, 0, {"?process": 1}),
}  # fmt: skip
# Notes, licences and published schemas: none of them lists a place.
NO_LISTS = {".md", ".txt", ".ttl", ".dbml", ".sql", ""}


@dataclass(frozen=True)
class FindsOnly:
    """The synonym table without its search, which takes most of the time and changes no figure."""

    words: CatalogueWords

    def find(self, kind: TermKind, text: str) -> str | None:
        return self.words.find(kind, text)

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]:
        return ()


@pytest.fixture
def finds(words: CatalogueWords) -> FindsOnly:
    return FindsOnly(words)


def figures(report: FileReport) -> tuple[str, int, int, int, int, int, int, int, dict[str, int]]:
    return (
        report.format,
        report.rows,
        report.accepted,
        report.repaired,
        report.refused,
        report.values_refused,
        report.unmapped,
        report.twins,
        dict(report.reasons),
    )


@needs_data
def test_every_file_gives_exactly_these_figures(finds: FindsOnly) -> None:
    reports = list(report_on_folder(DATA, words=finds, today=TODAY))
    read = {report.path: figures(report) for report in reports if not report.unreadable}
    assert read == FIGURES
    unread = {report.path for report in reports if report.unreadable}
    assert {name for name in unread if Path(name).suffix not in NO_LISTS and not name.startswith("standards/")} == {
        "open-supply-hub/sectors.json"
    }


def rows(finds: FindsOnly, name: str) -> Iterator[ParsedRow]:
    form = {"fablabs.csv": fablabs.LABS, "ima_machines.csv": okw_map.MACHINES, "make_ima_2.csv": okw_map.SPACES}[name]
    yield from form.read(SourceFile(name, (DATA / "iop-okw-map" / name).read_bytes(), finds, TODAY))


@needs_data
def test_letters_of_the_dos_code_page_come_back(finds: FindsOnly) -> None:
    """The list says of itself that it is Latin-1; by its letters it is a DOS page, and São Paulo was lost before."""
    found = list(rows(finds, "fablabs.csv"))
    names = {str(row.facility.values["name"]) for row in found if row.facility}
    cities = {str(row.facility.values.get("city", "")) for row in found if row.facility}
    assert "8 FabLab Drôme" in names
    assert "São Paulo" not in cities
    assert "S?o Paulo" in cities
    assert found[0].remarks[0] == "The file is not UTF-8; its letters were taken for DOS 850 (Western)."


@needs_data
def test_one_lab_in_two_spellings_is_told(finds: FindsOnly) -> None:
    told = [row.remarks for row in rows(finds, "ima_machines.csv") if row.remarks]
    assert told == [("Probably the same place as row 16, “IOME254” (names 86% alike).",)]


@needs_data
def test_positions_that_mean_a_country_are_left_out(finds: FindsOnly) -> None:
    left_out = {
        str(row.facility.values["name"])
        for row in rows(finds, "make_ima_2.csv")
        if row.facility and any(one.reason == "country_centroid" for one in row.repairs)
    }
    assert left_out == {
        "Africa Robot",
        "Dicos Incubator LLP",
        "Fablab MakeJewel",
        "Red hub",
        "Reseau Français des FabLabs",
        "University of Ghana Makerspace",
        "Verbund offener Werkstätten",
    }


@needs_data
def test_every_lab_with_a_position_keeps_it(finds: FindsOnly) -> None:
    path = DATA / "iop-okw-fablabs" / "preliminary_iop_okw_fac_source_01.json"
    read = okw_v1.OKW_V1.read(SourceFile(path.name, path.read_bytes(), finds, TODAY))
    assert sum("lat" in row.facility.values for row in read if row.facility) == 2036


# --- the command ---------------------------------------------------------------------------------------------------------


def test_the_command_prints_the_table(words: CatalogueWords, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("country,name,address,sector\nPeru,Serflex,Av Universitaria,Apparel\n")
    (tmp_path / "notes.md").write_text("nothing\n")
    (tmp_path / ".hidden.csv").write_text("country,name,address,sector\nPeru,X,Y,Z\n")
    out = StringIO()
    call_command("import_report", str(tmp_path), stdout=out)
    assert out.getvalue().splitlines() == list(table_of(report_on_folder(tmp_path, words=words, today=TODAY)))
    assert [line.split()[:4] for line in out.getvalue().splitlines()[1:]] == [
        ["list.csv", "supply-hub", "1", "1"],
        ["notes.md", "-", "unknown_form"],
        ["sum", "1", "1", "0"],
    ]


def test_the_command_refuses_what_is_no_folder(words: CatalogueWords, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("import_report", str(tmp_path / "nowhere"))
