"""Takes the pictures in docs/images anew: `make screenshots`. A real server, and a visitor who clicks around."""

import asyncio
import json
import math
import random
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from e2e.browser import launch
from e2e.server import Heliograph
from server.model.outcome import Offset
from server.observe.tally import PROCESSED, SLOT_MS, Kind, Tally
from server.store.tallies import SqliteTallies

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

_SIZE = {"width": 1280, "height": 860}

# How many a day of each type, for the curves of the first page.
_A_DAY = {
    "web.webpagedetails.pageViews": 41_000,
    "commerce.productViews": 12_600,
    "commerce.productListAdds": 2_900,
    "web.webinteraction.linkClicks": 1_700,
    "commerce.purchases": 310,
}
_FAILED_A_DAY = 46


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = Heliograph(Path(directory) / "data").start()
        try:
            asyncio.run(_give_a_past(server.data_dir))
            with sync_playwright() as playwright:
                browser = launch(playwright)
                _visit(browser, server)
                _take(browser, server)
                browser.close()
        finally:
            server.stop_if_running()


async def _give_a_past(data_dir: Path) -> None:
    """Two days of counts, as a shop has them: nobody waits two days for a picture."""
    pick = random.Random(7)  # noqa: S311  (the same picture each time)
    now_ms = time.time_ns() // 1_000_000
    counts: dict[Kind, int] = {}
    for slot in range(1, 288):
        slot_ms = (now_ms // SLOT_MS - slot) * SLOT_MS
        hour = (slot_ms / 3_600_000) % 24
        busy = 0.15 + 0.85 * max(0.0, math.sin((hour - 5) / 24 * 2 * math.pi)) ** 1.4
        for event_type, a_day in _A_DAY.items():
            counts[Kind(slot_ms, "shop", PROCESSED, event_type)] = round(a_day / 70 * busy * pick.uniform(0.8, 1.2))
        if pick.random() < busy * _FAILED_A_DAY / 144:
            counts[Kind(slot_ms, "shop", "schema_violation", "commerce.purchases")] = 1
    tallies = SqliteTallies(data_dir / "tallies.db")
    await tallies.add("pictures", Tally(counts, {}), up_to=Offset(0), now_ms=now_ms)
    await tallies.close()


def _visit(browser: Browser, server: Heliograph) -> None:
    page = browser.new_page()
    for path in ("/demo/", "/demo/products", "/demo/about", "/demo/products"):
        page.goto(f"{server.base_url}{path}")
        page.wait_for_timeout(600)
    for number in range(3):
        page.locator("button[data-testid=add-to-cart]:enabled").nth(number).click()
        page.wait_for_timeout(200)
    for wrong in ({"commerce": {"order": {"priceTotal": "79,00"}}}, {"productListItems": [{"SKU": 1042}]}):
        xdm = {"eventType": "commerce.purchases", "web": {"webPageDetails": {"name": "thank you", "URL": page.url}}}
        body = json.dumps({"events": [{"xdm": xdm | wrong}]}).encode()
        address = f"{server.base_url}/ee/v1/interact?configId=demo"
        request = urllib.request.Request(address, body, {"content-type": "text/plain"})  # noqa: S310  (our own)
        urllib.request.urlopen(request).close()  # noqa: S310
    server.run("wait")


def _take(browser: Browser, server: Heliograph) -> None:
    context = browser.new_context(viewport=_SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]  # a plain dict will do
    page = context.new_page()
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Home").wait_for()
    _picture(page, "home")
    page.goto(f"{server.base_url}/live?outcome=processed")
    page.locator("a.row").first.click()
    page.get_by_role("heading", name="XDM").wait_for()
    _picture(page, "live")
    page.goto(f"{server.base_url}/failed")
    _picture(page, "failed")
    page.goto(f"{server.base_url}/properties/demo/rules/purchase")
    page.locator("#fields-tree summary").first.click()
    _picture(page, "property")
    page.goto(f"{server.base_url}/demo/products")
    page.get_by_role("button", name="Only necessary").click()
    _picture(page, "shop")
    context.close()


def _picture(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
