"""A page in a real browser on which one example of a module is played: its build, its clock, its steps.

The container is built from static/dist as publishing does it. Time stands still but for the steps that let it pass.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from server.property.durations import parse_duration_ms
from server.publish import Fragments, build, custom_scripts

_HERE = Path(__file__).parent
_CLIP = _HERE.parents[1] / "static" / "demo" / "media" / "hello-valley.webm"
_READ, _ACT = "example-read", "example-act"
# 2026-01-02 03:04:05 UTC.
_NOW_SECONDS = 1_767_323_045
# More than the snippet waits for events of the same moment.
_BATCH_MS = 100


def as_property(kind: str, type_name: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """The least that shows what the module does, with the settings of the example."""
    settings, context = example["settings"], example["context"]
    event: dict[str, Any] = {"type": "data-layer", "event": _READ}
    action: dict[str, Any] = {"type": "send-event", "eventType": "example"}
    elements: dict[str, Any] = dict(context.get("dataElements", {}))
    rule: dict[str, Any] = {"id": "example", "consent": ["collect"]}
    match kind:
        case "events":
            event = {"type": type_name, **settings}
            rule["consent"] = []
        case "dataElements":
            elements["value"] = {"from": type_name, **settings}
            action["xdm"] = {"_example.value": "%value%"}
        case "actions":
            event["event"] = _ACT
            action = {"type": type_name, **settings}
            rule["consent"] = context.get("ruleConsent", rule["consent"])
    rule |= {"events": [event], "actions": [action, *context.get("then", ())]}
    return {
        "formatVersion": 1,
        "property": {"id": "example", "name": "Example"},
        "consent": {"default": context.get("consent", "granted")},
        "dataLayer": {"type": context.get("layer", "acdl")},
        "dataElements": elements,
        "rules": [*context.get("rules", ()), rule, *context.get("after", ())],
        **({"modules": context["modules"]} if "modules" in context else {}),
    }


class Stage:
    """``play`` an example; then ``occurrences``, ``sent`` and ``errors`` are what came of it."""

    def __init__(self, context: BrowserContext, fragments: Fragments) -> None:
        self.occurrences: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self._held: list[Route] = []
        self._context = context
        self._fragments = fragments
        self._page: Page
        self._html = self._script = ""
        self._verbs: Mapping[str, Callable[[Any, Mapping[str, Any]], object]] = {
            "append": lambda html, _: self._do("append", html),
            "auxclick": lambda what, step: self._do("click", what, "auxclick", {"button": step["button"]}),
            "blur": lambda selector, _: self._page.locator(selector).blur(),
            "click": self._click,
            "copy": lambda selector, _: self._copy(selector),
            "dblclick": lambda selector, _: self._page.locator(selector).dblclick(),
            "dispatch": lambda event, _: self._do("dispatch", event),
            "error": lambda message, _: self._do("throwError", message),
            "fill": lambda fields, _: self._fill(fields),
            "focus": lambda selector, _: self._page.locator(selector).focus(),
            "hide": lambda _, __: self._do("setVisibility", "hidden"),
            "hover": lambda selector, _: self._page.locator(selector).hover(),
            "key": lambda key, _: self._page.keyboard.press(key),
            "leaveWindow": lambda at, _: self._page.evaluate(_LEAVE_WINDOW, at),
            "open": lambda url, _: self._open(url),
            "pause": lambda selector, _: self._page.locator(selector).evaluate("media => media.pause()"),
            "play": lambda selector, _: self._page.locator(selector).evaluate("media => media.play()"),
            "print": lambda _, __: self._page.evaluate("dispatchEvent(new Event('beforeprint'))"),
            "push": lambda item, _: self._push(item),
            "ready": lambda _, __: None,
            "reject": lambda message, _: self._do("rejectPromise", message),
            "remove": lambda selector, _: self._page.locator(selector).evaluate("element => element.remove()"),
            "resize": lambda size, _: self._page.set_viewport_size({"width": size[0], "height": size[1]}),
            "rightclick": lambda selector, _: self._page.locator(selector).click(button="right"),
            "route": lambda url, _: self._page.evaluate("url => history.pushState({}, '', url)", url),
            "run": lambda call, _: self._page.evaluate(call),
            "scroll": lambda to, _: self._do("scroll", to),
            "seek": lambda at, _: self._do("seek", *next(iter(at.items()))),
            "select": lambda fields, _: [self._page.locator(name).select_option(o) for name, o in fields.items()],
            "show": lambda _, __: self._do("setVisibility", "visible"),
            "submit": lambda selector, _: self._page.locator(selector).evaluate("form => form.requestSubmit()"),
            "title": lambda title, _: self._page.evaluate("title => { document.title = title }", title),
            "wait": lambda text, _: self._wait(parse_duration_ms(text)),
        }

    def play(self, kind: str, type_name: str, example: Mapping[str, Any]) -> None:
        context: Mapping[str, Any] = example["context"]
        page = {"url": "https://shop.example/", "title": "Page", "referrer": "", **context.get("page", {})}
        document = as_property(kind, type_name, example)
        script, _ = build(document, environment="production", fragments=self._fragments, org_id="O@O")
        self._custom = {name: code.decode() for name, code in custom_scripts(document).items()}
        self._script = script.decode()
        self._html = _html(page["title"], context)
        self._layer = "dataLayer" if context.get("layer") == "gtm" else "adobeDataLayer"
        self._has_real_clock = context.get("clock") == "real"
        self._page = self._new_page(context, page["url"])
        if "viewport" in context:
            self._page.set_viewport_size({"width": context["viewport"][0], "height": context["viewport"][1]})
        self._open(page["url"], referrer=page["referrer"])
        for selector, description in context.get("elements", {}).items():
            self._do("makeFor", selector, description)
        self._perform(context.get("steps", ()))
        match kind:
            case "dataElements":
                self._push({"event": _READ, **context.get("facts", {})})
            case "actions":
                self._push({"event": _ACT, **context.get("facts", {})})
        self._perform(context.get("finish", ()))
        self._wait(_BATCH_MS)
        self._do("finishRequests")
        for route in self._held:
            route.abort()

    def _perform(self, steps: Sequence[Mapping[str, Any]]) -> None:
        for step in steps:
            verb = next(iter(step))
            self._verbs[verb](step[verb], step)
            self._do("settle")

    def _wait(self, ms: int) -> None:
        # What the browser itself measures, it measures by its own clock.
        if self._has_real_clock:
            self._page.wait_for_timeout(ms)
        else:
            self._page.clock.run_for(ms)

    def _new_page(self, context: Mapping[str, Any], url: str) -> Page:
        page = self._context.new_page()
        page.expose_function("tellStage", self._tell)
        page.add_init_script(path=_HERE / "stage.js")
        if not self._has_real_clock:
            page.clock.install(time=_NOW_SECONDS)
            page.clock.pause_at(_NOW_SECONDS + 1)
        before = {"globals": context.get("globals", {}), "storage": context.get("storage", {})}
        before["globals"] |= {"adobeDataLayer": context["dataLayer"]} if "dataLayer" in context else {}
        page.add_init_script(f"({_PREPARE})({json.dumps(before)})")
        cookies = context.get("cookies", {})
        self._context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        holds_pictures = "window-loaded" not in str(context.get("steps")) and "dom-ready" in str(context.get("steps"))
        page.route("**/*", lambda route: self._answer(route, holds_pictures))
        return page

    def _answer(self, route: Route, holds_pictures: bool) -> None:
        request = route.request
        if request.is_navigation_request():
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif request.url.endswith("/build.js"):
            route.fulfill(body=self._script, content_type="text/javascript")
        elif "/tags/builds/" in request.url:
            code = self._custom[request.url.rsplit("/", 1)[1].removesuffix(".js")]
            route.fulfill(body=code, content_type="text/javascript", headers={"access-control-allow-origin": "*"})
        elif "/clip.webm" in request.url:
            _give_clip(route)
        elif "/ee/" in request.url:
            route.fulfill(status=204)
        elif request.url.endswith("/picture.png") and holds_pictures:
            # Does not come while the example is played, so that the window is never loaded.
            self._held.append(route)
        else:
            route.fulfill(status=404)

    def _open(self, url: str, *, referrer: str = "") -> None:
        self._page.goto(url, referer=referrer, wait_until="domcontentloaded")
        self._do("settle")

    def _do(self, name: str, *arguments: object) -> None:
        self._page.evaluate("([name, args]) => stage[name](...args)", [name, list(arguments)])

    def _click(self, what: str | Mapping[str, Any], _step: Mapping[str, Any]) -> None:
        if isinstance(what, str):
            self._page.locator(what).click()
        else:
            self._do("click", what)

    def _fill(self, fields: Mapping[str, str]) -> None:
        for selector, text in fields.items():
            self._page.locator(selector).fill(text)

    def _copy(self, selector: str) -> None:
        self._page.locator(selector).evaluate("element => getSelection().selectAllChildren(element)")
        self._page.keyboard.press("Control+C")

    def _push(self, item: Mapping[str, Any]) -> None:
        self._page.evaluate("([name, item]) => window[name].push(item)", [self._layer, item])

    def _tell(self, what: str, text: str) -> None:
        detail = json.loads(text)
        match what:
            case "triggered":
                self.occurrences.append(detail["facts"])
            case "sent":
                self.sent.append(detail["xdm"])
            case "error":
                self.errors.append(detail)


def _give_clip(route: Route) -> None:
    """As much of it as is asked for: in what cannot be given in parts, browsers do not jump."""
    clip = _CLIP.read_bytes()
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", "bytes=0-"))
    assert asked is not None, route.request.headers
    start, end = int(asked[1]), int(asked[2] or len(clip) - 1)
    route.fulfill(
        status=206,
        body=clip[start : end + 1],
        content_type="video/webm",
        headers={"accept-ranges": "bytes", "content-range": f"bytes {start}-{end}/{len(clip)}"},
    )


def _html(title: str, context: Mapping[str, Any]) -> str:
    body = context.get("html", "")
    return (
        f'<!doctype html><html lang="en"><head><title>{escape(title)}</title><script src="/build.js"></script></head>'
        f'<body>{body}<img src="/picture.png" alt="" hidden></body></html>'
    )


_PREPARE = """({ globals, storage }) => {
  Object.assign(window, globals);
  for (const [area, items] of Object.entries(storage)) {
    for (const [key, value] of Object.entries(items)) window[area + "Storage"].setItem(key, value);
  }
}"""

_LEAVE_WINDOW = """([x, y]) => document.documentElement.dispatchEvent(
  new MouseEvent("mouseout", { bubbles: true, composed: true, clientX: x, clientY: y, relatedTarget: null }))"""

_MATCHERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$any": lambda value, _: value is not None,
    "$gt": lambda value, than: value > than,
    "$gte": lambda value, than: value >= than,
    "$lt": lambda value, than: value < than,
    "$regex": lambda value, pattern: re.search(pattern, value) is not None,
}


def differences(expected: object, actual: object, at: str = "") -> Sequence[str]:
    """Where ``actual`` does not hold what is expected of it: objects may hold more, lists may not."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)) in _MATCHERS:
        [(matcher, than)] = expected.items()
        return [] if _MATCHERS[matcher](actual, than) else [f"{at}: {actual!r} is not {matcher} {than!r}"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [each for key in expected for each in differences(expected[key], actual.get(key), f"{at}/{key}")]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [e for i, one in enumerate(expected) for e in differences(one, actual[i], f"{at}/{i}")]
    return [] if expected == actual and type(expected) is type(actual) else [f"{at}: {actual!r}, not {expected!r}"]
