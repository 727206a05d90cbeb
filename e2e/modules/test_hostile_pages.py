"""Pages that do strange things to the browser: the snippet does its work all the same, and bothers none of them."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route

from server.container.pointer import pointer_script
from server.publish import Fragments, build

URL = "https://shop.example/"
RULES: list[dict[str, Any]] = [
    {"id": "view", "events": [{"type": "page-ready"}], "actions": [{"type": "send-event", "eventType": "view"}]},
    {
        "id": "click",
        "events": [{"type": "click", "target": "button"}],
        "limit": {"times": 5, "per": "visitor"},
        "actions": [
            {"type": "send-event", "eventType": "click", "xdm": {"_x.list[]": {"one": {"n": "%this[data-n]%"}}}}
        ],
    },
    {
        "id": "route",
        "events": [{"type": "route-change", "settle": {"until": "none"}}],
        "actions": [{"type": "send-event", "eventType": "route", "xdm": {"_x.n": "%layer%"}}],
    },
]
DOCUMENT: dict[str, Any] = {
    "formatVersion": 1,
    "property": {"id": "hostile", "name": "Hostile"},
    "consent": {"default": "granted"},
    "dataElements": {"layer": {"from": "dataLayer", "path": "n"}},
    "rules": RULES,
}
# Not `get`, `set` and `value`: with those, defining a property fails for everybody.
_POLLUTION = (
    "once signal keepalive method settings conditions exceptions limit consent fallback pipe default xdm path attr up "
    "down $ capture passive"
)
# The same with what a property can have beside: kept values, samples, batches, links, signals, hosts, variables.
EVERY_PART: dict[str, Any] = DOCUMENT | {
    "property": {"id": "hostile", "name": "Hostile", "domains": ["*.shop.example", "other.example"]},
    "consent": {
        "default": "granted",
        "gpc": {"deny": ["collect"]},
        "dnt": {"deny": ["collect"]},
        "source": {"type": "tcf2", "map": {"collect": [1]}},
    },
    "privacy": {"urlParams": {"keep": ["q"]}},
    "linkClicks": {"group": "page-view"},
    "dataElements": {
        "layer": {"from": "dataLayer", "path": "n", "store": "session", "type": "number"},
        "visits": {"from": "visitor", "get": "pageViews"},
        "last": {"from": "lastLink", "get": "name"},
        "said": {"from": "variable", "name": "said", "store": "visitor"},
    },
    "rules": [
        {
            **RULES[0],
            "sample": {"rate": 1, "sticky": "visitor"},
            "actions": [
                {"type": "update-variable", "name": "said", "value": "x"},
                {"type": "push-data-layer", "event": "told", "values": {"visits": "%visits%"}},
                *RULES[0]["actions"],
            ],
        },
        {**RULES[1], "limit": {"times": 5, "per": "session", "within": "1h"}, "batch": {"window": "100ms"}},
        {
            **RULES[2],
            "actions": [
                {"type": "send-event", "eventType": "route", "xdm": {"_x.n": "%layer%", "_x.s": "%said% %last%"}}
            ],
        },
    ],
}
# What is done to the browser before any other script runs -> why a page would.
HOSTILE = {
    "nothing": "",
    "names on Object.prototype": f"""
        for (const name of '{_POLLUTION}'.split(' ')) Object.prototype[name] = 'polluted';""",
    "a toJSON on lists": "Array.prototype.toJSON = function () { return 'spoiled' }",
    "methods on lists that for-in finds": "Array.prototype.contains = Array.prototype.remove = function () {}",
    "no Navigation API": "Object.defineProperty(window, 'navigation', { value: undefined })",
    "a frozen history": "Object.defineProperty(window, 'navigation', { value: undefined }); Object.freeze(history)",
    "a fetch that throws": "window.fetch = () => { throw new Error('theirs') }",
    "a fetch that answers with nothing": "window.fetch = () => undefined",
    "no beacons": "Object.defineProperty(navigator, 'sendBeacon', { value: undefined })",
    "no storage": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })",
    "storage that is full": "Storage.prototype.setItem = () => { throw new Error('QuotaExceededError') }",
    "no cookies": """Object.defineProperty(document, 'cookie', {
        get() { throw new Error('denied') }, set() { throw new Error('denied') } })""",
    "a console of its own": "console.info = () => { throw new Error('theirs') }",
    "a data layer that is none": "window.adobeDataLayer = 'text'",
    "a data layer that cannot be replaced": """Object.defineProperty(window, 'adobeDataLayer', { value: null })""",
    "no Temporal": "delete window.Temporal",
    "no observers, no crypto ids": "delete window.MutationObserver; delete crypto.randomUUID",
    "monitors that throw": "window.heliographMonitors = [{ onRuleTriggered() { throw new Error('theirs') } }, null, 7]",
}
# There, nothing can be sent while the page lives, and what can be is sent when it goes.
_SILENT = {"a fetch that throws", "a fetch that answers with nothing"}


@dataclass
class Site:
    """What a page of the site was given, and what came back from it."""

    fragments: Fragments
    headers: dict[str, str]
    tag: str = '<script async src="/tags/hostile/production.js"></script>'
    document: dict[str, Any] = field(default_factory=lambda: DOCUMENT)

    def __post_init__(self) -> None:
        script, _ = build(self.document, environment="production", fragments=self.fragments, org_id="O@O")
        self.script = script
        self.sent: list[dict[str, Any]] = []

    def answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request():
            html = f'<!doctype html><title>Page</title>{self.tag}<button data-n="1">Go</button>'
            route.fulfill(body=html, content_type="text/html", headers=self.headers)
        elif request.url.endswith("/production.js"):
            body = pointer_script(self.fragments.pointer, "/tags/builds/0.js").decode()
            route.fulfill(body=body, content_type="text/javascript")
        elif request.url.endswith("/builds/0.js"):
            route.fulfill(body=self.script.decode(), content_type="text/javascript")
        elif "/ee/" in request.url:
            self.sent += [event["xdm"] for event in json.loads(request.post_data or "{}")["events"]]
            route.fulfill(status=204)
        else:
            route.fulfill(status=404)


def _visit(context: BrowserContext, site: Site, before: str) -> list[str]:
    """One visit: a view, a click, a change of route, and away. Errors that the page sees."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda said: errors.append(said.text) if said.type == "error" and "404" not in said.text else None
    )
    if before:
        page.add_init_script(before)
    page.route("**/*", site.answer)
    page.goto(URL, wait_until="load")
    page.wait_for_timeout(200)
    page.locator("button").click()
    page.evaluate("history.pushState({}, '', '/next')")
    page.locator("button").click()
    page.wait_for_timeout(300)
    page.goto("about:blank")
    page.wait_for_timeout(100)
    page.close()
    return errors


