"""A newcomer's first hour, by the console alone: a schema, a dataset, a connection, an event, and one that fails."""

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from e2e.server import Heliograph

# The documentation promises seconds; a machine that runs all tests at once is slower than any of its users.
_PATIENCE_SECONDS = 30.0


def _run(command: str) -> Any:
    """What a shell prints that a shown command was pasted into."""
    done = subprocess.run(["bash", "-c", f"{command} --silent"], capture_output=True, text=True, timeout=20, check=True)
    return json.loads(done.stdout) if done.stdout else None


def _until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.1)


def _rows(page: Page, dataset_url: str) -> str:
    page.goto(dataset_url)
    return page.locator(".facts div").filter(has_text="Rows").locator("dd").inner_text()


def test_a_newcomer_gets_from_a_schema_to_a_repaired_event(
    new_server: Callable[..., Heliograph], browser: Browser
) -> None:
    server = new_server(options=()).start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()

    # A schema.
    page.get_by_role("link", name="Schemas").click()
    page.get_by_role("main").get_by_role("link", name="New schema").first.click()
    page.get_by_role("link", name="Experience event").click()
    page.get_by_label("Title", exact=True).fill("Shop orders")
    page.get_by_role("button", name="Add a field").click()
    page.get_by_label("Name", exact=True).fill("loyalty.tier")
    page.get_by_text("Title, allowed values, example").click()
    page.get_by_label("Allowed values").fill("silver = Silver tier\ngold")
    page.get_by_label("Example").fill("gold")
    expect(page.get_by_role("complementary", name="Preview").get_by_text("tier", exact=True)).to_be_attached()
    page.get_by_role("button", name="Create the schema").click()
    expect(page.get_by_text("Saved as version 1.0")).to_be_visible()
    schema_url = page.url.partition("?")[0]

    # A connection with a dataset of it.
    page.get_by_role("link", name="make a connection with a dataset of it").click()
    page.get_by_label("Name", exact=True).fill("orders")
    page.get_by_label("A new dataset").check()
    page.get_by_label("Name of the dataset").fill("orders")
    page.get_by_label("Schema", exact=True).select_option(label="Shop orders")
    page.get_by_role("button", name="Make the connection").click()
    command = page.get_by_label("Command that sends one event").text_content() or ""

    # The sample, by the command that is shown: it works a second or two after the connection is made.
    _until(lambda: "receivedTimeMs" in _run(command))
    page.goto(f"{server.base_url}/datasets")
    page.get_by_role("link", name="orders", exact=True).click()
    dataset_url = page.url
    _until(lambda: _rows(page, dataset_url) == "1")

    # A bad one: the reason in words.
    assert '"tier": "gold"' in command
    entity = json.loads(command.partition("-d '")[2].removesuffix("'"))["body"]["xdmEntity"]
    [tenant] = [name for name in entity if name.startswith("_") and name != "_id"]
    _run(command.replace('"tier": "gold"', '"tier": "platinum"').replace(entity["_id"], "bad-one"))

    def shows_failure() -> bool:
        page.goto(f"{server.base_url}/failed")
        return page.get_by_text('the string "platinum" is none of the allowed values: `silver`, `gold`').count() == 1

    _until(shows_failure)
    expect(page.get_by_text("/loyalty/tier").first).to_be_visible()

    # The schema is mended, the event replayed: it arrives.
    page.goto(schema_url)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_text("Title, allowed values, example").last.click()
    page.get_by_label("Allowed values").last.fill("silver = Silver tier\ngold\nplatinum")
    page.get_by_role("button", name="Save a new version").click()
    expect(page.get_by_text("Saved as version 1.1")).to_be_visible()
    page.goto(f"{server.base_url}/failed")
    page.get_by_role("list", name="Failed events").get_by_role("link").click()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("1 event sent to be decided again.")).to_be_visible()
    _until(lambda: _rows(page, dataset_url) == "2")

    tiers = {event["_id"]: event[tenant]["loyalty"]["tier"] for event in server.events("orders")}
    assert tiers == {entity["_id"]: "gold", "bad-one": "platinum"}
    context.close()
