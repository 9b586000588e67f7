"""The pages of a listing: what its people see, say, tick and hand in, without any script."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.facilities.models import Capability, Claim, Facility, HeldCertificate, ListingRequest
from apps.facilities.selectors import invitation_to
from tests import builders
from tests.builders import today
from tests.cast import Cast
from tests.facilities.papers import HTML, PDF
from tests.portal.conftest import As

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


def page_of(facility: Facility, below: str = "") -> str:
    return f"/facilities/{facility.public_id}/{below}"


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.fixture
def rich(cast: Cast, catalogue: None) -> Facility:
    """Quiet Heron with some of everything."""
    heron = cast.quiet_heron
    builders.statement(facility=heron, field="min_run", said_by=cast.carla, source="coordinator")
    Facility.objects.filter(pk=heron.pk).update(min_run=25, tolerance_class="IT7", best_tolerance_mm=0.0175)
    line = builders.capability(facility=heron, process=builders.process("smt", name="SMT assembly"), min_run=10)
    builders.statement(facility=heron, capability=line, field="min_run", said_by=cast.hank)
    held = builders.held_machine(facility=heron, said_by=cast.hank)
    builders.capability(
        facility=heron, process=builders.process("tht", name="THT assembly"), source="suggested", suggested_by=held
    )
    builders.held_certificate(facility=heron, number="Q 77", expires_on=today().replace(year=2020))
    builders.no_go(facility=heron)
    builders.contact(facility=heron, person="Otto Miller")
    return heron


def test_a_listing_says_who_said_what_to_its_people_and_coordinators(rich: Facility, cast: Cast, as_: As) -> None:
    for name in ("hank", "carla"):
        text = text_of(as_(name), page_of(rich))
        for shown in (
            "entered by a coordinator, Carla",
            "SMT assembly",
            "Your machines suggest",
            "THT assembly",
            "it does not count",
            "Q 77",
            "Otto Miller",
            "(IT7)",
        ):
            assert shown in text, shown
    Facility.objects.update(profile_public=True)
    for name in ("fay", "ines", "omar", "sam"):
        assert as_(name).get(page_of(rich)).status_code == 404
    assert Client().get(page_of(rich)).status_code == 302


def test_a_viewer_reads_and_writes_nothing(rich: Facility, cast: Cast, as_: As) -> None:
    builders.membership(user=cast.sam, organisation=rich.operator, role=Role.VIEWER)
    client = as_("sam")
    assert "Remove" not in text_of(client, page_of(rich))
    for below in ("site/", "contact/", "add/machines/", "certificates/new/"):
        assert client.get(page_of(rich, below)).status_code == 404
    for below in ("state/", "tick/", "no-gos/"):
        assert client.post(page_of(rich, below), {"to": "close"}).status_code == 404


def test_queries_do_not_grow_with_what_is_listed(rich: Facility, as_: As) -> None:
    client, counts = as_("hank"), []
    for more in (2, 8):
        for _ in range(more):
            builders.statement(facility=rich, field=f"field-{next(builders.numbers)}")
            line = builders.capability(facility=rich)
            builders.statement(facility=rich, capability=line)
            builders.held_machine(facility=rich)
            builders.held_certificate(facility=rich)
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(rich))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def sent_back(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form at that address."""
    form = client.get(address).context["form"]
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is True:
            data[bound.html_name] = "on"
        elif isinstance(value, list | tuple):
            data[bound.html_name] = [getattr(one, "pk", one) for one in value]
        elif value not in (None, False):
            data[bound.html_name] = getattr(value, "pk", value)
    return data | changes


def test_the_site_is_changed_field_by_field(rich: Facility, as_: As) -> None:
    client, address = as_("hank"), page_of(rich, "site/")
    data = sent_back(client, address)
    assert client.post(address, data).status_code == 302
    assert set(rich.statements.filter(capability=None).values_list("field", flat=True)) == {"min_run"}
    changes = {"tolerance_class": "ISO 2768-m", "max_run": 500, "accepts_startups": "yes", "any_work": "on"}
    assert client.post(address, data | changes).status_code == 302
    rich.refresh_from_db()
    assert (rich.tolerance_class, rich.best_tolerance_mm, rich.max_run) == ("ISO 2768-m", 0.3, 500)
    assert (rich.accepts_startups, rich.wished_stages, rich.wished_industries) == (True, [], [])
    said = rich.statements.get(field="min_run", capability=None)
    assert said.source == "coordinator"  # sent as it stood, so still Carla's
    assert rich.statements.get(field="max_run").said_by is not None


