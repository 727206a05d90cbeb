"""A person who is forgotten is gone from profiles and lake, and does not come back with what was still in the log."""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import pytest

from e2e.server import Heliograph

DEVICE = "3" * 38


class Demo(Heliograph):
    """Knows what it was asked for: a command is a process of its own."""

    @cached_property
    def known(self) -> Any:
        return json.loads(self.run("info", "--json").stdout)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of these tests' own: they take away from it."""
    running = Demo(tmp_path_factory.mktemp("forget"))
    running.start()
    yield running
    running.stop_if_running()


def _send(server: Demo, event_id: str, **identities: str) -> None:
    _send_all(server, [(event_id, identities)])


def _send_all(server: Demo, events: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """One batch: of each its id, and whom it is of."""
    dataset = next(each for each in server.known["datasets"] if each["name"] == "demo-events")
    reference = {"id": dataset["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    messages = [
        {
            "header": {"schemaRef": reference, "datasetId": dataset["id"]},
            "body": {
                "xdmMeta": {"schemaRef": reference},
                "xdmEntity": {
                    "_id": event_id,
                    "timestamp": "2026-01-01T12:00:00Z",
                    "eventType": "web.webpagedetails.pageViews",
                    "identityMap": {namespace: [{"id": identifier}] for namespace, identifier in identities.items()},
                },
            },
        }
        for event_id, identities in events
    ]
    request = urllib.request.Request(
        f"{server.base_url}/collection/batch/{server.known['inlets'][0]['id']}",
        data=json.dumps({"messages": messages}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert all("status" not in each for each in json.loads(answer.read())["responses"])


def _ids(server: Demo) -> set[str]:
    return {event["_id"] for event in server.events()}


def _profile(server: Demo, namespace: str, identifier: str) -> Any:
    done = server.run("profile", "show", "--namespace", namespace, "--id", identifier, "--json", check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def test_one_person_is_erased_while_the_server_runs_and_another_on_the_same_browser_is_not(server: Demo) -> None:
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


def test_nothing_of_others_is_lost_or_doubled_while_somebody_is_forgotten(server: Demo) -> None:
    def send(batch: int) -> None:
        events = [(f"dora-{batch}-{n}", {"CustomerId": "dora"}) for n in range(20)]
        _send_all(server, [*events, *((f"emil-{batch}-{n}", {"CustomerId": "emil"}) for n in range(20))])

    send(0)
    with ThreadPoolExecutor(max_workers=1) as sender:
        sending = sender.map(send, range(1, 6))
        server.run("forget", "--namespace", "CustomerId", "--id", "emil")
        list(sending)
    server.run("wait", "--timeout", "30")
    server.run("forget", "--namespace", "CustomerId", "--id", "emil")

    stored = [event["_id"] for event in server.events() if event["_id"].startswith(("dora", "emil"))]
    assert sorted(stored) == sorted(f"dora-{batch}-{n}" for batch in range(6) for n in range(20))
    assert _profile(server, "CustomerId", "dora")["eventCount"] == 120
    assert _profile(server, "CustomerId", "emil") is None


def test_what_is_still_in_the_log_is_left_out_and_what_comes_later_is_kept(server: Demo) -> None:
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
