"""Taking one person's rows out of a dataset's table, and what they were in off the disk.

Rows are found by reading, and named by where they stand in the log, which no two rows share. The table format then
writes their files anew without them, in one commit a day of events, and the old files are deleted at once: a reader in
the middle of one is told to try again.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, TypeAlias

import duckdb
import orjson
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties

from server.lake import storage
from server.lake.export import SPILL
from server.lake.query import connect
from server.lake.row import RowCodec, compile_codec, decode_text
from server.lake.table import DATE, LAKE, REST
from server.lake.table_format import NO_HOOKS, columns_of, open_table
from server.model.json import JsonObject

# Rows that one statement names: its text stays far below a megabyte.
_ROWS_AT_ONCE: Final = 5_000

_FETCHED_ROWS: Final = 1_000

# The alias is a name that no column can have: any other would mean a column of that name, were there one.
_READ: Final = """
    SELECT "_heliograph"."partition", "_heliograph"."offset", "_id", line FROM (
        SELECT "_heliograph", "_id", to_json("the row")::varchar AS line
        FROM read_parquet([$file], hive_partitioning = false) "the row"
    ) WHERE $everything OR list_contains($ids, "_id")
        OR len(list_filter($needles, lambda each: contains(line, each))) > 0
"""

IsTheirs = Callable[[JsonObject], bool]
"""Whether an event is to go, by what it holds."""


class Search(NamedTuple):
    """Which rows go: those of these ``ids``, and those that ``is_theirs`` says.

    ``needles``: a row that ``is_theirs`` could mean has one of these texts in it; None to ask it about every row.
    """

    ids: Collection[str]
    needles: Sequence[str] | None
    is_theirs: IsTheirs


class Place(NamedTuple):
    """Where a row's event stands in the topic ``processed``: no two rows share it."""

    partition: int
    offset: int


Found: TypeAlias = dict[date | None, list[Place]]
"""The rows to erase, by the day they are filed under; None is without a day."""


def find_rows(root: Path, path: Path, search: Search) -> Found:
    """Reads the whole table. Raises DeltaError, OSError, duckdb.Error."""
    table = open_table(path)
    if table is None:
        return {}
    codec = compile_codec(columns_of(table))
    found: Found = {}
    spill_root = root / SPILL
    spill_root.mkdir(exist_ok=True)
    with (
        TemporaryDirectory(dir=spill_root, ignore_cleanup_errors=True) as spill,
        connect(folder=path, spill=Path(spill)) as connection,
    ):
        for day, uri in _files(table):
            places = list(_places(connection, uri, codec, search))
            if places:
                found.setdefault(day, []).extend(places)
    return found


def erase_rows(path: Path, found: Found) -> tuple[int, int]:
    """(rows erased, files gone). In place of the table's one writer, and without compaction beside it.

    What was erased before is not found again: it may be interrupted, and begun again with another search. A writer that
    has the table open has to open it again. Raises DeltaError, OSError.
    """
    table = open_table(path)
    if table is None:
        return 0, 0
    before, version = set(table.file_uris()), table.version()
    rows = 0
    for day, places in found.items():
        for start in range(0, len(places), _ROWS_AT_ONCE):
            rows += _erase(table, day, places[start : start + _ROWS_AT_ONCE])
    storage.sync_commits(path, after=version, last=table.version())
    gone = before - set(table.file_uris())
    if before:
        remove_old_files(table, path)
    return rows, len(gone)


def remove_old_files(table: DeltaTable, path: Path) -> None:
    """Delete every file that an earlier version had and this one has not, compacted ones included.

    Those that no version has are left to compaction: one may be a commit's that is about to be made.
    """
    version = table.version()
    table.vacuum(
        retention_hours=0,
        enforce_retention_duration=False,
        dry_run=False,
        full=False,
        post_commithook_properties=NO_HOOKS,
    )
    table.update_incremental()
    storage.sync_commits(path, after=version, last=table.version())


def _places(connection: duckdb.DuckDBPyConnection, uri: str, codec: RowCodec, search: Search) -> Iterator[Place]:
    connection.execute(
        _READ,
        {
            "file": uri,
            "everything": search.needles is None,
            "ids": list(search.ids),
            "needles": list(search.needles or ()),
        },
    )
    while rows := connection.fetchmany(_FETCHED_ROWS):
        for partition, offset, event_id, line in rows:
            if event_id in search.ids or search.is_theirs(_xdm(codec, line)):
                yield Place(partition, offset)


def _xdm(codec: RowCodec, line: str) -> JsonObject:
    row: dict[str, Any] = orjson.loads(line)
    rest = row.pop(REST, None)
    return codec.join(row, {} if rest is None else decode_text(rest))


def _files(table: DeltaTable) -> list[tuple[date | None, str]]:
    actions: pa.Table = pa.table(table.get_add_actions(flatten=True))
    uris = {Path(uri).name: uri for uri in table.file_uris()}
    return [(action[f"partition.{DATE}"], uris[Path(action["path"]).name]) for action in actions.to_pylist()]


def _erase(table: DeltaTable, day: date | None, places: Sequence[Place]) -> int:
    filed = f"{DATE} IS NULL" if day is None else f"{DATE} = '{day.isoformat()}'"
    by_partition: dict[int, list[int]] = {}
    for place in places:
        by_partition.setdefault(place.partition, []).append(place.offset)
    rows = 0
    for partition, offsets in by_partition.items():
        named = ", ".join(str(int(offset)) for offset in offsets)
        done = table.delete(
            f"{filed} AND {LAKE}['partition'] = {int(partition)} AND {LAKE}['offset'] IN ({named})",
            writer_properties=WriterProperties(compression="ZSTD", compression_level=storage.COMPRESSION_LEVEL),
            post_commithook_properties=NO_HOOKS,
        )
        rows += int(done.get("num_deleted_rows") or 0)
    return rows
