"""Real files, real processes, real kill -9."""

import asyncio
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from server.eventlog.errors import LogLocked
from server.eventlog.log import FileEventLog
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogRecord
from tests.unit.eventlog.logs import read_all, values

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
KILLS = 8


@contextmanager
def an_appender(
    directory: Path, *, run: int, tasks: int, count: int, segment_bytes: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """A writer process that is ready; killed at the end if it still runs."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.unit.eventlog.appender"),
            *(str(directory), str(run), str(tasks), str(count), str(segment_bytes)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        process.stdout.close()


def test_what_a_killed_writer_acknowledged_is_read_back_and_nothing_else(tmp_path: Path) -> None:
    seed = Random().randrange(2**32)  # noqa: S311
    logging.getLogger(__name__).warning("seed %d", seed)
    random = Random(seed)  # noqa: S311
    tasks = 8
    acknowledged: dict[int, bytes] = {}
    seen: dict[int, bytes] = {}

    async def tail(reader: FileEventLog) -> None:
        for record in await read_all(reader, after=Offset(max(seen, default=BEFORE_FIRST))):
            seen[record.offset] = record.value

    async def scenario() -> None:
        reader = FileEventLog.open_reader(tmp_path)
        for run in range(KILLS):
            with an_appender(tmp_path, run=run, tasks=tasks, count=1_000_000, segment_bytes=50_000) as process:
                assert process.stdout is not None
                for _ in range(random.randrange(300)):
                    remember(process.stdout.readline())
                    if random.random() < 0.05:
                        await tail(reader)
                process.kill()
                for line in process.stdout.read().splitlines(keepends=True):
                    remember(line)
        await tail(reader)
        await reader.close()

        log = FileEventLog.open_writer(tmp_path)
        found = dict(await read_all(log))
        assert acknowledged.items() <= found.items()
        assert seen.items() <= found.items()
        assert list(found) == list(range(len(found)))
        assert log.damage == ()
        assert_only_what_was_offered(list(found.values()))
        await log.close()

    def remember(line: bytes) -> None:
        if line.endswith(b"\n"):
            offset, value = line.split()
            acknowledged[int(offset)] = value

    def assert_only_what_was_offered(found: list[bytes]) -> None:
        """Beyond what was acknowledged: of each task at most the one append that it was waiting for."""
        last: dict[tuple[int, int], int] = {}
        for value in acknowledged.values():
            run, task, number = map(int, value.split(b"-"))
            last[run, task] = max(number, last.get((run, task), -1))
        for value in found:
            if value.startswith(b"filler"):
                continue
            name = re.fullmatch(rb"(\d+)-(\d+)-(\d+)", value)
            assert name is not None
            run, task, number = map(int, name.groups())
            assert number <= last.get((run, task), -1) + 1
        named = [value for value in found if not value.startswith(b"filler")]
        assert len(named) == len(set(named))

    asyncio.run(scenario())
    assert len(acknowledged) > KILLS


def test_a_reader_in_another_process_gets_everything_in_order_while_the_writer_rolls(tmp_path: Path) -> None:
    tasks, count = 4, 500

    async def scenario() -> None:
        reader = FileEventLog.open_reader(tmp_path)
        found: list[LogRecord] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(not record.value.startswith(b"filler") for record in found) < tasks * count:
                after = found[-1].offset if found else BEFORE_FIRST
                assert await reader.wait(after=after, timeout_seconds=PATIENCE_SECONDS)
                found += await reader.read(after=after, limit=50)

        assert [record.offset for record in found] == list(range(len(found)))
        for task in range(tasks):
            numbers = [value for value in values(found) if value.startswith(b"0-%d-" % task)]
            assert numbers == [b"0-%d-%d" % (task, number) for number in range(count)]
        assert reader.damage == ()
        await reader.close()

    with an_appender(tmp_path, run=0, tasks=tasks, count=count, segment_bytes=100_000) as process:
        assert process.stdout is not None
        # Its answers are not of interest here; but a full pipe would stop it.
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        asyncio.run(scenario())
        assert process.wait(PATIENCE_SECONDS) == 0
        assert drain.wait(PATIENCE_SECONDS) == 0
    assert len(list(tmp_path.glob("*.log"))) > 10


def test_the_writers_lock_ends_with_its_process(tmp_path: Path) -> None:
    with an_appender(tmp_path, run=0, tasks=1, count=1_000_000, segment_bytes=1_000_000) as process:
        with pytest.raises(LogLocked, match=f"process {process.pid} is already the writer"):
            FileEventLog.open_writer(tmp_path)
        process.kill()
        process.wait(PATIENCE_SECONDS)

        log = FileEventLog.open_writer(tmp_path)

    asyncio.run(log.close())


def test_a_write_that_the_kernel_cuts_short_is_put_right(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "tests.unit.eventlog.limited", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert process.returncode == 0, process.stderr
    assert process.stdout.count("File too large") == 3

    async def scenario() -> None:
        log = FileEventLog.open_writer(tmp_path)
        assert values(await read_all(log)) == [b"before" * 1000, b"small", b"after" * 1000]
        await log.close()

    asyncio.run(scenario())


def test_the_next_writer_waits_until_the_one_before_lets_go(tmp_path: Path) -> None:
    async def scenario() -> None:
        first = FileEventLog.open_writer(tmp_path)
        await first.append([b"first"])
        opening = asyncio.create_task(
            asyncio.to_thread(FileEventLog.open_writer, tmp_path, lock_timeout_seconds=PATIENCE_SECONDS)
        )
        await asyncio.sleep(0)
        assert not opening.done()

        await first.close()

        second = await opening
        assert await second.append([b"second"]) == 1
        await second.close()

    asyncio.run(scenario())
