"""A founder's way from signing in to reading a ranking, clicked through."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.matching.runs import drain
from apps.matching.services import request_ranking
from apps.needs.models import Need
from tests.browser.conftest import Pages
from tests.browser.steps import check_accessibility, look, sign_in
from tests.browser.test_pages import FOUNDER, WINDOWS

TODAY = datetime.now(UTC).date()
IN_90_DAYS = (TODAY + timedelta(days=90)).isoformat()


def fill_essentials(page: Page, process: str) -> None:
    page.get_by_label("What do you need made?").fill("300 sensor housings")
    page.get_by_role("combobox", name="Main process").fill(process)
    page.get_by_label("Pieces in this order").fill("300")
    page.get_by_label("Needed by").fill(IN_90_DAYS)
    page.get_by_label("Your network").select_option(label="North American Hardware Network")


@pytest.mark.parametrize("window", WINDOWS)
def test_errors_first_then_right_then_the_ranking_comes_by_itself(
    world: None, pages: Pages, request: pytest.FixtureRequest, window: str
) -> None:
    page = pages.open(**WINDOWS[window])
    sign_in(page, FOUNDER)
    page.get_by_role("link", name="Post a need").click()
    pages.watched.expected.append("422")
    page.get_by_label("Pieces in this order").fill("0")
    page.get_by_role("button", name="Post and rank").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("4 things need your attention")
    summary.get_by_role("link", name="Pieces in this order").click()
    expect(page.get_by_label("Pieces in this order")).to_be_focused()
    expect(page.get_by_label("Pieces in this order")).to_have_value("0")

    fill_essentials(page, "")
    page.get_by_label("Country").select_option("US")
    process = page.get_by_role("combobox", name="Main process")
    process.press_sequentially("injection moul")
    expect(page.get_by_role("option", name="Injection moulding", exact=True)).to_be_visible()
    process.press("ArrowDown")
    process.press("Enter")
    expect(process).to_have_value("Injection moulding")
    page.get_by_text("Where it may be made").click()
    page.get_by_label("Latitude").fill("37.77")
    page.get_by_label("Longitude").fill("-122.42")
    page.get_by_role("button", name="Post and rank").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("300 sensor housings")
    status = page.locator("#ranking-status")
    expect(status).to_contain_text("to be ranked")
    look(page, "need-waiting", window)
    page.get_by_role("link", name="Overview").first.focus()
    page.evaluate("document.body.dataset.mark = 'not reloaded'")
    request.getfixturevalue("worker")
    expect(page.locator("article.match").first).to_be_visible()
    expect(status).to_contain_text("facilities considered")
    assert page.evaluate("document.body.dataset.mark") == "not reloaded"
    expect(page.get_by_role("link", name="Overview").first).to_be_focused()
    expect(page.locator("#poll")).to_have_count(0)

    first = page.locator("article.match").first
    expect(first).to_contain_text("confirmed")
    expect(first).to_contain_text("What speaks for it")
    expect(first.get_by_text("process").first).to_be_visible()
    page.get_by_text("What this ranking rests on").click()
    look(page, "need", window)
    page.get_by_role("link", name="Overview").last.click()
    expect(page.locator(".needs li").first).to_contain_text("ready")
    look(page, "home-ranked", window)


def test_who_is_reading_is_not_interrupted_by_a_newer_ranking(world: None, pages: Pages) -> None:
    need = Need.objects.get(current__title__startswith="25 EVT boards")
    drain(TODAY)
    request_ranking(need, acting_user=need.created_by)
    page = pages.open()
    sign_in(page, FOUNDER)
    page.get_by_role("link", name="25 EVT boards").click()
    expect(page.locator("#ranking-status")).to_contain_text("a newer ranking is being made")
    look(page, "need-near-miss", "desk")
    reasons = page.locator("article.match details").nth(1)
    reasons.locator("summary").click()
    drain(TODAY)
    expect(page.locator("#ranking-status")).to_contain_text("A newer ranking is ready")
    expect(reasons).to_have_attribute("open", "")
    page.get_by_role("link", name="Show it").click()
    expect(page.locator("#ranking-status")).to_contain_text("considered")


def test_the_same_way_without_scripts(worker: None, pages: Pages) -> None:
    page = pages.open(java_script_enabled=False)
    sign_in(page, FOUNDER)
    page.get_by_role("link", name="Post a need").click()
    fill_essentials(page, "3d printing")
    page.get_by_role("button", name="Add another step").click()
    expect(page.get_by_label("What do you need made?")).to_have_value("300 sensor housings")
    expect(page.get_by_text("Step 4", exact=True)).to_be_visible()
    pages.watched.expected.append("422")
    page.get_by_role("button", name="Post and rank").click()
    expect(page.get_by_role("alert")).to_contain_text("“3d printing”")
    page.get_by_label("Main process").fill("cnc milling")
    page.get_by_role("button", name="Post and rank").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("300 sensor housings")
    for _attempt in range(20):
        if page.locator("article.match").count():
            break
        page.get_by_role("link", name="Refresh").click()
    expect(page.locator("article.match").first).to_contain_text("confirmed")


def test_a_step_is_added_in_place(world: None, pages: Pages) -> None:
    page = pages.open()
    sign_in(page, FOUNDER)
    page.goto("/needs/new/")
    page.get_by_role("button", name="Add another step").click()
    process = page.locator("#id_steps-3-process")
    expect(process).to_be_focused()
    process.press_sequentially("potting")
    expect(page.get_by_role("option", name="Potting").first).to_be_visible()
    process.press("Escape")
    expect(page.locator("#id_steps-3-process_list")).to_be_hidden()
    page.get_by_role("button", name="Add another step").click()
    expect(page.locator("#id_steps-4-process")).to_be_focused()
    check_accessibility(page)
