"""The whole path, once: a click in the shop becomes an enriched event in the lake and in a profile."""

import json
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from e2e.server import Heliograph

IDENTITY_COOKIE = "kndctr_DEMO_AdobeOrg_identity"


def _ecid(page: Page) -> str:
    found = page.evaluate("heliograph('identity')")
    return str(found["ECID"])


def _events(demo: Heliograph, ecid: str, event_type: str) -> list[dict[str, Any]]:
    return [
        event
        for event in demo.events()
        if event["identityMap"]["ECID"][0]["id"] == ecid and event["eventType"] == event_type
    ]


def _open(page: Page, url: str) -> None:
    """The page, and its page view taken in: so the snippet runs."""
    with page.expect_response(lambda response: "/ee/v1/" in response.url and response.ok):
        page.goto(url)


def test_a_click_on_one_card_is_read_back_from_the_lake_field_by_field(demo: Heliograph, page: Page) -> None:
    _open(page, f"{demo.base_url}/demo/products")
    card = page.locator("article[data-sku]:has(button[data-testid=add-to-cart]:enabled)").nth(1)
    sku, name, price = (card.get_attribute(f"data-{key}") for key in ("sku", "name", "price"))
    card.locator("input[name=qty]").fill("2")
    with page.expect_response(lambda response: "/ee/v1/" in response.url and response.ok):
        # The icon inside the button: what people really hit.
        card.locator("button[data-testid=add-to-cart] svg").first.click()
    ecid = _ecid(page)

    [event] = _events(demo, ecid, "commerce.productListAdds")

    [item] = event["productListItems"]
    assert (item["SKU"], item["name"], item["quantity"]) == (sku, name, 2)
    assert item["currencyCode"] == "EUR"
    assert float(price or 0) in (item["priceTotal"], item["priceTotal"] / 2)
    assert event["commerce"]["productListAdds"]["value"] == 1
    assert event["web"]["webPageDetails"]["URL"] == f"{demo.base_url}/demo/products"
    assert event["placeContext"]["ianaTimezone"] == "Europe/Zurich"
    # What the server added.
    assert event["placeContext"]["geo"]["countryCode"] == "CH"
    assert event["environment"]["operatingSystem"] == "Linux"
    assert event["environment"]["ipV4"] == "127.0.0.0"
    assert "Chrome" in event["environment"]["browserDetails"]["name"]
    assert "HeadlessChrome" in event["environment"]["browserDetails"]["userAgent"]
    assert event["device"]["screenWidth"] == 1280


def test_a_page_view_waits_for_what_the_pages_own_deferred_scripts_tell(demo: Heliograph, browser: Browser) -> None:
    ecids = []
    for _ in range(12):
        # A visitor each, with an empty cache: then the snippet often is there before the page's modules.
        context = browser.new_context()
        page = context.new_page()
        _open(page, f"{demo.base_url}/demo/products")
        ecids.append(_ecid(page))
        context.close()

    views = [event for event in demo.events() if event["eventType"] == "web.webpagedetails.pageViews"]

    names = {
        event["identityMap"]["ECID"][0]["id"]: event["web"]["webPageDetails"]["name"]
        for event in views
        if "web" in event
    }
    # From the data layer; the heading, which is the fallback, says "All instruments".
    assert [names[ecid] for ecid in ecids] == ["products"] * 12


def test_the_same_visitor_has_one_ecid_over_two_pages(demo: Heliograph, page: Page) -> None:
    _open(page, f"{demo.base_url}/demo/")
    first = _ecid(page)
    _open(page, f"{demo.base_url}/demo/products")

    assert _ecid(page) == first
    assert len(_events(demo, first, "web.webpagedetails.pageViews")) == 2


def test_a_click_that_leaves_the_page_arrives_all_the_same(demo: Heliograph, page: Page) -> None:
    page.route("https://example.com/**", lambda route: route.fulfill(body="elsewhere"))
    _open(page, f"{demo.base_url}/demo/about")
    ecid = _ecid(page)
    link = page.locator("a[href^='https://example.com/']").first
    href = link.get_attribute("href")
    link.evaluate("element => element.removeAttribute('target')")
    link.click()
    page.wait_for_url("https://example.com/**")

    events = _events(demo, ecid, "web.webinteraction.linkClicks")

    assert [event["web"]["webInteraction"]["type"] for event in events] == ["exit"]
    assert events[0]["web"]["webInteraction"]["URL"].rstrip("/") == str(href).split("?")[0].rstrip("/")


def test_a_purchase_reaches_the_customers_profile(demo: Heliograph, context: BrowserContext, page: Page) -> None:
    _open(page, f"{demo.base_url}/demo/products")
    ecid = _ecid(page)
    order = {
        "event": "orderPlaced",
        "order": {
            "id": f"O-{ecid[:8]}",
            "total": 79.0,
            "currency": "EUR",
            "items": [{"sku": "HG-1", "name": "Mirror", "qty": 2, "price": 39.5}],
        },
        "customer": {"id": f"C-{ecid[:8]}"},
    }
    with page.expect_response(lambda response: "/ee/v1/" in response.url and response.ok):
        page.evaluate("order => { adobeDataLayer.push({customer: order.customer}); adobeDataLayer.push(order) }", order)

    demo.run("wait", "--timeout", "30")
    shown = demo.run("profile", "show", "--namespace", "ECID", "--id", ecid, "--json").stdout

    profile = json.loads(shown)
    assert {(identity["namespace"], identity["id"]) for identity in profile["identities"]} >= {("ECID", ecid)}
    purchases = [event for event in profile["events"] if event["xdm"]["eventType"] == "commerce.purchases"]
    assert [event["xdm"]["commerce"]["order"]["purchaseID"] for event in purchases] == [f"O-{ecid[:8]}"]
