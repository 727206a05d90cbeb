"""A dataset's table goes for good, wherever a former try was interrupted."""

import asyncio
import shutil
from pathlib import Path

import pytest

from server.lake.errors import LakeUnavailable
from server.lake.lake import DeltaLake
from server.lake.purge import remove_table
from server.model.dataset import Dataset
from tests.builders import a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries

GOING = a_dataset()
STAYING = a_dataset(id="b" * 24, name="staying")


def run(root: Path, *steps: str) -> list[object]:
    """In one lake: ``write``, ``purge`` of the one, ``count`` of both."""

    async def scenario() -> list[object]:
        lake, told = DeltaLake(str(root)), list[object]()
        for step in steps:
            match step:
                case "write":
                    await lake.write(GOING, WEB_EVENTS, some_entries(0, 2))
                    await lake.write(STAYING, WEB_EVENTS, some_entries(0, 4))
                case "purge":
                    told.append(await lake.purge(GOING))
                case "count":
                    told.append([await count(lake, GOING), await count(lake, STAYING)])
        await lake.close()
        return told

    return asyncio.run(scenario())


async def count(lake: DeltaLake, dataset: Dataset) -> int:
    pages = [len(page) async for page in lake.export(dataset, since_ms=None, until_ms=None)]
    return sum(pages)


def test_a_purged_table_leaves_no_file_and_no_link_and_the_others_stay(tmp_path: Path) -> None:
    assert run(tmp_path, "write", "purge", "count", "purge") == [True, [0, 5], False]

    assert not [path for path in tmp_path.rglob("*") if GOING.id in str(path.relative_to(tmp_path))]
    assert [link.readlink().name for link in (tmp_path / "by-name").iterdir()] == [STAYING.id]


def test_after_a_purge_the_same_lake_begins_the_table_anew(tmp_path: Path) -> None:
    assert run(tmp_path, "write", "purge", "write", "count") == [True, [3, 5]]


@pytest.mark.parametrize("when", ["before anything is deleted", "half way", "with the last file"])
def test_an_interrupted_purge_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    run(tmp_path, "write")
    really = shutil.rmtree

    def interrupted(folder: Path) -> None:
        if when == "half way":
            really(folder / "_delta_log")
        if when == "with the last file":
            really(folder)
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupted)
        with pytest.raises(OSError, match="the power went"):
            remove_table(tmp_path, GOING)

    # Whoever reads it in the meantime finds no table, and not a part of one.
    assert run(tmp_path, "count", "purge", "purge", "count")[0] == [0, 5]
    assert not [path for path in tmp_path.rglob("*") if GOING.id in str(path.relative_to(tmp_path))]


def test_a_disk_that_refuses_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "write")

    def refuse(_folder: Path) -> None:
        raise PermissionError("not now")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(LakeUnavailable, match="not now"):
            run(tmp_path, "purge")

    assert run(tmp_path, "purge", "purge", "count") == [True, False, [0, 5]]
