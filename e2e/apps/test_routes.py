"""Every route of a single-page site is one page view, with the title that belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.apps.site import URL, Site, a_page_each, bundle, one_page
from server.publish import Fragments, load_fragments


@dataclass(frozen=True)
class App:
    """``prefix``: what an address of it has before its route."""

    script: str
    html: Callable[[str], str]
    prefix: str


APPS = {
    "React": App("react.jsx", one_page, ""),
    "Vue": App("vue.js", one_page, "#/"),
    "Turbo": App("turbo.js", a_page_each, ""),
}


@pytest.fixture(scope="module")
def fragments() -> Fragments:
    return load_fragments(Path(__file__).parents[2] / "static")


@pytest.fixture(scope="module", params=APPS)
def app(request: pytest.FixtureRequest) -> tuple[App, str]:
    found = APPS[request.param]
    return found, bundle(found.script)


@pytest.fixture
def site(fragments: Fragments, app: tuple[App, str], page: Page) -> Site:
    described, script = app
    made = Site(fragments, script, described.html)
    made.serve(page)
    return made


def _go(page: Page, site: Site, link: str) -> None:
    seen = len(site.views())
    page.get_by_role("link", name=link, exact=True).click()
    _await_views(page, site, seen + 1)


def _await_views(page: Page, site: Site, count: int) -> None:
    for _ in range(100):
        if len(site.views()) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(site.sent)


def test_each_route_is_one_view_with_its_own_title(page: Page, site: Site, app: tuple[App, str]) -> None:
    prefix = app[0].prefix

    page.goto(URL)
    _await_views(page, site, 1)
    _go(page, site, "Mirror")
    _go(page, site, "Tripod")
    page.go_back()
    _await_views(page, site, 4)
    # Nothing more comes of it: a view too many would be here by now.
    page.wait_for_timeout(1_000)

    assert site.views() == [
        ("Home", prefix),
        ("The mirror", f"{prefix}products/mirror"),
        ("The tripod", f"{prefix}products/tripod"),
        ("The mirror", f"{prefix}products/mirror"),
    ]


def test_a_route_that_is_left_before_it_has_settled_is_seen_too(page: Page, site: Site, app: tuple[App, str]) -> None:
    page.goto(URL)
    _await_views(page, site, 1)

    page.evaluate("""() => {
        const links = [...document.querySelectorAll("nav a")];
        links.find((link) => link.textContent === "Mirror").click();
        setTimeout(() => links.find((link) => link.textContent === "Tripod").click(), 20);
    }""")
    expect(page.get_by_role("heading", name="The tripod")).to_be_visible()
    page.wait_for_timeout(1_000)

    urls = [url for _, url in site.views()]
    assert urls[-1] == f"{app[0].prefix}products/tripod"
    assert len(urls) == len(set(urls)), urls
    assert site.views()[-1][0] == "The tripod"


def test_a_click_is_told_with_what_is_on_the_page_then(page: Page, site: Site) -> None:
    page.goto(URL)
    _await_views(page, site, 1)
    _go(page, site, "Mirror")
    page.get_by_role("button", name="Add to cart").click()
    _go(page, site, "Tripod")
    page.get_by_role("button", name="Add to cart").click()
    page.wait_for_timeout(300)

    assert [xdm["_x"]["sku"] for xdm in site.sent if xdm["eventType"] == "add"] == ["mirror", "tripod"]
