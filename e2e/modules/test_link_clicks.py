"""Clicks on links that are collected without a rule, and identities that go along in links, in Chromium."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from e2e.modules.served import ServedSite
from server.publish import Fragments

URL = "https://www.shop.example/"
VIEW: dict[str, Any] = {
    "id": "view",
    "events": [{"type": "page-ready", "when": "immediately"}],
    "actions": [{"type": "send-event", "eventType": "view", "isPageView": True}],
}
# A page's own script keeps its visitors, so that a click can be looked at.
STAY = "<script>addEventListener('click', event => event.preventDefault())</script>"
HOME = """
<nav aria-label="Main"><a id="internal" href="/next?a=b">Next <b>page</b></a></nav>
<p id="teaser"><a class="out" href="https://other.example/x"><img alt="Partner" width="9" height="9"></a></p>
<footer><a class="file" href="/files/terms.pdf">Terms</a> <a class="mail" href="mailto:a@shop.example">Mail</a></footer>
<p><a class="quiet" data-no-track href="/next">Quiet</a></p>
<section role="region" aria-label="Offers"><a class="offer" href="/offer">Offer</a></section>
"""


def a_document(**sections: Any) -> dict[str, Any]:
    return {
        "formatVersion": 1,
        "property": {"id": "shop", "name": "Shop"},
        "consent": {"default": "granted"},
        "dataElements": {},
        "rules": [],
        **sections,
    }


def _interactions(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["web"]["webInteraction"] for event in events]


def test_each_kind_of_link_has_the_fields_of_the_web_sdk(context: BrowserContext, fragments: Fragments) -> None:
    document = a_document(linkClicks={"exceptions": {"value": "%this[data-no-track]%", "is": "present"}})
    site = ServedSite(document, fragments, {"/": HOME + STAY})
    page = site.open(context, URL)

    for selector in ("#internal", ".quiet", ".out img", ".file", ".mail", ".offer"):
        page.locator(selector).click()

    events = site.wait_for(page, 5)
    one = {"value": 1}
    assert {event["eventType"] for event in events} == {"web.webinteraction.linkClicks"}
    assert _interactions(events) == [
        {"name": "Next page", "region": "NAV", "type": "other", "URL": URL + "next?a=b", "linkClicks": one},
        {"name": "Partner", "region": "teaser", "type": "exit", "URL": "https://other.example/x", "linkClicks": one},
        {"name": "Terms", "region": "FOOTER", "type": "download", "URL": URL + "files/terms.pdf", "linkClicks": one},
        {"name": "Mail", "region": "FOOTER", "type": "exit", "URL": "mailto:a@shop.example", "linkClicks": one},
        # The Web SDK means to read such labels, and reads a property of that name, which no element has.
        {"name": "Offer", "region": "Offers", "type": "other", "URL": URL + "offer", "linkClicks": one},
    ]
    assert {event["meta"]["rule"] for request in site.requests for event in request["events"]} == {"link-clicks"}


ALLOY = Path(__file__).parents[2] / "node_modules" / "@adobe" / "alloy" / "dist" / "alloy.min.js"
LINKS = """
<header><a href="/next">  Plain
  text </a></header>
<main><a href="https://other.example/a?b=c#d"><b>Bold</b> and <i>thin</i></a></main>
<section><a href="/files/price list.PDF">Prices</a></section>
<div id="box"><nav><a href="#top">Up</a></nav></div>
<footer><p><a href="/picture"><img alt="Picture" width="9" height="9"></a></p></footer>
<p><a href="/files/data.csv" download="data.csv">Data</a></p>
<p><a href="https://shop.example/sub">Other host</a></p>
"""
BASE_CODE = """
<script>
  !function (n, o) { o.forEach(function (o) { n[o] || ((n.__alloyNS = n.__alloyNS || []).push(o), n[o] = function () {
    var u = arguments; return new Promise(function (i, l) { n[o].q.push([i, l, u]) })
  }, n[o].q = []) }) }(window, ["alloy"]);
  alloy("configure", { datastreamId: "theirs", orgId: "O@O", edgeDomain: location.host, clickCollectionEnabled: true });
