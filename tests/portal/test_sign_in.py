"""Signing in and out of the portal."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client, override_settings
from django.urls import reverse

from tests.builders import PASSWORD
from tests.cast import Cast
from tests.portal.conftest import As

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
DAY = 86_400  # a window that does not end in the middle of a test, but at midnight


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return get_user(client).is_authenticated  # a client has a session as a request has


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_strangers_are_told_what_this_is(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Find the place that can make your product" in text_of(response)
    assert reverse("portal:sign-in") in text_of(response)


def test_the_right_password_leads_home(client: Client, cast: Cast) -> None:
    response = sign_in(client, "FAY@example.org")
    assert response.status_code == 302
    assert response["Location"] == reverse("portal:home")
    assert is_signed_in(client)


def test_a_wrong_password_is_refused_and_the_address_kept(client: Client, cast: Cast) -> None:
    response = sign_in(client, "fay@example.org", "wrong")
    assert response.status_code == 200
    assert "do not belong together" in text_of(response)
    assert 'value="fay@example.org"' in text_of(response)
    assert not is_signed_in(client)


def test_unknown_addresses_and_switched_off_accounts_read_the_same(client: Client, cast: Cast) -> None:
    cast.mo.is_active = False
    cast.mo.save()
    for email in ("nobody@example.org", "mo@example.org"):
        assert "do not belong together" in text_of(sign_in(client, email))


def test_one_returns_to_where_one_was_going(client: Client, cast: Cast) -> None:
    asked = client.get("/needs/new/")
    assert asked["Location"] == f"{SIGN_IN}?next=/needs/new/"
    assert sign_in(client, "fay@example.org", next="/needs/new/")["Location"] == "/needs/new/"


def test_nobody_is_sent_to_another_host(client: Client, cast: Cast) -> None:
    assert sign_in(client, "fay@example.org", next="https://evil.example/")["Location"] == reverse("portal:home")


def test_signing_out_takes_a_post(as_: As) -> None:
    client = as_("fay")
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    response = client.post("/sign-out/", follow=True)
    assert "You are signed out" in text_of(response)
    assert not is_signed_in(client)


@override_settings(API_THROTTLES={**settings.API_THROTTLES, "sign_in": (2, DAY), "sign_in_account": (100, DAY)})
def test_guesses_from_one_address_run_out(cast: Cast) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    for _attempt in range(2):
        assert client.post(SIGN_IN, {"username": "a@example.org", "password": "x"}).status_code == 200
    refused = client.post(SIGN_IN, {"username": "fay@example.org", "password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= DAY
    assert "Too many attempts" in text_of(refused)
    assert not is_signed_in(client)


@override_settings(API_THROTTLES={**settings.API_THROTTLES, "sign_in": (100, DAY), "sign_in_account": (2, DAY)})
def test_guesses_at_one_account_add_up_over_pages_and_api(client: Client, cast: Cast) -> None:
    guess = {"email": "rita@example.org", "password": "x"}
    client.post("/api/v1/sign-in/", guess, content_type="application/json", REMOTE_ADDR="192.0.2.8")
    assert sign_in(client, "rita@example.org", "x").status_code == 200
    assert sign_in(client, "RITA@example.org").status_code == 429
