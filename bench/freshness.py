"""How soon a click is in the visitor's profile, and in the lake: a real server, a real Chromium, the demo shop.

    python -m bench.freshness [--clicks 60] [--load 300] [--lake-commit-seconds 5]

A visitor clicks *Add to cart*; meanwhile two observers ask what anybody would ask, through the project's own readers:
the profile whether it has the event, the lake whether an export has it. The time is from the event's own timestamp, set
at the click, to the answer that shows it; both are on this machine's clock. Without and with a stream of other events.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, Request, sync_playwright

from e2e.browser import launch
from e2e.server import Heliograph
from server.lake.lake import DeltaLake
from server.model.datastream import Dataset, DatasetId
from server.model.identity import Identity, Namespace
from server.model.schema import SchemaId
from server.profile.reader import open_reader
from server.settings import Settings

_CLICK = "commerce.productListAdds"

# Finer than what is looked for, and still a small part of a core: a find takes half a millisecond, an export thirty.
_PROFILE_LOOK_SECONDS = 0.01
_LAKE_LOOK_SECONDS = 0.2

# People do not click in step with commits: a pause of random length, so that every phase is hit.
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 1.8

_GIVE_UP_SECONDS = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--load", type=float, default=300.0, metavar="EVENTS_PER_SECOND")
    parser.add_argument("--lake-commit-seconds", type=float, default=Settings().lake_commit_seconds)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        environ = {"HELIOGRAPH_LAKE_COMMIT_SECONDS": str(given.lake_commit_seconds)}
        server = Heliograph(Path(directory) / "data", environ=environ).start()
        try:
            print(f"{given.clicks} clicks each, a lake commit at most every {given.lake_commit_seconds:g} s")
            _round(server, given.clicks, events_per_second=0)
            _round(server, given.clicks, events_per_second=given.load)
        finally:
            server.stop_if_running()


def _round(server: Heliograph, clicks: int, *, events_per_second: float) -> None:
    with _background(server, events_per_second), sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(f"{server.base_url}/demo/products")
        page.wait_for_function("window.heliograph && heliograph('identity')")
        ecid = str(page.evaluate("heliograph('identity')")["ECID"])
        clicked = _Clicked()
        observers = [
            _Observer(clicked, clicks, _profile_reader(server, ecid), look_seconds=_PROFILE_LOOK_SECONDS),
            _Observer(clicked, clicks, _lake_reader(server, clicked), look_seconds=_LAKE_LOOK_SECONDS),
        ]
        for observer in observers:
            observer.start()
        _click(page, clicked, clicks)
        for observer in observers:
            observer.join()
        browser.close()
    info = json.loads(server.run("info", "--json").stdout)
    print(f"beside {events_per_second:g} events/s ({info['events']['received']} received so far)")
    for name, observer in zip(("profile", "lake"), observers, strict=True):
        seconds = sorted(observer.seconds.values())
        print(
            f"  click to {name:8} p50 {statistics.median(seconds):6.3f} s   p95 {_percentile(seconds, 0.95):6.3f} s"
            f"   max {seconds[-1]:6.3f} s   ({len(seconds)} of {clicks})"
        )


class _Clicked:
    """Which events were sent, and when each happened: seconds since the epoch, by id."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}

    def note(self, request: Request) -> None:
        if "/ee/v1/" not in request.url or not request.post_data:
            return
        for event in json.loads(request.post_data)["events"]:
            if event["xdm"]["eventType"] == _CLICK:
                self.times[event["xdm"]["_id"]] = datetime.fromisoformat(event["xdm"]["timestamp"]).timestamp()


class _Observer(threading.Thread):
    """``seconds``: of each event, from the click to when ``seen`` first had its id."""

    def __init__(
        self, clicked: _Clicked, clicks: int, seen: Callable[[], Iterator[set[str]]], *, look_seconds: float
    ) -> None:
        super().__init__(daemon=True)
        self.seconds: dict[str, float] = {}
        self._clicked, self._clicks, self._seen, self._look_seconds = clicked, clicks, seen, look_seconds

    def run(self) -> None:
        give_up = time.monotonic() + self._clicks * _LONGEST_PAUSE_SECONDS + _GIVE_UP_SECONDS
        for ids in self._seen():
            now = time.time()
            for event_id in ids & self._clicked.times.keys() - self.seconds.keys():
                self.seconds[event_id] = now - self._clicked.times[event_id]
            if len(self.seconds) >= self._clicks or time.monotonic() > give_up:
                return
            time.sleep(self._look_seconds)


def _profile_reader(server: Heliograph, ecid: str) -> Callable[[], Iterator[set[str]]]:
    def looks() -> Iterator[set[str]]:
        with open_reader(server.data_dir / "profiles.db") as reader:
            while True:
                view = reader.find(Identity(namespace=Namespace("ECID"), id=ecid), limit_events=10)
                yield {event.id for event in view.events} if view else set()

    return looks


def _lake_reader(server: Heliograph, clicked: _Clicked) -> Callable[[], Iterator[set[str]]]:
    found = next(
        item for item in json.loads(server.run("info", "--json").stdout)["datasets"] if item["name"] == "demo-events"
    )
    dataset = Dataset(id=DatasetId(found["id"]), name=found["name"], schema_id=SchemaId(found["schemaId"]))
    seen: set[str] = set()

    async def exported(lake: DeltaLake, since_ms: int) -> set[str]:
        pages = lake.export(dataset, since_ms=since_ms, until_ms=None)
        return {event["_id"] async for page in pages for event in page if event["eventType"] == _CLICK}

    def looks() -> Iterator[set[str]]:
        lake = DeltaLake(str(server.data_dir / "lake"))
        while True:
            missing = [happened for event_id, happened in dict(clicked.times).items() if event_id not in seen]
            if missing:
                seen.update(asyncio.run(exported(lake, int(min(missing) * 1000))))
            yield seen

    return looks


def _click(page: Page, clicked: _Clicked, clicks: int) -> None:
    page.on("request", clicked.note)
    button = page.locator("article[data-sku] button[data-testid=add-to-cart]:enabled").first
    for _ in range(clicks):
        with page.expect_response(lambda response: "/ee/v1/" in response.url):
            button.click()
        page.wait_for_timeout(random.uniform(_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS) * 1000)


@contextlib.contextmanager
def _background(server: Heliograph, events_per_second: float) -> Iterator[None]:
    if not events_per_second:
        yield
        return
    port = server.base_url.rsplit(":", 1)[1]
    sender = subprocess.Popen([sys.executable, "-m", "bench.background", port, str(events_per_second)])
    try:
        yield
        assert sender.poll() is None, "the stream of other events broke off"
    finally:
        sender.terminate()
        sender.wait()


def _percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