</script>
<script src="/alloy.js"></script>
"""


def test_what_a_click_is_told_as_is_what_the_web_sdk_tells(context: BrowserContext, fragments: Fragments) -> None:
    if not ALLOY.exists():
        pytest.skip("the Web SDK is not installed: `make setup` does it")
    scripts = {"/alloy.js": ALLOY.read_text(encoding="utf-8")}
    site = ServedSite(a_document(linkClicks={}), fragments, {"/": LINKS + STAY + BASE_CODE}, scripts=scripts)
    page = site.open(context, URL)
    page.wait_for_function("heliograph('getIdentity')")
    count = page.locator("a").count()

    for index in range(count):
        page.locator("a").nth(index).click()
    site.wait_for(page, count)
    for _ in range(100):
        if len(site.foreign) >= count:
            break
        page.wait_for_timeout(50)

    theirs = _interactions([event["xdm"] for body in site.foreign for event in body["events"]])
    assert len(theirs) == count
    assert _interactions(site.sent) == theirs


def test_parameters_that_are_not_kept_are_not_in_the_links_url(context: BrowserContext, fragments: Fragments) -> None:
    document = a_document(linkClicks={}, privacy={"urlParams": {"keep": ["q"]}})
    site = ServedSite(document, fragments, {"/": HOME + STAY})
    page = site.open(context, URL)

    page.locator("#internal").click()

    assert _interactions(site.wait_for(page, 1))[0]["URL"] == URL + "next"


@pytest.mark.parametrize(
    ("kinds", "expected"), [(["internal"], ["other"]), (["external"], ["exit", "exit"]), (["download"], ["download"])]
)
def test_only_the_kinds_that_are_wanted_are_collected(
    context: BrowserContext, fragments: Fragments, kinds: list[str], expected: list[str]
) -> None:
    site = ServedSite(a_document(linkClicks={"collect": kinds}), fragments, {"/": HOME + STAY})
    page = site.open(context, URL)

    for selector in ("#internal", ".out img", ".file", ".mail"):
        page.locator(selector).click()

    events = site.wait_for(page, len(expected))
    assert [each["type"] for each in _interactions(events)] == expected


def test_a_click_that_leads_to_another_page_is_told_with_that_pages_view(
    context: BrowserContext, fragments: Fragments
) -> None:
    document = a_document(linkClicks={"group": "page-view"}, rules=[VIEW])
    site = ServedSite(document, fragments, {"/": HOME, "/next": "Next"})
    page = site.open(context, URL)
    site.wait_for(page, 1)

    page.locator("#internal").click()

    first, second = site.wait_for(page, 2)
    assert "webInteraction" not in first["web"]
    assert second["eventType"] == "view"
    assert second["web"]["webPageDetails"]["pageViews"] == {"value": 1}
    assert second["web"]["webInteraction"]["name"] == "Next page"


def test_of_two_clicks_before_a_page_view_none_is_lost_and_other_links_do_not_wait(
    context: BrowserContext, fragments: Fragments
) -> None:
    document = a_document(linkClicks={"group": "page-view"})
    site = ServedSite(document, fragments, {"/": HOME + STAY})
    page = site.open(context, URL)

    for selector in ("#internal", ".out img", ".quiet"):
        page.locator(selector).click()

    events = site.wait_for(page, 2)
    assert [each["name"] for each in _interactions(events)] == ["Partner", "Next page"]


def test_the_visitor_of_two_sites_of_a_property_is_one(context: BrowserContext, fragments: Fragments) -> None:
    document = a_document(
        property={"id": "shop", "name": "Shop", "domains": ["www.shop.example", "*.outlet.example"]}, rules=[VIEW]
    )
    link = '<a href="https://www.outlet.example/sale?c=d#e">Outlet</a>'
    site = ServedSite(document, fragments, {"/": link, "/sale": "Sale"})
    page = site.open(context, URL)
    ecid = page.evaluate("heliograph('getIdentity')")["ECID"]

    page.locator("a").click()
    page.wait_for_url("https://www.outlet.example/**")

    assert page.evaluate("heliograph('getIdentity')")["ECID"] == ecid
    assert page.url.endswith("#e")
