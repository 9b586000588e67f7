"""Every kind of page: readable for everybody, light and dark, on a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.steps import check_accessibility, shoot, sign_in

LOOKS: dict[str, dict[str, Any]] = {
    "desk-light": {"viewport": DESK, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True},
}
FOUNDER = "dana@loupe-robotics.example"
COORDINATOR = "luis@na-hardware.example"


def look(page: Page, name: str, look_name: str) -> None:
    shoot(page, f"{name}-{look_name}")
    check_accessibility(page)


@pytest.mark.parametrize("look_name", LOOKS)
def test_pages_without_a_ranking(world: None, pages: Pages, look_name: str) -> None:
    page = pages.open(**LOOKS[look_name])
    page.goto("/")
    look(page, "front", look_name)
    page.goto("/sign-in/")
    look(page, "sign-in", look_name)
    page.get_by_label("E-mail address").fill(FOUNDER)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in-refused", look_name)
    sign_in(page, FOUNDER)
    look(page, "home", look_name)
    page.get_by_role("link", name="Post a need").click()
    look(page, "form", look_name)
    page.get_by_role("combobox", name="Main process").press_sequentially("injecton")
    expect(page.get_by_role("option").first).to_be_visible()
    look(page, "form-suggestions", look_name)
    page.get_by_label("Pieces in this order").fill("-4")
    for group in page.locator(".more summary").all():
        group.click()
    pages.watched.expected.append("422")
    page.get_by_role("button", name="Post and rank").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "form-errors", look_name)
