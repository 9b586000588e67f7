"""A founder's way from signing in to reading a ranking, clicked through."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Pages
from tests.browser.steps import check_accessibility, shoot, sign_in
from tests.browser.test_pages import FOUNDER, LOOKS

IN_90_DAYS = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()


def fill_essentials(page: Page) -> None:
    page.get_by_label("What do you need made?").fill("300 sensor housings")
    page.get_by_label("Pieces in this order").fill("300")
    page.get_by_label("Needed by").fill(IN_90_DAYS)
    page.get_by_label("Country").select_option("US")
    page.get_by_label("Your network").select_option(label="North American Hardware Network")


@pytest.mark.parametrize("look_name", LOOKS)
def test_from_signing_in_to_reading_the_reasons(worker: None, pages: Pages, look_name: str) -> None:
    page = pages.open(**LOOKS[look_name])
    sign_in(page, FOUNDER)
    page.get_by_role("link", name="Post a need").click()
    fill_essentials(page)
    process = page.get_by_role("combobox", name="Main process")
    process.press_sequentially("injection moul")
    page.get_by_role("option", name="Injection moulding", exact=True).click()
    expect(process).to_have_value("Injection moulding")
    page.get_by_role("button", name="Post and rank").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("300 sensor housings")
    expect(page.locator("article.match").first).to_be_visible()
    shoot(page, f"need-{look_name}")
    check_accessibility(page)
