import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest

from server.lake import storage
from server.lake.errors import LakeUnavailable, UnwritableEvents
from server.lake.storage import LOG
from server.lake.table_format import covered_offset, open_table
from server.lake.writer import CHECKPOINT_COMMITS
from tests.builders import a_dataset, an_xdm
from tests.unit.lake.builders import STRING, WEB_EVENTS, a_timestamp, an_entry, an_object, some_entries
from tests.unit.lake.disk import a_disk_that_takes_no_file_larger_than, actions, data_files, kinds, log_entries
from tests.unit.lake.tables import a_table_with, a_writer, ids_in


def ids(count: int) -> list[str]:
    return [f"e-{offset:06}" for offset in range(count)]


def test_rows_and_offset_are_in_one_entry_of_the_log(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)

    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 4))

    creation, commit = log_entries(tmp_path)
    assert kinds(creation) == ["commitInfo", "metaData", "protocol"]
    assert kinds(commit) == ["add", "commitInfo", "txn"]
    [txn] = [action["txn"] for action in actions(commit) if "txn" in action]
    assert (txn["appId"], txn["version"]) == ("heliograph/processed/0", 4)


def test_a_batch_of_several_days_is_one_commit(tmp_path: Path) -> None:
    days = ["2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "1970-01-01T00:00:00Z"]
    batch = [an_entry(o, xdm=an_xdm(_id=f"e-{o}", timestamp=day)) for o, day in enumerate(days)]

    a_writer(tmp_path).write(a_dataset(), WEB_EVENTS, batch)

    assert kinds(log_entries(tmp_path)[1]) == ["add"] * 4 + ["commitInfo", "txn"]
    assert {file.parent.name for file in data_files(tmp_path)} == {
        "date=2025-12-31",
        "date=2026-01-01",
        "date=2026-01-02",
        "date=__HIVE_DEFAULT_PARTITION__",
    }


def test_an_offset_seen_before_makes_no_commit(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 4))

    writer.write(a_dataset(), WEB_EVENTS, some_entries(1, 4))

    assert len(log_entries(tmp_path)) == 2


def test_duplicates_alone_move_the_offset_and_write_no_file(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))

    writer.write(a_dataset(), WEB_EVENTS, [an_entry(1, duplicate=True)])

    assert kinds(log_entries(tmp_path)[-1]) == ["commitInfo", "txn"]
    assert len(data_files(tmp_path)) == 1


def test_partitions_of_the_log_do_not_share_an_offset(tmp_path: Path) -> None:
    a_writer(tmp_path, partition=0).write(a_dataset(), WEB_EVENTS, some_entries(5, 6))
    a_writer(tmp_path, partition=1).write(
        a_dataset(), WEB_EVENTS, [an_entry(0, xdm=an_xdm(_id="other", timestamp=a_timestamp(0)))]
    )

    table = open_table(tmp_path)
    assert table is not None
    assert [covered_offset(table, partition=partition) for partition in (0, 1, 2)] == [6, 0, -1]
    assert ids_in(tmp_path) == ["e-000005", "e-000006", "other"]


def test_of_two_writers_at_once_one_is_refused_and_nothing_is_doubled(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=1)
    first, second = a_writer(tmp_path), a_writer(tmp_path)
    for writer in (first, second):
        writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))  # both have now read the table
    first.write(a_dataset(), WEB_EVENTS, some_entries(1, 3))

    with pytest.raises(LakeUnavailable, match=r"test-events: .*[Cc]oncurrent"):
        second.write(a_dataset(), WEB_EVENTS, some_entries(1, 5))
    second.write(a_dataset(), WEB_EVENTS, some_entries(1, 5))

    assert ids_in(tmp_path) == ids(6)
    assert len(data_files(tmp_path)) == 3


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))
    before = data_files(tmp_path)

    for limit_bytes in (100, 300):
        with a_disk_that_takes_no_file_larger_than(limit_bytes), pytest.raises(LakeUnavailable, match="test-events: "):
            writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 999))

    assert data_files(tmp_path) == before
    assert ids_in(tmp_path) == ids(2)