@pytest.mark.parametrize("name", HOSTILE)
def test_a_property_with_every_part_works_there_too(context: BrowserContext, fragments: Fragments, name: str) -> None:
    site = Site(fragments, headers={}, document=EVERY_PART)

    errors = _visit(context, site, HOSTILE[name])

    assert errors == []
    types = sorted(xdm["eventType"] for xdm in site.sent)
    assert types == ([] if name in _SILENT and not types else ["click", "click", "route", "view"]), types


@pytest.mark.parametrize("name", HOSTILE)
def test_the_snippet_works_and_the_page_sees_no_error(context: BrowserContext, fragments: Fragments, name: str) -> None:
    site = Site(fragments, headers={})

    errors = _visit(context, site, HOSTILE[name])

    assert errors == []
    types = sorted(xdm["eventType"] for xdm in site.sent)
    assert types == ([] if name in _SILENT and not types else ["click", "click", "route", "view"]), types
    for xdm in site.sent:
        assert xdm["web"]["webPageDetails"]["URL"].startswith(URL)
        assert xdm["eventType"] != "click" or xdm["_x"] == {"list": [{"n": "1"}]}


@pytest.mark.parametrize(
    ("policy", "tag"),
    [
        ("default-src 'none'; script-src 'self'; connect-src 'self'", Site.tag),
        (
            "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self'",
            '<script async nonce="abc" src="/tags/hostile/production.js"></script>',
        ),
        (
            "default-src 'none'; script-src 'self'; connect-src 'self'; "
            "require-trusted-types-for 'script'; trusted-types heliograph",
            Site.tag,
        ),
    ],
    ids=["self only", "nonce only", "trusted types"],
)
def test_a_strict_policy_is_kept(context: BrowserContext, fragments: Fragments, policy: str, tag: str) -> None:
    site = Site(fragments, headers={"content-security-policy": policy}, tag=tag)

    errors = _visit(context, site, "")

    assert errors == []
    assert sorted(xdm["eventType"] for xdm in site.sent) == ["click", "click", "route", "view"]


def test_a_sandboxed_frame_is_seen_as_a_page_that_can_keep_nothing(
    context: BrowserContext, fragments: Fragments
) -> None:
    site = Site(fragments, headers={"content-security-policy": "sandbox allow-scripts"})

    errors = _visit(context, site, "")

    # Of an origin of its own, it cannot change its URL either; what it does is sent.
    assert [error for error in errors if "pushState" not in error] == []
    assert "view" in [xdm["eventType"] for xdm in site.sent]


def test_a_second_tag_does_nothing(context: BrowserContext, fragments: Fragments) -> None:
    site = Site(fragments, headers={}, tag=Site.tag * 2)

    errors = _visit(context, site, "")

    assert errors == []
    assert sorted(xdm["eventType"] for xdm in site.sent) == ["click", "click", "route", "view"]
