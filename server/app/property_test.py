"""Plays a property's test cases: its real build, on the case's page, in a real browser. Nothing leaves the machine."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from server.model.json import Json, JsonObject
from server.paths import assets
from server.property.cases import ANY_RULE, Case, CaseError, judge, parse_case
from server.publish import build, custom_scripts, load_fragments

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

# Longer than events of the same moment wait for each other.
_BATCH_MS = 150
# A visitor who does nothing for so long sends nothing that a case waits for.
_STEP_TIMEOUT_MS = 5_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
_LAYERS = {"acdl": "adobeDataLayer", "gtm": "dataLayer"}


class NoBrowser(Exception):
    """Test cases cannot be played on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """``faults``: sentences; none for a case that holds. ``seconds``: how long it took."""

    name: str
    rule: str
    faults: Sequence[str]
    seconds: float


def play_cases(
    document: JsonObject, *, clock: Callable[[], float], environment: str = "development"
) -> Iterator[Played]:
    """Each case as it was played. The document must be checked. Raises NoBrowser."""
    fragments = load_fragments(assets().static)
    script, _ = build(document, environment=environment, fragments=fragments, org_id="TEST@AdobeOrg")
    scripts = {"build": script, **custom_scripts(document)}
    layer = document.get("dataLayer", {})
    name = layer.get("name", _LAYERS[layer.get("type", "acdl")])
    rule_ids = frozenset(rule["id"] for rule in document["rules"])
    with _browser() as browser:
        for case in document.get("tests", ()):
            started = clock()
            faults = _play(browser, case, rule_ids, scripts=scripts, layer=name)
            yield Played(
                name=str(case["name"]), rule=str(case.get("rule", ANY_RULE)), faults=faults, seconds=clock() - started
            )


def _play(
    browser: "Browser", case: JsonObject, rule_ids: frozenset[str], *, scripts: Mapping[str, bytes], layer: str
) -> Sequence[str]:
    from playwright.sync_api import Error

    try:
        parsed = parse_case(case, rule_ids=rule_ids)
    except CaseError as error:
        return [f"The case cannot be played: {error}."]
    stage = _Stage(browser, parsed, scripts=scripts, layer=layer)
    try:
        stage.perform()
    except Error as error:
        return [f"A step could not be done: {str(error).splitlines()[0]}"]
    finally:
        stage.close()
    return judge(parsed, stage.sent)


class _Stage:
    """One case's page. ``sent``: the XDM of what was sent and counts."""

    def __init__(self, browser: "Browser", case: Case, *, scripts: Mapping[str, bytes], layer: str) -> None:
        self.sent: list[JsonObject] = []
        self._case = case
        self._scripts = scripts
        self._layer = layer
        width, height = case.fixture.viewport
        self._context = browser.new_context(viewport={"width": width, "height": height})
        self._context.set_default_timeout(_STEP_TIMEOUT_MS)
        self._page = self._context.new_page()

    def perform(self) -> None:
        fixture, page = self._case.fixture, self._page
        page.clock.install()
        before = {"layer": self._layer, "items": list(fixture.data_layer), "consent": dict(fixture.consent)}
        page.add_init_script(f"({_PREPARE})({json.dumps(before)})")
        self._context.add_cookies(
            [{"name": name, "value": value, "url": fixture.url} for name, value in fixture.cookies.items()]
        )
        self._context.route("**/*", self._answer)
        page.goto(fixture.url, referer=fixture.referrer or None, wait_until="load")
        self._settle()
        for verb, value in self._case.steps:
            _VERBS[verb](page, value, self._layer)
            self._settle()
        # What waits for others goes when the page is left. Really left, nobody would see where to.
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        page.wait_for_timeout(_BATCH_MS)

    def close(self) -> None:
        self._context.close()

    def _settle(self) -> None:
        # The clock goes on by itself as well; this lets what was due to happen, happen.
        self._page.clock.run_for(_BATCH_MS)
        self._page.wait_for_timeout(_BATCH_MS)

    def _answer(self, route: "Route") -> None:
        request = route.request
        if "/ee/" in request.url:
            self._take(request.post_data or "{}")
            route.fulfill(status=204)
        elif request.is_navigation_request() and request.frame == self._page.main_frame:
            route.fulfill(body=_page_of(self._case), content_type="text/html; charset=utf-8")
        elif (name := request.url.rsplit("/", 1)[1].removesuffix(".js")) in self._scripts:
            route.fulfill(body=self._scripts[name].decode(), content_type="text/javascript")
        else:
            route.fulfill(status=404)

    def _take(self, body: str) -> None:
        for event in json.loads(body).get("events", ()):
            if self._case.rule in (ANY_RULE, event.get("meta", {}).get("rule")):
                self.sent.append(event["xdm"])


def _page_of(case: Case) -> str:
    title = escape(case.fixture.title)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        f'<script src="/tags/builds/build.js"></script></head><body>{case.fixture.html}</body></html>'
    )


_PREPARE = """({ layer, items, consent }) => {
  window[layer] = items;
  if (!Object.keys(consent).length) return;
  const stub = (...call) => new Promise((resolve, reject) => stub.q.push([resolve, reject, call]));
  stub.q = [];
  window.heliograph = stub;
  const said = Object.entries(consent).filter(([, state]) => state !== "pending");
  if (said.length) void stub("setConsent", Object.fromEntries(said));
}"""
_SCROLL = """(to) => /%$/.test(to)
  ? scrollTo(0, Math.ceil(parseFloat(to) / 100 * document.scrollingElement.scrollHeight - innerHeight))
  : document.querySelector(to).scrollIntoView()"""
_HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""


def _say(page: "Page", purposes: Json, state: str) -> None:
    page.evaluate("choices => heliograph('setConsent', choices)", dict.fromkeys(purposes, state))


def _type(page: "Page", fields: Any) -> None:
    for selector, text in fields.items():
        page.locator(selector).first.fill(text)
        page.locator(selector).first.blur()


_VERBS: Mapping[str, Callable[["Page", Any, str], object]] = {
    "load": lambda page, _, __: None,
    "reload": lambda page, _, __: page.reload(wait_until="load"),
    "back": lambda page, _, __: page.go_back(),
    "hide": lambda page, _, __: page.evaluate(_HIDE),
    "click": lambda page, selector, _: page.locator(selector).first.click(),
    "dblclick": lambda page, selector, _: page.locator(selector).first.dblclick(),
    "hover": lambda page, selector, _: page.locator(selector).first.hover(),
    "submit": lambda page, selector, _: page.locator(selector).first.evaluate("form => form.requestSubmit()"),
    "type": lambda page, fields, _: _type(page, fields),
    "scrollTo": lambda page, to, _: page.evaluate(_SCROLL, to),
    "pushState": lambda page, url, _: page.evaluate("url => history.pushState({}, '', url)", url),
    "push": lambda page, item, layer: page.evaluate("([name, item]) => window[name].push(item)", [layer, item]),
    "wait": lambda page, ms, _: page.clock.run_for(ms),
    "grant": lambda page, purposes, _: _say(page, purposes, "granted"),
    "revoke": lambda page, purposes, _: _say(page, purposes, "denied"),
    "run": lambda page, call, _: page.evaluate(call),
}


@contextmanager
def _browser() -> Iterator["Browser"]:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ModuleNotFoundError:
        raise NoBrowser(
            "test cases need a browser: `pip install playwright`, then `playwright install chromium`"
        ) from None
    # Its sandbox needs rights that root in a container does not have.
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            raise NoBrowser(f"no browser could be started: {str(error).splitlines()[0]}") from None
        try:
            yield browser
        finally:
            browser.close()