def test_writing_goes_on_by_itself_when_the_disk_has_room_again(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    with a_disk_that_takes_no_file_larger_than(200), pytest.raises(LakeUnavailable):
        writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 9))

    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 9))

    assert ids_in(tmp_path) == ids(10)


def test_a_disk_that_fills_up_at_the_log_entry_leaves_no_data_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))
    write_rows = storage.write_rows
    with ExitStack() as full:

        def then_full(root: Path, relative: str, rows: pa.Table) -> int:
            size = write_rows(root, relative, rows)
            full.enter_context(a_disk_that_takes_no_file_larger_than(60))
            return size

        monkeypatch.setattr(storage, "write_rows", then_full)
        with pytest.raises(LakeUnavailable):
            writer.write(a_dataset(), WEB_EVENTS, some_entries(2, 3))
    monkeypatch.undo()

    assert len(data_files(tmp_path)) == 1
    writer.write(a_dataset(), WEB_EVENTS, some_entries(2, 3))
    assert ids_in(tmp_path) == ids(4)


def test_a_commit_that_could_not_be_made_durable_is_made_so_by_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = a_writer(tmp_path)

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(storage, "sync_entry", fails)
    with pytest.raises(LakeUnavailable, match="Input/output error"):
        writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))
    monkeypatch.undo()
    inode = log_entries(tmp_path)[-1].stat().st_ino

    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))

    assert ids_in(tmp_path) == ids(2)
    assert log_entries(tmp_path)[-1].stat().st_ino != inode


def test_everything_is_on_disk_before_what_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power cuts cannot be had in a test; what is asked of the kernel, and when, can be seen."""
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))
    synced: list[tuple[str, int]] = []
    monkeypatch.setattr(os, "fsync", spying_on(os.fsync, synced, tmp_path))

    writer.write(a_dataset(), WEB_EVENTS, some_entries(1, 1))

    last = log_entries(tmp_path)[-1]
    [file] = [action["add"]["path"] for action in actions(last) if "add" in action]
    assert synced == [
        (file, 2),
        ("date=2026-01-01", 2),
        (".", 2),
        (f"{LOG}/{last.name}", 3),
        (LOG, 3),
    ]


def spying_on(fsync: Callable[[int], None], synced: list[tuple[str, int]], root: Path) -> Callable[[int], None]:
    """Notes each fsynced path below ``root``, and how many entries the log had then."""

    def spy(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((str(path.relative_to(root)), len(log_entries(root))))
        fsync(descriptor)

    return spy


def test_a_checkpoint_is_made_every_so_often(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=2 * CHECKPOINT_COMMITS)

    assert len(list((tmp_path / LOG).glob("*.checkpoint.parquet"))) == 2
    assert ids_in(tmp_path) == ids(2 * CHECKPOINT_COMMITS)


def test_the_offset_is_kept_when_only_a_checkpoint_has_it(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=CHECKPOINT_COMMITS)
    for entry in log_entries(tmp_path):
        if int(entry.stem) < CHECKPOINT_COMMITS:
            entry.unlink()

    a_writer(tmp_path).write(a_dataset(), WEB_EVENTS, some_entries(0, CHECKPOINT_COMMITS))

    assert ids_in(tmp_path) == ids(CHECKPOINT_COMMITS + 1)


def test_widening_is_a_commit_of_its_own_before_that_of_the_rows(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.write(a_dataset(), WEB_EVENTS, some_entries(0, 0))
    wider = an_object(**{**WEB_EVENTS["properties"], "extra": an_object(a=STRING)})

    writer.write(a_dataset(), wider, [an_entry(1, xdm=an_xdm(_id="e-000001", extra={"a": "x"}))])
    writer.write(a_dataset(), wider, some_entries(2, 2))

    assert [kinds(entry) for entry in log_entries(tmp_path)[2:]] == [
        ["commitInfo", "metaData"],
        ["add", "commitInfo", "txn"],
        ["add", "commitInfo", "txn"],
    ]


def test_an_unwritable_event_makes_no_file(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)

    with pytest.raises(UnwritableEvents):
        writer.write(a_dataset(), WEB_EVENTS, [an_entry(0), an_entry(1, xdm=an_xdm(new="\ud800"))])

    assert data_files(tmp_path) == []
