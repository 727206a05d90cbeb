"""The compatibility oracle: Adobe's Web SDK as npm delivers it, against our server, over TLS, first-party."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from playwright.sync_api import Browser, Page, Playwright

from e2e.browser import launch
from e2e.server import Heliograph

ALLOY = Path(__file__).parents[2] / "node_modules" / "@adobe" / "alloy" / "dist" / "alloy.min.js"

# The queue that commands wait in until the library is there: edge-protocol.md, section 11.
PAGE = """<!doctype html><title>Alloy</title><script>
window.__alloyNS = ["alloy"];
window.alloy = (...command) => new Promise((resolve, reject) => { alloy.q.push([resolve, reject, command]); });
alloy.q = [];
</script><script src="/alloy.js"></script><h1>Shop</h1>"""

CONFIGURE = """() => alloy("configure", {
  datastreamId: "demo", orgId: "DEMO@AdobeOrg", edgeDomain: "edge.shop.test", thirdPartyCookiesEnabled: false,
})"""
SEND = """() => alloy("sendEvent", {xdm: {
  eventType: "web.webpagedetails.pageViews", web: {webPageDetails: {name: "home", pageViews: {value: 1}}},
}})"""
IDENTITY = """() => alloy("getIdentity").then(found => found.identity.ECID)"""


@pytest.fixture(scope="module")
def secure_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    folder = tmp_path_factory.mktemp("tls")
    certificate = trustme.CA().issue_cert("edge.shop.test", "www.shop.test")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(folder / "chain.pem", append=number > 0)
    environ = {"HELIOGRAPH_TLS_CERTIFICATE": str(folder / "chain.pem"), "HELIOGRAPH_TLS_KEY": str(folder / "key.pem")}
    server = Heliograph(folder / "data", environ=environ).start()
    yield server
    assert server.stop() == 0, "\n".join(server.output)


@pytest.fixture(scope="module")
def mapped_browser(playwright: Playwright, secure_demo: Heliograph) -> Iterator[Browser]:
    port = urlsplit(secure_demo.base_url).port
    browser = launch(
        playwright,
        f"--host-resolver-rules=MAP edge.shop.test:443 127.0.0.1:{port},MAP * ~NOTFOUND",
        # The page is made up by the test, so it has no address; a real shop's page may not call a loopback one.
        "--disable-features=LocalNetworkAccessChecks",
    )
    yield browser
    browser.close()


@pytest.fixture
def shop_page(mapped_browser: Browser) -> Iterator[Page]:
    if not ALLOY.exists():
        if os.environ.get("CI"):
            raise FileNotFoundError(f"{ALLOY}: `make setup` installs it")
        pytest.skip("@adobe/alloy is not installed: `make setup` does it")
    context = mapped_browser.new_context(ignore_https_errors=True)
    context.route("https://www.shop.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    context.route(
        "https://www.shop.test/alloy.js", lambda route: route.fulfill(path=ALLOY, content_type="text/javascript")
    )
    page = context.new_page()
    page.goto("https://www.shop.test/")
    yield page
    context.close()


def test_a_page_view_of_the_unmodified_web_sdk_ends_enriched_in_the_lake(
    secure_demo: Heliograph, shop_page: Page
) -> None:
    shop_page.evaluate(CONFIGURE)
    shop_page.evaluate(SEND)
    ecid = shop_page.evaluate(IDENTITY)

    [event] = [event for event in secure_demo.events() if event["identityMap"]["ECID"][0]["id"] == ecid]

    assert event["eventType"] == "web.webpagedetails.pageViews"
    assert event["web"]["webPageDetails"]["name"] == "home"
    assert event["web"]["webPageDetails"]["URL"] == "https://www.shop.test/"
    assert event["implementationDetails"]["name"] == "https://ns.adobe.com/experience/alloy"
    assert event["environment"]["operatingSystem"] == "Linux"


def test_the_web_sdk_keeps_its_identity_over_two_pages(secure_demo: Heliograph, shop_page: Page) -> None:
    shop_page.evaluate(CONFIGURE)
    shop_page.evaluate(SEND)
    first = shop_page.evaluate(IDENTITY)
    cookies = {cookie["name"]: cookie for cookie in shop_page.context.cookies()}

    shop_page.reload()
    shop_page.evaluate(CONFIGURE)
    shop_page.evaluate(SEND)

    assert shop_page.evaluate(IDENTITY) == first
    identity = cookies["kndctr_DEMO_AdobeOrg_identity"]
    assert (identity["domain"], identity["httpOnly"], identity["secure"]) == (".shop.test", False, True)
    ids = [event["identityMap"]["ECID"][0]["id"] for event in secure_demo.events()]
    assert ids.count(first) == 2
