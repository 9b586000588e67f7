"""What people do on the portal's pages, and what is checked on each."""

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, expect

from config.sample_cast import PASSWORD
from tests.browser.conftest import SCREENSHOTS

AXE = Path(__file__).resolve().parent / "vendor" / "axe.min.js"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")


def look(page: Page, name: str, window: str) -> None:
    """By light and by dark: a picture of the whole page for people to look at, and what a machine can check."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SCREENSHOTS / f"{name}-{window}-{scheme}.png", full_page=True)
        check_accessibility(page)


def check_accessibility(page: Page) -> None:
    """axe-core finds nothing, and the page does not scroll sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    answer: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    found = [
        f"{violation['id']}: {violation['help']} at {[node['target'] for node in violation['nodes']]}"
        for violation in answer["violations"]
    ]
    assert found == []
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"the page is wider than the window: {wide}"
