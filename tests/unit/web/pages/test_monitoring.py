from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Datastream, DatastreamId
from server.observe.status import SinkStatus
from server.store.configuration import add_dataset, add_datastream, add_schema
from tests.builders import DATASET_ID, NOON_MS, ORG_ID, SCHEMA_ID, a_failed, a_processed
from tests.unit.web.console import HTML, Console, a_console, a_status


def page(console: Console, path: str = "/monitoring") -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def add_names(connection: Connection) -> None:
    add_schema(connection, {"$id": SCHEMA_ID, "title": "Test"}, now_ms=NOON_MS)
    add_dataset(connection, Dataset(id=DATASET_ID, name="shop-events", schema_id=SCHEMA_ID), now_ms=NOON_MS)
    add_datastream(
        connection,
        Datastream(id=DatastreamId("test"), name="The shop", org_id=ORG_ID, dataset_id=DATASET_ID),
        now_ms=NOON_MS,
    )


def test_without_traffic_it_says_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        text = page(console)

    assert "Nothing came in this time." in text
    assert "Events received, by 15 minutes: nothing" in text


def test_it_shows_what_came_by_each_way_under_the_names_people_gave(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.services.database.write_sync(add_names)
        console.happened(
            a_processed(), a_processed(duplicate=True), a_failed(), a_processed(dataset_id=DatasetId("x" * 24))
        )

        text = page(console)

        assert ">The shop</a>" in text
        assert f'href="/datasets/{DATASET_ID}">shop-events</a>' in text
        assert "2 ingested, 1 skipped, 1 failed" in text
        assert "x" * 24 in text
        only = page(console, f"/monitoring?range=hour&dataset={DATASET_ID}")
        assert "only <strong>shop-events</strong>" in only
        assert "1 ingested, 1 skipped, 1 failed" in only


@pytest.mark.parametrize("name", ["hour", "6-hours", "day", "week", "month"])
def test_every_time_can_be_looked_at(tmp_path: Path, name: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed())

        text = page(console, f"/monitoring?range={name}")

    assert f'range={name}" aria-current="true"' in text
    assert ": 1 ingested, 0 skipped, 0 failed" in text


def test_a_time_that_there_is_not_is_the_usual_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        text = page(console, "/monitoring?range=ever&connection=%3Cscript%3E")

    assert 'range=day&connection=%3Cscript%3E" aria-current="true"' in text
    assert "Events received, by 15 minutes: nothing" in text


def test_every_sink_says_how_far_it_is(tmp_path: Path) -> None:
    sinks: Any = (SinkStatus(name="lake", lag=3), SinkStatus(name="profile", lag=0))
    with a_console(tmp_path, status=partial(a_status, sinks=sinks, waiting=2)) as console:
        console.sign_in()
        console.clock.now_ms += 4_000
        console.happened(a_processed())

        text = " ".join(page(console).split())

    assert "3 events behind, the oldest 4 s" in text
    assert "2 events waiting" in text
    assert "up to date" in text


@pytest.mark.parametrize("by", ["way", "connection", "flow", "dataset", "nonsense"])
def test_rows_can_be_put_together_and_say_when_something_came_last(tmp_path: Path, by: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.services.database.write_sync(add_names)
        console.happened(a_processed(), a_failed())

        text = page(console, f"/monitoring?range=hour&by={by}")

    assert '<time datetime="2026-01-01T12:00:00.000Z"' in text
    assert (">The shop</a>" in text) is (by != "dataset")
    assert (">shop-events</a>" in text) is (by in ("way", "dataset", "nonsense"))


def test_one_way_is_shown_hour_by_hour(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed(), a_failed())

        text = page(console, f"/monitoring?range=day&dataset={DATASET_ID}")

    assert "Hour by hour" in text
    assert '<span class="tag">Processing</span>' in text
