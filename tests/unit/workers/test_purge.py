"""Deleted datasets are purged when their time is over, and a purge that was interrupted is finished."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from server.lake.errors import LakeUnavailable
from server.lake.lake import DeltaLake
from server.model.dataset import Dataset, DatasetId
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.store.configuration import add_schema, load_configuration
from server.store.database import Database
from server.store.datasets import (
    begin_due_purges,
    create_dataset,
    delete_dataset,
    end_purge,
    list_stored_datasets,
)
from server.workers.purge import PurgeDeps, purge_once, run_purges
from tests.builders import NOON_MS
from tests.unit.lake.builders import WEB_EVENTS, some_entries
from tests.unit.store.migrated import a_migrated_database

DAY_MS = 24 * 3600 * 1000
GONE = Dataset(id=DatasetId("a" * 24), name="gone", schema_id=SchemaId(str(load_ready_schema("demo-events")["$id"])))

Step = Callable[[Dataset], Awaitable[bool]]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(a_migrated_database(tmp_path))
    made.write_sync(lambda connection: add_schema(connection, load_ready_schema("demo-events"), now_ms=NOON_MS))
    made.write_sync(partial(create_dataset, dataset=GONE, now_ms=NOON_MS, by="ada"))
    return made


def delete(database: Database) -> None:
    [stored] = database.read_sync(list_stored_datasets)
    database.write_sync(partial(delete_dataset, stored=stored, now_ms=NOON_MS, by="ada"))


def deps(database: Database, *remove: Step, days: int = 31) -> PurgeDeps:
    """``days``: after noon of the day on which it is deleted; the time of grace is 30."""
    now_ms = NOON_MS + days * DAY_MS

    async def refresh() -> bool:
        return True

    return PurgeDeps(
        due=lambda: database.write(partial(begin_due_purges, deleted_before_ms=now_ms - 30 * DAY_MS, now_ms=now_ms)),
        refresh=refresh,
        remove=remove,
        end=lambda dataset_id: database.write(partial(end_purge, dataset_id=dataset_id)),
        interval_seconds=0.001,
    )


def names(database: Database) -> list[str]:
    return [stored.dataset.name for stored in database.read_sync(list_stored_datasets)]


def test_a_real_table_goes_after_the_time_of_grace_and_not_before(database: Database, tmp_path: Path) -> None:
    async def scenario() -> list[tuple[int, list[str]]]:
        lake = DeltaLake(str(tmp_path / "lake"))
        await lake.write(GONE, WEB_EVENTS, some_entries(0, 2))
        delete(database)
        seen = []
        for days in (29, 30, 31, 31):
            await purge_once(deps(database, lake.purge, days=days))
            files = len(list((tmp_path / "lake").rglob("*.parquet")))
            seen.append((files, names(database)))
        await lake.close()
        return seen

    assert asyncio.run(scenario()) == [(1, ["gone"]), (1, ["gone"]), (0, ["gone"]), (0, [])]


def test_while_it_is_purged_no_sink_knows_it(database: Database) -> None:
    known: list[bool] = []

    async def look(_dataset: Dataset) -> bool:
        known.append(GONE.id in (await database.read(load_configuration)).datasets)
        return False

    delete(database)
    assert GONE.id in database.read_sync(load_configuration).datasets
    asyncio.run(purge_once(deps(database, look)))

    assert known == [False]


def test_an_interrupted_purge_is_finished_by_the_next_process(database: Database) -> None:
    left = ["table", "profiles"]

    async def interrupted(_dataset: Dataset) -> bool:
        left.remove("table")
        raise KeyboardInterrupt

    async def remove(_dataset: Dataset) -> bool:
        was_there = bool(left)
        left.clear()
        return was_there

    delete(database)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(purge_once(deps(database, interrupted)))
    # Whatever the clock says by then: it had begun.
    asyncio.run(purge_once(deps(database, remove, days=0)))
    asyncio.run(purge_once(deps(database, remove, days=0)))

    assert (left, names(database)) == ([], [])


def test_what_cannot_be_removed_now_is_tried_again(database: Database) -> None:
    async def scenario() -> int:
        stop, tries = asyncio.Event(), 0

        async def remove(_dataset: Dataset) -> bool:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise LakeUnavailable("the disk is away")
            stop.set()
            return False

        delete(database)
        await run_purges(stop, deps(database, remove))
        return tries

    assert asyncio.run(scenario()) == 3
    assert names(database) == []


def test_a_control_plane_that_is_away_stops_nothing() -> None:
    async def scenario() -> int:
        stop, tries = asyncio.Event(), 0

        async def due() -> list[Dataset]:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise RuntimeError("locked")
            stop.set()
            return []

        async def nothing(_: object = None) -> bool:
            return False

        async def end(_: DatasetId) -> None:
            raise AssertionError

        await run_purges(stop, PurgeDeps(due=due, refresh=nothing, remove=(), end=end, interval_seconds=0.001))
        return tries

    assert asyncio.run(scenario()) == 2
