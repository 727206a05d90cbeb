"""The newest rows of a dataset: what came last first, and never more than asked for."""

import asyncio
from pathlib import Path

import pytest

from server.lake.errors import LakeUnavailable
from server.lake.lake import DeltaLake
from server.lake.latest import MAX_ROWS, read_latest
from tests.builders import a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries


def filled(root: Path, *batches: tuple[int, int]) -> None:
    async def fill() -> None:
        lake = DeltaLake(str(root))
        for first, last in batches:
            await lake.write(a_dataset(), WEB_EVENTS, some_entries(first, last))
        await lake.close()

    asyncio.run(fill())


def ids(root: Path, *, limit: int) -> list[str]:
    return [row["_id"] for row in read_latest(str(root), a_dataset(), limit=limit)]


def test_what_came_last_is_first_as_the_same_xdm_as_an_export(tmp_path: Path) -> None:
    filled(tmp_path, (0, 4), (5, 9), (10, 11))

    async def exported() -> list[dict[str, object]]:
        lake = DeltaLake(str(tmp_path))
        rows = [row async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for row in page]
        await lake.close()
        return rows

    everything = {row["_id"]: row for row in asyncio.run(exported())}
    latest = read_latest(str(tmp_path), a_dataset(), limit=4)

    assert len(latest) == 4
    assert {row["_id"] for row in latest} == {f"e-{number:06}" for number in (11, 10, 9, 8)}
    assert all(row == everything[row["_id"]] for row in latest)


def test_there_are_never_more_than_are_asked_for_or_than_a_page_shows(tmp_path: Path) -> None:
    filled(tmp_path, (0, 99))

    assert len(ids(tmp_path, limit=3)) == 3
    assert len(ids(tmp_path, limit=10_000)) == MAX_ROWS


def test_a_dataset_without_a_table_has_none(tmp_path: Path) -> None:
    assert ids(tmp_path, limit=10) == []


def test_a_table_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    filled(tmp_path, (0, 1))
    [file] = (tmp_path / a_dataset().id).rglob("*.parquet")
    file.write_bytes(b"nothing of the kind")

    with pytest.raises(LakeUnavailable):
        read_latest(str(tmp_path), a_dataset(), limit=10)
