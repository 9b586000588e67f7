"""Signing in and out, oneself, organisations and their members."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import get_token_model

from apps.accounts.models import Membership, Organisation, Role
from apps.core.models import AuditEntry
from tests.api.client import Api, results
from tests.api.world import World
from tests.builders import PASSWORD


def sign_in(email: str, password: str = PASSWORD) -> Any:
    return Api().post("sign-in/", {"email": email, "password": password})


def test_a_token_opens_what_it_should_and_only_its_digest_is_stored(world: World) -> None:
    answer = sign_in("Fay@Example.org")
    assert answer.status_code == HTTPStatus.OK, answer.content
    token = answer.json()["token"]
    assert answer.json()["user"]["email"] == "fay@example.org"
    stored = get_token_model().objects.get(user=world.cast.fay)
    assert token not in (stored.digest, stored.token_key)
    assert Api().get("me/", Authorization=f"Token {token}").json()["name"] == "Fay"


def test_wrong_unknown_and_switched_off_read_the_same(world: World) -> None:
    world.cast.mo.is_active = False
    world.cast.mo.save()
    answers = [sign_in("fay@example.org", "wrong"), sign_in("nobody@example.org"), sign_in("mo@example.org")]
    assert {answer.status_code for answer in answers} == {HTTPStatus.UNAUTHORIZED}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "bad_credentials"


def test_signing_out_ends_this_token_and_no_other(world: World) -> None:
    here, there = world.as_("fay"), world.as_("fay")
    assert here.post("sign-out/").status_code == HTTPStatus.NO_CONTENT
    assert here.get("me/").status_code == HTTPStatus.UNAUTHORIZED
    assert there.get("me/").status_code == HTTPStatus.OK


def test_a_token_that_expired_is_refused(world: World) -> None:
    fay = world.as_("fay")
    get_token_model().objects.update(expiry=timezone.now())
    refused = fay.get("me/")
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert refused["WWW-Authenticate"] == "Token"


def test_somebody_switched_off_is_out_at_once(world: World) -> None:
    fay = world.as_("fay")
    world.cast.fay.is_active = False
    world.cast.fay.save()
    assert fay.get("me/").status_code == HTTPStatus.UNAUTHORIZED


def test_the_oldest_token_makes_room_for_a_new_one(world: World, settings: Any) -> None:
    oldest = world.as_("fay")
    for _ in range(19):
        world.as_("fay")
    assert sign_in("fay@example.org").status_code == HTTPStatus.OK
    assert oldest.get("me/").status_code == HTTPStatus.UNAUTHORIZED
    assert get_token_model().objects.filter(user=world.cast.fay).count() == 20


def test_me_says_for_whom_one_acts(world: World) -> None:
    fay, carla = world.as_("fay").read("me/"), world.as_("carla").read("me/")
    assert [(one["organisation"]["name"], one["role"]) for one in fay["memberships"]] == [("Bright Beetle", "owner")]
    assert (fay["coordinates"], fay["administrator"]) == ([], False)
    assert (carla["coordinates"], carla["memberships"]) == (["lakeside"], [])


def test_whoever_registers_an_organisation_owns_it(world: World) -> None:
    sam = world.as_("sam")
    made = sam.post("organisations/", {"name": "Sam's Lamps", "kind": "startup", "country": "US"})
    assert made.status_code == HTTPStatus.CREATED, made.content
    assert sam.read(made["Location"])["name"] == "Sam's Lamps"
    assert Membership.objects.get(organisation__name="Sam's Lamps").role == Role.OWNER
    assert sam.post("organisations/", {"name": "Net", "kind": "network"}).status_code == HTTPStatus.BAD_REQUEST


def test_an_owner_changes_it_and_a_member_does_not(world: World) -> None:
    path = f"organisations/{world.cast.bright_beetle.public_id}/"
    tag = world.as_("fay").get(path)["ETag"]
    refused = world.as_("mo").patch(path, {"name": "Mo's"}, if_match=tag)
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "not_an_owner")
    changed = world.as_("fay").patch(path, {"name": "Brighter Beetle"}, if_match=tag)
    assert changed.json()["name"] == "Brighter Beetle"
    assert changed["ETag"] != tag
    assert world.as_("fay").patch(path, {"name": "x"}, if_match=tag).status_code == HTTPStatus.PRECONDITION_FAILED
    assert AuditEntry.objects.get(verb="change").old == {"name": "Bright Beetle"}


def test_organisations_of_others_are_not_there(world: World) -> None:
    path = f"organisations/{world.cast.rival_rocket.public_id}/"
    assert world.as_("fay").get(path).status_code == HTTPStatus.NOT_FOUND
    names = {row["name"] for row in results(world.as_("fay").get("organisations/?page_size=100"))}
    assert "Rival Rocket" not in names
    assert names >= {"Bright Beetle"}
    kinds = {row["kind"] for row in results(world.as_("fay").get("organisations/?kind=network"))}
    assert kinds == {"network"}


def test_colleagues_see_each_other_and_nobody_else_does(world: World) -> None:
    path = f"organisations/{world.cast.bright_beetle.public_id}/members/"
    assert [row["user"]["name"] for row in results(world.as_("vera").get(path))] == ["Fay", "Mo", "Vera"]
    network = f"organisations/{world.cast.lakeside.organisation.public_id}/members/"
    assert results(world.as_("fay").get(network)) == []
    assert world.as_("rita").get(path).status_code == HTTPStatus.NOT_FOUND


def test_an_owner_lets_colleagues_in_by_the_id_they_handed_over(world: World) -> None:
    path = f"organisations/{world.cast.bright_beetle.public_id}/members/"
    sam_id = world.as_("sam").read("me/")["id"]
    added = world.as_("fay").post(path, {"user": sam_id, "role": "viewer"})
    assert added.status_code == HTTPStatus.CREATED, added.content
    assert world.as_("fay").post(path, {"user": sam_id, "role": "viewer"}).json()["code"] == "member_already"
    assert world.as_("mo").post(path, {"user": sam_id, "role": "owner"}).status_code == HTTPStatus.FORBIDDEN
    changed = world.as_("fay").patch(added["Location"], {"role": "member"})
    assert changed.json()["role"] == "member"
    assert world.as_("fay").delete(added["Location"]).status_code == HTTPStatus.NO_CONTENT
    assert world.as_("fay").get(added["Location"]).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("way", ["step down", "leave"])
def test_the_last_owner_stays(world: World, way: str) -> None:
    fay = world.as_("fay")
    path = f"organisations/{world.cast.bright_beetle.public_id}/members/{world.cast.fay.public_id}/"
    refused = fay.patch(path, {"role": "viewer"}) if way == "step down" else fay.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "last_owner")
    assert Membership.objects.get(user=world.cast.fay).role == Role.OWNER


def test_networks_say_who_coordinates_to_those_who_belong(world: World) -> None:
    def coordinators(name: str) -> dict[str, Any]:
        shown = results(world.as_(name).get("networks/"))
        return {row["slug"]: row["coordinators"] and [one["name"] for one in row["coordinators"]] for row in shown}

    assert coordinators("hank") == {"lakeside": ["Carla"], "harbour": None}
    assert coordinators("carla") == {"lakeside": ["Carla"], "harbour": None}
    assert coordinators("ada") == {"lakeside": ["Carla"], "harbour": ["Omar"]}
    assert coordinators("sam") == {"lakeside": None, "harbour": None}
    assert world.as_("sam").read("networks/lakeside/")["name"] == "Lakeside Makers"


def test_an_organisation_keeps_its_kind(world: World) -> None:
    path = f"organisations/{world.cast.bright_beetle.public_id}/"
    tag = world.as_("fay").get(path)["ETag"]
    refused = world.as_("fay").patch(path, {"kind": "network"}, if_match=tag)
    assert refused.json()["errors"][0]["code"] == "unknown_field"
    assert Organisation.objects.get(pk=world.cast.bright_beetle.pk).kind == "startup"


def test_the_portals_session_reads_and_needs_the_csrf_token_to_write(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.cast.fay)
    assert browser.get("/api/v1/me/").json()["name"] == "Fay"
    sent = {"name": "x", "kind": "startup"}
    refused = browser.post("/api/v1/organisations/", sent, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.FORBIDDEN, "permission_denied")
    token = "t" * 32
    browser.cookies["csrftoken"] = token
    made = browser.post("/api/v1/organisations/", sent, content_type="application/json", headers={"X-CSRFToken": token})
    assert made.status_code == HTTPStatus.CREATED, made.content
    out = browser.post("/api/v1/sign-out/", "", content_type="application/json", headers={"X-CSRFToken": token})
    assert out.json()["code"] == "no_token"


def test_what_breaks_under_the_api_is_a_problem_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(user: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("apps.accounts.selectors.myself", broken)
    answer = world.as_("fay").get("me/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"secret detail" not in answer.content
    assert answer.json()["code"] == "error"
