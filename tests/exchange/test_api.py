"""Imports over HTTP: who may, what comes back, and what a repeat does."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from apps.exchange import runs
from apps.facilities.models import Facility
from tests import builders
from tests.api.client import Api
from tests.cast import Cast
from tests.exchange.world import imported, make_catalogue, place, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    make_catalogue()


def upload(api: Api, path: str, data: bytes, name: str = "places.csv", **headers: str) -> Any:
    return api.call("POST", path, raw=data, **{"content-disposition": f'attachment; filename="{name}"', **headers})


def step(api: Api, batch_id: str, verb: str, body: Any = None) -> Any:
    """Ask for it, and let a worker do it."""
    answer = api.post(f"imports/{batch_id}/{verb}/", body or {})
    runs.carry_on()
    return answer


def test_from_a_file_to_a_facility_and_back(cast: Cast) -> None:
    carla = Api(cast.carla)
    data = table(place(1, city="Accra"), place(2, kind="castle"), place(3, min_run="ten"))
    answer = upload(carla, "networks/lakeside/imports/?source=survey", data)
    assert answer.status_code == 201, answer.content
    batch = answer.json()
    assert (batch["state"], batch["source"], batch["counts"]["total"]) == ("uploaded", "survey", 0)
    assert answer["Location"] == f"/api/v1/imports/{batch['id']}/"
    runs.carry_on()
    counts = carla.read(f"imports/{batch['id']}/")["counts"]
    assert (counts["total"], counts["new"], counts["refused"], counts["with_refusals"]) == (3, 2, 1, 2)
    for name, count in counts.items():
        if name in ("new", "change", "unchanged", "refused"):
            assert len(carla.read(f"imports/{batch['id']}/rows/?outcome={name}")["results"]) == count
        elif name in ("repaired", "with_refusals", "kept", "unmapped", "left"):
            assert len(carla.read(f"imports/{batch['id']}/rows/?{name}=true")["results"]) == count
    [told] = carla.read(f"imports/{batch['id']}/rows/?with_refusals=true&outcome=new")["results"]
    assert [(one["number"], one["column"], one["value"], one["reason"]) for one in told["refusals"]] == [
        (4, "min_run (pieces)", "ten", "not_a_number")
    ]
    assert step(carla, batch["id"], "apply").status_code == 202
    assert carla.read(f"imports/{batch['id']}/")["state"] == "applied"
    assert set(Facility.objects.filter(networks=cast.lakeside, source="imported").values_list("name", flat=True)) == {
        "Place 1",
        "Place 3",
    }
    assert step(carla, batch["id"], "undo").status_code == 202
    assert carla.read(f"imports/{batch['id']}/")["state"] == "undone"
    assert not Facility.objects.filter(source="imported").exists()


def test_a_step_that_is_not_possible_is_refused(cast: Cast) -> None:
    carla = Api(cast.carla)
    batch = upload(carla, "networks/lakeside/imports/", table(place(1))).json()
    assert carla.post(f"imports/{batch['id']}/apply/", {}).status_code == 409  # not read yet
    assert carla.post(f"imports/{batch['id']}/undo/", {}).status_code == 409
    runs.carry_on()
    assert step(carla, batch["id"], "apply").status_code == 202
    again = carla.post(f"imports/{batch['id']}/apply/", {})
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")


@pytest.mark.parametrize("name", ["omar", "hank", "fay", "sam"])
def test_only_its_coordinators_import_into_a_network_and_see_it(cast: Cast, name: str) -> None:
    batch = imported(cast.lakeside, table(place(1)), cast.carla)
    api = Api(getattr(cast, name))
    refused = upload(api, "networks/lakeside/imports/", table(place(2)))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_a_coordinator")
    for path in (f"imports/{batch.public_id}/", f"imports/{batch.public_id}/rows/"):
        assert api.get(path).status_code == 404
    assert api.post(f"imports/{batch.public_id}/undo/", {}).status_code == 404
    assert api.read("imports/")["results"] == []


def test_a_facilitys_people_hand_in_a_file_for_it_alone(cast: Cast) -> None:
    hank, heron = Api(cast.hank), cast.quiet_heron
    data = table({"id": str(heron.public_id), "name": heron.name, "city": "Akron"}, place(9))
    batch = upload(hank, f"facilities/{heron.public_id}/imports/", data).json()
    runs.carry_on()
    rows = hank.read(f"imports/{batch['id']}/rows/")["results"]
    assert [row["outcome"] for row in rows] == ["change", "refused"]
    assert rows[1]["refusals"][0]["reason"] == "another_facility"
    assert step(hank, batch["id"], "apply").status_code == 202
    heron.refresh_from_db()
    assert (heron.city, heron.source) == ("Akron", "stated")
    assert Api(cast.ines).get(f"imports/{batch['id']}/").status_code == 404


def test_a_coordinator_reads_a_facilitys_own_import_but_decides_nothing(cast: Cast) -> None:
    heron, carla = cast.quiet_heron, Api(cast.carla)
    refused = upload(carla, f"facilities/{heron.public_id}/imports/", table(place(1)))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_a_writer")
    data = table({"id": str(heron.public_id), "name": heron.name, "city": "Akron"})
    batch = upload(Api(cast.hank), f"facilities/{heron.public_id}/imports/", data).json()
    runs.carry_on()
    assert carla.get(f"imports/{batch['id']}/").status_code == 200
    assert carla.post(f"imports/{batch['id']}/apply/", {}).status_code == 403


def test_the_same_upload_with_the_same_key_is_one_import(cast: Cast) -> None:
    carla = Api(cast.carla)
    one, two = (
        upload(carla, "networks/lakeside/imports/", table(place(1)), idempotency_key="k1").json() for _ in range(2)
    )
    assert one["id"] == two["id"]
    other = upload(carla, "networks/lakeside/imports/", table(place(2)), idempotency_key="k1")
    assert other.status_code == 422
    elsewhere = upload(carla, "networks/lakeside/imports/?source=x", table(place(1)), idempotency_key="k1")
    assert elsewhere.status_code == 422
    assert len(carla.read("imports/")["results"]) == 1


def test_bad_uploads_are_refused_by_name(cast: Cast) -> None:
    carla = Api(cast.carla)
    path = "networks/lakeside/imports/"
    cases = [
        (carla.call("POST", path, raw=b"name"), 400, "file_name_missing"),
        (upload(carla, path, b""), 400, "empty_file"),
        (upload(carla, path, b"x" * (10 * 1024 * 1024 + 1)), 400, "file_too_large"),
        (upload(carla, f"{path}?format=none", b"x"), 400, "unknown_format"),
        (upload(carla, f"{path}?source=no%20slug", b"x"), 400, "invalid_source"),
        (upload(carla, f"{path}?surprise=1", b"x"), 400, "invalid"),
        (upload(carla, "networks/atlantis/imports/", b"x"), 404, "not_found"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer, _, _ in cases] == [
        (status, code) for _, status, code in cases
    ]


def test_templates_are_downloaded_and_explain_every_column(cast: Cast) -> None:
    sam = Api(cast.sam)
    answer = sam.get("import-templates/matchmaker-template.xlsx/")
    assert answer["Content-Disposition"] == 'attachment; filename="matchmaker-template.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[:5] == ["facilities", "capabilities", "resources", "certificates", "machines"]
    headers = {(name, cell.value) for name in book.sheetnames[:5] for cell in book[name][1]}
    explained = {(row[0], row[1]) for row in book["explained"].iter_rows(min_row=2, values_only=True)}
    assert headers == explained
    archive = zipfile.ZipFile(io.BytesIO(sam.get("import-templates/matchmaker-template.zip/").content))
    assert "capabilities.csv" in archive.namelist()
    assert sam.get("import-templates/facilities.csv/").content.startswith(b"\xef\xbb\xbfid,external_id,name")
    assert sam.get("import-templates/secrets.csv/").status_code == 404


def test_words_that_nobody_knows_are_mapped_by_a_coordinator(cast: Cast) -> None:
    data = table({"facility": "p1", "process": "zinc wizardry"}, {"facility": "p2", "process": "Zinc Wizardry"})
    imported(cast.lakeside, table(place(1), place(2)), cast.carla)
    imported(cast.lakeside, data, cast.carla, name="capabilities.csv")
    carla = Api(cast.carla)
    terms = carla.read("unmapped-terms/?state=open")["results"]
    assert sorted(term["text"] for term in terms) == ["Zinc Wizardry", "zinc wizardry"]
    assert Api(cast.omar).read("unmapped-terms/")["results"] == []
    assert Api(cast.omar).post(f"unmapped-terms/{terms[0]['id']}/map/", {"meaning": "turning"}).status_code == 404
    assert carla.post(f"unmapped-terms/{terms[0]['id']}/map/", {"meaning": "nothing"}).status_code == 400
    told = carla.post(f"unmapped-terms/{terms[0]['id']}/map/", {"meaning": "turning"})
    assert told.json() == {"facilities": 2}
    for facility in Facility.objects.filter(source="imported"):
        line = facility.capabilities.get()
        assert (line.process.slug, line.source, line.confirmed_on is not None) == ("turning", "suggested", True)
    assert carla.post(f"unmapped-terms/{terms[1]['id']}/reject/", {}).status_code == 409
    # The next file is understood.
    again = imported(cast.lakeside, table({"facility": "p1", "process": "ZINC wizardry"}), cast.carla, name="c.csv")
    assert [row.unmapped for row in again.rows.all()] == [[]]


def test_an_export_shows_of_each_facility_what_its_reader_may_see(cast: Cast) -> None:
    heron = cast.quiet_heron
    heron.profile_public = True
    heron.quote_days = 3.0
    heron.save()
    builders.facility(name="Hidden Hen", networks=(cast.lakeside,))
    builders.capability(facility=heron)
    sam, carla = Api(cast.sam), Api(cast.carla)
    told = sam.get("networks/lakeside/exports/facilities.csv/").content.decode("utf-8-sig")
    assert "Quiet Heron" in told
    assert "Hidden Hen" not in told
    assert "41.4993" not in told
    assert sam.get("networks/lakeside/exports/capabilities.csv/").content.decode("utf-8-sig").count("\r\n") == 1
    full = carla.get("networks/lakeside/exports/facilities.csv/?everything=true").content.decode("utf-8-sig")
    assert "Hidden Hen" in full
    assert "41.4993" in full
    assert carla.get("networks/lakeside/exports/capabilities.csv/").content.decode("utf-8-sig").count("\r\n") == 2
    assert carla.get("networks/lakeside/exports/facilities.csv/?everything=maybe").status_code == 400
