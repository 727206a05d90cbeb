"""Keeping a table fast to read and its folder small: few large files, a short log, nothing that no version names.

May run beside the writer: a compaction replaces files that the writer never touches, so both commit, in either order.
The offset of the log is carried by checkpoints and by the entries that are kept, and survives all of it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties

from server.lake import storage
from server.lake.instant import EPOCH
from server.lake.table import DATE
from server.lake.table_format import NO_HOOKS, RETENTION_HOURS

# While a day is still written to, its files are merged only up to here: each event is then rewritten few times, however
# often compaction runs. Once it is over, all of it goes into files of the second size.
OPEN_DAY_FILE_BYTES: Final = 16 * 2**20
CLOSED_DAY_FILE_BYTES: Final = 256 * 2**20

# Fewer small files than this are not worth a commit while more are coming.
OPEN_DAY_FILES: Final = 8

# Yesterday's events still come in today: from queues in browsers, and over midnight.
_OPEN_DAYS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionReport:
    """What one run did. ``version``: of the table, afterwards. Files are data files."""

    version: int
    days_compacted: int
    files_before: int
    files_after: int
    files_deleted: int


def compact_table(table: DeltaTable, path: Path, *, now_ms: int) -> CompactionReport:
    """Merge small files, make a checkpoint, drop log entries and files no longer named. Raises DeltaError, OSError."""
    files_before = len(table.file_uris())
    today = (EPOCH + timedelta(milliseconds=now_ms)).date()
    days = _days_to_compact(table, today)
    for day, target_bytes in days.items():
        _compact_day(table, path, day=day, target_bytes=target_bytes)
    table.create_checkpoint()
    storage.sync_checkpoint(path, table.version())
    table.cleanup_metadata()
    before = table.version()
    deleted = table.vacuum(
        retention_hours=RETENTION_HOURS, dry_run=False, full=True, post_commithook_properties=NO_HOOKS
    )
    table.update_incremental()
    storage.sync_commits(path, after=before, last=table.version())
    return CompactionReport(
        version=table.version(),
        days_compacted=len(days),
        files_before=files_before,
        files_after=len(table.file_uris()),
        files_deleted=len(deleted),
    )


def _days_to_compact(table: DeltaTable, today: date) -> dict[date | None, int]:
    """The days worth compacting, each with the size of file to aim at. None: events without a day."""
    actions = pa.table(table.get_add_actions(flatten=True)).select(["partition.date", "size_bytes"]).to_pylist()
    sizes: dict[date | None, list[int]] = {}
    for action in actions:
        sizes.setdefault(action["partition.date"], []).append(action["size_bytes"])
    days: dict[date | None, int] = {}
    for day, day_sizes in sizes.items():
        is_open = day is None or day > today - timedelta(days=_OPEN_DAYS)
        target_bytes = OPEN_DAY_FILE_BYTES if is_open else CLOSED_DAY_FILE_BYTES
        small = sum(size < target_bytes for size in day_sizes)
        if small >= (OPEN_DAY_FILES if is_open else 2):
            days[day] = target_bytes
    return days


def _compact_day(table: DeltaTable, path: Path, *, day: date | None, target_bytes: int) -> None:
    before = table.version()
    table.optimize.compact(
        partition_filters=[(DATE, "=", "" if day is None else day.isoformat())],
        target_size=target_bytes,
        max_concurrent_tasks=1,
        writer_properties=WriterProperties(compression="ZSTD", compression_level=storage.COMPRESSION_LEVEL),
        post_commithook_properties=NO_HOOKS,
    )
    storage.sync_commits(path, after=before, last=table.version())
