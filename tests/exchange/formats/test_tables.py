"""Foreign tables: machines and labs, row by row, with the mess that such tables hold."""

# ruff: noqa: E501  # rows of tables stay whole

import io

import pytest
from openpyxl import Workbook

from apps.exchange.foreign import FOREIGN, fablabs, okw_map, supply_hub
from apps.exchange.formats.base import ParsedRow, PartKind, UnreadableError
from tests.exchange.formats.conftest import Read

pytestmark = pytest.mark.django_db

MACHINES = "id,model,brand,type,sub_type_1,info,x_travel,y_travel,z_travel,working,approved,lab,qty,facility,latitude,longitude"
SPACES = "name,country,city,URL,email,phone,primary_contact,share_inventory,consortium_partners,data_source,machines,latitude,longitude,address"
LABS = "name,address_1,address_2,city,county,postal_code,country_code,latitude,longitude,address_notes,phone,email,capabilities,activity_status,links"


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


def only(rows: list[ParsedRow]) -> ParsedRow:
    assert len(rows) == 1
    return rows[0]


def capabilities(row: ParsedRow) -> dict[tuple[str, str], object]:
    """Sizes by process and offer."""
    assert row.facility is not None
    return {
        (part.of, str(part.values["offer"])): part.values.get("envelope_mm")
        for part in row.facility.parts
        if part.kind == PartKind.CAPABILITY
    }


# --- machines of maker spaces -----------------------------------------------------------------------------------------


def test_inches_and_millimetres_of_one_column_are_told_apart(read: Read) -> None:
    rows = table(
        MACHINES,
        "1,Form One,Maker,3d_printer,fdm,None,9.8in,211 mm,8.3in,TRUE,TRUE,1,1,Hill Lab,5.65,-0.16",
    )
    row = only(read(okw_map.MACHINES, rows))
    assert capabilities(row) == {("fff", "core"): (248.92, 211.0, 210.82)}
    assert [(one.column, one.found, one.used) for one in row.repairs] == [
        ("x_travel", "9.8in", "248.92 mm"),
        ("z_travel", "8.3in", "210.82 mm"),
    ]


def test_a_bare_number_is_no_size(read: Read) -> None:
    row = only(read(okw_map.MACHINES, table(MACHINES, "1,X,Y,3d_printer,fdm,,220,220,250,TRUE,TRUE,1,1,Lab,5.6,-0.1")))
    assert capabilities(row) == {("fff", "core"): None}
    assert [one.reason for one in row.refusals] == ["unit_missing"] * 3


def test_a_size_that_became_a_date_is_shown_and_not_used(read: Read) -> None:
    row = only(read(okw_map.MACHINES, table(MACHINES, "1,X,Y,laser,cutter,,Oct-20,600mm,400mm,TRUE,TRUE,1,1,Lab,,")))
    assert capabilities(row) == {("laser-cutting", "core"): None}
    refusal = row.refusals[0]
    assert (refusal.column, refusal.value, refusal.reason) == ("x_travel", "Oct-20", "date_instead_of_size")
    assert "10-20" in refusal.detail
    assert [one.reason for one in row.repairs] == ["size_incomplete"]


def test_an_error_of_a_spreadsheet_is_no_value(read: Read) -> None:
    row = only(read(okw_map.MACHINES, table(MACHINES, "1,#NAME?,Y,cnc,router,,#REF!,,,TRUE,TRUE,1,1,Lab,#N/A,1.5")))
    assert {(one.column, one.value, one.reason) for one in row.refusals} >= {
        ("model", "#NAME?", "spreadsheet_error"),
        ("x_travel", "#REF!", "spreadsheet_error"),
        ("latitude", "#N/A", "spreadsheet_error"),
    }
    assert row.facility is not None
    assert "lat" not in row.facility.values


def test_machines_with_and_without_a_size_are_two_lines(read: Read) -> None:
    """Else a printer of unknown size would hide behind a small one, or a large one behind it."""
    rows = table(
        MACHINES,
        "1,A,Y,3d_printer,fdm,,100mm,100mm,100mm,TRUE,TRUE,1,1,Lab,5.6,-0.1",
        "2,B,Y,3d_printer,fdm,,300mm,300mm,300mm,TRUE,TRUE,1,1,Lab,5.6,-0.1",
        "3,C,Y,3d_printer,fdm,,None,None,None,TRUE,TRUE,1,1,Lab,5.6,-0.1",
    )
    row = only(read(okw_map.MACHINES, rows))
    assert capabilities(row) == {("fff", "core"): (300.0, 300.0, 300.0), ("fff", "supplementary"): None}
    assert row.rows == 3


