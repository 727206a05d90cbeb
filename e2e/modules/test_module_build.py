"""The snippet as an ES module, for sites that bundle it: started with a property's container, in Chromium."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Route

from server.model.container import as_json
from server.property.compile import compile_property
from server.publish import Fragments

URL = "https://shop.example/"
MODULE = Path(__file__).parents[2] / "static" / "dist" / "heliograph.mjs"
DOCUMENT: dict[str, Any] = {
    "formatVersion": 1,
    "property": {"id": "shop", "name": "Shop"},
    "consent": {"default": "granted"},
    "dataElements": {"title": {"from": "page", "get": "title", "apply": ["upper"]}},
    "rules": [
        {
            "id": "view",
            "events": [{"type": "page-ready", "when": "immediately"}],
            "limit": {"times": 1, "per": "visitor"},
            "actions": [{"type": "send-event", "eventType": "view", "xdm": {"web.webPageDetails.name": "%title%"}}],
        }
    ],
}
PAGE = """<!doctype html><title>Home</title><script type="module">
  import { start } from "/heliograph.mjs";
  const container = await (await fetch("/container.json")).json();
  const api = start(container);
  window.isOne = start(container) === api && api === window.heliograph;
  await api("track", "own", { xdm: { _shop: { n: 1 } } });
</script>"""


def test_a_page_that_imports_the_module_has_rules_and_calls(context: BrowserContext, fragments: Fragments) -> None:
    container = as_json(
        compile_property(DOCUMENT, environment="production", org_id="O@O", datastream="shop", modules=fragments.modules)
    )
    sent: list[dict[str, Any]] = []
    errors: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        if route.request.is_navigation_request():
            policy = {"content-security-policy": "script-src 'self' 'unsafe-inline'; connect-src 'self'"}
            route.fulfill(body=PAGE, content_type="text/html", headers=policy)
        elif url.endswith("/heliograph.mjs"):
            route.fulfill(body=MODULE.read_text(encoding="utf-8"), content_type="text/javascript")
        elif url.endswith("/container.json"):
            route.fulfill(body=json.dumps(container), content_type="application/json")
        elif "/ee/v1/" in url:
            sent.extend(event["xdm"] for event in json.loads(route.request.post_data or "{}")["events"])
            route.fulfill(status=204)
        else:
            route.fulfill(status=404)

    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/*", answer)
    page.goto(URL)
    # Not wait_for_function: it evaluates text in the page, which the policy forbids.
    for _ in range(200):
        if len(sent) >= 2 and page.evaluate("window.isOne") is not None:
            break
        page.wait_for_timeout(50)

    assert errors == []
    assert page.evaluate("isOne") is True
    assert {event["eventType"] for event in sent} == {"view", "own"}
    assert [event["web"]["webPageDetails"]["name"] for event in sent if event["eventType"] == "view"] == ["HOME"]
