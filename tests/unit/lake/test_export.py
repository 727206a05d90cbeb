from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.lake import export as export_module
from server.lake.export import SPILL, open_pages, remove_abandoned_spill
from server.lake.table_format import RETENTION_HOURS
from server.model.json import JsonObject
from tests.builders import NOON_MS, a_dataset, an_xdm
from tests.unit.lake.builders import WEB_EVENTS, an_entry, event_id, some_entries
from tests.unit.lake.tables import a_writer

DAY_MS = 86_400_000
MIDNIGHT_MS = NOON_MS - DAY_MS // 2


def exported(root: Path, *, since_ms: int | None = None, until_ms: int | None = None) -> list[str]:
    pages = open_pages(root, root / "table", since_ms=since_ms, until_ms=until_ms)
    return [xdm["_id"] for page in pages for xdm in page]


def written(root: Path, xdms: Sequence[JsonObject]) -> None:
    """One commit, so one file, an event."""
    writer = a_writer(root / "table")
    for offset, xdm in enumerate(xdms):
        writer.write(a_dataset(), WEB_EVENTS, [an_entry(offset, xdm=xdm)])


def test_there_is_nothing_without_a_table(tmp_path: Path) -> None:
    assert exported(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slice_events", [1, 2, 7, 1000])
def test_slices_of_any_size_make_the_same_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_events: int
) -> None:
    monkeypatch.setattr(export_module, "SLICE_EVENTS", slice_events)
    timestamps = [
        *("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z"),
        *("2026-01-01T23:59:59.999999Z", "2026-01-02T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-01-01T12:00:00+14:00", "not a time"),
    ]
    written(tmp_path, [an_xdm(_id=f"{n:02}", timestamp=text) for n, text in enumerate(timestamps)])

    # 10: received at noon and ten seconds, and has no other time
    assert exported(tmp_path) == ["07", "05", "06", "09", "00", "01", "02", "10", "03", "04", "08"]


def test_more_events_in_one_second_than_a_slice_holds_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "SLICE_EVENTS", 3)
    written(tmp_path, [an_xdm(_id=f"{n}", timestamp="2026-01-01T00:00:00.5Z") for n in range(9)])

    assert exported(tmp_path) == [str(n) for n in range(9)]


def test_only_files_that_may_hold_something_of_the_time_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = [f"2026-01-01T{hour:02}:00:00Z" for hour in range(10)]
    written(tmp_path, [an_xdm(_id=text[11:13], timestamp=text) for text in hours])
    read: list[int] = []
    parameters = export_module._parameters

    def spy(files: Sequence[Any], span: Any) -> dict[str, Any]:
        read.append(len(files))
        return parameters(files, span)

    monkeypatch.setattr(export_module, "_parameters", spy)

    ids = exported(tmp_path, since_ms=MIDNIGHT_MS + 3 * 3_600_000, until_ms=MIDNIGHT_MS + 5 * 3_600_000)

    assert ids == ["03", "04"]
    assert set(read) == {2}


def test_a_column_named_like_anything_in_the_query_is_only_a_column(tmp_path: Path) -> None:
    names = ["happened", "id", "line", "events", "files", "the_row", "start_us", "filename", "file_row_number"]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    xdm = {"_id": "e", "timestamp": "2026-01-01T00:00:00.000Z"} | {name: f"value of {name}" for name in names}
    a_writer(tmp_path / "table").write(a_dataset(), schema, [an_entry(0, xdm=xdm)])

    pages = open_pages(tmp_path, tmp_path / "table", since_ms=None, until_ms=None)

    assert [event for page in pages for event in page] == [xdm]


def test_nothing_is_left_in_the_spill_folder(tmp_path: Path) -> None:
    a_writer(tmp_path / "table").write(a_dataset(), WEB_EVENTS, some_entries(0, 2_000))
    pages = open_pages(tmp_path, tmp_path / "table", since_ms=None, until_ms=None)

    first = next(pages)
    pages.close()

    assert first[0]["_id"] == event_id(0)
    assert list((tmp_path / SPILL).iterdir()) == []


def test_only_spill_that_nobody_can_be_using_is_removed(tmp_path: Path) -> None:
    spill = tmp_path / SPILL / "abandoned"
    spill.mkdir(parents=True)
    (spill / "block.tmp").write_bytes(b"x")
    made_ms = int(spill.stat().st_mtime * 1000)

    remove_abandoned_spill(tmp_path, now_ms=made_ms + 60_000)
    assert spill.exists()

    remove_abandoned_spill(tmp_path, now_ms=made_ms + (RETENTION_HOURS * 3600 + 1) * 1000)
    assert not spill.exists()
