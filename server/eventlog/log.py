"""One partition of one topic as files: the port ``EventLog``. docs/reference/event-log.md tells it to operators."""

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol, Self, TypeVar

from server.eventlog.damage import Damage, DamageReport
from server.eventlog.durable import Durable, DurableFile, Follower
from server.eventlog.errors import LogLocked
from server.eventlog.files import OS_FILES, Files, close_quietly
from server.eventlog.offsets import Offsets
from server.eventlog.partition import Partition
from server.eventlog.reader import Reader
from server.eventlog.recovery import recover
from server.eventlog.retention import Retention
from server.eventlog.writer import Writer, WriterLimits
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogRecord, LogUnavailable, Settled

T = TypeVar("T")

_DEFAULT_LIMITS = WriterLimits()
_KEEP_EVERYTHING = Retention()

_MAX_PID_DIGITS = 20

_LOCK_LOOK_SECONDS = 0.05


class _Source(Protocol):
    """Where appends go and where news comes from: the writer in this process, or the file it leaves for others."""

    def durable(self) -> Durable: ...

    def submit(self, values: Sequence[bytes], settled: Settled) -> None: ...

    async def changed(self, seen: Durable, *, timeout_seconds: float) -> None: ...

    async def close(self) -> None: ...


class FileEventLog:
    """Made by :meth:`open_writer` or :meth:`open_reader`. Used from one event loop; it reads in a thread of its own."""

    def __init__(
        self, *, source: _Source, reader: Reader, offsets: Offsets, damage: DamageReport, let_go: Callable[[], None]
    ) -> None:
        self._source = source
        self._reader = reader
        self._offsets = offsets
        self._damage = damage
        self._let_go = let_go
        self._is_closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log-reader")

    @classmethod
    def open_writer(
        cls,
        directory: Path,
        *,
        limits: WriterLimits = _DEFAULT_LIMITS,
        retention: Retention = _KEEP_EVERYTHING,
        files: Files = OS_FILES,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        new_salt: Callable[[], int] = lambda: secrets.randbelow(2**32 - 1) + 1,
        lock_timeout_seconds: float = 0.0,
    ) -> Self:
        """The partition's one writer; makes the directory, or recovers what is in it (recovery.py).

        Blocks meanwhile: about a tenth of a second for a full segment. Raises LogLocked when another process is the
        writer and does not end within the timeout, LogUnavailable when the disk refuses, LogFormatTooNew.
        """
        with contextlib.ExitStack() as undo, _trouble():
            files.make_directory(directory)
            lock = _lock(files, directory, timeout_seconds=lock_timeout_seconds)
            undo.callback(close_quietly, files, lock)
            durable_file = DurableFile(files, directory)
            undo.callback(durable_file.close)
            offsets = Offsets(files, directory)
            damage = DamageReport()
            published = durable_file.load()
            recovered = recover(
                files,
                directory,
                published=published,
                committed=offsets.highest(),
                damage=damage,
                now_ms=clock_ms(),
            )
            partition = Partition(
                files,
                directory,
                durable_file=durable_file,
                recovered=recovered,
                offsets=offsets,
                segment_bytes=limits.segment_bytes,
                retention=retention,
                clock_ms=clock_ms,
                new_salt=new_salt,
            )
            writer = Writer(partition, limits=limits)
            reader = Reader(files, directory, durable=writer.durable, damage=damage)
            undo.pop_all()

        let_go = partial(close_quietly, files, lock)
        return cls(source=writer, reader=reader, offsets=offsets, damage=damage, let_go=let_go)

    @classmethod
    def open_reader(cls, directory: Path, *, files: Files = OS_FILES) -> Self:
        """For any process, beside the writer or without one. The directory may come later."""
        follower = Follower(files, directory)
        damage = DamageReport()
        return cls(
            source=follower,
            reader=Reader(files, directory, durable=follower.durable, damage=damage),
            offsets=Offsets(files, directory),
            damage=damage,
            let_go=lambda: None,
        )

    @property
    def damage(self) -> Sequence[Damage]:
        """What could not be read so far, each once; every one was logged as well."""
        return self._damage.all()

    async def append(self, values: Sequence[bytes]) -> Offset:
        """As the port says. Nothing of ``values`` is stored after LogUnavailable, unless a crash follows it at once.

        Raises ValueError for what can never fit, and ReadOnlyLog on a log opened for reading. Without values: the end.
        """
        if not values:
            return await self.end()
        answer: asyncio.Future[Offset | LogUnavailable] = asyncio.get_running_loop().create_future()
        self._source.submit(values, answer.set_result)
        result = await answer
        if isinstance(result, LogUnavailable):
            raise result
        return result

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        """As the port says, with the errors of :meth:`append`."""
        self._source.submit(values, settled)

    async def read(self, *, after: Offset, limit: int) -> Sequence[LogRecord]:
        """As the port says; fewer than ``limit`` also when the records are large. Damage is passed over and reported.

        Raises LogUnavailable when the disk cannot be read.
        """
        after = max(after, BEFORE_FIRST)
        if after >= await self.end():
            return ()
        return await self._in_thread(lambda: self._reader.read(after, limit=limit))

    async def wait(self, *, after: Offset, timeout_seconds: float) -> bool:
        after = max(after, BEFORE_FIRST)
        deadline = time.monotonic() + timeout_seconds
        while True:
            self._check_open()
            with _trouble():
                seen = self._source.durable()
                if self._reader.end() > after:
                    return True
                left_seconds = deadline - time.monotonic()
                if left_seconds <= 0:
                    return False
                await self._source.changed(seen, timeout_seconds=left_seconds)

    async def end(self) -> Offset:
        self._check_open()
        with _trouble():
            return self._reader.end()

    async def committed(self, consumer: str) -> Offset:
        self._check_open()
        with _trouble():
            return self._offsets.load(consumer)

    async def commit(self, consumer: str, offset: Offset) -> None:
        """As the port says. On the disk when it returns; raises LogUnavailable if not."""
        await self._in_thread(lambda: self._offsets.save(consumer, offset))

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await self._source.close()
        await asyncio.to_thread(self._thread.shutdown)
        self._let_go()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        self._check_open()
        with _trouble():
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _check_open(self) -> None:
        if self._is_closed:
            raise LogUnavailable("the event log is closed")


@contextlib.contextmanager
def _trouble() -> Iterator[None]:
    """What the operating system says, as the port says it."""
    try:
        yield
    except OSError as error:
        raise LogUnavailable(f"the event log's disk: {error}") from error


def _lock(files: Files, directory: Path, *, timeout_seconds: float) -> int:
    """Held for as long as the file is open, and released by the system when the process ends in whatever way."""
    fd = files.open(directory / "lock", os.O_RDWR | os.O_CREAT)
    try:
        _wait_for_lock(files, fd, directory, timeout_seconds=timeout_seconds)
    except BaseException:
        close_quietly(files, fd)
        raise
    with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
        files.truncate(fd, 0)
        files.pwrite(fd, b"%d\n" % os.getpid(), 0)
    return fd


def _wait_for_lock(files: Files, fd: int, directory: Path, *, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            files.lock(fd)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LogLocked(
                    f"process {_holder(files, fd)} is already the writer of {directory}: stop it, or give this one a "
                    "partition of its own"
                ) from None
        time.sleep(_LOCK_LOOK_SECONDS)


def _holder(files: Files, lock: int) -> str:
    """The process id that the writer left in the file, for a person to read."""
    try:
        return files.pread(lock, _MAX_PID_DIGITS, 0).decode("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
