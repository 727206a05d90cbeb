"""Committing batches to one dataset's table: rows and the log's offset together, exactly once, durable on return.

The offset is an *application transaction* of the table format, ``{"txn": {"appId": …, "version": offset}}`` beside the
added files in one entry of the table's log. Whoever offers a batch again, after whatever crash, finds it there. Of two
writers at once only one can commit: the format lets no two transactions of one application follow the same version.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Field, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from server.lake import storage
from server.lake.arrow import Layout, compile_layout
from server.lake.batch import encode_batch
from server.lake.errors import LakeUnavailable
from server.lake.table import DATE, TIMESTAMP, compile_columns, widen
from server.lake.table_format import CONFIGURATION, NO_HOOKS, application_id, columns_of, covered_offset, open_table
from server.model.datastream import Dataset
from server.model.outcome import Offset, Processed

# A commit reads every entry of the log since the last checkpoint: 4 ms after a few, 20 ms after a hundred (measured);
# making a checkpoint takes about 10 ms.
CHECKPOINT_COMMITS: Final = 10

# As Hive, and so Delta Lake, names the folder of rows without a partition value.
_NO_DATE: Final = "__HIVE_DEFAULT_PARTITION__"


@dataclass(slots=True)
class _Opened:
    """The table as this writer last saw it, and the schema that its layout follows."""

    table: DeltaTable
    layout: Layout
    schema: Mapping[str, Any] | None = None


class TableWriter:
    """The one writer of one dataset's table. Blocks; for one thread at a time."""

    def __init__(self, path: Path, *, partition: int, now_ms: Callable[[], int], new_name: Callable[[], str]) -> None:
        """``partition``: of the topic ``processed``, whose offsets are committed. ``new_name``: of a file, unique."""
        self._path = path
        self._partition = partition
        self._now_ms = now_ms
        self._new_name = new_name
        self._opened: _Opened | None = None

    def write(self, dataset: Dataset, schema: Mapping[str, Any], batch: Sequence[tuple[Offset, Processed]]) -> None:
        """As the port says. Raises LakeError; offering the batch again is harmless however far this one came."""
        try:
            self._write(dataset, schema, batch)
        except (DeltaError, OSError) as reason:
            self._opened = None  # whatever was seen of the table may be wrong now: recover and look again next time
            raise LakeUnavailable(f"{dataset.name}: {reason}") from reason

    def _write(self, dataset: Dataset, schema: Mapping[str, Any], batch: Sequence[tuple[Offset, Processed]]) -> None:
        opened = self._open(dataset, schema)
        covered = covered_offset(opened.table, partition=self._partition)
        fresh = [(offset, processed) for offset, processed in batch if offset > covered]
        if not fresh:
            return
        self._follow(opened, schema)
        wanted = [(offset, processed) for offset, processed in fresh if not processed.duplicate]
        files = encode_batch(opened.layout, wanted, partition=self._partition)
        last = fresh[-1][0]
        added: list[AddAction] = []
        try:
            for day, rows in files:
                added.append(self._add(day, rows))
            self._commit(opened.table, added, offset=last)
        except (DeltaError, OSError):
            self._discard(added, offset=last)
            raise

    def _open(self, dataset: Dataset, schema: Mapping[str, Any]) -> _Opened:
        if self._opened is None:
            storage.recover(self._path)
            table = open_table(self._path) or self._create(dataset, schema)
            self._opened = _Opened(table=table, layout=compile_layout(columns_of(table)))
        return self._opened

    def _create(self, dataset: Dataset, schema: Mapping[str, Any]) -> DeltaTable:
        self._path.mkdir(parents=True, exist_ok=True)
        table = DeltaTable.create(
            str(self._path),
            schema=compile_columns(schema),
            partition_by=[DATE],
            name=dataset.name,
            configuration=CONFIGURATION,
            post_commithook_properties=NO_HOOKS,
        )
        storage.sync_commits(self._path, after=-1, last=table.version())
        storage.sync_folder(self._path)
        storage.sync_folder(self._path.parent)
        return table

    def _follow(self, opened: _Opened, schema: Mapping[str, Any]) -> None:
        """Widen the table, in a commit of its own, where the schema has fields that it has not."""
        if opened.schema is schema or opened.schema == schema:
            return
        present = columns_of(opened.table)
        columns = widen(present, compile_columns(schema))
        new = [field for field in columns if field.name not in present.names or present.field(field.name) != field]
        if new:
            before = opened.table.version()
            opened.table.alter.add_columns(
                [Field.from_arrow(field) for field in new], post_commithook_properties=NO_HOOKS
            )
            opened.table.update_incremental()
            storage.sync_commits(self._path, after=before, last=opened.table.version())
        opened.layout = compile_layout(columns)
        opened.schema = schema

    def _add(self, day: date | None, rows: pa.Table) -> AddAction:
        folder = f"{DATE}={_NO_DATE if day is None else day.isoformat()}"
        path = f"{folder}/part-{self._new_name()}.{storage.COMPRESSION}.parquet"
        size = storage.write_rows(self._path, path, rows)
        return AddAction(
            path=path,
            size=size,
            partition_values={DATE: None if day is None else day.isoformat()},
            modification_time=self._now_ms(),
            data_change=True,
            stats=_statistics(rows),
        )

    def _commit(self, table: DeltaTable, added: Sequence[AddAction], *, offset: Offset) -> None:
        before = table.version()
        table.create_write_transaction(
            list(added),
            mode="append",
            schema=table.schema(),
            partition_by=[DATE],
            commit_properties=CommitProperties(app_transactions=[Transaction(application_id(self._partition), offset)]),
            post_commithook_properties=NO_HOOKS,
        )
        table.update_incremental()
        after = table.version()
        for version in range(before + 1, after + 1):
            storage.sync_entry(self._path, version)
        if before // CHECKPOINT_COMMITS < after // CHECKPOINT_COMMITS:
            table.create_checkpoint()
            storage.sync_checkpoint(self._path, after)

    def _discard(self, added: Sequence[AddAction], *, offset: Offset) -> None:
        """Remove the files of a commit that failed, so that a full disk is not made fuller by every retry."""
        try:
            table = open_table(self._path)
            if table is not None and covered_offset(table, partition=self._partition) >= offset:
                return  # it did not fail: only what came after it did
        except (DeltaError, OSError):
            return  # nobody knows whether it failed: compaction removes them if it did
        for action in added:
            (self._path / action.path).unlink(missing_ok=True)


def _statistics(rows: pa.Table) -> str:
    """As Delta Lake has them: JSON, instants cut to milliseconds."""
    timestamps = rows.column(TIMESTAMP)
    statistics: dict[str, Any] = {"numRecords": len(rows), "nullCount": {TIMESTAMP: timestamps.null_count}}
    ends = pc.min_max(timestamps.cast(pa.int64())).as_py()
    if ends["min"] is not None:
        statistics["minValues"] = {TIMESTAMP: _milliseconds(ends["min"] // 1000)}
        statistics["maxValues"] = {TIMESTAMP: _milliseconds(ends["max"] // 1000)}
    return orjson.dumps(statistics).decode()


def _milliseconds(ms: int) -> str:
    instant = datetime(1970, 1, 1) + timedelta(milliseconds=ms)  # noqa: DTZ001  (in UTC, and written so)
    return f"{instant.isoformat(timespec='milliseconds')}Z"
