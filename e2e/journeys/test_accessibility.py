"""WCAG 2.2 AA by axe-core, over every page: wide and light, narrow and dark; full, empty and refused."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from e2e.server import Heliograph

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Off by default in axe-core, but asked for by WCAG 2.2 (2.5.8).
    "rules": {"target-size": {"enabled": True}},
}

# Contrast depends on the scheme, sizes and order on the width: two looks are enough to see both of both.
LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}, id="wide and light"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, id="narrow and dark"),
]

CONSOLE = [
    "/",
    "/find?q=cart",
    "/api/docs",
    "/live",
    "/live?q=nothing-has-this",
    "/live/processed/0",
    "/failed",
    "/failed?reason=mapping_failed",
    "/failed?group=0000000000000000",
    "/failed/refused",
    "/failed/0",
    "/failed/edit?offset=0",
    "/people",
    "/people/1",
    "/audit",
    "/audit?actor=nobody",
    "/monitoring",
    "/monitoring?range=month",
    "/subscriptions",
    "/subscriptions/new",
    "/properties",
    "/properties/demo",
    "/properties/demo/rules",
    "/properties/demo/new-rule",
    "/properties/demo/rules/purchase",
    "/properties/demo/elements",
    "/properties/demo/elements/pageName",
    "/properties/demo/privacy",
    "/properties/demo/data-layer",
    "/properties/demo/links",
    "/properties/demo/about",
    "/properties/demo/every-event",
    "/properties/demo/publish",
    "/import-property",
    "/properties/demo/code",
    "/properties/demo/sizes",
    "/properties/demo/history",
    "/new-property",
    "/connections",
    "/connections/new",
    "/datastreams",
    "/datastreams/new",
    "/datastreams/demo",
    "/datastreams/demo/edit",
    "/datastreams/demo/delete",
    "/datastreams/demo/mapping",
    "/datasets",
    "/profiles",
    "/profiles?value=nobody@example.com",
    "/profiles/0000000000000001",
    "/schemas",
    "/schemas?kind=fieldgroups",
    "/schemas/new",
    "/schemas/new?class=https://ns.heliograph.dev/xdm/classes/experienceevent",
    "/schemas/import",
    "/schemas/_ns.heliograph.dev.demo.schemas.demo-events",
    "/schemas/_ns.heliograph.dev.demo.schemas.demo-events?q=sku",
    "/schemas/_ns.heliograph.dev.demo.schemas.demo-profiles/edit",
    "/schemas/_ns.heliograph.dev.demo.schemas.demo-events/field?path=/_id",
    "/schemas/unions/_ns.heliograph.dev.xdm.classes.profile?q=name",
    "/nowhere",
]

# Looking at all of them takes minutes where other tests run beside it.
_PARTS = 4

SHOP = [
    "/demo/",
    "/demo/products",
    "/demo/products/pocket-heliograph",
    "/demo/search?q=mirror",
    "/demo/search?q=nothing-is-called-this",
    "/demo/stories",
    "/demo/about",
    "/demo/account",
    "/demo/nowhere",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    """One of this file's own: what other tests leave behind makes pages long, and looking through them slow."""
    server = Heliograph(tmp_path_factory.mktemp("accessible")).start()
    yield server
    assert server.stop() == 0, "\n".join(server.output)


