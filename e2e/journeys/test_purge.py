"""A dataset is deleted in a browser, brought back, and at last purged: from the lake and from profiles."""

import json
import time
import urllib.request
from collections.abc import Callable

from playwright.sync_api import Browser, expect

from e2e.server import Heliograph

# Two passes of the core: one that removes, one that finds nothing left.
_PURGED_WITHIN_SECONDS = 60.0


def _save_datastream(server: Heliograph, dataset: str) -> None:
    path = server.data_dir / "datastream.json"
    server.run("datastream", "show", "demo", "-o", str(path))
    document = json.loads(path.read_text()) | {"datasetId": dataset}
    path.write_text(json.dumps(document))
    server.run("datastream", "save", str(path))


def _send(server: Heliograph, event_id: str) -> None:
    xdm = {
        "_id": event_id,
        "eventType": "commerce.purchases",
        "identityMap": {"CustomerId": [{"id": "ada", "primary": True}]},
    }
    request = urllib.request.Request(
        f"{server.base_url}/ee/v1/interact?configId=demo",
        data=json.dumps({"events": [{"xdm": xdm}]}).encode(),
        headers={"content-type": "text/plain"},
    )
    urllib.request.urlopen(request, timeout=10).read()


def test_what_it_held_is_there_again_when_it_is_brought_back_and_gone_when_it_is_purged(
    new_server: Callable[..., Heliograph], browser: Browser
) -> None:
    server = new_server().start()
    token = server.run("api-token", "create").stdout.strip()
    schema_id = json.loads(server.run("info", "--json").stdout)["datasets"][0]["schemaId"]
    body = {"name": "orders", "schemaRef": {"id": schema_id}, "tags": {"unifiedProfile": ["enabled:true"]}}
    request = urllib.request.Request(
        f"{server.base_url}/data/foundation/catalog/dataSets",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        dataset = json.loads(answer.read())[0].removeprefix("@/dataSets/")
    demo = next(
        each["id"]
        for each in json.loads(server.run("info", "--json").stdout)["datasets"]
        if each["name"] == "demo-events"
    )
    _save_datastream(server, dataset)
    give_up = time.monotonic() + 10.0
    while not server.events("orders") and time.monotonic() < give_up:
        _send(server, "order-1")
    _save_datastream(server, demo)
    page = browser.new_context().new_page()
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()

    page.goto(f"{server.base_url}/datasets/{dataset}")
    page.get_by_role("button", name="Delete the dataset").click()
    expect(page.get_by_text("It is deleted.")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("button", name="Delete the dataset")).to_be_visible()
    assert [event["_id"] for event in server.events("orders")] == ["order-1"]
    assert "order-1" in server.run("profile", "show", "--namespace", "CustomerId", "--id", "ada", "--json").stdout

    page.get_by_role("button", name="Delete the dataset").click()
    server.run("dataset", "purge", "orders")
    give_up = time.monotonic() + _PURGED_WITHIN_SECONDS
    while "orders" in (listed := server.run("dataset", "list").stdout) and time.monotonic() < give_up:
        time.sleep(0.2)

    assert "orders" not in listed
    assert not list(server.data_dir.glob(f"lake/{dataset}*"))
    assert "order-1" not in server.run("profile", "show", "--namespace", "CustomerId", "--id", "ada", "--json").stdout
    page.context.close()
