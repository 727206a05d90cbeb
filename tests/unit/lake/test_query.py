from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.lake.query import connect


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """(the table's, with one file; the one to spill to)"""
    table, spill = tmp_path / "it's a table", tmp_path / "spill"
    table.mkdir()
    spill.mkdir()
    pq.write_table(pa.table({"_id": ["a"]}), table / "a.parquet")
    pq.write_table(pa.table({"_id": ["secret"]}), tmp_path / "other.parquet")
    return table, spill


def test_the_table_s_files_can_be_read(folders: tuple[Path, Path]) -> None:
    table, spill = folders

    with connect(folder=table, spill=spill) as connection:
        rows = connection.execute("SELECT * FROM read_parquet($1)", [[str(table / "a.parquet")]]).fetchall()

    assert rows == [("a",)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_parquet('{root}/other.parquet')",
        "SELECT * FROM read_parquet('{table}/../other.parquet')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{root}/out.csv'",
        "ATTACH '{root}/new.db'",
        "INSTALL delta",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://127.0.0.1:9/x.parquet')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
        "RESET lock_configuration",
    ],
)
def test_nothing_else_can_be_read_written_or_set(folders: tuple[Path, Path], statement: str) -> None:
    table, spill = folders

    with connect(folder=table, spill=spill) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(table=str(table).replace("'", "''"), root=table.parent))

    assert sorted(path.name for path in table.parent.iterdir()) == sorted([table.name, "other.parquet", "spill"])


def test_what_does_not_fit_into_memory_goes_to_the_spill_folder(folders: tuple[Path, Path]) -> None:
    table, spill = folders
    wide = "SELECT range AS n, repeat(md5(range::varchar), 60) AS text FROM range(700000) ORDER BY hash(range)"

    with connect(folder=table, spill=spill) as connection:
        result = connection.execute(wide)
        first = result.fetchmany(1)
        spilled_bytes = sum(file.stat().st_size for file in spill.iterdir())

    assert len(first) == 1
    assert spilled_bytes > 2**20
    assert list(spill.iterdir()) == []


def test_no_progress_is_printed_among_what_is_exported(tmp_path: Path) -> None:
    with connect(folder=tmp_path, spill=tmp_path) as connection:
        shown = connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()

    assert shown == (False,)