@contextmanager
def _visit(browser: Browser, look: dict[str, Any]) -> Iterator[Page]:
    # Colours in the middle of a transition are nobody's.
    context = browser.new_context(**look, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def _violations(page: Page) -> list[str]:
    if not AXE.exists():
        assert not os.environ.get("CI"), f"{AXE}: `make setup` installs it"
        pytest.skip("axe-core is not installed: `make setup` does it")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{page.url} {violation['id']}: {violation['help']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _all_violations(page: Page, base_url: str, paths: Sequence[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        page.goto(f"{base_url}{path}")
        found += _violations(page)
    return found


def _sign_in(page: Page, server: Heliograph) -> None:
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def _send(page: Page, server: Heliograph, xdm: dict[str, Any]) -> None:
    body = json.dumps({"events": [{"xdm": {"eventType": "web.webpagedetails.pageViews"} | xdm}]})
    answer = page.request.post(
        f"{server.base_url}/ee/v1/interact?configId=demo", data=body, headers={"content-type": "text/plain"}
    )
    assert answer.ok


def test_a_barrier_would_be_found(page: Page) -> None:
    faults = "<p style='color: #999'>Hard to read</p><input>"
    page.set_content(f"<html lang=en><title>Test</title><main><h1>Test</h1>{faults}</main>")

    assert {line.split()[1] for line in _violations(page)} == {"color-contrast:", "label:"}


@pytest.mark.parametrize("look", LOOKS)
def test_signing_in_has_no_barriers(demo: Heliograph, browser: Browser, look: dict[str, Any]) -> None:
    with _visit(browser, look) as page:
        found = _all_violations(page, demo.base_url, ["/login", "/login?token=used-up"])
        page.goto(demo.run("user", "login-link").stdout.strip())

        assert found + _violations(page) == []


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("look", LOOKS)
def test_the_console_has_no_barriers(demo: Heliograph, browser: Browser, look: dict[str, Any], part: int) -> None:
    with _visit(browser, look) as page:
        _send(page, demo, {"web": {"webPageDetails": {"name": "a page"}}})
        _send(page, demo, {"commerce": {"productListAdds": {"value": "one"}}})
        demo.run("wait")
        _sign_in(page, demo)

        assert _all_violations(page, demo.base_url, CONSOLE[part::_PARTS]) == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_connection_that_was_tested_has_no_barriers(demo: Heliograph, browser: Browser, look: dict[str, Any]) -> None:
    with _visit(browser, look) as page:
        _sign_in(page, demo)
        page.goto(f"{demo.base_url}/connections")
        page.get_by_role("link", name="demo-stream-authenticated").click()
        found = _violations(page)
        page.get_by_role("button", name="Send a test event").click()
        page.get_by_text("The token is missing").wait_for()

        assert found + _violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_an_event_opened_beside_the_list_has_no_barriers(
    demo: Heliograph, browser: Browser, look: dict[str, Any]
) -> None:
    with _visit(browser, look) as page:
        _send(page, demo, {"commerce": {"productListAdds": {"value": "one"}}})
        demo.run("wait")
        _sign_in(page, demo)
        page.goto(f"{demo.base_url}/live?outcome=failed")
        page.get_by_role("region", name="Events").get_by_role("link").first.click()
        page.get_by_role("heading", name="XDM").wait_for()

        assert _violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_an_empty_console_has_no_barriers(
    new_server: Callable[..., Heliograph], browser: Browser, look: dict[str, Any]
) -> None:
    server = new_server(options=()).start()
    with _visit(browser, look) as page:
        _sign_in(page, server)

        assert (
            _all_violations(
                page,
                server.base_url,
                ["/", "/live", "/failed", "/properties", "/connections", "/datasets", "/schemas", "/profiles"],
            )
            == []
        )


@pytest.mark.parametrize("look", LOOKS)
def test_the_shop_has_no_barriers(demo: Heliograph, browser: Browser, look: dict[str, Any]) -> None:
    with _visit(browser, look) as page:
        assert _all_violations(page, demo.base_url, SHOP) == []


@pytest.mark.parametrize("look", LOOKS)
def test_buying_has_no_barriers(demo: Heliograph, browser: Browser, look: dict[str, Any]) -> None:
    with _visit(browser, look) as page:
        found = _all_violations(page, demo.base_url, ["/demo/cart", "/demo/checkout"])
        page.goto(f"{demo.base_url}/demo/products")
        page.get_by_role("button", name="Only necessary").click()
        page.get_by_role("button", name="Add to cart").first.click()
        found += _all_violations(page, demo.base_url, ["/demo/cart", "/demo/checkout"])
        for label, value in (
            ("Name", "Ada"),
            ("E-mail", "ada@example.com"),
            ("Street and number", "Ridge 1"),
            ("Postcode", "8000"),
            ("Town", "Zurich"),
            ("Card number", "4000"),
            ("Expires", "12/30"),
            ("Security code", "123"),
        ):
            page.locator("#checkout").get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Place the order").click()
        page.get_by_text("Ada").or_(page.get_by_role("heading", level=1)).first.wait_for()

        assert found + _violations(page) == []


def test_nothing_is_wider_than_a_page_that_is_enlarged_four_times(demo: Heliograph, browser: Browser) -> None:
    """WCAG 1.4.10: at 320 CSS pixels nobody has to scroll sideways to read."""
    with _visit(browser, {"viewport": {"width": 320, "height": 640}}) as page:
        _send(page, demo, {"commerce": {"productListAdds": {"value": "one"}}})
        demo.run("wait")
        _sign_in(page, demo)
        too_wide = []
        for path in [*CONSOLE, *SHOP, "/demo/cart", "/demo/checkout"]:
            page.goto(f"{demo.base_url}{path}")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                too_wide.append(path)

    assert too_wide == []
