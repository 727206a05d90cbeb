"""A streaming connection, made by a program and made in a browser: what is sent to it is in the lake."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from e2e.server import Heliograph

HTTP = {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}
LAKE = {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}
PLAIN = {"id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0"}

# As long as the documentation promises.
_WORKS_WITHIN_SECONDS = 2.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    """A demo of these tests' own: they add to it."""
    running = Heliograph(tmp_path_factory.mktemp("connections")).start()
    yield running
    running.stop_if_running()


def _call(url: str, body: object, *, token: str = "") -> tuple[int, Any]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def _taken_in_time(url: str, message: object) -> bool:
    give_up = time.monotonic() + _WORKS_WITHIN_SECONDS
    while (status := _call(url, message)[0]) != 200 and time.monotonic() < give_up:
        time.sleep(0.05)
    return status == 200


def _stored(server: Heliograph, dataset: str, identifier: str) -> bool:
    """Its dataset is known to the core as soon as to the collectors."""
    return identifier in [event["_id"] for event in server.events(dataset)]


def _message(schema_id: str, dataset_id: str, entity: dict[str, Any]) -> dict[str, Any]:
    reference = {"id": schema_id, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    return {
        "header": {"schemaRef": reference, "datasetId": dataset_id},
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity},
    }


def test_one_that_a_program_makes_takes_events_within_two_seconds(server: Heliograph) -> None:
    token = server.run("api-token", "create", "admin").stdout.strip().splitlines()[-1]
    schema_id = json.loads(server.run("info", "--json").stdout)["datasets"][0]["schemaId"]

    def made(path: str, **body: Any) -> Any:
        status, answer = _call(f"{server.base_url}/data/foundation/{path}", body, token=token)
        assert status == 201, answer
        return answer

    [name] = made("catalog/dataSets", name="api-events", schemaRef={"id": schema_id})
    dataset_id = name.removeprefix("@/dataSets/")
    base = made("flowservice/connections", name="api-made", connectionSpec=HTTP)["id"]
    source = made("flowservice/sourceConnections", name="in", baseConnectionId=base, connectionSpec=HTTP)["id"]
    target = made("flowservice/targetConnections", name="out", connectionSpec=LAKE, params={"dataSetId": dataset_id})
    made(
        "flowservice/flows",
        name="api-flow",
        flowSpec=PLAIN,
        sourceConnectionIds=[source],
        targetConnectionIds=[target["id"]],
    )
    address = f"{server.base_url}/data/foundation/flowservice/connections/{base}"
    with urllib.request.urlopen(
        urllib.request.Request(address, headers={"authorization": f"Bearer {token}"}), timeout=10
    ) as answer:
        url = json.loads(answer.read())["items"][0]["auth"]["params"]["inletUrl"]
    entity = {"_id": "by-program", "timestamp": "2026-01-01T12:00:00Z", "eventType": "commerce.purchases"}

    taken = _taken_in_time(url, _message(schema_id, dataset_id, entity))

    assert taken
    assert _stored(server, "api-events", "by-program")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without"])
def test_one_that_a_person_makes_takes_the_test_event_and_says_what_is_wrong(
    server: Heliograph, browser: Browser, has_scripts: bool
) -> None:
    name = f"by-hand-{'scripts' if has_scripts else 'plain'}"
    context = browser.new_context(java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(server.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Connections").click()
    page.get_by_role("link", name="New connection").click()
    page.get_by_label("Name", exact=True).fill("demo-stream")
    page.get_by_label("A new dataset").check()
    page.get_by_label("Name of the dataset").fill(name)
    page.get_by_label("Schema").select_option(label="Demo events")
    page.get_by_label("Profiles:").check()
    page.get_by_role("button", name="Make the connection").click()
    expect(page.get_by_text("Another streaming connection has this name")).to_be_visible()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make the connection").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    command = page.get_by_label("Command that sends one event").text_content() or ""

    message = json.loads(page.get_by_label("Message").input_value())
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Valid, and stored")).to_be_visible(timeout=10_000)
    page.get_by_label("Message").fill(json.dumps(message).replace('"timestamp"', '"when"'))
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("required key [timestamp] not found")).to_be_visible()

    assert re.match(r"curl -X POST 'http://[^']+/collection/[0-9a-f]{64}'", command)
    assert _stored(server, name, message["body"]["xdmEntity"]["_id"])
    page.goto(f"{server.base_url}/datasets")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_text("Last added to")).to_be_visible()
    expect(page.locator(".facts").get_by_text("1", exact=True)).to_be_visible()
    context.close()
