"""A shop as a single-page site: its script, its one page or many, the snippet, and what the snippet sent."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from scripts.node import node_command, node_environ
from server.publish import Fragments, build

URL = "https://shop.example/"

_ROOT = Path(__file__).parents[2]
_SOURCES = _ROOT / "e2e" / "sites" / "apps"
_TITLES = {"/": "Home", "/products/mirror": "The mirror", "/products/tripod": "The tripod"}

_VIEW = {"type": "send-event", "eventType": "view", "xdm": {"web.webPageDetails.name": "%title%"}}
_ADD = {"type": "send-event", "eventType": "add", "xdm": {"_x.sku": "%closest(article)[data-sku]%"}}

PROPERTY: dict[str, Any] = {
    "formatVersion": 1,
    "property": {"id": "shop", "name": "Shop"},
    "consent": {"default": "granted"},
    "dataElements": {"title": {"from": "page", "get": "title"}},
    "rules": [
        {"id": "view", "events": [{"type": "page-settled"}], "actions": [_VIEW]},
        {"id": "route", "events": [{"type": "route-change"}], "actions": [_VIEW]},
        {"id": "add", "events": [{"type": "click", "target": "article button"}], "actions": [_ADD]},
    ],
}


def bundle(source: str) -> str:
    """A script of e2e/sites/apps/ with what it imports, as a site would build it."""
    done = subprocess.run(
        [
            *node_command("npx"),
            *("--no-install", "esbuild", source, "--bundle", "--minify", "--format=iife", "--jsx=automatic"),
            '--define:process.env.NODE_ENV="production"',
            *("--define:__VUE_OPTIONS_API__=true", "--define:__VUE_PROD_DEVTOOLS__=false"),
            "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
        ],
        cwd=_SOURCES,
        env=node_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def one_page(_path: str) -> str:
    """Of a site whose script makes everything."""
    return f'<!doctype html><html lang="en"><head><title>Shop</title>{_TAGS}</head><body><div id="app"></div>' + _SCRIPT


def a_page_each(path: str) -> str:
    """Of a site whose server makes everything."""
    title = _TITLES[path]
    article = f'<article data-sku="{path.rpartition("/")[2]}"><button type="button">Add to cart</button></article>'
    links = " ".join(f'<a href="{to}">{name.removeprefix("The ").capitalize()}</a>' for to, name in _TITLES.items())
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{_TAGS}{_SCRIPT}</head>'
        f"<body><nav>{links}</nav><h1>{title}</h1>{article if path != '/' else ''}"
    )


_TAGS = '<script async src="/snippet.js"></script>'
_SCRIPT = '<script defer src="/app.js"></script>'


@dataclass
class Site:
    """``serve`` it to a page; then ``sent`` is the XDM of what the snippet sent, in its order."""

    fragments: Fragments
    app: str
    html: Callable[[str], str]
    sent: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        snippet, _ = build(PROPERTY, environment="production", fragments=self.fragments, org_id="O@O")
        self._scripts = {"/snippet.js": snippet.decode(), "/app.js": self.app}

    def serve(self, page: Page) -> None:
        page.route(f"{URL}**", self._answer)

    def views(self) -> list[tuple[str, str]]:
        """Title and address, from the root of the site, of the pages that were seen."""
        return [
            (xdm["web"]["webPageDetails"]["name"], xdm["web"]["webPageDetails"]["URL"].removeprefix(URL))
            for xdm in self.sent
            if xdm["eventType"] == "view"
        ]

    def _answer(self, route: Route) -> None:
        request, path = route.request, urlsplit(route.request.url).path
        if path in self._scripts:
            route.fulfill(body=self._scripts[path], content_type="text/javascript")
        elif path.startswith("/ee/"):
            self.sent += [event["xdm"] for event in json.loads(request.post_data or "{}")["events"]]
            route.fulfill(status=204)
        elif path in _TITLES:
            route.fulfill(body=self.html(path), content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404)
