"""The portal in a real browser: the system's Chromium, a live server, and where a ranking is awaited a real worker."""

import os
import sys
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.test import override_settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from apps.catalog.loader import load_catalogue
from config.sample_world import load_sample_world
from config.services import Child
from tests.portal.conftest import GENEROUS

# Playwright's synchronous interface runs an event loop in this thread, where Django would refuse every query.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "var" / "screenshots"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WAIT_MS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Path:
    if CHROMIUM.exists():
        return CHROMIUM
    reason = f"there is no Chromium at {CHROMIUM} (set CHROMIUM)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with playwright.chromium.launch(executable_path=str(chromium), args=flags) as running:
        yield running


@pytest.fixture
def world(transactional_db: None) -> None:
    """The catalogue and the sample network."""
    silent: Any = lambda line: None  # noqa: E731 - nobody reads the progress
    load_catalogue(report=silent)
    load_sample_world(today=datetime.now(UTC).date(), report=silent, outside_demo=True)


@pytest.fixture
def worker(world: None, tmp_path: Path) -> Iterator[None]:
    """A Celery worker with beat on the test's database, anew for each test, as it remembers the supply it has read."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool=solo", "--loglevel=INFO"]
    child = Child(
        [*command, "--without-gossip", "--without-mingle", "--beat", f"--schedule={tmp_path / 'beat'}"],
        log=tmp_path / "worker.log",
        options={"cwd": ROOT, "env": _worker_environment()},
    )
    child.start()
    yield
    child.stop()


def _worker_environment() -> dict[str, str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = parts._replace(path=f"/{quote(str(connection.settings_dict['NAME']))}").geturl()
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings_test"}


class Watched:
    """What went wrong on a page without anybody noticing: console errors, requests to other hosts."""

    def __init__(self, server: str) -> None:
        self.server = urlsplit(server).netloc
        self.faults: list[str] = []
        self.expected: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.expected):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme not in ("data", "blob") and target.netloc != self.server:
            self.faults.append(f"request to another host: {request.url}")


class Pages:
    """Opens pages in contexts of their own and ends with a check that none had a hidden fault."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser, self.server = browser, server
        self.watched = Watched(server.url)
        self.contexts: list[BrowserContext] = []

    def open(self, **options: Any) -> Page:
        context = self.browser.new_context(
            **{"viewport": DESK, "base_url": self.server.url, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        page = context.new_page()
        self.watched.watch(page)
        return page


@pytest.fixture
def pages(browser: Browser, live_server: LiveServer) -> Generator[Pages]:
    opened = Pages(browser, live_server)
    with override_settings(API_THROTTLES=GENEROUS):
        yield opened
    for context in opened.contexts:
        context.close()
    assert opened.watched.faults == []
