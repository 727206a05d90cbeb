"""The lake on Delta Lake: implements the port ``Lake`` with one table a dataset, on a local disk.

What blocks is done in threads of its own: one that writes, so that the commits of this process come one after another;
one that compacts; one for each export, of which there are few at a time. Arrow, DuckDB and Delta Lake let go of the
interpreter while they work.

One process writes; any number may read, and one may compact, at the same time.
"""

import asyncio
import functools
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Final, ParamSpec, TypeVar

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from server.lake.compact import CompactionReport, compact_table
from server.lake.erase import Found, Search, erase_rows, find_rows
from server.lake.errors import LakeUnavailable
from server.lake.export import open_pages, remove_abandoned_spill
from server.lake.location import link_by_name, local_root, table_path
from server.lake.purge import remove_table
from server.lake.table_format import columns_of, covered_offset, open_table
from server.lake.writer import TableWriter
from server.model.datastream import Dataset, DatasetId
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST, Offset, Processed

P = ParamSpec("P")
T = TypeVar("T")

# Each takes a thread and up to query.MEMORY_MEGABYTES.
MAX_EXPORTS: Final = 2


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


def _random_name() -> str:
    return uuid.uuid4().hex


class DeltaLake:
    """Tables below ``lake_url``: a path or a ``file://`` URL. Nothing is touched before the first call."""

    def __init__(
        self,
        lake_url: str,
        *,
        partition: int = 0,
        now_ms: Callable[[], int] = _wall_clock_ms,
        new_name: Callable[[], str] = _random_name,
    ) -> None:
        """``partition``: of the topic ``processed`` whose offsets are written. Raises ValueError for another scheme."""
        self._root = local_root(lake_url)
        self._partition = partition
        self._now_ms = now_ms
        self._new_name = new_name
        self._writers: dict[DatasetId, TableWriter] = {}
        self._linked: dict[DatasetId, str] = {}
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lake-write")
        self._compacting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lake-compact")
        self._exports = 0

    async def write(
        self, dataset: Dataset, schema: Mapping[str, object], batch: Sequence[tuple[Offset, Processed]]
    ) -> None:
        """Append the batch's events and its last offset in one table commit. Offsets already covered are skipped.

        Duplicates make no row, but their offset is committed like any other. Durable when it returns. Raises
        LakeUnavailable, SchemaConflict, or UnwritableEvents; then nothing was written, and offering it again is safe.
        """
        await _run(self._writing, self._write, dataset, schema, batch)

    async def committed(self, dataset: Dataset) -> Offset:
        """The highest offset whose event is in the table; BEFORE_FIRST without a table. Raises LakeUnavailable."""
        return await asyncio.to_thread(self._committed, dataset)

    async def columns(self, dataset: Dataset) -> pa.Schema | None:
        """The table's columns; None without a table. Raises LakeUnavailable."""
        return await asyncio.to_thread(self._columns, dataset)

    async def export(
        self, dataset: Dataset, *, since_ms: int | None, until_ms: int | None
    ) -> AsyncGenerator[Sequence[JsonObject], None]:
        """The dataset's events as XDM objects, in pages, ordered by time then id: what is in the table when it starts.

        ``since_ms`` is in it, ``until_ms`` is not. Raises LakeUnavailable, also while MAX_EXPORTS others run.
        """
        if self._exports >= MAX_EXPORTS:
            raise LakeUnavailable(f"{MAX_EXPORTS} exports are running already; try again when one has ended")
        self._exports += 1
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lake-export")
        pages = open_pages(self._root, table_path(self._root, dataset), since_ms=since_ms, until_ms=until_ms)
        try:
            while (page := await _run(thread, self._next_page, dataset, pages)) is not None:
                yield page
        finally:
            self._exports -= 1
            thread.submit(pages.close)
            thread.shutdown(wait=False)

    async def compact(self, dataset: Dataset) -> CompactionReport | None:
        """Merge small files, shorten the log, delete what nobody needs; None without a table. Raises LakeUnavailable.

        Harmless at any time and beside everything else, also in another process. Worth it every few minutes.
        """
        return await _run(self._compacting, self._compact, dataset)

    async def purge(self, dataset: Dataset) -> bool:
        """Remove the table for good; whether there was anything of it. Raises LakeUnavailable: then begin it again.

        For a dataset that nobody writes to any more: what this process had begun to write is written before.
        """
        await _run(self._writing, self._forget, dataset)
        return await _run(self._compacting, self._purge, dataset)

    async def erase(self, dataset: Dataset, search: Search) -> tuple[int, int]:
        """Take rows out for good, and the files they were in off the disk: how many rows, and files.

        Batches wait only while files are written anew. Interrupted, it goes on when it is called again. Raises
        LakeUnavailable.
        """
        return await _run(self._compacting, self._erase, dataset, search)

    async def close(self) -> None:
        """Finish what was started and let go. Harmless twice."""
        for threads in (self._writing, self._compacting):
            await asyncio.to_thread(threads.shutdown)

    def _write(self, dataset: Dataset, schema: Mapping[str, object], batch: Sequence[tuple[Offset, Processed]]) -> None:
        self._writer(dataset).write(dataset, schema, batch)
        if self._linked.get(dataset.id) != dataset.name:
            self._linked[dataset.id] = dataset.name
            with suppress(OSError):  # a file system without links: they are for people only
                link_by_name(self._root, dataset)

    def _writer(self, dataset: Dataset) -> TableWriter:
        writer = self._writers.get(dataset.id)
        if writer is None:
            path = table_path(self._root, dataset)
            writer = TableWriter(path, partition=self._partition, now_ms=self._now_ms, new_name=self._new_name)
            self._writers[dataset.id] = writer
        return writer

    def _committed(self, dataset: Dataset) -> Offset:
        with _unavailable_when_failing(dataset):
            table = open_table(table_path(self._root, dataset))
            return BEFORE_FIRST if table is None else covered_offset(table, partition=self._partition)

    def _columns(self, dataset: Dataset) -> pa.Schema | None:
        with _unavailable_when_failing(dataset):
            table = open_table(table_path(self._root, dataset))
            return None if table is None else columns_of(table)

    def _compact(self, dataset: Dataset) -> CompactionReport | None:
        with _unavailable_when_failing(dataset):
            path = table_path(self._root, dataset)
            remove_abandoned_spill(self._root, now_ms=self._now_ms())
            table = open_table(path)
            return None if table is None else compact_table(table, path, now_ms=self._now_ms())

    def _forget(self, dataset: Dataset) -> None:
        self._writers.pop(dataset.id, None)
        self._linked.pop(dataset.id, None)

    def _purge(self, dataset: Dataset) -> bool:
        with _unavailable_when_failing(dataset):
            return remove_table(self._root, dataset)

    def _erase(self, dataset: Dataset, search: Search) -> tuple[int, int]:
        with _unavailable_when_failing(dataset):
            path = table_path(self._root, dataset)
            found = find_rows(self._root, path, search)
            # In the writer's thread, while this one keeps compaction waiting: so nobody else changes the table.
            return self._writing.submit(self._erase_rows, dataset, found).result()

    def _erase_rows(self, dataset: Dataset, found: Found) -> tuple[int, int]:
        # What the writer saw of the table is about to be wrong, and the format would refuse its next commit once.
        self._writers.pop(dataset.id, None)
        return erase_rows(table_path(self._root, dataset), found)

    def _next_page(self, dataset: Dataset, pages: Iterator[Sequence[JsonObject]]) -> Sequence[JsonObject] | None:
        with _unavailable_when_failing(dataset):
            return next(pages, None)


async def _run(threads: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, functools.partial(function, *args, **kwargs))


@contextmanager
def _unavailable_when_failing(dataset: Dataset) -> Iterator[None]:
    try:
        yield
    except (DeltaError, OSError, duckdb.Error) as reason:
        raise LakeUnavailable(f"{dataset.name}: {reason}") from reason