def test_a_machine_that_takes_longer_parts_than_the_largest_is_told(read: Read) -> None:
    rows = table(
        MACHINES,
        "1,A,Y,cnc,router,,1000mm,1000mm,100mm,TRUE,TRUE,1,1,Lab,5.6,-0.1",
        "2,B,Y,cnc,router,,3000mm,100mm,100mm,TRUE,TRUE,1,1,Lab,5.6,-0.1",
    )
    row = only(read(okw_map.MACHINES, rows))
    assert capabilities(row) == {("cnc-routing", "core"): (1000.0, 1000.0, 100.0)}
    assert any("3000 x 100 x 100" in remark for remark in row.remarks)


def test_a_model_of_the_catalogue_is_found_in_any_spelling_and_counted(read: Read) -> None:
    rows = table(
        MACHINES,
        "1,Ender-3,creality,3d_printer,fdm,,,,,TRUE,TRUE,1,3,Lab,5.6,-0.1",
        "2,ender 3,Creality,3d_printer,fdm,,,,,TRUE,TRUE,1,2,Lab,5.6,-0.1",
        "3,Nobody 9000,nobody,3d_printer,fdm,,,,,TRUE,TRUE,1,1,Lab,5.6,-0.1",
    )
    row = only(read(okw_map.MACHINES, rows))
    assert row.facility is not None
    machines = {part.of: part.values["count"] for part in row.facility.parts if part.kind == PartKind.MACHINE}
    assert machines == {"creality-ender3": 5}
    assert [one.text for one in row.unmapped] == ["nobody Nobody 9000"]


def test_a_machine_that_does_not_work_makes_nothing(read: Read) -> None:
    row = only(read(okw_map.MACHINES, table(MACHINES, "1,A,Y,3d_printer,fdm,,,,,FALSE,TRUE,1,1,Lab,5.6,-0.1")))
    assert capabilities(row) == {}
    assert [one.reason for one in row.refusals] == ["machine_not_working"]


def test_unknown_words_are_kept_with_suggestions_and_never_become_a_capability(read: Read) -> None:
    row = only(read(okw_map.MACHINES, table(MACHINES, "1,A,Y,3d_printer,,,,,,TRUE,TRUE,1,1,Lab,5.6,-0.1")))
    assert capabilities(row) == {}
    unknown = next(one for one in row.unmapped if one.kind == "process")
    assert unknown.text == "3d printer"
    assert "fff" in unknown.suggestions


def test_two_names_under_one_number_stay_two_and_are_told(read: Read) -> None:
    rows = read(
        okw_map.MACHINES,
        table(
            MACHINES,
            "1,A,Y,3d_printer,fdm,,,,,TRUE,TRUE,3,1,IOME254,-2.193901,40.817695",
            "2,B,Y,3d_scanner,handheld,,,,,TRUE,TRUE,3,1,IOME255,-2.193901,40.817695",
        ),
    )
    assert [row.external_id for row in rows] == ["3-iome254", "3-iome255"]
    assert [len(row.remarks) for row in rows] == [0, 1]
    assert rows[1].remarks[0].startswith("Probably the same place as row 2, “IOME254”")


def test_blank_rows_are_passed_over_and_a_row_without_a_lab_is_refused(read: Read) -> None:
    rows = read(okw_map.MACHINES, table(MACHINES, "," * 15, "9,A,Y,cnc,router,,,,,TRUE,TRUE,1,1,,5.6,-0.1", "," * 15))
    assert [(row.number, [one.reason for one in row.refusals]) for row in rows] == [(3, ["name_missing"])]


# --- maker spaces -----------------------------------------------------------------------------------------------------


def test_a_space_is_read_with_contact_place_and_words(read: Read) -> None:
    line = 'Hill Lab,Ghana,Accra,www.hill.org,info (at) hill.org,+233 30 123 4567,Ama Mensah,TRUE,,IOPA,"Laser Cutter,CNC Router,Crafting",5.6,-0.19,Precise'
    row = only(read(okw_map.SPACES, table(SPACES, line)))
    assert row.facility is not None
    assert row.facility.values == {
        "name": "Hill Lab",
        "kind": "makerspace",
        "country": "GH",
        "city": "Accra",
        "lat": 5.6,
        "lon": -0.19,
    }
    assert row.facility.contact == {
        "website": "https://www.hill.org",
        "email": "info@hill.org",
        "phone": "+233 30 123 4567",
    }
    assert set(capabilities(row)) == {("laser-cutting", "core"), ("cnc-routing", "core")}
    assert [one.text for one in row.unmapped] == ["Crafting"]
    assert "Ama Mensah" not in repr(row)
    assert "personal_data" in {one.reason for one in row.repairs}


