"""A person who is forgotten is gone from profiles and lake, and does not come back with what was still in the log."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from e2e.server import Heliograph

DEVICE = "3" * 38


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heliograph]:
    """A demo of these tests' own: they take away from it."""
    running = Heliograph(tmp_path_factory.mktemp("forget")).start()
    yield running
    running.stop_if_running()


def _send(server: Heliograph, event_id: str, **identities: str) -> None:
    known = json.loads(server.run("info", "--json").stdout)
    dataset = next(each for each in known["datasets"] if each["name"] == "demo-events")
    reference = {"id": dataset["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    entity = {
        "_id": event_id,
        "timestamp": "2026-01-01T12:00:00Z",
        "eventType": "web.webpagedetails.pageViews",
        "identityMap": {namespace: [{"id": identifier}] for namespace, identifier in identities.items()},
    }
    message = {
        "header": {"schemaRef": reference, "datasetId": dataset["id"]},
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity},
    }
    request = urllib.request.Request(
        known["inlets"][0]["url"],
        data=json.dumps(message).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def _ids(server: Heliograph) -> set[str]:
    return {event["_id"] for event in server.events()}


def _profile(server: Heliograph, namespace: str, identifier: str) -> Any:
    done = server.run("profile", "show", "--namespace", namespace, "--id", identifier, "--json", check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def test_one_person_is_erased_while_the_server_runs_and_another_on_the_same_browser_is_not(server: Heliograph) -> None:
    _send(server, "before-login", ECID=DEVICE)
    _send(server, "ada", ECID=DEVICE, CustomerId="ada", Email="ada@example.com")
    _send(server, "bob", ECID=DEVICE, CustomerId="bob")
    assert {"before-login", "ada", "bob"} <= _ids(server)

    report = json.loads(server.run("forget", "--namespace", "Email", "--id", "ada@example.com", "--json").stdout)

    assert (report["events"], report["identities"], report["tombstones"]) == (2, 2, 2)
    assert [(each["dataset"], each["rows"]) for each in report["rows"]] == [("demo-events", 2)]
    assert _ids(server) & {"before-login", "ada", "bob"} == {"bob"}
    assert _profile(server, "CustomerId", "ada") is None
    assert [event["id"] for event in _profile(server, "ECID", DEVICE)["events"]] == ["bob"]
    lake = [path for path in (server.data_dir / "lake").rglob("*") if path.is_file()]
    files = [*lake, server.data_dir / "profiles.db"]
    assert [path for path in files if b"ada@example.com" in path.read_bytes()] == []


def test_what_is_still_in_the_log_is_left_out_and_what_comes_later_is_kept(server: Heliograph) -> None:
    _send(server, "first", CustomerId="carol")
    server.run("wait", "--timeout", "30")
    server.stop()
    server.run("forget", "--namespace", "CustomerId", "--id", "carol")
    # As if the sinks had not come to it yet: they are offered the whole log once more.
    for sink in ("lake", "profile"):
        (server.data_dir / "log" / "processed" / "0" / "offsets" / sink).unlink()

    server.start()
    _send(server, "later", CustomerId="carol")

    assert _ids(server) & {"first", "later"} == {"later"}
    assert [event["id"] for event in _profile(server, "CustomerId", "carol")["events"]] == ["later"]
    again = json.loads(server.run("forget", "--namespace", "CustomerId", "--id", "carol", "--json").stdout)
    assert (again["events"], [each["rows"] for each in again["rows"]]) == (1, [1])
