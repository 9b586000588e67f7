"""A founder's way from a manifest to the form of a need: proposed, ticked, never posted by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from apps.accounts.models import User
from apps.needs.models import Need
from tests import builders
from tests.api.client import Api
from tests.cast import Cast

pytestmark = pytest.mark.django_db

MANIFEST = b"""
okhv = "2.4"
name = "Loom"
license = "CC-BY-SA-4.0"
repo = "https://git.test/loom"
function = "A small loom."
[outer-dimensions]
openSCAD = "cube([400,350,150])"
unit = "mm"
[[part]]
name = "Ring"
printing-process = "FDM"
material = "ABS"
[[part]]
name = "Frame"
tsdc = ["CNC", "COT"]
"""


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    builders.synonym("fdm", process=builders.process("fff", name="FFF printing"))
    builders.synonym("cnc", process=builders.process("cnc-machining", name="CNC machining"))
    builders.synonym("abs", material=builders.material("abs"))


@pytest.fixture(autouse=True)
def generous_throttles() -> Iterator[None]:
    allowance = {**settings.API_THROTTLES, "sign_in": (10_000, 60), "sign_in_account": (10_000, 60)}
    with override_settings(API_THROTTLES=allowance):
        yield


def hand_in(api: Api, data: bytes, name: str = "okh.toml") -> Any:
    return api.call("POST", "need-manifests/", raw=data, **{"content-disposition": f'attachment; filename="{name}"'})


def test_the_api_answers_with_a_need_to_be_posted_and_stores_nothing(cast: Cast) -> None:
    answer = hand_in(Api(cast.fay), MANIFEST)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["external_id"] == "loom-git.test-loom"
    assert told["need"] == {
        "title": "Loom",
        "description": "A small loom.\n\nLicence: CC-BY-SA-4.0\nProject: https://git.test/loom\n"
        "Part: Ring, FDM, ABS\nPart: Frame, CNC, COT",
        "envelope_mm": [400.0, 350.0, 150.0],
        "steps": [{"process": "fff", "materials": ["abs"]}, {"process": "cnc-machining", "materials": []}],
    }
    assert [one["text"] for one in told["unmapped"]] == ["COT"]
    assert not Need.objects.exists()


def test_what_the_api_proposes_can_be_posted_once_the_founder_says_the_rest(cast: Cast) -> None:
    fay = Api(cast.fay)
    told = hand_in(fay, MANIFEST).json()
    [first, *_] = told["need"]["steps"]
    need = {
        **told["need"],
        "steps": [{**first, "role": "lead"}],
        "external_id": told["external_id"],
        "organisation": str(cast.bright_beetle.public_id),
        "home_network": "lakeside",
        "order_quantity": 30,
        "due_on": "2100-01-01",
    }
    need["due_on"] = (builders.today().replace(year=builders.today().year + 1)).isoformat()
    answer = fay.post("needs/", need, idempotency_key="loom")
    assert answer.status_code == 201, answer.content
    assert Need.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"country,name,address,sector\nPE,A,B,C\n", "makes_no_need"),
        (b"nothing of the kind", "unknown_form"),
        (b"title: x\nlicense: y\nokhv: 1\na: &a [x]\n" + b"b: [" + b"*a," * 30 + b"]\n", "too_many_aliases"),
    ],
)
def test_what_is_no_manifest_is_refused(cast: Cast, data: bytes, code: str) -> None:
    answer = hand_in(Api(cast.fay), data)
    assert answer.status_code == 400
    assert code in answer.content.decode()


def test_the_api_asks_who_it_is(cast: Cast) -> None:
    assert hand_in(Api(), MANIFEST).status_code == 401


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_offers_steps_to_tick_and_none_is_ticked(cast: Cast) -> None:
    page = browser(cast.fay).post("/needs/new/manifest/", {"file": SimpleUploadedFile("okh.toml", MANIFEST)})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="steps-0-process" value="fff"' in text
    assert 'name="steps-1-process" value="cnc-machining"' in text
    assert "checked" not in text
    assert "COT" in text
    assert not Need.objects.exists()


def test_what_is_ticked_goes_into_the_form_and_is_not_posted(cast: Cast) -> None:
    fay = browser(cast.fay)
    page = fay.post("/needs/new/manifest/", {"file": SimpleUploadedFile("okh.toml", MANIFEST)})
    ticked = {
        "token": str(page.context["token"]),
        "title": "Loom",
        "description": page.context["posting"]["description"],
        "length_mm": "400",
        "width_mm": "350",
        "height_mm": "150",
        "step_rows": "2",
        "steps-0-process": "fff",
        "steps-0-pieces_per_unit": "1",
        "add_step": "1",
    }
    form = fay.post("/needs/new/", ticked)
    text = form.content.decode()
    assert form.status_code == 200
    assert 'value="Loom"' in text
    assert 'value="fff"' in text
    assert 'value="cnc-machining"' not in text
    assert not Need.objects.exists()


def test_the_page_refuses_what_is_no_manifest_beside_the_field(cast: Cast) -> None:
    page = browser(cast.fay).post("/needs/new/manifest/", {"file": SimpleUploadedFile("x.toml", b"nothing")})
    assert page.status_code == 400
    assert "none of the known forms" in page.content.decode()


def test_who_posts_no_needs_gets_no_such_page(cast: Cast) -> None:
    assert browser(cast.hank).get("/needs/new/manifest/").status_code == 403
    assert Client().get("/needs/new/manifest/").status_code == 302
