"""API tokens at the desk: seen without what could be used, and revoked."""

from django.urls import reverse
from knox.models import AuthToken

from apps.core.models import AuditEntry
from tests.admin.conftest import SignIn
from tests.cast import Cast

LIST = "/admin/knox/authtoken/"


def test_the_list_shows_neither_token_nor_digest(cast: Cast, desk: SignIn) -> None:
    row, token = AuthToken.objects.create(user=cast.fay)
    text = desk(cast.ada).get(LIST).content.decode()
    assert "Fay" in text
    assert token[:8] in text
    assert token not in text
    assert row.digest not in text


def test_no_page_is_addressed_by_a_digest(cast: Cast, desk: SignIn) -> None:
    row, _token = AuthToken.objects.create(user=cast.fay)
    client = desk(cast.ada)
    for rest in (f"{row.digest}/change/", f"{row.digest}/delete/", f"{row.digest}/history/", f"{row.digest}/", "add/"):
        assert client.get(LIST + rest).status_code == 404, rest


def test_a_token_is_revoked_after_a_question(cast: Cast, desk: SignIn) -> None:
    row, token = AuthToken.objects.create(user=cast.fay)
    other, _token = AuthToken.objects.create(user=cast.fay)
    client = desk(cast.ada)
    url = reverse("admin:knox_authtoken_revoke", args=[cast.fay.public_id, row.token_key])
    question = client.get(url).content.decode()
    assert "fay@example.org" in question
    assert row.digest not in question
    assert AuthToken.objects.count() == 2
    headers = {"Authorization": f"Token {token}"}
    assert client.get("/api/v1/me/", headers=headers).status_code == 200
    answer = client.post(url, follow=True)
    assert "no longer signs anybody in" in answer.content.decode()
    assert list(AuthToken.objects.all()) == [other]
    entry = AuditEntry.objects.get(verb="revoke_token")
    assert (entry.subject_id, entry.actor, entry.old) == (cast.fay.public_id, cast.ada, {"token": token[:8]})
    client.logout()
    assert client.get("/api/v1/me/", headers=headers).status_code == 401


def test_only_administrators_revoke(cast: Cast, desk: SignIn) -> None:
    row, _token = AuthToken.objects.create(user=cast.fay)
    url = reverse("admin:knox_authtoken_revoke", args=[cast.fay.public_id, row.token_key])
    assert desk(cast.carla).post(url).status_code == 403
    assert desk(cast.fay).post(url).status_code == 302
    stranger = reverse("admin:knox_authtoken_revoke", args=[cast.rita.public_id, row.token_key])
    assert desk(cast.ada).post(stranger).status_code == 404
    assert AuthToken.objects.count() == 1
