"""Tables on a disk, made by the writer itself, without the asynchronous lake around it."""

import uuid
from pathlib import Path

import duckdb

from server.lake.table_format import open_table
from server.lake.writer import TableWriter
from tests.builders import NOON_MS, a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries


def a_writer(path: Path, *, partition: int = 0) -> TableWriter:
    return TableWriter(path, partition=partition, now_ms=lambda: NOON_MS, new_name=lambda: uuid.uuid4().hex)


def write(path: Path, *, first: int, last: int) -> None:
    """The entries of these offsets, in one batch, by a writer that opens the table for it."""
    a_writer(path).write(a_dataset(), WEB_EVENTS, some_entries(first, last))


def a_table_with(path: Path, *, commits: int) -> None:
    """One event a commit, with offsets from 0, after the commit that creates the table."""
    writer = a_writer(path)
    for offset in range(commits):
        writer.write(a_dataset(), WEB_EVENTS, some_entries(offset, offset))


def ids_in(path: Path) -> list[str]:
    """Of the rows of the newest version, sorted, as often as they are there."""
    table = open_table(path)
    files = [] if table is None else table.file_uris()
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT _id FROM read_parquet($1, union_by_name = true) ORDER BY 1", [files]
        ).fetchall()
    return [row[0] for row in rows]
