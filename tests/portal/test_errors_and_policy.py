"""Pages for what goes wrong, and the strict content policy that every page keeps."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.cast import Cast
from tests.portal.conftest import As

TEMPLATES = Path(__file__).resolve().parents[2] / "apps" / "portal" / "templates"
INLINE = re.compile(r"""\sstyle=|<style|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|hx-on|https?://""")


@pytest.mark.django_db
def test_an_unknown_page_reads_as_one_that_is_not_yours(as_: As) -> None:
    response = as_("fay").get("/nowhere/")
    assert response.status_code == 404
    assert "does not exist, or it is not yours to see" in response.content.decode()


@pytest.mark.django_db
def test_a_forged_post_is_refused_in_plain_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"username": "fay@example.org", "password": "x"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_error_pages_need_nothing_that_may_be_broken(name: str) -> None:
    """Neither a request nor the database."""
    text = render_to_string(name)
    assert text.count("<h1>") == 1
    assert 'href="/"' in text


@pytest.mark.django_db
def test_the_content_policy_is_strict(as_: As) -> None:
    for address in ("/", "/sign-in/", "/needs/new/", "/nowhere/"):
        policy = as_("fay").get(address)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_writes_scripts_styles_or_addresses_of_others(path: Path) -> None:
    assert not INLINE.search(path.read_text(encoding="utf-8"))
