from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.lake.storage import LOG, recover, write_rows
from server.lake.table_format import covered_offset, open_table
from server.lake.writer import CHECKPOINT_COMMITS
from server.model.outcome import Offset
from tests.unit.lake.disk import a_disk_that_takes_no_file_larger_than, actions, log_entries
from tests.unit.lake.tables import a_table_with, ids_in, write

ROWS = pa.table({"_id": ["a", "b"], "timestamp": pa.array([1, 2], pa.timestamp("us", "UTC"))})


def covered(path: Path) -> Offset:
    table = open_table(path)
    assert table is not None
    return covered_offset(table, partition=0)


def test_a_data_file_is_written_whole(tmp_path: Path) -> None:
    size = write_rows(tmp_path, "date=2026-01-01/a.parquet", ROWS)

    assert (tmp_path / "date=2026-01-01/a.parquet").stat().st_size == size
    assert pq.ParquetFile(tmp_path / "date=2026-01-01/a.parquet").read().to_pylist() == ROWS.to_pylist()


def test_nothing_is_left_of_a_data_file_that_the_disk_has_no_room_for(tmp_path: Path) -> None:
    with a_disk_that_takes_no_file_larger_than(200), pytest.raises(OSError, match="File too large"):
        write_rows(tmp_path, "date=2026-01-01/a.parquet", ROWS)

    assert list((tmp_path / "date=2026-01-01").iterdir()) == []


def test_a_data_file_is_never_written_over(tmp_path: Path) -> None:
    write_rows(tmp_path, "a.parquet", ROWS)

    with pytest.raises(FileExistsError):
        write_rows(tmp_path, "a.parquet", ROWS)

    assert (tmp_path / "a.parquet").exists()


def test_there_is_nothing_to_recover_without_a_table(tmp_path: Path) -> None:
    assert recover(tmp_path / "absent") == []


def test_a_whole_table_is_left_as_it_is(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=3)
    before = {entry.name: entry.read_bytes() for entry in log_entries(tmp_path)}

    assert recover(tmp_path) == []

    assert {entry.name: entry.read_bytes() for entry in log_entries(tmp_path)} == before


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_commit_whose_entry_is_torn_never_was(tmp_path: Path, share: float) -> None:
    a_table_with(tmp_path, commits=3)
    last = log_entries(tmp_path)[-1]
    last.write_bytes(last.read_bytes()[: int(last.stat().st_size * share)])

    assert recover(tmp_path) == [f"{last.name}.torn"]

    assert covered(tmp_path) == 1
    assert ids_in(tmp_path) == ["e-000000", "e-000001"]


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "zeros"])
def test_a_commit_whose_file_is_torn_never_was(tmp_path: Path, damage: str) -> None:
    a_table_with(tmp_path, commits=3)
    last = log_entries(tmp_path)[-1]
    [file] = [tmp_path / action["add"]["path"] for action in actions(last) if "add" in action]
    size = file.stat().st_size
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(file.read_bytes()[: size // 2])
        case _:
            file.write_bytes(bytes(size))

    assert recover(tmp_path) == [f"{last.name}.torn"]

    assert covered(tmp_path) == 1


def test_after_a_power_cut_the_same_events_can_be_written_again(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=3)
    log_entries(tmp_path)[-1].write_bytes(b"")

    write(tmp_path, first=2, last=5)

    assert ids_in(tmp_path) == [f"e-{offset:06}" for offset in range(6)]
    assert covered(tmp_path) == 5


def test_a_torn_checkpoint_is_set_aside_and_the_log_behind_it_is_enough(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=CHECKPOINT_COMMITS + 2)
    [checkpoint] = (tmp_path / LOG).glob("*.checkpoint.parquet")
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])

    assert recover(tmp_path) == [f"{checkpoint.name}.torn"]

    assert covered(tmp_path) == CHECKPOINT_COMMITS + 1
    assert len(ids_in(tmp_path)) == CHECKPOINT_COMMITS + 2


def test_a_torn_creation_is_started_over(tmp_path: Path) -> None:
    a_table_with(tmp_path, commits=1)
    creation, commit = log_entries(tmp_path)
    creation.write_bytes(b"")
    commit.unlink()

    write(tmp_path, first=0, last=1)

    assert ids_in(tmp_path) == ["e-000000", "e-000001"]
