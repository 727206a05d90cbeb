"""The sites on which Adobe's Web SDK runs, as npm delivers it, and the server that it sends to."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from playwright.sync_api import BrowserContext, Page, Route

from e2e.server import Heliograph
from server.app.logs import open_reader, received_partitions
from server.eventlog.topics import Topic
from server.model.consent import ConsentPolicy
from server.model.datastream import AllowedOverrides, Dataset, DatasetId, Datastream, DatastreamId
from server.model.event import Event
from server.model.outcome import BEFORE_FIRST
from server.store.configuration import add_dataset, add_datastream, load_configuration
from server.store.database import Database

SITES = Path(__file__).parents[1] / "sites" / "alloy"
ALLOY = Path(__file__).parents[2] / "node_modules" / "@adobe" / "alloy" / "dist" / "alloy.min.js"

SHOP, PARTNER = "https://www.shop.test", "https://www.partner.test"
EDGE_HOSTS = ("edge.shop.test", "edge.partner.test")

OTHER_DATASET = DatasetId("0123456789abcdef01234567")

# What each test's datastream is about; all others are as the demo's.
DATASTREAMS: dict[str, dict[str, Any]] = {
    "pending": {"consent": ConsentPolicy(default="pending")},
    "out": {"consent": ConsentPolicy(default="out")},
    "gpc": {"consent": ConsentPolicy(gpc="refuse")},
    "overrides": {"overrides": AllowedOverrides(datasets=(OTHER_DATASET,), disable=True)},
    "strict": {"allowed_origins": (PARTNER,)},
}

_ALL_EVENTS = 100_000

_BEACON_SECONDS = 10.0
_LOOK_MS = 50


def is_page(name: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an event is about the page of this name."""
    return lambda xdm: bool(xdm.get("web", {}).get("webPageDetails", {}).get("name") == name)


def add_datastreams(server: Heliograph) -> None:
    """The running server sees them within a second (server/workers/configuration.py)."""
    database = Database(f"sqlite:///{server.data_dir.absolute() / 'control.db'}")
    configuration = database.read_sync(load_configuration)
    demo = configuration.datastreams[DatastreamId("demo")]
    schema_id = configuration.datasets[demo.dataset_id].schema_id
    other = Dataset(id=OTHER_DATASET, name="other-events", schema_id=schema_id)
    database.write_sync(lambda connection: add_dataset(connection, other, now_ms=0))
    for name, options in DATASTREAMS.items():
        datastream = msgspec.structs.replace(demo, id=DatastreamId(name), name=name, **options)
        _add(database, datastream)
    database.close()


def _add(database: Database, datastream: Datastream) -> None:
    database.write_sync(lambda connection: add_datastream(connection, datastream, now_ms=0))


def received(server: Heliograph) -> list[Event]:
    """Everything that was acknowledged so far, as it is in the log."""
    # Playwright's own event loop runs in this thread.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(_received(server.data_dir))).result()


async def _received(data_dir: Path) -> list[Event]:
    events = []
    for partition in received_partitions(data_dir, collectors=1):
        log = open_reader(data_dir, Topic.RECEIVED, partition=partition)
        records = await log.read(after=BEFORE_FIRST, limit=_ALL_EVENTS)
        events += [msgspec.json.decode(record.value, type=Event) for record in records]
        await log.close()
    return events


class Site:
    """One visitor in one browser. ``open`` goes to a page, on which commands of the Web SDK can be given."""

    def __init__(self, context: BrowserContext, server: Heliograph) -> None:
        self.context = context
        self.server = server
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        for origin in (SHOP, PARTNER):
            context.route(f"{origin}/**", _serve)

    def open(self, url: str = f"{SHOP}/", **configuration: Any) -> None:
        """``configuration``: what differs from the plainest first-party set-up."""
        self.page.goto(url)
        self.configure(**configuration)

    def configure(self, **configuration: Any) -> None:
        domain = (urlsplit(self.page.url).hostname or "").removeprefix("www.")
        plain = {
            "datastreamId": "demo",
            "orgId": "DEMO@AdobeOrg",
            "edgeDomain": f"edge.{domain}",
            "thirdPartyCookiesEnabled": False,
            "clickCollectionEnabled": False,
        }
        self.command("configure", plain | configuration)

    def command(self, name: str, options: Any = None) -> Any:
        """Its result, once it is there; raises what it rejects with."""
        return self.page.evaluate("([name, options]) => alloy(name, options)", [name, options])

    def send(self, name: str, **options: Any) -> Any:
        """A page view of this name."""
        details = {"name": name, "pageViews": {"value": 1}}
        xdm = {"eventType": "web.webpagedetails.pageViews", "web": {"webPageDetails": details}}
        return self.command("sendEvent", {"xdm": xdm} | options)

    def start(self, script: str) -> None:
        """Give a command whose result nobody waits for."""
        self.page.evaluate(f"() => {{ window.result = {script}; window.result.catch(() => undefined); }}")

    def ecid(self) -> str:
        return str(self.command("getIdentity")["identity"]["ECID"])

    def say(self, general: str) -> None:
        self.command(
            "setConsent", {"consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": general}}]}
        )

    def cookies(self) -> dict[str, str]:
        """Those of the edge, by the end of their name."""
        found = self.context.cookies()
        return {
            cookie.get("name", "").rsplit("_", 1)[1]: cookie.get("value", "")
            for cookie in found
            if cookie.get("name", "").startswith("kndctr_")
        }

    def stored(self, name: str) -> list[Event]:
        """The page views of this name."""
        return self.find(is_page(name))

    def find(self, is_meant: Callable[[dict[str, Any]], bool]) -> list[Event]:
        return [event for event in received(self.server) if is_meant(event.xdm)]

    def await_event(self, is_meant: Callable[[dict[str, Any]], bool]) -> Event:
        """The one event that a beacon brings; nobody is told when a beacon has arrived."""
        give_up = time.monotonic() + _BEACON_SECONDS
        while not (found := self.find(is_meant)):
            assert time.monotonic() < give_up, "the event did not come"
            self.page.wait_for_timeout(_LOOK_MS)
        [event] = found
        return event


def _serve(route: Route) -> None:
    path = urlsplit(route.request.url).path
    if path == "/alloy.js":
        route.fulfill(path=ALLOY, content_type="text/javascript")
    else:
        name = "noscript.html" if path == "/noscript" else "shop.html"
        route.fulfill(path=SITES / name, content_type="text/html")
