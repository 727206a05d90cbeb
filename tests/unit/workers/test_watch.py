import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.model.ingestion import Ingestion
from server.model.inlet import FlowId
from server.model.subscription import EventCode
from server.observe.traffic import HOUR_MS
from server.store import settings
from server.store.outbox import Delivery, deliveries
from server.store.subscriptions import save_subscription
from server.workers.watch import Watch, WatchDeps
from tests.builders import NOON_MS, ORG_ID, a_failed, a_processed, an_event
from tests.unit.store.subscribed import a_stored, a_subscription, subscribe
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.connections import DATASET, a_connection

INLET = "a" * 64


@contextmanager
def a_watch(directory: Path, **subscription: Any) -> Iterator[tuple[Watch, Console]]:
    """Of an installation with one connection, and one subscriber."""
    numbers = itertools.count(1)
    with a_console(directory) as console:
        a_connection(console)

        def work(connection: Connection) -> None:
            settings.set_setting(connection, settings.ORG_ID, ORG_ID)
            settings.set_setting(connection, settings.SANDBOX, "prod")
            subscribe(connection, a_stored(a_subscription(**subscription)))

        console.services.database.write_sync(work)
        yield (
            Watch(
                WatchDeps(
                    database=console.services.database,
                    tallies=console.services.tallies,
                    base_url="https://tags.shop.example",
                    plain_spec="plain",
                    mapped_spec="mapped",
                    title=lambda reason: reason.value.title(),
                    explain=lambda reason: f"what {reason} means",
                    new_id=lambda: f"n-{next(numbers)}",
                    clock_ms=console.clock,
                )
            ),
            console,
        )


def from_server(**fields: Any) -> dict[str, Any]:
    """What an event that came by the connection is made of."""
    return {"datastream_id": INLET, "dataset_id": DATASET, "ingestion": Ingestion(flow_id=FlowId("f-1"))} | fields


def told(console: Console) -> Sequence[Delivery]:
    return console.services.database.read_sync(partial(deliveries, subscription_id="s-1", limit=100))


def look(watch: Watch) -> int:
    return asyncio.run(watch.look())


def test_a_failure_is_told_in_the_platforms_shape_with_the_run_and_nothing_of_the_event(tmp_path: Path) -> None:
    with a_watch(tmp_path, events=(EventCode.RUN_FAILURE,)) as (watch, console):
        console.happened(a_failed(event=an_event(**from_server())), a_processed(**from_server()))

        assert (look(watch), look(watch)) == (1, 0)

        [delivery] = told(console)
        document = json.loads(delivery.notification.body)

    event = document["event"]
    assert document["event_id"] == delivery.notification.id == "n-1"
    assert event["xdm:eventCode"] == "sources_flow_run_failure"
    assert (event["xdm:imsOrg"], event["xdm:datasetId"], event["xdm:sandboxName"]) == (ORG_ID, DATASET, "prod")
    assert event["header"]["_adobeio"]["eventCode"] == "platform_event"
    assert (event["flowId"], event["id"]) == ("f-1", event["xdm:ingestionId"])
    assert event["metrics"]["recordSummary"]["failedRecordCount"] == 1
    assert event["metrics"]["statusSummary"]["errors"] == [
        {"code": "schema_violation", "message": "1 failed: what schema_violation means"}
    ]
    ours = event["heliograph"]
    assert ours["subject"] == "1 event for purchases by orders failed, 2026-01-01 between 12:00 and 13:00 UTC."
    assert ours["reasons"] == [{"code": "schema_violation", "title": "Schema_Violation", "count": 1}]
    assert ours["consoleUrl"] == f"https://tags.shop.example/failed?dataset={DATASET}"
    assert "shop.example/" not in delivery.notification.body.replace("tags.shop.example/", "")


def test_looking_again_or_anew_tells_nothing_twice(tmp_path: Path) -> None:
    with a_watch(tmp_path) as (watch, console):
        console.happened(a_failed(event=an_event(**from_server())))

        assert look(watch) == 2
        assert look(Watch(watch.deps)) == 0


def test_what_is_off_is_not_told_and_begins_anew_when_it_is_on_again(tmp_path: Path) -> None:
    with a_watch(tmp_path) as (watch, console):
        off = a_stored(enabled=False)
        console.services.database.write_sync(partial(save_subscription, stored=off))
        console.happened(a_failed(event=an_event(**from_server())))

        assert look(watch) == 0

        console.clock.now_ms += HOUR_MS
        on = a_stored(since_ms=console.clock.now_ms)
        console.services.database.write_sync(partial(save_subscription, stored=on))
        assert look(watch) == 0


def test_a_connection_that_stops_and_begins_again_is_told(tmp_path: Path) -> None:
    wanted = (EventCode.STOPPED, EventCode.RESUMED)
    with a_watch(tmp_path, events=wanted, quiet_hours=1) as (watch, console):
        console.happened(a_processed(**from_server()))
        assert look(watch) == 0

        console.clock.now_ms += HOUR_MS
        assert (look(watch), look(watch)) == (1, 0)
        console.clock.now_ms += HOUR_MS
        console.happened(a_processed(offset=1, id="e-2", received_ms=console.clock.now_ms, **from_server()))
        assert (look(watch), look(watch)) == (1, 0)

        subjects = [each.notification.subject for each in told(console)]
    assert subjects == [
        "Something comes again for purchases by orders, since 2026-01-01 14:00 UTC.",
        "Nothing came for purchases by orders since 2026-01-01 12:00 UTC.",
    ]


def test_silence_is_known_after_a_restart(tmp_path: Path) -> None:
    with a_watch(tmp_path, events=(EventCode.STOPPED,), quiet_hours=24) as (watch, console):
        console.happened(a_processed(**from_server()))

        console.clock.now_ms = NOON_MS + 30 * HOUR_MS
        assert look(Watch(watch.deps)) == 1
