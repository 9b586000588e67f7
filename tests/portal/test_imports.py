"""A facility's people list by file: what it would change, then changing it, then taking it back."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.exchange import runs
from apps.exchange.models import ImportBatch
from tests import builders
from tests.cast import Cast
from tests.exchange.world import table
from tests.portal.conftest import As

pytestmark = pytest.mark.django_db


def hand_in(client: Any, cast: Cast, data: bytes, name: str = "mine.csv") -> Any:
    address = reverse("portal:facility-imports", args=[cast.quiet_heron.public_id])
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


def mine(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {"id": str(cast.quiet_heron.public_id), "name": cast.quiet_heron.name, **fields}


def test_from_the_template_to_the_listing_and_back(cast: Cast, as_: As) -> None:
    hank = as_("hank")
    listing = hank.get(reverse("portal:facility", args=[cast.quiet_heron.public_id])).content.decode()
    address = reverse("portal:facility-imports", args=[cast.quiet_heron.public_id])
    assert address in listing
    assert reverse("portal:template", args=["matchmaker-template.xlsx"]) in hank.get(address).content.decode()
    template = hank.get(reverse("portal:template", args=["matchmaker-template.xlsx"]))
    assert template.content.startswith(b"PK")
    answer = hand_in(hank, cast, table(mine(cast, city="Akron", quote_days="soon")))
    assert answer.status_code == 302
    assert 'hx-trigger="every 2s"' in hank.get(answer["Location"]).content.decode()
    runs.carry_on()
    page = hank.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    assert "row 2, quote_days (days): “soon”" in page
    assert "city: Cleveland → Akron" in page
    batch = ImportBatch.objects.get()
    step = [cast.quiet_heron.public_id, batch.public_id]
    assert hank.post(reverse("portal:facility-import-step", args=[*step, "apply"])).status_code == 302
    runs.carry_on()
    cast.quiet_heron.refresh_from_db()
    assert cast.quiet_heron.city == "Akron"
    hank.post(reverse("portal:facility-import-step", args=[*step, "undo"]))
    runs.carry_on()
    cast.quiet_heron.refresh_from_db()
    assert cast.quiet_heron.city == "Cleveland"
    assert "Undone" in hank.get(answer["Location"]).content.decode()


def test_what_cannot_be_read_says_why(cast: Cast, as_: As) -> None:
    hank = as_("hank")
    assert hand_in(hank, cast, b"").status_code == 422
    answer = hand_in(hank, cast, b"\x00\x01\x02\x03" * 500)
    runs.carry_on()
    assert "none of the known forms" in hank.get(answer["Location"]).content.decode()


def test_markup_in_a_file_is_shown_as_text(cast: Cast, as_: As) -> None:
    hank = as_("hank")
    answer = hand_in(hank, cast, table(mine(cast, city="<img src=x onerror=alert(1)>")))
    runs.carry_on()
    page = hank.get(answer["Location"]).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("name", ["fay", "ines", "omar", "sam"])
def test_others_find_nothing(cast: Cast, as_: As, name: str) -> None:
    batch = builders.import_batch(facility=cast.quiet_heron)
    client = as_(name)
    heron = cast.quiet_heron.public_id
    assert hand_in(client, cast, table(mine(cast))).status_code == 404
    assert client.get(reverse("portal:facility-import", args=[heron, batch.public_id])).status_code == 404
    assert (
        client.post(reverse("portal:facility-import-step", args=[heron, batch.public_id, "apply"])).status_code == 404
    )
    assert ImportBatch.objects.get().state == "read"


def test_a_coordinator_is_told_where_her_imports_belong(cast: Cast, as_: As) -> None:
    answer = hand_in(as_("carla"), cast, table(mine(cast)))
    assert answer.status_code == 403
    assert "coordinators import into their network" in answer.content.decode()


def test_an_import_is_found_under_its_own_facility_only(cast: Cast, as_: As) -> None:
    other = builders.facility(operator=cast.quiet_heron.operator, networks=(cast.lakeside,))
    batch = builders.import_batch(facility=other)
    wrong = reverse("portal:facility-import", args=[cast.quiet_heron.public_id, batch.public_id])
    assert as_("hank").get(wrong).status_code == 404
    right = reverse("portal:facility-import", args=[other.public_id, batch.public_id])
    assert as_("hank").get(right).status_code == 200