def test_a_position_of_the_country_is_left_out_though_the_country_stays(read: Read) -> None:
    row = only(read(okw_map.SPACES, table(SPACES, "Lab,Burundi,,,,,,TRUE,,IOPA,,-2.9079,29.8257,Country")))
    assert row.facility is not None
    assert row.facility.values == {"name": "Lab", "kind": "makerspace", "country": "BI"}
    assert [(one.reason, one.used) for one in row.repairs] == [("country_centroid", "")]


def test_a_country_that_nobody_knows_is_refused_and_the_rest_kept(read: Read) -> None:
    row = only(read(okw_map.SPACES, table(SPACES, "Lab,Atlantis,Deep Town,,,,,TRUE,,IOPA,,5,5,Precise")))
    assert row.facility is not None
    assert "country" not in row.facility.values
    assert [(one.column, one.value, one.reason) for one in row.refusals] == [("country", "Atlantis", "country_unknown")]


# --- labs -------------------------------------------------------------------------------------------------------------


def test_a_lab_with_swapped_position_is_put_right_and_told(read: Read) -> None:
    line = """Lab,"R. Suécia, 900",,São Paulo,SP,09861610,BR,-46.64,-23.57,,,,"['cnc_milling', 'laser']",active,"[{'id': 1, 'url': 'https://lab.br'}]\""""
    row = only(read(fablabs.LABS, table(LABS, line)))
    assert row.facility is not None
    assert (row.facility.values["lat"], row.facility.values["lon"]) == (-23.57, -46.64)
    assert [(one.reason, one.found, one.used) for one in row.repairs] == [
        ("swapped_position", "-46.64, -23.57", "-23.57, -46.64")
    ]
    assert row.facility.contact == {
        "website": "https://lab.br",
        "address": "R. Suécia, 900, SP",
        "postal_code": "09861610",
    }
    assert capabilities(row) == {("cnc-milling", "core"): None}
    assert [one.text for one in row.unmapped] == ["laser"]


def test_a_file_of_another_code_page_is_read_and_says_so(read: Read) -> None:
    line = "Fab Lab Drôme Élan,Rue de l'église à côté,,Genève,,,CH,,,Près du café,,,[],active,[]"
    rows = table(LABS, *[line.replace("Lab", f"Lab {number}") for number in range(3)])
    read_rows = read(fablabs.LABS, rows.encode("cp850"))
    assert read_rows[0].facility is not None
    assert read_rows[0].facility.values["city"] == "Genève"
    assert read_rows[0].facility.values["description"] == "Près du café"
    assert "The file is not UTF-8; its letters were taken for DOS 850 (Western)." in read_rows[0].remarks


def test_a_city_of_question_marks_is_refused_and_a_lost_letter_told(read: Read) -> None:
    row = only(read(fablabs.LABS, table(LABS, "S?o Judas Lab,,,??????,,,RU,,,,,,[],active,[]")))
    assert row.facility is not None
    assert row.facility.values == {"name": "S?o Judas Lab", "kind": "makerspace", "country": "RU"}
    assert [(one.column, one.reason) for one in row.refusals] == [("city", "letters_lost")]
    assert any("S?o Judas Lab" in remark for remark in row.remarks)


def test_a_lab_that_is_closed_or_only_planned_is_not_listed(read: Read) -> None:
    rows = read(fablabs.LABS, table(LABS, "Lab,,,X,,,FR,,,,,,[],closed,[]", "Lab 2,,,X,,,FR,,,,,,[],planned,[]"))
    assert [[one.reason for one in row.refusals] for row in rows] == [["not_running"]] * 2
    assert all(row.facility is None for row in rows)


def test_mark_up_is_taken_out_of_texts(read: Read) -> None:
    row = only(
        read(
            fablabs.LABS, table(LABS, "<b>Lab</b>,,,X,,,FR,,,<p>Behind&nbsp;it</p><script>x()</script>,,,[],active,[]")
        )
    )
    assert row.facility is not None
    assert (row.facility.values["name"], row.facility.values["description"]) == ("Lab", "Behind it")


