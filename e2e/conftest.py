"""The servers and browsers of the e2e tests. A missing browser skips here, but fails in CI."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from e2e.browser import launch
from e2e.server import Heliograph

# A process has a file to itself: those that take longest begin first, or at the end the others wait for them.
_LONGEST = (
    "test_examples.py",
    "test_ingestion.py",
    "test_kill.py",
    "test_accessibility.py",
    "test_hostile_pages.py",
    "test_operation.py",
    "test_stop.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    try:
        running = launch(playwright)
    except PlaywrightError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Chromium can be started here: {error.message.splitlines()[0]}")
    yield running
    running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor whom nobody has seen before."""
    made = browser.new_context(locale="en-GB", timezone_id="Europe/Zurich")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., Heliograph]]:
    """Makes servers, not yet started, and stops those that still run."""
    made: list[Heliograph] = []

    def make(name: str = "data", **arguments: object) -> Heliograph:
        made.append(Heliograph(tmp_path / name, **arguments))  # type: ignore[arg-type]  # passed on as given
        return made[-1]

    yield make
    for server in made:
        server.stop_if_running()
        # Captured, and shown beside a test that failed.
        sys.stdout.write("\n".join([f"--- what {server.data_dir.name} said ---", *server.output, ""]))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    """One demo server for all tests that do not change it; each test is told apart by its visitor's ECID."""
    server = Heliograph(tmp_path_factory.mktemp("demo")).start()
    yield server
    assert server.stop() == 0, "\n".join(server.output)
