"""The event log beside two other ways to make an append durable.

    python -m bench.eventlog [--rounds 5] [--seconds 1] [--tasks 1,4,16,64] [--directory DIR]

Tasks in lock-step, each awaiting its append of one event of 1.5 KB before the next. All three run in turn, round after
round, on the same disk; given are medians over the rounds. ``--directory`` should be on the disk that is meant, and not
on a tmpfs, where a sync does nothing.

- *event log*: ``server.eventlog``, a writer thread with group commit, and the end published to readers;
- *prototype*: the least that does the same promise: a writer thread, records of a length, a CRC32C and the value, one
  write and one fdatasync a group. No bounds, no segments, no readers, no recovery. What the event log costs more than
  this is the price of those;
- *inline*: write and fdatasync of each append by itself, on the event loop;
- *sqlite*: a writer thread that inserts all that wait in one transaction; WAL, synchronous=FULL, so that it is durable.

Then two figures of reading: how fast a closed log is read from its first record to its last, and what an idle reader
that waits costs.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import queue
import shutil
import sqlite3
import statistics
import struct
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import uvloop
from google_crc32c import value as crc32c

from server.eventlog.log import FileEventLog
from server.model.outcome import BEFORE_FIRST, Offset

_FRAME = struct.Struct("<II")
_EVENT = os.urandom(1500)
_READ_EVENTS = 200_000
_READ_LIMIT = 1000
_IDLE_SECONDS = 5.0


class Figures(NamedTuple):
    """Of one round."""

    events_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_event: float


class Appender(Protocol):
    async def append(self, values: Sequence[bytes]) -> Offset: ...

    async def close(self) -> None: ...


class Inline:
    """One write and one sync an append."""

    def __init__(self, directory: Path) -> None:
        self._fd = os.open(directory / "inline", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._next = 0

    async def append(self, values: Sequence[bytes]) -> Offset:
        await asyncio.sleep(0)  # in line behind the tasks that came before, as requests are
        os.write(self._fd, b"".join(values))
        os.fdatasync(self._fd)
        self._next += len(values)
        return Offset(self._next - 1)

    async def close(self) -> None:
        os.close(self._fd)


class Prototype:
    """Group commit with nothing around it."""

    def __init__(self, directory: Path) -> None:
        self._fd = os.open(directory / "prototype", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._queue: queue.SimpleQueue[tuple[Sequence[bytes], asyncio.Future[Offset]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    async def append(self, values: Sequence[bytes]) -> Offset:
        answer: asyncio.Future[Offset] = asyncio.get_running_loop().create_future()
        self._queue.put((values, answer))
        return await answer

    async def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        os.close(self._fd)

    def _run(self) -> None:
        following = 0
        while (first := self._queue.get()) is not None:
            group = [first]
            with contextlib.suppress(queue.Empty):
                while (more := self._queue.get_nowait()) is not None:
                    group.append(more)
            parts: list[bytes] = []
            answers = []
            for values, answer in group:
                for value in values:
                    parts += (_FRAME.pack(len(value), crc32c(value)), value)
                following += len(values)
                answers.append((answer, Offset(following - 1)))
            os.write(self._fd, b"".join(parts))
            os.fdatasync(self._fd)
            group[0][1].get_loop().call_soon_threadsafe(_answer, answers)


class Sqlite:
    """Group commit as in the event log, into a table."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "sqlite.db"
        self._queue: queue.SimpleQueue[tuple[Sequence[bytes], asyncio.Future[Offset]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    async def append(self, values: Sequence[bytes]) -> Offset:
        answer: asyncio.Future[Offset] = asyncio.get_running_loop().create_future()
        self._queue.put((values, answer))
        return await answer

    async def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE log (number INTEGER PRIMARY KEY, time INTEGER, value BLOB)")
        following = 0
        while (first := self._queue.get()) is not None:
            group = [first]
            while not self._queue.empty() and (more := self._queue.get()) is not None:
                group.append(more)
            rows = []
            answers = []
            for values, answer in group:
                rows += [(following + index, 0, value) for index, value in enumerate(values)]
                following += len(values)
                answers.append((answer, Offset(following - 1)))
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO log VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            group[0][1].get_loop().call_soon_threadsafe(_answer, answers)
        connection.close()


def _answer(answers: Sequence[tuple[asyncio.Future[Offset], Offset]]) -> None:
    for answer, offset in answers:
        answer.set_result(offset)


async def _event_log(directory: Path) -> Appender:
    return FileEventLog.open_writer(directory)


async def _prototype(directory: Path) -> Appender:
    return Prototype(directory)


async def _inline(directory: Path) -> Appender:
    return Inline(directory)


async def _sqlite(directory: Path) -> Appender:
    return Sqlite(directory)


CANDIDATES: dict[str, Callable[[Path], Awaitable[Appender]]] = {
    "event log": _event_log,
    "prototype": _prototype,
    "inline": _inline,
    "sqlite": _sqlite,
}


async def measure(
    open_appender: Callable[[Path], Awaitable[Appender]], *, parent: Path, tasks: int, seconds: float
) -> Figures:
    directory = Path(tempfile.mkdtemp(dir=parent))
    appender = await open_appender(directory)
    await appender.append([_EVENT])
    latencies: list[float] = []
    stop = time.perf_counter() + seconds

    async def append_until_the_end() -> None:
        before = time.perf_counter()
        while before < stop:
            await appender.append([_EVENT])
            after = time.perf_counter()
            latencies.append(after - before)
            before = after

    cpu, wall = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(append_until_the_end())
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await appender.close()
    shutil.rmtree(directory)
    latencies.sort()
    return Figures(
        events_per_second=len(latencies) / wall,
        p50_ms=latencies[len(latencies) // 2] * 1e3,
        p99_ms=latencies[len(latencies) * 99 // 100] * 1e3,
        cpu_us_per_event=cpu / len(latencies) * 1e6,
    )


def compare_appends(parent: Path, *, tasks: int, rounds: int, seconds: float) -> None:
    found: dict[str, list[Figures]] = {name: [] for name in CANDIDATES}
    for _ in range(rounds):
        for name, open_appender in CANDIDATES.items():
            found[name].append(uvloop.run(measure(open_appender, parent=parent, tasks=tasks, seconds=seconds)))
    floor = [figure.cpu_us_per_event for figure in found["prototype"]]
    for name, figures in found.items():
        middle = Figures(*(statistics.median(column) for column in zip(*figures, strict=True)))
        ratio = statistics.median(figure.cpu_us_per_event / of for figure, of in zip(figures, floor, strict=True))
        rates = [figure.events_per_second for figure in figures]
        print(
            f"| {tasks} | {name} | {middle.events_per_second:,.0f} ({min(rates):,.0f}-{max(rates):,.0f}) "
            f"| {middle.p50_ms:.2f} / {middle.p99_ms:.2f} | {middle.cpu_us_per_event:.1f} "
            f"({ratio:.2f} x) |"
        )


async def measure_reading(parent: Path) -> None:
    directory = Path(tempfile.mkdtemp(dir=parent))
    log = FileEventLog.open_writer(directory)
    for _ in range(_READ_EVENTS // 1000):
        await log.append([_EVENT] * 1000)
    await log.close()
    before = time.perf_counter()
    log = FileEventLog.open_writer(directory)
    opening = time.perf_counter() - before
    await log.close()

    reader = FileEventLog.open_reader(directory)
    cpu, wall = time.process_time(), time.perf_counter()
    after = BEFORE_FIRST
    while records := await reader.read(after=after, limit=_READ_LIMIT):
        after = records[-1].offset
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"opening a log whose last segment is {_last_segment_bytes(directory) / 1e6:.0f} MB: {opening * 1e3:.0f} ms")
    print(
        f"reading {after + 1:,} events in readings of {_READ_LIMIT:,}: {(after + 1) / wall:,.0f} events/s, "
        f"{cpu / (after + 1) * 1e6:.2f} us CPU an event"
    )
    cpu = time.process_time()
    await reader.wait(after=after, timeout_seconds=_IDLE_SECONDS)
    print(f"an idle reader: {(time.process_time() - cpu) / _IDLE_SECONDS * 100:.2f} % of a core")
    await reader.close()
    shutil.rmtree(directory)


def _last_segment_bytes(directory: Path) -> int:
    return max(directory.glob("0*"), key=lambda path: path.name).stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--tasks", default="1,4,16,64")
    parser.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    print(f"{platform.machine()}, kernel {platform.release()}, Python {platform.python_version()}")
    print(f"load before {os.getloadavg()[0]:.1f}")
    print("| tasks | | events/s (range) | p50 / p99 ms | CPU us an event (x prototype) |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=given.directory) as parent:
        for tasks in given.tasks.split(","):
            compare_appends(Path(parent), tasks=int(tasks), rounds=given.rounds, seconds=given.seconds)
        uvloop.run(measure_reading(Path(parent)))
    print(f"load afterwards {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
