"""Properties by our own API: read, checked, changed, published, with nothing overwritten unseen."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.model.json import JsonObject
from server.store.users import Role
from tests.unit.property.factories import retail
from tests.unit.web.api.callers import an_api

PROPERTIES = "/api/v1/properties"
RETAIL = f"{PROPERTIES}/retail-web"


def made(client: TestClient) -> str:
    """Its etag."""
    answer = client.post(PROPERTIES, json=retail())
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == RETAIL
    return answer.headers["etag"]


def renamed(name: str) -> JsonObject:
    document = retail()
    return {**document, "property": {**document["property"], "name": name}}


def test_what_was_made_is_listed_and_read_as_it_was_sent(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        etag = made(client)

        [item] = client.get(PROPERTIES).json()["items"]
        read = client.get(RETAIL)

    assert item["id"] == "retail-web"
    assert item["updatedBy"] == "robot"
    assert item["published"] == []
    assert read.json() == retail()
    assert read.headers["etag"] == etag


def test_one_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        made(client)

        answer = client.post(PROPERTIES, json=renamed("Other"))
        name = client.get(RETAIL).json()["property"]["name"]

    assert answer.status_code == 409
    assert name == retail()["property"]["name"]


def test_a_change_needs_the_etag_that_was_read(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        etag = made(client)

        without = client.put(RETAIL, json=renamed("A"))
        first = client.put(RETAIL, json=renamed("A"), headers={"if-match": etag})
        late = client.put(RETAIL, json=renamed("B"), headers={"if-match": etag})
        name = client.get(RETAIL).json()["property"]["name"]

    assert [without.status_code, first.status_code, late.status_code] == [428, 200, 412]
    assert first.headers["etag"] != etag
    assert name == "A"


def test_a_faulty_document_is_refused_with_place_and_cure_and_nothing_is_changed(tmp_path: Path) -> None:
    faulty = {**retail(), "rules": [{"id": "x", "events": [], "actions": [], "nonsense": 1}]}
    with an_api(tmp_path) as (client, _):
        etag = made(client)

        answer = client.put(RETAIL, json=faulty, headers={"if-match": etag})
        checked = client.post(f"{PROPERTIES}/check", json=faulty).json()
        after = client.get(RETAIL)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("/rules/0" in fault["detail"] for fault in answer.json()["report"]["sub-errors"])
    assert any(fault["path"].startswith("/rules/0") and fault["cure"] for fault in checked["faults"])
    assert after.headers["etag"] == etag


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"property": {"id": 1}}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'"' + b"x" * 2**21 + b'"', "application/json", 413),
    ],
)
def test_what_is_no_property_is_refused(tmp_path: Path, body: bytes, kind: str, status: int) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(PROPERTIES, content=body, headers={"content-type": kind})

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_revisions_come_a_page_at_a_time_and_each_can_be_read(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        etag = made(client)
        for name in ("A", "B"):
            etag = client.put(RETAIL, json=renamed(name), headers={"if-match": etag}).headers["etag"]

        first = client.get(f"{RETAIL}/revisions?limit=2").json()
        second = client.get(first["next"]).json()
        numbers = [item["number"] for item in [*first["items"], *second["items"]]]
        names = [client.get(f"{RETAIL}/revisions/{n}").json()["property"]["name"] for n in numbers]
        gone = client.get(f"{RETAIL}/revisions/99")

    assert names == ["B", "A", retail()["property"]["name"]]
    assert second["next"] is None
    assert gone.status_code == 404


def test_publishing_and_going_back(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.APPROVER) as (client, _):
        etag = made(client)
        before = client.get(f"{RETAIL}/changes?environment=production").json()
        first = publish(client, reason="first")
        client.put(RETAIL, json=renamed("A"), headers={"if-match": etag})
        changes = client.get(f"{RETAIL}/changes?environment=production").json()
        second = publish(client)

        back = publish(client, build=first["build"])
        [summary] = client.get(PROPERTIES).json()["items"]
        reasons = [each["reason"] for each in client.get(f"{RETAIL}/publications").json()["items"]]

    assert before == {"environment": "production", "build": None, "changes": []}
    assert changes["build"] == first["build"]
    assert changes["changes"]
    assert second["build"] != first["build"]
    assert back["build"] == first["build"]
    assert [each["build"] for each in summary["published"]] == [first["build"]]
    assert reasons == [f"Went back to build {first['build'][:8]}", "", "first"]


def publish(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post(f"{RETAIL}/publications", json={"environment": "production", **asked})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"environment": "moon"}, 400, "$.environment"),
        ({"environment": "staging", "build": "none"}, 404, "never had"),
        ({"environment": "production"}, 403, "approvers"),
        ({}, 400, "environment"),
    ],
)
def test_what_cannot_be_published_is_refused(tmp_path: Path, asked: dict[str, Any], status: int, words: str) -> None:
    with an_api(tmp_path) as (client, _):
        made(client)

        answer = client.post(f"{RETAIL}/publications", json=asked)
        [summary] = client.get(PROPERTIES).json()["items"]

    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert summary["published"] == []


def test_a_viewer_reads_and_changes_nothing(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        assert client.get(PROPERTIES).status_code == 200
        assert client.post(PROPERTIES, json=retail()).status_code == 403
        assert client.put(RETAIL, json=retail()).status_code == 403
        assert client.post(f"{RETAIL}/publications", json={"environment": "staging"}).status_code == 403
