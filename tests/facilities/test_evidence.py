"""Certificates: what a facility may state, documents that stay private, verifications, expiry."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from apps.catalog.models import CertificationScope
from apps.core.models import AuditEntry
from apps.facilities import tasks
from apps.facilities.models import EVIDENCE_EDGES, EvidenceLevel, HeldCertificate, Verification
from apps.matching.models import Match
from apps.matching.runs import drain
from apps.notices.models import Delivery
from tests import builders
from tests.api.client import results
from tests.api.world import World, make_world
from tests.builders import today
from tests.facilities.papers import HTML, PDF, PNG
from tests.matching.world import let_time_pass, settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    return make_world()


def stated(world: World, **fields: Any) -> str:
    """The address of a certificate that Hank has stated."""
    path = f"facilities/{world.cast.quiet_heron.public_id}/certificates/"
    made = world.as_("hank").post(path, {"certification": "iso-9001", "number": "Q 1", **fields})
    assert made.status_code == HTTPStatus.CREATED, made.content
    return str(made["Location"])


def tag(world: World, who: str, path: str) -> dict[str, str]:
    return {"if_match": world.as_(who).get(path)["ETag"]}


def hand_in(world: World, path: str, data: bytes = PDF, *, name: str = "iso.pdf", who: str = "hank") -> Any:
    named = {"content_disposition": f'attachment; filename="{name}"', "content_type": "application/pdf"}
    return world.as_(who).call("PUT", f"{path}document/", raw=data, **named, **tag(world, who, path))


def verify(world: World, path: str, who: str = "carla", **fields: Any) -> Any:
    sent = {"level": "coordinator_verified", "checked": ["document", "dates"], "words": "The stamp", **fields}
    return world.as_(who).post(f"{path}verifications/", sent, **tag(world, who, path))


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- documents ------------------------------------------------------------------------------------------------------


def test_a_document_is_kept_private_and_read_by_who_may(world: World, tmp_path: Path) -> None:
    path = stated(world)
    shown = hand_in(world, path)
    assert shown.status_code == HTTPStatus.OK, shown.content
    assert (shown.json()["evidence_level"], shown.json()["document"]["name"]) == ("documented", "iso.pdf")
    [file] = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert "iso" not in file.name
    assert file.suffix == ".pdf"
    assert file.stat().st_mode & 0o077 == 0
    for who in ("hank", "carla", "ada"):
        answer = world.as_(who).get(f"{path}document/")
        assert (answer.status_code, answer.content) == (HTTPStatus.OK, PDF)
        assert answer["Content-Disposition"] == 'attachment; filename="iso.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in answer["Cache-Control"]
    for who in ("fay", "ines", "omar", "sam"):
        assert world.as_(who).get(f"{path}document/").status_code == HTTPStatus.NOT_FOUND
    assert world.as_("nobody").get(f"{path}document/").status_code == HTTPStatus.UNAUTHORIZED
    readers = AuditEntry.objects.filter(verb="read_document").order_by("pk").values_list("actor__name", flat=True)
    assert list(readers) == ["Hank", "Carla", "Ada"]
    for guess in (f"/media/{file.name}", f"/static/certificates/{file.name}", f"/certificates/{file.name}"):
        assert world.as_("hank").get(guess).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (HTML, "iso.pdf", "file_type_refused"),
        (PDF, "iso.html", "file_name_disagrees"),
        (b"", "iso.pdf", "file_empty"),
        (PDF + b" " * (11 << 20), "iso.pdf", "file_too_large"),
    ],
)
def test_what_is_no_document_leaves_nothing_behind(
    world: World, tmp_path: Path, data: bytes, name: str, code: str
) -> None:
    path = stated(world)
    refused = hand_in(world, path, data, name=name)
    assert code_of(refused) == (HTTPStatus.BAD_REQUEST, code)
    assert not any(one.is_file() for one in tmp_path.rglob("*"))
    assert world.as_("hank").read(path)["evidence_level"] == "stated"


def test_another_document_takes_the_place_of_the_first(
    world: World, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    path = stated(world)
    hand_in(world, path)
    verify(world, path)
    with django_capture_on_commit_callbacks(execute=True):
        shown = hand_in(world, path, PNG, name="../../new.png").json()
    assert (shown["document"]["name"], shown["evidence_level"], shown["verification"]) == (
        "new.png",
        "documented",
        None,
    )
    assert [one.suffix for one in tmp_path.rglob("*") if one.is_file()] == [".png"]
    undone = results(world.as_("hank").get(f"{path}verifications/"))
    assert [row["undone_because"] for row in undone] == ["document_changed"]
    with django_capture_on_commit_callbacks(execute=True):
        gone = world.as_("hank").delete(f"{path}document/", **tag(world, "hank", path))
    assert gone.status_code == HTTPStatus.NO_CONTENT
    assert not any(one.is_file() for one in tmp_path.rglob("*"))
    assert world.as_("hank").read(path)["evidence_level"] == "stated"


def test_a_name_is_asked_for(world: World) -> None:
    path = stated(world)
    answer = world.as_("hank").call("PUT", f"{path}document/", raw=PDF, **tag(world, "hank", path))
    assert code_of(answer) == (HTTPStatus.BAD_REQUEST, "file_name_missing")


# --- verification ---------------------------------------------------------------------------------------------------


def test_a_verification_says_who_saw_what_and_falls_with_the_facts(world: World) -> None:
    path = stated(world, expires_on=str(today() + timedelta(days=400)))
    assert code_of(verify(world, path)) == (HTTPStatus.CONFLICT, "no_document")
    hand_in(world, path)
    assert code_of(verify(world, path, "hank")) == (HTTPStatus.FORBIDDEN, "not_a_coordinator")
    assert world.as_("omar").post(f"{path}verifications/", {}).status_code == HTTPStatus.NOT_FOUND
    wrongs: list[dict[str, Any]] = [{"checked": []}, {"checked": ["gut feeling"]}, {"level": "documented"}]
    for wrong in wrongs:
        assert verify(world, path, **wrong).status_code == HTTPStatus.BAD_REQUEST
    assert code_of(verify(world, path, level="registry_verified")) == (HTTPStatus.BAD_REQUEST, "registry_not_checked")
    shown = verify(world, path).json()
    assert shown["evidence_level"] == "coordinator_verified"
    seen = shown["verification"]
    assert (seen["verified_by"], seen["checked"], seen["words"]) == ("Carla", ["dates", "document"], "The stamp")
    anew = verify(world, path, level="registry_verified", checked=["registry", "number"]).json()
    assert anew["evidence_level"] == "registry_verified"
    hank = world.as_("hank")
    same = hank.patch(path, {"number": "Q 1"}, **tag(world, "hank", path)).json()
    assert same["evidence_level"] == "registry_verified"  # nothing was changed
    changed = hank.patch(path, {"number": "Q 2"}, **tag(world, "hank", path)).json()
    assert (changed["evidence_level"], changed["verification"]) == ("stated", None)
    reasons = [row["undone_because"] for row in results(hank.get(f"{path}verifications/"))]
    assert reasons == ["facts_changed", "renewed"]


def test_other_processes_in_the_scope_are_other_facts(world: World) -> None:
    path = stated(world)
    hand_in(world, path)
    verify(world, path)
    sent = {"scope_processes": ["moulding"]}
    changed = world.as_("hank").patch(path, sent, **tag(world, "hank", path)).json()
    assert (changed["evidence_level"], changed["verification"]) == ("stated", None)


def test_nobody_verifies_what_is_their_own(world: World) -> None:
    path = stated(world)
    hand_in(world, path)
    builders.membership(user=world.cast.carla, organisation=world.cast.quiet_heron.operator)
    assert code_of(verify(world, path)) == (HTTPStatus.FORBIDDEN, "own_certificate")


def test_a_verification_is_taken_back_with_a_reason(world: World) -> None:
    path, carla = stated(world), world.as_("carla")
    hand_in(world, path)
    take_back = f"{path}verifications/take-back/"
    early = carla.post(take_back, {"reason": "x"}, **tag(world, "carla", path))
    assert code_of(early) == (HTTPStatus.CONFLICT, "not_verified")
    verify(world, path)
    shown = carla.post(take_back, {"reason": "Forged"}, **tag(world, "carla", path))
    assert (shown.json()["evidence_level"], shown.json()["verification"]) == ("documented", None)
    assert AuditEntry.objects.get(verb="take_back_verification").reason == "Forged"


def test_an_expired_certificate_is_shown_so_and_not_verified(world: World) -> None:
    path = stated(world, expires_on=str(today() - timedelta(days=1)))
    assert world.as_("hank").read(path)["expired"] is True
    hand_in(world, path)
    assert code_of(verify(world, path)) == (HTTPStatus.CONFLICT, "certificate_expired")


# --- whose certificate it is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [CertificationScope.PRODUCT, CertificationScope.PERSON])
def test_what_belongs_to_a_product_or_a_person_no_facility_holds(world: World, scope: str) -> None:
    builders.certification("fcc", scope=scope)
    hank = world.as_("hank")
    path = f"facilities/{world.cast.quiet_heron.public_id}/certificates/"
    refused = hank.post(path, {"certification": "fcc"})
    assert code_of(refused) == (HTTPStatus.BAD_REQUEST, "not_a_facilitys_certificate")
    assert refused.json()["errors"][0]["pointer"] == "/shown_for"
    made = hank.post(path, {"certification": "fcc", "shown_for": "Model 7 radio"})
    assert made.status_code == HTTPStatus.CREATED
    taken = hank.patch(made["Location"], {"shown_for": ""}, **tag(world, "hank", made["Location"]))
    assert code_of(taken) == (HTTPStatus.BAD_REQUEST, "not_a_facilitys_certificate")


def test_what_is_the_facilitys_own_is_shown_for_nobody(world: World) -> None:
    path = f"facilities/{world.cast.quiet_heron.public_id}/certificates/"
    refused = world.as_("hank").post(path, {"certification": "iso-9001", "shown_for": "Model 7 radio"})
    assert code_of(refused) == (HTTPStatus.BAD_REQUEST, "a_facilitys_certificate")


# --- expiry ---------------------------------------------------------------------------------------------------------


def test_an_expiry_is_warned_of_at_60_and_at_14_days_once_each(world: World) -> None:
    expires = date(2030, 6, 30)
    held = builders.held_certificate(facility=world.cast.quiet_heron, expires_on=expires)
    builders.held_certificate(facility=builders.facility(operating_state="closed"), expires_on=expires)
    sent: dict[int, int] = {}
    for days in (61, 60, 59, 15, 14, 13, 0, -1):
        with time_machine.travel(datetime.combine(expires - timedelta(days=days), datetime.min.time(), UTC)):
            tasks.warn_of_expiries()
            tasks.warn_of_expiries()
        sent[days] = Delivery.objects.filter(kind="certificate-expires").count()
    assert sent == {61: 0, 60: 1, 59: 1, 15: 1, 14: 2, 13: 2, 0: 2, -1: 2}
    assert {mail.user for mail in Delivery.objects.all()} == {world.cast.hank}
    HeldCertificate.objects.filter(pk=held.pk).update(expires_on=expires + timedelta(days=365))
    with time_machine.travel(datetime(2031, 6, 20, tzinfo=UTC)):
        tasks.warn_of_expiries()
    assert Delivery.objects.count() == 3  # the renewed one, close to its end already, once


def test_an_expired_certificate_stops_counting(world: World) -> None:
    """At its last day still held, for an order that is due by then; not for one that is due later."""
    process = turning()
    shop = turning_shop(process, world.cast.lakeside, certificates_listed=True)
    iso = builders.certification("iso-14001")
    tiers: list[int | None] = []
    for days in (400, 10, -1):
        held = builders.held_certificate(
            facility=shop,
            certification=iso,
            evidence_level="documented",
            expires_on=today() + timedelta(days=days),
        )
        need = turned_part(process, world.cast.lakeside, required_certificates=(iso,))
        settle()
        let_time_pass()
        drain(today())
        match = Match.objects.filter(ranking__need=need, facility=shop).first()
        tiers.append(match.tier if match else None)
        held.delete()
    assert tiers[0] is not None
    assert tiers[1:] == [None, None]


# --- the tables by themselves ---------------------------------------------------------------------------------------


def test_the_table_takes_evidence_back_when_a_fact_changes() -> None:
    certificate = builders.held_certificate(evidence_level="coordinator_verified")
    seen = builders.verification(certificate=certificate)
    HeldCertificate.objects.filter(pk=certificate.pk).update(expires_on=date(2031, 1, 1))
    certificate.refresh_from_db()
    seen.refresh_from_db()
    assert (certificate.evidence_level, seen.undone_because) == ("stated", "facts_changed")
    assert seen.undone_at is not None


@pytest.mark.parametrize(("before", "after"), product(EvidenceLevel.values, repeat=2))
def test_every_step_of_evidence_is_listed_or_refused(before: str, after: str) -> None:
    certificate = builders.held_certificate(evidence_level=before)
    builders.certificate_document(certificate=certificate)
    if after.endswith("verified"):
        Verification.objects.all().delete()
        builders.verification(certificate=certificate, level=after)
    _updates(certificate, allowed=before == after or (before, after) in EVIDENCE_EDGES, level=after)


@pytest.mark.parametrize(
    ("before", "after"),
    [edge for edge in EVIDENCE_EDGES if edge[1] != "stated" and edge[0] in ("stated", "documented")],
)
def test_no_evidence_without_what_shows_it(before: str, after: str) -> None:
    _updates(builders.held_certificate(evidence_level=before), allowed=False, level=after)


def _updates(certificate: HeldCertificate, *, allowed: bool, level: str) -> None:
    def write() -> None:
        with transaction.atomic():
            HeldCertificate.objects.filter(pk=certificate.pk).update(evidence_level=level)

    if allowed:
        write()
        return
    with pytest.raises(DatabaseError):
        write()