def test_what_the_rules_refuse_stands_beside_its_field(rich: Facility, as_: As) -> None:
    client, address = as_("hank"), page_of(rich, "site/")
    answer = client.post(address, sent_back(client, address, max_run=3))
    assert answer.status_code == 400
    assert answer.context["form"].errors["min_run"]
    answer = client.post(address, sent_back(client, address, envelope_length_mm=3))
    assert answer.status_code == 422
    assert "all three sides" in answer.content.decode()


def test_machines_are_found_by_words_and_their_suggestions_ticked(rich: Facility, as_: As) -> None:
    machine = builders.machine_model("haas-vf2", maker="Haas", model="VF-2")
    builders.synonym("haas vf-2", machine=machine)
    machine.processes.add(builders.process("milling", name="CNC milling"))
    client = as_("hank")
    assert "Haas VF-2" in text_of(client, page_of(rich, "add/machines/?words=haas vf2"))
    assert "knows nothing" in text_of(client, page_of(rich, "add/machines/?words=zzzzqqq"))
    client.post(page_of(rich, "add/machines/"), {"slugs": ["haas-vf2"]})
    line = Capability.objects.get(process__slug="milling")
    assert line.source == "suggested"
    client.post(page_of(rich, "tick/"), {"lines": [str(line.public_id)], "offer": "supplementary"})
    line.refresh_from_db()
    assert (line.source, line.offer) == ("stated", "supplementary")
    client.post(page_of(rich, "remove/machine/haas-vf2/"))
    assert Capability.objects.filter(pk=line.pk).exists()  # said by now


def test_processes_are_found_by_words_and_only_what_is_ticked_is_listed(rich: Facility, as_: As) -> None:
    client = as_("hank")
    text = text_of(client, page_of(rich, "add/processes/?words=injection moulding"))
    assert "Injection moulding" in text
    assert 'value="plastics"' not in text  # a group
    before = Capability.objects.count()
    client.post(page_of(rich, "add/processes/"), {"slugs": ["moulding"], "offer": "partner"})
    assert Capability.objects.count() == before + 1
    assert Capability.objects.get(process__slug="moulding").offer == "partner"


def test_a_line_is_changed_and_removed(rich: Facility, as_: As) -> None:
    client, line = as_("hank"), Capability.objects.get(process__slug="smt")
    address = page_of(rich, f"lines/{line.public_id}/")
    assert client.post(address, sent_back(client, address, min_run=12, best_tolerance_mm=0.05)).status_code == 302
    line.refresh_from_db()
    assert (line.min_run, line.best_tolerance_mm) == (12, 0.05)
    client.post(page_of(rich, f"remove/line/{line.public_id}/"))
    assert not Capability.objects.filter(pk=line.pk).exists()
    assert client.post(page_of(rich, "remove/line/nonsense/")).status_code == 404
    assert client.post(page_of(rich, "remove/floor/1/")).status_code == 404


