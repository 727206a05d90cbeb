from pathlib import Path

import pytest

from server.model.outcome import FailureReason
from server.store.users import Role
from tests.builders import a_failed, a_processed, an_event, an_xdm
from tests.unit.web.api.callers import an_api

ADA = "ada@example.com"


def test_the_latest_events_come_first_with_what_became_of_them(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        console.happened(
            a_processed(id="e-1", received_ms=1_000), a_failed(event=an_event(id="e-2", received_ms=2_000))
        )

        [newest, oldest] = client.get("/api/v1/events").json()["items"]
        one = client.get(f"/api/v1/events/{newest['topic']}/{newest['offset']}").json()

    assert (newest["topic"], newest["outcome"]["event"]["id"]) == ("failed", "e-2")
    assert (oldest["topic"], oldest["receivedAt"]) == ("processed", "1970-01-01T00:00:01.000Z")
    assert one == newest


def test_viewers_do_not_get_what_says_who_somebody_is(tmp_path: Path) -> None:
    event = a_processed(xdm=an_xdm(identityMap={"Email": [{"id": ADA}]}))
    with an_api(tmp_path, role=Role.VIEWER) as (client, console):
        console.happened(event)

        text = client.get("/api/v1/events").text + client.get("/api/v1/events/processed/0").text

    assert ADA not in text


@pytest.mark.parametrize("path", ["processed/7", "nowhere/0", f"failed/{2**63}"])
def test_an_event_that_is_not_there_is_not_found(tmp_path: Path, path: str) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.get(f"/api/v1/events/{path}").status_code == 404


def test_failed_events_are_filtered_and_come_a_page_at_a_time(tmp_path: Path) -> None:
    reasons = [FailureReason.SCHEMA_VIOLATION, FailureReason.UNKNOWN_DATASET, FailureReason.SCHEMA_VIOLATION]
    with an_api(tmp_path) as (client, console):
        console.happened(*(a_failed(reason=reason) for reason in reasons))

        first = client.get("/api/v1/failed-events?reason=schema_violation&limit=1").json()
        second = client.get(first["next"]).json()
        refused = client.get("/api/v1/failed-events?reason=nonsense")

    assert [item["offset"] for item in [*first["items"], *second["items"]]] == [2, 0]
    assert refused.status_code == 400
    assert "schema_violation" in refused.json()["detail"]


def test_failed_events_are_decided_again_each_once(tmp_path: Path) -> None:
    unreadable = a_failed(event=None, raw="x")
    with an_api(tmp_path) as (client, console):
        console.happened(a_failed(), unreadable)

        told = client.post("/api/v1/failed-events/replay", json={"offsets": [0, 0, 1]}).json()

    assert told == {"replayed": 1, "skipped": [1]}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"offsets": []}, 400), ({"offsets": [-1]}, 400), ({"offsets": ["0"]}, 400), ({}, 400), ({"offsets": [9]}, 404)],
)
def test_what_cannot_be_replayed_is_refused(tmp_path: Path, body: object, status: int) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post("/api/v1/failed-events/replay", json=body)

    assert answer.status_code == status


def test_viewers_replay_nothing(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        assert client.post("/api/v1/failed-events/replay", json={"offsets": [0]}).status_code == 403


def test_the_pipeline_says_how_far_it_is(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        assert set(client.get("/api/v1/status").json()) == {"received", "processed", "failed", "waiting", "sinks"}
