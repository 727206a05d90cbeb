import os
import threading
from pathlib import Path

import pytest

from server.lake import compact as compact_module
from server.lake.compact import OPEN_DAY_FILES, CompactionReport, compact_table
from server.lake.storage import LOG
from server.lake.table_format import RETENTION_HOURS, covered_offset, open_table
from server.lake.writer import CHECKPOINT_COMMITS
from tests.builders import NOON_MS, a_dataset, an_xdm
from tests.unit.lake.builders import WEB_EVENTS, an_entry, some_entries
from tests.unit.lake.disk import data_files, kinds, log_entries
from tests.unit.lake.tables import a_table_with, a_writer, ids_in

DAY_MS = 86_400_000
WHEN_CLOSED_MS = NOON_MS + 2 * DAY_MS


def compact(path: Path, *, now_ms: int = WHEN_CLOSED_MS) -> CompactionReport:
    table = open_table(path)
    assert table is not None
    return compact_table(table, path, now_ms=now_ms)


def covered(path: Path) -> int:
    table = open_table(path)
    assert table is not None
    return covered_offset(table, partition=0)


def ids(count: int) -> list[str]:
    return [f"e-{offset:06}" for offset in range(count)]


def make_old(path: Path) -> None:
    """As if it had been written two retentions ago, by the file system's clock, which is what vacuum goes by."""
    status = path.stat()
    two_ago = status.st_mtime - 2 * RETENTION_HOURS * 3600
    os.utime(path, (two_ago, two_ago))


def test_the_small_files_of_a_day_that_is_over_become_one(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=3)

    report = compact(tmp_path)

    assert (report.days_compacted, report.files_before, report.files_after) == (1, 3, 1)
    assert ids_in(tmp_path) == ids(3)


def test_a_day_still_written_to_waits_until_it_is_worth_it(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=OPEN_DAY_FILES - 1)

    assert compact(tmp_path, now_ms=NOON_MS).files_after == OPEN_DAY_FILES - 1

    a_writer(tmp_path).write(a_dataset(), WEB_EVENTS, some_entries(OPEN_DAY_FILES - 1, OPEN_DAY_FILES - 1))
    assert compact(tmp_path, now_ms=NOON_MS).files_after == 1


def test_files_large_enough_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact_module, "CLOSED_DAY_FILE_BYTES", 100)
    a_table_with(tmp_path, commits=3)

    report = compact(tmp_path)

    assert (report.days_compacted, report.files_after) == (0, 3)


def test_each_day_is_compacted_and_so_are_events_without_one(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    for offset in range(OPEN_DAY_FILES):
        batch = [
            an_entry(3 * offset, xdm=an_xdm(_id=f"a{offset}", timestamp="2026-01-01T00:00:00Z")),
            an_entry(3 * offset + 1, xdm=an_xdm(_id=f"b{offset}", timestamp="2025-06-01T00:00:00Z")),
            an_entry(3 * offset + 2, xdm=an_xdm(_id=f"c{offset}", timestamp="1970-01-01T00:00:00Z")),
        ]
        writer.write(a_dataset(), WEB_EVENTS, batch)

    report = compact(tmp_path)

    assert (report.days_compacted, report.files_before, report.files_after) == (3, 3 * OPEN_DAY_FILES, 3)
    assert len(ids_in(tmp_path)) == 3 * OPEN_DAY_FILES


def test_files_with_different_columns_become_one_with_all_of_them(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, [an_entry(0, xdm={"_id": "a", "device": {"type": "mobile"}})])
    writer.write(a_dataset(), WEB_EVENTS, [an_entry(1, xdm={"_id": "b", "web": {"webReferrer": {"URL": "u"}}})])

    compact(tmp_path)

    table = open_table(tmp_path)
    assert table is not None
    rows = {row["_id"]: row for row in table.to_pyarrow_table().to_pylist()}
    assert rows["a"]["device"] == {"type": "mobile", "screenHeight": None}
    assert rows["a"]["web"] is None
    assert rows["b"]["web"]["webReferrer"] == {"URL": "u", "type": None}


def test_the_offset_outlives_compaction_and_the_removal_of_old_log_entries(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=CHECKPOINT_COMMITS + 3)
    for entry in log_entries(tmp_path):
        make_old(entry)

    compact(tmp_path)
    compact(tmp_path)

    assert len(log_entries(tmp_path)) < CHECKPOINT_COMMITS
    assert covered(tmp_path) == CHECKPOINT_COMMITS + 2
    a_writer(tmp_path).write(a_dataset(), WEB_EVENTS, some_entries(0, CHECKPOINT_COMMITS + 4))
    assert ids_in(tmp_path) == ids(CHECKPOINT_COMMITS + 5)


def test_a_compaction_makes_a_checkpoint(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=2)

    compact(tmp_path)

    assert len(list((tmp_path / LOG).glob("*.checkpoint.parquet"))) == 1


def test_files_just_replaced_stay_for_those_who_still_read_them(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=3)
    table = open_table(tmp_path)
    assert table is not None
    reading = table.file_uris()

    report = compact(tmp_path)

    assert report.files_deleted == 0
    assert all(Path(uri).exists() for uri in reading)


def test_files_of_a_crashed_commit_are_deleted_once_they_are_old(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=1)
    [kept] = data_files(tmp_path)
    old, young = kept.with_name("part-old.zstd.parquet"), kept.with_name("part-young.zstd.parquet")
    for orphan in (old, young):
        orphan.write_bytes(kept.read_bytes())
    make_old(old)

    report = compact(tmp_path)

    assert report.files_deleted == 1
    assert data_files(tmp_path) == sorted([kept, young])
    assert ids_in(tmp_path) == ids(1)


def test_compacting_twice_finds_nothing_more_to_do(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=3)
    compact(tmp_path)
    entries = len([entry for entry in log_entries(tmp_path) if "add" in kinds(entry)])

    report = compact(tmp_path)

    assert report.days_compacted == 0
    assert len([entry for entry in log_entries(tmp_path) if "add" in kinds(entry)]) == entries


def test_writing_and_compacting_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=1)
    commits, writing = 60, threading.Event()
    failures: list[Exception] = []

    def write() -> None:
        writer = a_writer(tmp_path)
        try:
            for offset in range(1, commits):
                writer.write(a_dataset(), WEB_EVENTS, some_entries(offset, offset))
        except Exception as error:
            failures.append(error)
        finally:
            writing.set()

    thread = threading.Thread(target=write)
    thread.start()
    compactions = 0
    while not writing.is_set():
        compact(tmp_path)
        compactions += 1
    thread.join()

    assert failures == []
    assert compactions > 2
    assert ids_in(tmp_path) == ids(commits)
    assert covered(tmp_path) == commits - 1