def test_a_certificate_with_its_document(rich: Facility, cast: Cast, as_: As, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    client = as_("hank")
    fcc = builders.certification("fcc", name="FCC", scope="product")
    new = page_of(rich, "certificates/new/")
    refused = client.post(new, {"certification": fcc.pk})
    assert refused.status_code == 400
    assert "never about a facility" in refused.content.decode()
    assert client.post(new, {"certification": fcc.pk, "shown_for": "Model 7"}).status_code == 302
    held = HeldCertificate.objects.get(certification=fcc)
    paper = page_of(rich, f"certificates/{held.public_id}/document/")
    assert client.get(paper).status_code == 404
    bad = SimpleUploadedFile("iso.pdf", HTML, content_type="application/pdf")
    assert client.post(f"{paper}new/", {"file": bad}).status_code == 400
    good = SimpleUploadedFile("iso.pdf", PDF, content_type="application/pdf")
    assert client.post(f"{paper}new/", {"file": good}).status_code == 302
    answer = as_("carla").get(paper)
    assert (answer.content, answer["Content-Disposition"]) == (PDF, 'attachment; filename="iso.pdf"')
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for name in ("fay", "ines", "omar"):
        assert as_(name).get(paper).status_code == 404
    client.post(f"{paper}remove/")
    held.refresh_from_db()
    assert held.evidence_level == "stated"
    address = page_of(rich, f"certificates/{held.public_id}/")
    assert client.post(address, sent_back(client, address, number="R 1")).status_code == 302
    held.refresh_from_db()
    assert (held.number, held.shown_for) == ("R 1", "Model 7")


def test_no_gos_contact_and_state(rich: Facility, as_: As) -> None:
    client = as_("hank")
    client.post(page_of(rich, "no-gos/"), {"what": "stage:pilot"})
    assert rich.no_gos.filter(kind="stage", value="pilot").exists()
    client.post(page_of(rich, "remove/no-go/stage:pilot/"))
    assert not rich.no_gos.filter(kind="stage").exists()
    client.post(page_of(rich, "contact/"), {"person": "Ann", "email": "ann@example.org"})
    rich.contact.refresh_from_db()
    assert (rich.contact.person, rich.contact.email) == ("Ann", "ann@example.org")
    for to, until, state in (
        ("pause", "2040-01-01", "paused"),
        ("pause", "soon", "paused"),  # refused, and said so
        ("resume", "", "active"),
        ("close", "", "closed"),
        ("resume", "", "active"),
    ):
        client.post(page_of(rich, "state/"), {"to": to, "until": until})
        rich.refresh_from_db()
        assert rich.operating_state == state
    assert client.post(page_of(rich, "state/"), {"to": "explode"}).status_code == 404


def test_a_facility_is_registered_and_waits_for_the_coordinator(cast: Cast, as_: As) -> None:
    client = as_("hank")
    sent = {"network": cast.harbour.pk, "name": "Second Heron", "kind": "jobshop", "country": "US", "city": "Akron"}
    assert client.post("/facilities/new/", sent).status_code == 422
    made = client.post("/facilities/new/", {**sent, "operator": cast.quiet_heron.operator_id})
    place = Facility.objects.get(name="Second Heron")
    assert made["Location"] == page_of(place)
    assert (place.claim_state, list(place.networks.all())) == ("claim_pending", [cast.harbour])
    assert "decides about the claim" in text_of(client, page_of(place))
    assert as_("fay").get("/facilities/new/").status_code == 403


def test_a_listed_place_is_found_claimed_and_asked_about(cast: Cast, as_: As) -> None:
    mill = builders.facility(
        name="Old Mill", operator=None, claim_state="unclaimed", profile_public=True, networks=(cast.lakeside,)
    )
    hidden = builders.facility(name="Old Barn", operator=None, claim_state="unclaimed", networks=(cast.lakeside,))
    client = as_("hank")
    text = text_of(client, "/facilities/claim/?words=old")
    assert "Old Mill" in text
    assert "Old Barn" not in text
    assert client.get(page_of(hidden, "claim/")).status_code == 404
    invited = page_of(hidden, f"claim/?invitation={invitation_to(hidden)}")
    assert "Claim Old Barn" in text_of(client, invited)
    sent = {"organisation": cast.quiet_heron.operator_id, "words": "Mine"}
    assert client.post(page_of(hidden, "claim/"), {**sent, "invitation": "x"}).status_code == 404
    assert client.post(page_of(hidden, "claim/"), {**sent, "invitation": invitation_to(hidden)}).status_code == 302
    assert client.post(page_of(mill, "claim/"), sent).status_code == 302
    assert Claim.objects.filter(state="pending").count() == 2
    assert client.post(page_of(mill, "claim/"), sent).status_code == 422  # claimed already, and said so
    assert "pending" in text_of(client, "/facilities/claim/")
    assert client.post(page_of(mill, "ask/"), {"kind": "removal", "words": "Gone"}).status_code == 200
    assert ListingRequest.objects.get().asked_by == cast.hank
    assert client.get(page_of(cast.iron_finch, "ask/")).status_code == 404


def test_every_page_keeps_the_strict_policy(rich: Facility, as_: As) -> None:
    client = as_("hank")
    for below in ("", "site/", "contact/", "add/machines/", "add/processes/", "certificates/new/", "ask/"):
        answer = client.get(page_of(rich, below))
        assert answer.status_code == 200, below
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer.content.decode().count("<h1>") == 1
