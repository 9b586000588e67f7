"""Every kind of page: readable for everybody, light and dark, on a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from apps.accounts.models import Organisation, Role
from config.sample_cast import CAST, PASSWORD
from tests import builders
from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.steps import look, sign_in

WINDOWS: dict[str, dict[str, Any]] = {"desk": {"viewport": DESK}, "phone": {"viewport": PHONE, "is_mobile": True}}
FOUNDER = "dana@loupe-robotics.example"
CONTACT = next(member.email for member in CAST if member.role.startswith("facility contact"))
COORDINATOR = "luis@na-hardware.example"


@pytest.mark.parametrize("window", WINDOWS)
def test_pages_without_a_ranking(world: None, pages: Pages, window: str) -> None:
    page = pages.open(**WINDOWS[window])
    page.goto("/")
    look(page, "front", window)
    page.goto("/sign-in/")
    look(page, "sign-in", window)
    page.get_by_label("E-mail address").fill(FOUNDER)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in-refused", window)
    sign_in(page, FOUNDER)
    look(page, "home", window)
    page.get_by_role("link", name="Post a need").click()
    look(page, "form", window)
    page.get_by_role("combobox", name="Main process").press_sequentially("injecton")
    expect(page.get_by_role("option").first).to_be_visible()
    look(page, "form-suggestions", window)
    page.get_by_label("Pieces in this order").fill("-4")
    for group in page.locator(".more summary").all():
        group.click()
    for step in page.locator(".step summary").all():
        step.click()
    look(page, "form-open", window)
    pages.watched.expected.append("422")
    page.get_by_role("button", name="Post and rank").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "form-errors", window)


@pytest.mark.parametrize("window", WINDOWS)
def test_pages_of_other_readers(world: None, pages: Pages, window: str) -> None:
    pages.watched.expected += ["404", "403"]
    stranger = builders.user("stranger@example.org", name="Sam Stranger", password=PASSWORD)
    startup = Organisation.objects.get(name="Loupe Robotics")
    viewer = builders.user("viewer@example.org", name="Vera Viewer", password=PASSWORD)
    builders.membership(user=viewer, organisation=startup, role=Role.VIEWER)
    for name, email in {
        "facility": CONTACT,
        "coordinator": COORDINATOR,
        "stranger": stranger.email,
        "viewer": viewer.email,
    }.items():
        page = pages.open(**WINDOWS[window])
        sign_in(page, email)
        look(page, f"home-{name}", window)
    page.goto("/needs/new/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot post a need")
    look(page, "may-not-post", window)
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    look(page, "404", window)


def test_keyboard_reaches_everything_and_shows_where_it_is(world: None, pages: Pages) -> None:
    page = pages.open()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Sign in")).to_be_focused()