def test_two_labs_of_one_name_keep_ids_of_their_own(read: Read) -> None:
    rows = read(fablabs.LABS, table(LABS, "Lab,,,X,,,FR,,,,,,[],active,[]", "Lab,,,X,,,FR,,,,,,[],active,[]"))
    assert [row.external_id for row in rows] == ["lab-x-fr", "lab-x-fr-2"]


def test_machines_at_labs_are_gathered_by_the_labs_short_name(read: Read) -> None:
    rows = table(
        ",name,brand,slug,class_1,lab,city,county,country_code,latitude,longitude",
        "0,gx-24,roland,hill,vinyl_cutting,Hill Lab,Sitges ,Barcelona,ES,41.25,1.85",
        "1,mavic,dji,hill,other,Hill Lab,Sitges ,Barcelona,ES,41.25,1.85",
        "2,gs-24,roland,other,vinyl_cutting,Other Lab,Madrid,,ES,,",
        "3,camm-1 gs-24,roland,hill,vinyl_cutting,Hill Lab,Sitges ,Barcelona,ES,41.25,1.85",
    )
    hill, other = read(fablabs.MACHINES, rows)
    assert (hill.external_id, hill.rows, other.external_id, other.rows) == ("hill", 3, "other", 1)
    assert capabilities(hill) == {("vinyl-cutting", "core"): None}
    assert hill.facility is not None
    assert [part.of for part in hill.facility.parts if part.kind == PartKind.MACHINE] == ["roland-gs24"]
    assert [one.text for one in hill.unmapped] == ["roland gx-24", "dji mavic"]  # `other` names no process


# --- suppliers --------------------------------------------------------------------------------------------------------


def test_a_supplier_is_known_again_by_its_spelling(read: Read) -> None:
    line = 'CHINA,"Xing Footwear Co., Ltd","No. 8 West Road, Wenzhou",Apparel'
    row = only(read(supply_hub.SUPPLIERS, table("country,name,address,sector", line)))
    again = only(read(supply_hub.SUPPLIERS, table("country,name,address,sector,lat,lng", f"{line},27.96,120.65")))
    assert row.external_id == again.external_id
    assert row.facility is not None
    assert row.facility.values == {
        "name": "Xing Footwear Co., Ltd",
        "kind": "contract_manufacturer",
        "country": "CN",
        "description": "Sector: Apparel.",
    }
    assert row.facility.contact == {"address": "No. 8 West Road, Wenzhou"}
    assert again.facility is not None
    assert again.facility.values["lat"] == 27.96


def test_a_workbook_is_read_like_a_table(read: Read) -> None:
    book = Workbook()
    sheet = book.create_sheet("list", 0)
    sheet.append(["country", "name", "address", "sector"])
    sheet.append(["Peru", "Serflex S.A.C.", "Av Universitaria 3855", "Apparel"])
    sheet.append(["Peru", '=HYPERLINK("http://evil.test")', "x", "Apparel"])
    file = io.BytesIO()
    book.save(file)
    data = file.getvalue()
    assert [form.name for form in FOREIGN if form.sniff("list.xlsx", data)] == ["supply-hub"]
    first, second = read(supply_hub.SUPPLIERS, data, "list.xlsx")
    assert first.facility is not None
    assert first.facility.values["country"] == "PE"
    assert second.facility is None
    assert [one.reason for one in second.refusals] == ["formula", "name_missing"]


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (MACHINES, "okw-map-machines"),
        (SPACES, "okw-map-spaces"),
        (LABS, "fablabs-labs"),
        ("name,city,email,capabilities", "fablabs-labs"),
        ("name,brand,class_1,lab,country_code", "fablabs-machines"),
        ("country,name,address,sector", "supply-hub"),
        ("country;name;address;sector", "supply-hub"),
    ],
)
def test_each_table_is_known_by_its_columns_alone(header: str, name: str) -> None:
    assert [form.name for form in FOREIGN if form.sniff("x.dat", table(header, "").encode())] == [name]


def test_one_column_twice_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(supply_hub.SUPPLIERS, table("country,name,address,sector,name", "PE,A,B,C,D"))
    assert refused.value.code == "duplicate_header"


def test_a_row_with_more_cells_than_columns_is_refused(read: Read) -> None:
    row = only(read(supply_hub.SUPPLIERS, table("country,name,address,sector", "PE,A,B,C,D,E")))
    assert row.facility is None
    assert [one.reason for one in row.refusals] == ["too_many_cells"]
