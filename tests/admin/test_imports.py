"""Imports at the desk: handed in, looked at, applied, undone; words given a meaning."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Synonym
from apps.exchange import runs
from apps.exchange.models import ImportBatch, UnmappedTerm
from apps.facilities.models import Capability, Facility
from tests import builders
from tests.admin.conftest import SignIn
from tests.cast import Cast
from tests.exchange.world import imported, make_catalogue, place, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla(cast: Cast, desk: SignIn) -> Client:
    make_catalogue()
    return desk(cast.carla)


def hand_in(client: Client, network: Any, data: bytes) -> Any:
    file = SimpleUploadedFile("places.csv", data)
    sent = {"network": network.pk, "file": file, "source": "survey", "format": ""}
    return client.post(reverse("admin:exchange_importbatch_add"), sent)


def page(client: Client, batch: ImportBatch) -> str:
    answer = client.get(reverse("admin:exchange_importbatch_change", args=[batch.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def step(client: Client, batch: ImportBatch, verb: str) -> int:
    answer = client.post(reverse("admin:exchange_importbatch_step", args=[batch.pk, verb]))
    runs.carry_on()
    return answer.status_code


def test_from_the_form_to_the_facility_and_back(cast: Cast, carla: Client) -> None:
    assert hand_in(carla, cast.lakeside, table(place(1, city="Accra"), place(2, kind="castle"))).status_code == 302
    batch = ImportBatch.objects.get()
    progress = reverse("admin:exchange_importbatch_progress", args=[batch.pk])
    assert f'hx-get="{progress}"' in page(carla, batch)
    assert "read so far" in carla.get(progress).content.decode()
    runs.carry_on()
    assert "hx-get" not in carla.get(progress).content.decode()  # it stops asking by itself
    shown = page(carla, batch)
    rows = reverse("admin:exchange_importrow_changelist")
    for query, count in (("outcome__exact=new", 1), ("outcome__exact=refused", 1), ("mark=with_refusals", 1)):
        address = f"{rows}?batch__id__exact={batch.pk}&{query}"
        assert address.replace("&", "&amp;") in shown
        assert len(carla.get(address).context["cl"].result_list) == count
    refused = batch.rows.get(outcome="refused")
    told = carla.get(reverse("admin:exchange_importrow_change", args=[refused.pk])).content.decode()
    assert "castle" in told
    assert "One of: makerspace" in told
    assert step(carla, batch, "apply") == 302
    assert Facility.objects.filter(source="imported").count() == 1
    assert step(carla, batch, "undo") == 302
    assert Facility.objects.filter(source="imported").count() == 0
    assert "undone" in page(carla, batch)


def test_another_network_is_no_choice_and_its_imports_are_not_there(cast: Cast, carla: Client, desk: SignIn) -> None:
    assert hand_in(carla, cast.harbour, table(place(1))).status_code == 200  # the form again, with its refusal
    assert not ImportBatch.objects.exists()
    batch = builders.import_batch(network=cast.lakeside)
    omar = desk(cast.omar)
    assert step(omar, batch, "apply") == 404
    assert omar.get(reverse("admin:exchange_importbatch_progress", args=[batch.pk])).status_code == 404
    assert carla.get(reverse("admin:exchange_importbatch_step", args=[batch.pk, "apply"])).status_code == 405
    assert carla.post(reverse("admin:exchange_importbatch_step", args=[batch.pk, "explode"])).status_code == 404


def test_a_step_that_is_not_possible_is_said(cast: Cast, carla: Client) -> None:
    batch = builders.import_batch(network=cast.lakeside, state="undone")
    answer = carla.post(reverse("admin:exchange_importbatch_step", args=[batch.pk, "apply"]), follow=True)
    assert "not possible from here" in answer.content.decode()


def test_the_template_is_downloaded(carla: Client) -> None:
    answer = carla.get(reverse("admin:exchange_importbatch_template"))
    assert answer.content.startswith(b"PK")


def test_words_are_given_a_meaning(cast: Cast, carla: Client, desk: SignIn) -> None:
    imported(cast.lakeside, table(place(1)), cast.carla)
    lines = table({"facility": "p1", "process": "zinc wizardry"}, {"facility": "p1", "process": "moon dust"})
    imported(cast.lakeside, lines, cast.carla, name="c.csv")
    zinc, moon = (UnmappedTerm.objects.get(phrase=phrase) for phrase in ("zinc wizardry", "moon dust"))
    shown = carla.get(reverse("admin:exchange_unmappedterm_change", args=[zinc.pk])).content.decode()
    assert 'value="turning"' in shown
    decide = reverse("admin:exchange_unmappedterm_decide", args=[zinc.pk, "map"])
    assert desk(cast.omar).post(decide, {"meaning": "turning"}).status_code == 404
    assert "no such entry" in carla.post(decide, {"meaning": "sorcery"}, follow=True).content.decode()
    carla.post(decide, {"meaning": "turning"})
    assert Synonym.objects.filter(text="zinc wizardry", process__slug="turning", loaded={}).exists()
    line = Capability.objects.get(process__slug="turning")
    assert (line.source, line.facility.name) == ("suggested", "Place 1")
    carla.post(reverse("admin:exchange_unmappedterm_decide", args=[moon.pk, "reject"]))
    moon.refresh_from_db()
    assert (moon.state, moon.decided_by) == ("rejected", cast.carla)
    assert Capability.objects.count() == 1
