"""Raw data, mapped in a browser: what is sent with the command that is shown arrives as the schema wants it."""

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.server import Heliograph

ORDER = {
    "id": "order-1",
    "created_at": "2026-11-24T10:00:00Z",
    "event": "commerce.purchases",
    "order": {"id": "A-17", "total": 99.5, "currency": "CHF"},
    "customer": {"email": "ada@example.com"},
    "items": [{"sku": "S1", "name": "Mirror", "qty": 2}],
}

# Collectors know a change within a second or two.
_WORKS_WITHIN_SECONDS = 10.0

# A preview takes a tenth of a second; on a machine that is busy with other tests it has taken five.
_ANSWERS_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    """A demo of these tests' own: they add to it."""
    running = Heliograph(tmp_path_factory.mktemp("mapping")).start()
    yield running
    running.stop_if_running()


def _signed_in(browser: Browser, server: Heliograph, *, has_scripts: bool) -> Page:
    page = browser.new_context(java_script_enabled=has_scripts).new_page()
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    return page


def _make_raw(page: Page, server: Heliograph, name: str) -> None:
    """The form of a new connection, up to the mapping editor."""
    page.goto(f"{server.base_url}/connections/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Other JSON").check()
    page.get_by_label("A new dataset").check()
    page.get_by_label("Name of the dataset").fill(name)
    page.get_by_label("Schema").select_option(label="Demo events")
    page.get_by_role("button", name="Make the connection").click()
    expect(page.get_by_role("heading", name="Mapping", level=1)).to_be_visible()


def _run(command: str) -> int:
    """The status of the answer to a command as people paste it, once collectors know the connection."""
    words = [word for word in shlex.split(command.replace("\\\n", " ")) if word.strip()]
    give_up = time.monotonic() + _WORKS_WITHIN_SECONDS
    status = 0
    while status != 200 and time.monotonic() < give_up:
        done = subprocess.run(
            [*words, "--silent", "--output", "/dev/null", "--write-out", "%{http_code}"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        status = int(done.stdout or 0)
    return status


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_raw_data_that_is_sent_with_the_command_shown_arrives_mapped(
    server: Heliograph, browser: Browser, has_scripts: bool
) -> None:
    name = f"crm-{'scripts' if has_scripts else 'plain'}"
    sample = json.dumps(ORDER | {"id": name}, indent=2)
    page = _signed_in(browser, server, has_scripts=has_scripts)
    _make_raw(page, server, name)
    page.get_by_label("One message of your data").fill(sample)
    page.get_by_role("button", name="Suggest lines").click()
    expect(page.get_by_text("It is valid.")).to_be_visible()
    page.get_by_role("button", name="Save the mapping").click()
    expect(page.get_by_text("The mapping is saved.")).to_be_visible()
    command = page.get_by_label("Command that sends one event").text_content() or ""

    status = _run(command)

    assert status == 200
    [event] = server.events(name)
    assert event["_id"] == name
    assert event["commerce"]["order"] == {"purchaseID": "A-17", "priceTotal": 99.5, "currencyCode": "CHF"}
    assert event["productListItems"] == [{"SKU": "S1", "name": "Mirror", "quantity": 2}]
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Valid, and stored")).to_be_visible(timeout=10_000)
    page.goto(f"{server.base_url}/datasets")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_label("Newest rows").get_by_role("listitem").first).to_contain_text(name)
    page.context.close()


def test_the_preview_follows_what_is_written(server: Heliograph, browser: Browser) -> None:
    page = _signed_in(browser, server, has_scripts=True)
    _make_raw(page, server, "crm-preview")
    page.get_by_label("One message of your data").fill("{")
    expect(page.get_by_text("This is no JSON")).to_be_visible(timeout=_ANSWERS_WITHIN_MS)
    page.get_by_label("One message of your data").fill(json.dumps(ORDER))
    page.get_by_label("from, line 1").fill("order.total")
    page.get_by_label("into, line 1").fill("commerce.order.currencyCodes")
    fault = page.get_by_text("the schema has no field 'currencyCodes' there")
    expect(fault).to_be_visible(timeout=_ANSWERS_WITHIN_MS)

    page.get_by_label("Find a field").fill("pricetotal")
    page.get_by_role("button", name="Use commerce.order.priceTotal").click()

    expect(page.locator("[data-value]").first).to_have_text("99.5", timeout=_ANSWERS_WITHIN_MS)
    expect(page.locator("[data-fault] span").first).to_be_empty()
    expect(page.locator("[data-xdm]")).to_contain_text('"priceTotal": 99.5')
    expect(page.get_by_text("Not valid yet:")).to_be_visible()
    page.context.close()


def test_what_a_page_sends_as_data_becomes_xdm(server: Heliograph, browser: Browser) -> None:
    page = _signed_in(browser, server, has_scripts=True)
    page.goto(f"{server.base_url}/datastreams/demo")
    page.get_by_role("link", name="map it to XDM").click()
    page.get_by_label("One message of your data").fill('{"data": {"order": {"total": 99.5}}}')
    page.get_by_role("button", name="Suggest lines").click()
    expect(page.get_by_text("1 line suggested")).to_be_visible()
    page.get_by_role("button", name="Save the mapping").click()
    expect(page.get_by_text("mapped by 1 line, version 1")).to_be_visible()

    def arrived(number: int) -> dict[str, Any]:
        """The event as it is in the lake. The core knows a change within a second or two."""
        xdm = {"_id": f"with-data-{number}", "eventType": "commerce.purchases"}
        body = {"events": [{"xdm": xdm, "data": {"order": {"total": "99.5"}}}]}
        answer = page.request.post(f"{server.base_url}/ee/v1/interact?configId=demo", data=body)
        assert answer.ok
        return next(event for event in server.events() if event["_id"] == xdm["_id"])

    give_up = time.monotonic() + _WORKS_WITHIN_SECONDS
    number, event = 1, arrived(1)
    while "commerce" not in event and time.monotonic() < give_up:
        number += 1
        event = arrived(number)

    assert event["commerce"]["order"]["priceTotal"] == 99.5
    page.context.close()
