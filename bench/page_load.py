"""What the snippet costs a page at load: bytes, and time on the main thread, in a real Chromium, from the real server.

`python -m bench.page_load [--loads 11] [--page /demo/products]`. Each load is a visitor's first: an empty cache, no
cookie. Loads with and without the snippet's one line take turns, so that what changes on the machine meets both;
everything else on the page is the same. For a CPU as fast as this one and one four times slower it prints medians of

- task and script: the main thread's time in tasks, and in scripts, until a second after the load event
  (CDP `Performance.getMetrics`);
- longest: the longest single task, and of the snippet's own scripts the longest run (CDP tracing, which costs both
  sides the same).

All times are the main thread's own CPU time, so that other work on the machine counts for little. The difference of two
medians is what the snippet costs; the spread (median absolute deviation) says how well that is known.
"""

import argparse
import gzip
import json
import re
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, sync_playwright

from e2e.browser import launch
from e2e.server import Heliograph

_RATES = (1, 4)
_IDLE_MS = 1_000
_TAG = re.compile(r"<script[^>]*/tags/[^>]*></script>")
_CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8"]
_SCRIPT_EVENTS = frozenset({"EvaluateScript", "FunctionCall", "v8.compile", "TimerFire", "EventDispatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of one load. ``longest_ours``: of the snippet's own scripts, None where there is none."""

    task: float
    script: float
    longest: float
    longest_ours: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--loads", type=int, default=11)
    parser.add_argument("--page", default="/demo/products")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        server = Heliograph(Path(directory) / "data").start()
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                _print_sizes(browser, server.base_url)
                for rate in _RATES:
                    _compare(browser, server.base_url + given.page, given.loads, rate=rate)
                browser.close()
        finally:
            server.stop()


def _print_sizes(browser: Browser, base_url: str) -> None:
    request = browser.new_context().request
    pointer = request.get(f"{base_url}/tags/demo/production.js").body()
    path = re.search(rb"/tags/builds/[0-9a-f]+\.js", pointer)
    assert path is not None, pointer
    container = request.get(base_url + path[0].decode()).body()
    loader = (Path(__file__).parents[1] / "static" / "dist" / "loader.js").read_bytes()
    for name, text in (("loader, inline", loader), ("pointer", pointer), ("container", container)):
        print(f"{name:15} {len(text):7,} bytes, {len(gzip.compress(text, 9, mtime=0)):7,} after gzip -9")


def _compare(browser: Browser, url: str, loads: int, *, rate: int) -> None:
    sides: dict[str, list[Cost]] = {"without": [], "with": []}
    for number in range(loads + 1):
        for name, costs in sides.items():
            cost = _load(browser, url, rate=rate, has_snippet=name == "with")
            if number:  # The first of each side warms the server and the browser up.
                costs.append(cost)
    print(f"\nCPU / {rate}, {loads} loads of each, ms: median (median absolute deviation)")
    print(f"{'':10} {'task':>15} {'script':>15} {'longest':>15} {'longest of ours':>17}")
    for name, costs in sides.items():
        columns = [[c.task for c in costs], [c.script for c in costs], [c.longest for c in costs]]
        columns.append([c.longest_ours for c in costs if c.longest_ours is not None])
        print(f"{name:10} " + " ".join(f"{_spread(column):>15}" for column in columns))
    difference = [
        statistics.median(getattr(c, field) for c in sides["with"])
        - statistics.median(getattr(c, field) for c in sides["without"])
        for field in ("task", "script", "longest")
    ]
    print(f"{'snippet':10} " + " ".join(f"{each:>+15.1f}" for each in difference))


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    middle = statistics.median(values)
    return f"{middle:.1f} ({statistics.median(abs(each - middle) for each in values):.1f})"


def _load(browser: Browser, url: str, *, rate: int, has_snippet: bool) -> Cost:
    context = browser.new_context()
    page = context.new_page()

    def answer(route: Route) -> None:
        response = route.fetch()
        html = response.text()
        assert _TAG.search(html), "the page has no tag"
        route.fulfill(response=response, body=html if has_snippet else _TAG.sub("", html))

    page.route(url, answer)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    browser.start_tracing(page=page, categories=_CATEGORIES)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(_IDLE_MS)
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    longest, longest_ours = _longest(json.loads(browser.stop_tracing())["traceEvents"])
    context.close()
    return Cost(
        task=metrics["TaskDuration"] * 1_000,
        script=metrics["ScriptDuration"] * 1_000,
        longest=longest,
        longest_ours=longest_ours if has_snippet else None,
    )


def _longest(events: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Of the page's main thread, in ms: the longest task, and the longest run of a script of ours."""
    names = {
        (event["pid"], event["tid"]): event["args"]["name"] for event in events if event.get("name") == "thread_name"
    }
    pids = {event["pid"] for event in events if event.get("name") == "ParseHTML" and "/demo/" in json.dumps(event)}
    tasks, ours = [0.0], [0.0]
    for event in events:
        if event.get("ph") != "X" or event["pid"] not in pids:
            continue
        if event["name"] == "RunTask" and names.get((event["pid"], event["tid"])) == "CrRendererMain":
            tasks.append(event.get("tdur", event.get("dur", 0)) / 1_000)
        if event["name"] in _SCRIPT_EVENTS and "/tags/" in json.dumps(event.get("args", {})):
            ours.append(event.get("tdur", event.get("dur", 0)) / 1_000)
    return max(tasks), max(ours)


if __name__ == "__main__":
    main()
