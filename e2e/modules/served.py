"""A site in a real browser whose every page has one property's build: what it sends is noted, nothing goes out."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from server.model.json import JsonObject
from server.publish import Fragments, build


@dataclass
class ServedSite:
    """``bodies``: of each page, by its path; any other path answers 404. ``requests``: the bodies of what was sent.

    ``scripts``: others that its pages load, by path. ``foreign``: the bodies that were sent to another datastream.
    """

    document: JsonObject
    fragments: Fragments
    bodies: dict[str, str]
    requests: list[dict[str, Any]] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    foreign: list[dict[str, Any]] = field(default_factory=list)

    def open(self, context: BrowserContext, url: str) -> Page:
        context.route("**/*", self._answer)
        page = context.new_page()
        page.goto(url, wait_until="load")
        return page

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The events, in the order of their requests."""
        return [event["xdm"] for request in self.requests for event in request["events"]]

    def wait_for(self, page: Page, count: int) -> list[dict[str, Any]]:
        """The events, when there are so many; whatever there is after ten seconds."""
        for _ in range(200):
            if len(self.sent) >= count:
                break
            page.wait_for_timeout(50)
        return self.sent

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.split("/", 3)[3].split("?")[0].split("#")[0]
        if path == "build.js":
            script, _ = build(self.document, environment="production", fragments=self.fragments, org_id="O@O")
            route.fulfill(body=script.decode(), content_type="text/javascript")
        elif "/ee/" in request.url:
            is_own = f"configId={self.document['property']['id']}&" in request.url
            (self.requests if is_own else self.foreign).append(json.loads(request.post_data or "{}"))
            route.fulfill(status=204)
        elif f"/{path}" in self.scripts:
            route.fulfill(body=self.scripts[f"/{path}"], content_type="text/javascript")
        elif f"/{path}" in self.bodies:
            html = f'<!doctype html><title>{path or "home"}</title><script src="/build.js"></script><body>'
            route.fulfill(body=html + self.bodies[f"/{path}"], content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404)
