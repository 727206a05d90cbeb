"""Rows taken out of a table for good."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from server.lake.compact import compact_table
from server.lake.erase import IsTheirs, Place, Search, erase_rows, find_rows
from server.lake.lake import DeltaLake
from server.lake.table_format import covered_offset, open_table
from server.model.json import JsonObject
from tests.builders import NOON_MS, a_dataset, an_xdm
from tests.unit.lake.builders import WEB_EVENTS, an_entry, some_entries
from tests.unit.lake.disk import data_files
from tests.unit.lake.tables import a_table_with, a_writer, ids_in, write

DAY_MS = 86_400_000


def nobody(_xdm: JsonObject) -> bool:
    return False


def search(*ids: str, needles: Sequence[str] | None = ("no row has this",), is_theirs: IsTheirs = nobody) -> Search:
    return Search(ids=frozenset(ids), needles=needles, is_theirs=is_theirs)


def erased(path: Path, wanted: Search) -> tuple[int, int]:
    return erase_rows(path, find_rows(path.parent, path, wanted))


def table(path: Path) -> Path:
    made = path / "table"
    made.mkdir()
    return made


def left(path: Path, needle: bytes) -> Collection[str]:
    return [str(file) for file in data_files(path) if needle in (path / file).read_bytes()]


def test_rows_go_by_their_ids(tmp_path: Path) -> None:
    path = table(tmp_path)
    write(path, first=0, last=4)

    assert erased(path, search("e-000001", "e-000003")) == (2, 1)

    assert ids_in(path) == ["e-000000", "e-000002", "e-000004"]


def test_rows_go_by_what_they_hold_and_only_those_that_may_are_asked_about(tmp_path: Path) -> None:
    path, asked = table(tmp_path), []
    entries = [an_entry(n, xdm=an_xdm(_id=f"e-{n}", note=f"person {n}")) for n in range(4)]
    a_writer(path).write(a_dataset(), WEB_EVENTS, entries)

    def is_theirs(xdm: JsonObject) -> bool:
        asked.append(xdm["_id"])
        return bool(xdm["note"] == "person 2")

    assert erased(path, search(needles=["person 2", "person 3"], is_theirs=is_theirs)) == (1, 1)

    assert (asked, ids_in(path)) == (["e-2", "e-3"], ["e-0", "e-1", "e-3"])


def test_without_a_text_to_look_for_every_row_is_asked_about(tmp_path: Path) -> None:
    path = table(tmp_path)
    write(path, first=0, last=2)

    erased(path, search(needles=None, is_theirs=lambda xdm: xdm["_id"] != "e-000001"))

    assert ids_in(path) == ["e-000001"]


def test_the_files_that_held_them_are_off_the_disk_compacted_ones_too(tmp_path: Path) -> None:
    path = table(tmp_path)
    for number in range(3):
        entry = an_entry(number, xdm=an_xdm(_id=f"e-{number}", note=f"somebody-{number}"))
        a_writer(path).write(a_dataset(), WEB_EVENTS, [entry])
    opened = open_table(path)
    assert opened is not None
    compact_table(opened, path, now_ms=NOON_MS + 2 * DAY_MS)
    assert len(left(path, b"e-1")) == 2

    assert erased(path, search("e-1")) == (1, 1)

    assert left(path, b"e-1") == []
    assert ids_in(path) == ["e-0", "e-2"]


def test_rows_of_the_same_file_stay_as_they_were(tmp_path: Path) -> None:
    path = table(tmp_path)
    kept = an_xdm(
        _id="kept",
        commerce={"order": {"priceTotal": 19.99, "unknown": [1, {"a": None}]}},
        productListItems=[{"SKU": "A-1", "quantity": 2, "_tenant": {"size": "L"}}],
        notInTheSchema={"deep": [1, 2.5, "x", None, True]},
    )
    entries = [an_entry(0, xdm=kept), an_entry(1, xdm=an_xdm(_id="gone"))]

    async def scenario() -> tuple[list[JsonObject], list[JsonObject]]:
        lake = DeltaLake(str(path))
        await lake.write(a_dataset(), WEB_EVENTS, entries)
        before = [xdm async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for xdm in page]
        assert await lake.erase(a_dataset(), search("gone")) == (1, 1)
        after = [xdm async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for xdm in page]
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(2, 2))
        await lake.compact(a_dataset())
        await lake.close()
        return before, after

    before, after = asyncio.run(scenario())

    assert after == [xdm for xdm in before if xdm["_id"] == "kept"]
    assert ids_in(path / a_dataset().id) == ["e-000002", "kept"]


def test_each_row_is_named_by_its_place_in_the_log_and_filed_under_its_day(tmp_path: Path) -> None:
    path = table(tmp_path)
    a_table_with(path, commits=2)

    [places] = find_rows(tmp_path, path, search("e-000001")).values()

    assert places == [Place(partition=0, offset=1)]


def test_the_log_s_offset_and_the_writer_go_on(tmp_path: Path) -> None:
    path = table(tmp_path)
    write(path, first=0, last=2)

    erased(path, search("e-000002"))
    write(path, first=0, last=3)

    assert ids_in(path) == ["e-000000", "e-000001", "e-000003"]
    opened = open_table(path)
    assert opened is not None
    assert covered_offset(opened, partition=0) == 3


def test_erasing_again_finds_nothing_and_still_clears_away_what_a_crash_left(tmp_path: Path) -> None:
    path = table(tmp_path)
    write(path, first=0, last=1)
    opened = open_table(path)
    assert opened is not None
    opened.delete("_heliograph['offset'] = 1")
    assert len(data_files(path)) == 2

    assert erased(path, search("e-000001")) == (0, 0)

    assert (len(data_files(path)), ids_in(path)) == (1, ["e-000000"])


def test_where_there_is_no_table_there_is_nothing_to_erase(tmp_path: Path) -> None:
    assert erased(tmp_path / "none", search("e-1")) == (0, 0)


def test_rows_without_a_time_are_found_as_well(tmp_path: Path) -> None:
    path = table(tmp_path)
    entries = [an_entry(0, xdm={"_id": "r-0", "note": "a record"}), an_entry(1, xdm={"_id": "r-1"})]
    a_writer(path).write(a_dataset(), WEB_EVENTS, entries)

    assert erased(path, search("r-0")) == (1, 1)

    assert ids_in(path) == ["r-1"]


def test_rows_of_no_day_are_found_as_well(tmp_path: Path) -> None:
    path = table(tmp_path)
    entries = [an_entry(n, xdm=an_xdm(_id=f"far-{n}", timestamp="1999-01-01T00:00:00Z")) for n in range(2)]
    a_writer(path).write(a_dataset(), WEB_EVENTS, entries)

    assert list(find_rows(tmp_path, path, search("far-0"))) == [None]
    assert erased(path, search("far-0")) == (1, 1)

    assert ids_in(path) == ["far-1"]
