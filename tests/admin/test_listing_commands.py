"""The buttons above a facility and a certificate: what they do, for whom, and what they say when they may not."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core.models import AuditEntry
from apps.facilities.models import Claim, Facility, HeldCertificate
from apps.facilities.models.evidence import CertificateDocument
from tests import builders
from tests.admin.conftest import SignIn
from tests.admin.forms import errors_of, form_data
from tests.builders import today
from tests.cast import Cast
from tests.facilities.papers import HTML, PDF


def page(row: Any) -> str:
    return reverse(f"admin:facilities_{row._meta.model_name}_change", args=[row.pk])


def press(client: Client, row: Any, command: str, **sent: Any) -> list[str]:
    """What the page says after the button."""
    address = reverse(f"admin:facilities_{row._meta.model_name}_command", args=[row.pk, command])
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200, command
    row.refresh_from_db()
    return [str(message) for message in answer.context["messages"]]


def test_a_facility_is_paused_resumed_closed_and_opened_again(cast: Cast, desk: SignIn) -> None:
    heron, client = cast.quiet_heron, desk(cast.carla)
    for command, state, sent in (
        ("pause", "paused", {"until": "2040-01-01", "reason": "Holiday"}),
        ("resume", "active", {}),
        ("close", "closed", {}),
        ("resume", "active", {}),
    ):
        assert press(client, heron, command, **sent) == ["Done."]
        assert heron.operating_state == state
    assert AuditEntry.objects.filter(subject_id=heron.public_id, reason="Holiday").count() == 1
    press(client, heron, "close")
    assert press(client, heron, "pause") == ["That step is not possible from here."]
    assert press(client, heron, "pause", until="soon") == ["That is no date."]


def test_a_claim_is_revoked_with_a_reason(cast: Cast, desk: SignIn) -> None:
    heron, client = cast.quiet_heron, desk(cast.carla)
    assert press(client, heron, "revoke") == ["Say why; the claimer reads it."]
    assert heron.claim_state == "claimed"
    assert press(client, heron, "revoke", reason="Sold") == ["Done."]
    assert (heron.claim_state, heron.operator) == ("revoked", None)
    assert Claim.objects.get(facility=heron).revoked_reason == "Sold"
    assert "/facilities/invited/" in client.get(page(heron)).content.decode()


def test_what_an_owner_asks_is_shown_and_answered(cast: Cast, desk: SignIn) -> None:
    heron, client = cast.quiet_heron, desk(cast.carla)
    asked = builders.listing_request(facility=heron, words="We moved away.")
    foreign = builders.listing_request(facility=cast.iron_finch)
    assert "We moved away." in client.get(page(heron)).content.decode()
    address = reverse("admin:facilities_facility_command", args=[heron.pk, "grant"])
    assert client.post(address, {"request": str(foreign.public_id)}).status_code == 404
    assert press(client, heron, "refuse", request=asked.public_id) == ["Say why; whoever asked reads it."]
    assert press(client, heron, "grant", request=asked.public_id) == ["Done."]
    assert heron.removed_at is not None
    assert "Take it off the list" not in client.get(page(heron)).content.decode()


def test_a_new_place_with_an_operator_keeps_who_vouched_for_it(cast: Cast, desk: SignIn) -> None:
    client, url = desk(cast.carla), reverse("admin:facilities_facility_add")
    rows = {"network_links-TOTAL_FORMS": 1, "network_links-0-network": cast.lakeside.pk}
    named = {"name": "New Mill", "kind": "jobshop", "operator": cast.quiet_heron.operator_id}
    answer = client.post(url, form_data(client, url, **named, **rows))
    assert answer.status_code == 302, errors_of(answer)
    claim = Claim.objects.get(facility__name="New Mill")
    assert (claim.state, claim.decided_by) == ("approved", cast.carla)


def test_nobody_presses_a_button_of_a_page_that_is_closed_to_them(cast: Cast, desk: SignIn) -> None:
    held = builders.held_certificate(facility=cast.quiet_heron)
    client = desk(cast.omar)
    for row, command in ((cast.quiet_heron, "close"), (held, "verify"), (held, "hand-in")):
        address = reverse(f"admin:facilities_{row._meta.model_name}_command", args=[row.pk, command])
        assert client.post(address).status_code == 404
        assert client.get(address).status_code == 405
    assert client.get(reverse("admin:facilities_heldcertificate_document", args=[held.pk])).status_code == 404
    known = reverse("admin:facilities_facility_command", args=[cast.quiet_heron.pk, "explode"])
    assert desk(cast.carla).post(known).status_code == 404


def test_evidence_is_handed_in_read_verified_and_taken_back(
    cast: Cast, desk: SignIn, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    held, client = builders.held_certificate(facility=cast.quiet_heron), desk(cast.carla)
    checked = {"level": "coordinator_verified", "checked": ["document", "scope"], "words": "The stamp"}
    assert press(client, held, "verify", **checked) == ["First its document is handed in; then it can be verified."]
    assert press(client, held, "hand-in") == ["Choose a file."]
    [refused] = press(client, held, "hand-in", file=SimpleUploadedFile("iso.pdf", HTML))
    assert refused.startswith("A PDF without scripts")
    assert press(client, held, "hand-in", file=SimpleUploadedFile("iso.pdf", PDF)) == ["Done."]
    answer = client.get(reverse("admin:facilities_heldcertificate_document", args=[held.pk]))
    assert (answer.content, answer["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert AuditEntry.objects.filter(verb="read_document", actor=cast.carla).count() == 1
    assert press(client, held, "verify", level="coordinator_verified") == ["Say what was looked at."]
    assert press(client, held, "verify", **checked) == ["Done."]
    assert held.evidence_level == "coordinator_verified"
    assert "The stamp" in client.get(page(held)).content.decode()
    assert press(client, held, "take-back", reason="A copy") == ["Done."]
    assert held.evidence_level == "documented"
    assert CertificateDocument.objects.get().name == "iso.pdf"


def test_a_fact_that_is_changed_at_the_desk_takes_evidence_back(cast: Cast, desk: SignIn) -> None:
    process = builders.process()
    for changes in ({"number": "9"}, {"scope_processes": [process.pk]}):
        held = builders.held_certificate(facility=cast.quiet_heron, evidence_level="coordinator_verified")
        seen = builders.verification(certificate=held)
        client = desk(cast.carla)
        assert client.post(page(held), form_data(client, page(held), **changes)).status_code == 302
        held.refresh_from_db()
        seen.refresh_from_db()
        assert (held.evidence_level, seen.undone_because) == ("stated", "facts_changed")


def test_the_desk_keeps_certificates_of_products_apart(cast: Cast, desk: SignIn) -> None:
    held = builders.held_certificate(facility=cast.quiet_heron)
    fcc = builders.certification("fcc", scope="product")
    client = desk(cast.carla)
    sent = form_data(client, page(held), certification=fcc.pk)
    assert "shown_for" in errors_of(client.post(page(held), sent))
    assert client.post(page(held), sent | {"shown_for": "Model 7"}).status_code == 302
    assert HeldCertificate.objects.get(pk=held.pk).shown_for == "Model 7"


def test_a_class_gives_its_number_at_the_desk(cast: Cast, desk: SignIn) -> None:
    client, heron = desk(cast.carla), cast.quiet_heron
    sent = form_data(client, page(heron), tolerance_class="2768 m")
    assert client.post(page(heron), sent).status_code == 302
    heron.refresh_from_db()
    assert (heron.tolerance_class, heron.best_tolerance_mm) == ("ISO 2768-m", 0.3)
    sent = form_data(client, page(heron), best_tolerance_mm="0.05")
    assert client.post(page(heron), sent).status_code == 302
    heron.refresh_from_db()
    assert (heron.tolerance_class, heron.best_tolerance_mm) == ("", 0.05)
    assert "tolerance_class" in errors_of(client.post(page(heron), form_data(client, page(heron), tolerance_class="x")))


def test_a_machine_that_is_listed_at_the_desk_suggests_too(cast: Cast, desk: SignIn) -> None:
    machine = builders.machine_model(envelope_length_mm=10, envelope_width_mm=10, envelope_height_mm=10)
    machine.processes.add(builders.process("milling"))
    client, url = desk(cast.carla), reverse("admin:facilities_heldmachine_add")
    sent = form_data(client, url, facility=cast.quiet_heron.pk, machine=machine.pk)
    answer = client.post(url, sent)
    assert answer.status_code == 302, errors_of(answer)
    line = cast.quiet_heron.capabilities.get()
    assert (line.source, line.envelope_mm, line.confirmed_on) == ("suggested", (10, 10, 10), today())
    client.post(reverse("admin:facilities_heldmachine_delete", args=[line.suggested_by_id]), {"post": "yes"})
    assert not Facility.objects.get(pk=cast.quiet_heron.pk).capabilities.exists()
