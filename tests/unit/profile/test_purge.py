"""What profiles hold of a dataset goes for good, and what they say is as if it had never come."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from server.model.dataset import DatasetId
from server.model.outcome import Offset, Processed
from server.profile.connection import connect_writer
from server.profile.purge import purge_some
from server.profile.reader import open_reader
from server.profile.store import SqliteProfileStore
from tests.unit.profile.builders import a_record, a_step, an_identity

GOING, STAYING = DatasetId("a" * 24), DatasetId("b" * 24)


def of(dataset: DatasetId, step: tuple[Offset, Processed]) -> tuple[Offset, Processed]:
    offset, processed = step
    return offset, msgspec.structs.replace(
        processed, event=msgspec.structs.replace(processed.event, dataset_id=dataset)
    )


def filled(path: Path, batch: Sequence[Any]) -> None:
    async def fill() -> None:
        store = SqliteProfileStore(path)
        await store.apply(batch)
        await store.close()

    asyncio.run(fill())


def steps() -> list[Any]:
    """Two people, of whom one was two until an event told; both in both datasets."""
    return [
        of(GOING, a_step(0, "ECID:1", eventType="commerce.purchases")),
        of(STAYING, a_step(1, "ECID:2", eventType="web.webpagedetails.pageViews")),
        of(GOING, a_step(2, "ECID:1", "CustomerId:A")),
        of(STAYING, a_step(3, "ECID:2", "CustomerId:A", eventType="commerce.checkouts")),
        of(GOING, a_step(4, "ECID:9")),
        (Offset(5), a_record("CustomerId:A", dataset=GOING, at=5, xdm={"person": {"name": {"firstName": "Bo"}}})),
        (Offset(6), a_record("CustomerId:A", dataset=STAYING, at=6, xdm={"person": {"gender": "female"}})),
    ]


def seen(path: Path) -> dict[str, Any]:
    with open_reader(path) as reader:
        found = {name: reader.find(an_identity(name), limit_events=10) for name in ("ECID:1", "ECID:9")}
        return {
            "totals": reader.totals().events,
            **{
                name: None if view is None else ([each.id for each in view.events], view.attributes)
                for name, view in found.items()
            },
        }


def test_events_and_records_of_the_dataset_go_and_the_facts_are_those_of_the_rest(tmp_path: Path) -> None:
    filled(tmp_path / "all.db", steps())
    filled(tmp_path / "rest.db", [step for step in steps() if GOING not in repr(step)])

    async def purge() -> tuple[bool, bool]:
        store = SqliteProfileStore(tmp_path / "all.db")
        told = await store.purge(GOING), await store.purge(GOING)
        await store.close()
        return told

    assert asyncio.run(purge()) == (True, False)
    after = seen(tmp_path / "all.db")
    events, attributes = after["ECID:1"]
    assert events == ["e-3", "e-1"]
    assert after["totals"] == 2
    assert "Bo" not in repr(after)
    with open_reader(tmp_path / "rest.db") as reader:
        rest = reader.find(an_identity("ECID:2"), limit_events=10)
    assert rest is not None
    assert attributes == rest.attributes
    # Who is who stays known, also of a person of whom nothing else is left.
    assert after["ECID:9"] is not None
    assert after["ECID:9"][0] == []


def test_it_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    filled(path, [of(GOING, a_step(number, f"ECID:{number}")) for number in range(50)])

    connection = connect_writer(path)
    was_there = purge_some(connection, GOING)
    connection.close()
    between = seen(path)["totals"]

    assert was_there
    assert 0 < between < 50

    async def go_on() -> bool:
        store = SqliteProfileStore(path)
        told = await store.purge(GOING)
        await store.close()
        return told

    assert asyncio.run(go_on())
    assert seen(path)["totals"] == 0
