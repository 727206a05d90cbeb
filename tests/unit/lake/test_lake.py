"""What the lake on disk adds to the contract (tests/contract/test_lake.py): threads, limits, links, other processes."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from server.lake.errors import LakeUnavailable
from server.lake.lake import MAX_EXPORTS, DeltaLake
from server.lake.query import connect
from server.lake.writer import TableWriter
from server.model.datastream import DatasetId
from tests.builders import DATASET_ID, a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries


async def ids(lake: DeltaLake) -> list[str]:
    return [xdm["_id"] async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for xdm in page]


def test_nothing_is_touched_before_the_first_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path / "lake"))
        await lake.committed(a_dataset())
        await ids(lake)
        await lake.compact(a_dataset())
        await lake.close()

    asyncio.run(scenario())

    assert list(tmp_path.iterdir()) == []


def test_a_lake_elsewhere_than_on_a_disk_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="s3://"):
        DeltaLake("s3://bucket/lake")


def test_another_lake_on_the_same_folder_sees_a_write_as_soon_as_it_returns(tmp_path: Path) -> None:
    async def scenario() -> None:
        writing, reading = DeltaLake(str(tmp_path)), DeltaLake(str(tmp_path))
        for last in range(3):
            await writing.write(a_dataset(), WEB_EVENTS, some_entries(last, last))

            assert await reading.committed(a_dataset()) == last
            assert len(await ids(reading)) == last + 1
        await writing.close()
        await reading.close()

    asyncio.run(scenario())


def test_a_table_has_a_link_with_its_dataset_s_name_that_follows_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(name="before"), WEB_EVENTS, some_entries(0, 0))
        await lake.write(a_dataset(name="after"), WEB_EVENTS, some_entries(1, 1))
        await lake.close()

    asyncio.run(scenario())

    assert [link.name for link in (tmp_path / "by-name").iterdir()] == [f"after-{DATASET_ID[:8]}"]


def test_a_link_that_cannot_be_made_is_no_reason_not_to_write(tmp_path: Path) -> None:
    (tmp_path / "by-name").write_text("in the way")

    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))

        assert len(await ids(lake)) == 1
        await lake.close()

    asyncio.run(scenario())


def test_the_loop_goes_on_while_a_write_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on = threading.Event()
    write = TableWriter.write

    def blocked(self: TableWriter, *args: Any) -> None:
        may_go_on.wait(timeout=30)
        write(self, *args)

    monkeypatch.setattr(TableWriter, "write", blocked)

    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        writing = asyncio.ensure_future(lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 0)))

        assert await ids(lake) == []  # would never come back if the write were on the loop
        may_go_on.set()
        await writing
        assert len(await ids(lake)) == 1
        await lake.close()

    asyncio.run(scenario())


def test_exports_are_limited_and_those_that_ended_count_no_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 2_000))
        running = [lake.export(a_dataset(), since_ms=None, until_ms=None) for _ in range(MAX_EXPORTS)]
        for pages in running:
            await anext(pages)

        with pytest.raises(LakeUnavailable, match="try again when one has ended"):
            await ids(lake)
        await running[0].aclose()

        assert len(await ids(lake)) == 2_001
        for pages in running[1:]:
            await pages.aclose()
        await lake.close()

    asyncio.run(scenario())


def test_an_export_goes_on_through_writes_and_compaction_with_what_was_there_at_its_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        for first in range(0, 3_000, 300):
            await lake.write(a_dataset(), WEB_EVENTS, some_entries(first, first + 299))
        pages = lake.export(a_dataset(), since_ms=None, until_ms=None)
        seen = [xdm["_id"] for xdm in await anext(pages)]

        await lake.write(a_dataset(), WEB_EVENTS, some_entries(3_000, 3_100))
        report = await lake.compact(a_dataset())
        seen += [xdm["_id"] async for page in pages for xdm in page]

        assert report is not None
        assert report.files_after < report.files_before
        assert len(seen) == len(set(seen)) == 3_000
        assert len(await ids(lake)) == 3_101
        await lake.close()

    asyncio.run(scenario())


def test_a_damaged_table_is_unavailable_and_names_its_dataset(tmp_path: Path) -> None:
    def damage() -> None:
        for file in tmp_path.glob("*/date=*/*.parquet"):
            file.write_bytes(b"not Parquet at all")

    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))
        damage()

        with pytest.raises(LakeUnavailable, match="test-events: "):
            await ids(lake)
        await lake.close()

    asyncio.run(scenario())


def test_an_id_that_is_no_name_of_a_folder_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path / "lake"))

        with pytest.raises(ValueError, match="dataset id"):
            await lake.write(a_dataset(id=DatasetId("../x")), WEB_EVENTS, some_entries(0, 0))
        await lake.close()

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []


def test_duckdb_reads_the_table_as_anybody_would(tmp_path: Path) -> None:
    """The columns are typed: no JSON functions are needed for what the schema declares."""

    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 9))
        await lake.close()

    asyncio.run(scenario())
    spill = tmp_path / "spill"
    spill.mkdir()
    query = """
        SELECT date_trunc('day', timestamp) = TIMESTAMPTZ '2026-01-01 00:00:00Z', web.webPageDetails.name,
            identityMap['ECID'][1].primary, sum(web.webPageDetails.pageViews.value)
        FROM read_parquet($1, hive_partitioning = true) WHERE date = DATE '2026-01-01' GROUP BY ALL
    """
    with connect(folder=tmp_path / DATASET_ID, spill=spill) as connection:
        files = [str(file) for file in tmp_path.glob(f"{DATASET_ID}/date=*/*.parquet")]
        rows = connection.execute(query, [files]).fetchall()

    assert rows == [(True, "home", True, 10.0)]
