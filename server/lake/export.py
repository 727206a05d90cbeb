"""Reading events back: pages of XDM objects, ordered by time, then id, in memory that does not grow with the table.

DuckDB reads exactly the files of one version of the table. Sorting all of a big table's rows at once needs memory in
proportion (measured: a million in 256 MB fails), so the time asked for is cut into slices of about as many events, by
counting first; only a slice is sorted, from only those files whose statistics say that they may hold some of it.

An event's time is its ``timestamp``; for a record, which has none, the time it was received.
"""

import shutil
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson
import pyarrow as pa
from deltalake import DeltaTable

from server.lake.instant import EPOCH, INSTANTS_US
from server.lake.query import connect
from server.lake.row import RowCodec, compile_codec, decode_text
from server.lake.table import REST
from server.lake.table_format import RETENTION_HOURS, columns_of, open_table
from server.model.json import JsonObject

SPILL: Final = ".spill"

PAGE_EVENTS: Final = 1_000
# Events of 64 kB, the largest there are, make slices of 1.3 GB, which are spilled; usual ones take 60 MB.
SLICE_EVENTS: Final = 20_000

_DAY_US: Final = 86_400_000_000
_SECOND_US: Final = 1_000_000

# Buckets are counted from the first day: DuckDB's // cuts towards zero, which would make one of two days around 1970.
_COUNT: Final = """
    WITH events AS (
        SELECT coalesce("timestamp", "_heliograph"."receivedTimestamp") AS happened
        FROM read_parquet($files, union_by_name = true, hive_partitioning = false)
    )
    SELECT (epoch_us(happened) - $first_us) // $bucket_us * $bucket_us + $first_us, count(*)
    FROM events WHERE happened >= make_timestamptz($start_us) AND happened < make_timestamptz($end_us)
    GROUP BY 1 ORDER BY 1
"""
# The alias is a name that no column can have: any other would mean a column of that name, were there one.
_READ: Final = """
    WITH events AS (
        SELECT coalesce("timestamp", "_heliograph"."receivedTimestamp") AS happened, "_id" AS id,
            to_json("the row")::varchar AS line
        FROM read_parquet($files, union_by_name = true, hive_partitioning = false) "the row"
    )
    SELECT line FROM events WHERE happened >= make_timestamptz($start_us) AND happened < make_timestamptz($end_us)
    ORDER BY happened, id
"""


@dataclass(frozen=True, slots=True)
class _Span:
    """Instants from ``start_us`` up to, not including, ``end_us``."""

    start_us: int
    end_us: int


_ALWAYS: Final = _Span(INSTANTS_US.start, INSTANTS_US.stop)


@dataclass(frozen=True, slots=True)
class _File:
    uri: str
    span: _Span
    """All that may be in it."""


def open_pages(
    root: Path, path: Path, *, since_ms: int | None, until_ms: int | None
) -> Generator[Sequence[JsonObject], None, None]:
    """The events of the table at ``path`` from ``since_ms`` up to, not including, ``until_ms``; None is without limit.

    ``root``: the lake's; what does not fit into memory is spilled to a folder there. Raises DeltaError, OSError and
    duckdb.Error, as it goes on.
    """
    table = open_table(path)
    if table is None:
        return
    spill_root = root / SPILL
    spill_root.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=spill_root, ignore_cleanup_errors=True) as spill,
        connect(folder=path, spill=Path(spill)) as connection,
    ):
        yield from _pages(connection, table, since_ms=since_ms, until_ms=until_ms)


def remove_abandoned_spill(root: Path, *, now_ms: int) -> None:
    """Remove what exports left that were killed: no live one is as old as the files it reads may become."""
    for folder in (root / SPILL).glob("*"):
        if folder.stat().st_mtime < now_ms / 1000 - RETENTION_HOURS * 3600:
            shutil.rmtree(folder, ignore_errors=True)


def _pages(
    connection: duckdb.DuckDBPyConnection, table: DeltaTable, *, since_ms: int | None, until_ms: int | None
) -> Iterator[Sequence[JsonObject]]:
    wanted = _Span(
        INSTANTS_US.start if since_ms is None else max(since_ms * 1000, INSTANTS_US.start),
        INSTANTS_US.stop if until_ms is None else min(until_ms * 1000, INSTANTS_US.stop),
    )
    files = _overlapping(_files(table), wanted)
    codec = compile_codec(columns_of(table))
    for span in _slices(connection, files, wanted):
        connection.execute(_READ, _parameters(_overlapping(files, span), span))
        while rows := connection.fetchmany(PAGE_EVENTS):
            yield [join_row(codec, line) for (line,) in rows]


def join_row(codec: RowCodec, line: str) -> JsonObject:
    """A row, as DuckDB writes it as JSON, as XDM."""
    row: JsonObject = orjson.loads(line)
    rest = row.pop(REST, None)
    return codec.join(row, {} if rest is None else decode_text(rest))


def _files(table: DeltaTable) -> list[_File]:
    actions: pa.Table = pa.table(table.get_add_actions(flatten=True))
    uris = {Path(uri).name: uri for uri in table.file_uris()}
    return [_File(uris[Path(action["path"]).name], _span(action)) for action in actions.to_pylist()]


def _span(action: dict[str, Any]) -> _Span:
    """From the statistics in the table's log, which are cut to milliseconds."""
    first, last = action.get("min.timestamp"), action.get("max.timestamp")
    if first is None or last is None or action.get("null_count.timestamp") != 0:
        return _ALWAYS
    return _Span(_us(first) // 1000 * 1000, _us(last) // 1000 * 1000 + 1000)


def _us(instant: datetime) -> int:
    return (instant.replace(tzinfo=EPOCH.tzinfo) - EPOCH) // timedelta(microseconds=1)


def _overlapping(files: Sequence[_File], span: _Span) -> list[_File]:
    return [file for file in files if file.span.start_us < span.end_us and span.start_us < file.span.end_us]


def _slices(connection: duckdb.DuckDBPyConnection, files: Sequence[_File], wanted: _Span) -> Iterator[_Span]:
    """Adjoining spans, in order, which hold about SLICE_EVENTS each; more only when one second does."""
    start_us, events = wanted.start_us, 0
    for bucket_us, count in _buckets(connection, files, wanted):
        if events and events + count > SLICE_EVENTS:
            yield _Span(start_us, bucket_us)
            start_us, events = bucket_us, 0
        events += count
    if events:
        yield _Span(start_us, wanted.end_us)


def _buckets(connection: duckdb.DuckDBPyConnection, files: Sequence[_File], wanted: _Span) -> Iterator[tuple[int, int]]:
    """(start of a day or second, events in it), without the empty ones: days, or the seconds of a full day."""
    for day_us, count in _count(connection, files, wanted, bucket_us=_DAY_US):
        if count <= SLICE_EVENTS:
            yield day_us, count
            continue
        day = _Span(max(day_us, wanted.start_us), min(day_us + _DAY_US, wanted.end_us))
        yield from _count(connection, _overlapping(files, day), day, bucket_us=_SECOND_US)


def _count(
    connection: duckdb.DuckDBPyConnection, files: Sequence[_File], span: _Span, *, bucket_us: int
) -> list[tuple[int, int]]:
    if not files:
        return []
    parameters = {**_parameters(files, span), "first_us": INSTANTS_US.start, "bucket_us": bucket_us}
    return connection.execute(_COUNT, parameters).fetchall()


def _parameters(files: Sequence[_File], span: _Span) -> dict[str, Any]:
    return {"files": [file.uri for file in files], "start_us": span.start_us, "end_us": span.end_us}
