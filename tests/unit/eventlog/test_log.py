import asyncio
import threading
from pathlib import Path

import pytest

from server.eventlog.errors import LogLocked, ReadOnlyLog
from server.eventlog.log import FileEventLog
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import a_reader, a_writer, read_all, values

PATIENCE_SECONDS = 30.0


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    async def scenario() -> None:
        log = FileEventLog.open_writer(tmp_path)

        with pytest.raises(LogLocked, match=r"process \d+ is already the writer of .*: stop it, or give this one"):
            FileEventLog.open_writer(tmp_path)

        await log.append([b"undisturbed"])
        await log.close()
        again = FileEventLog.open_writer(tmp_path)
        assert values(await read_all(again)) == [b"undisturbed"]
        await again.close()

    asyncio.run(scenario())


def test_a_writer_makes_its_directory_for_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "log" / "received" / "0"

    async def scenario() -> None:
        log = FileEventLog.open_writer(directory)
        await log.append([b"personal"])
        await log.commit("lake", Offset(0))
        await log.close()

    asyncio.run(scenario())

    paths = [path for path in tmp_path.rglob("*") if path != tmp_path]
    assert {path.name for path in directory.iterdir()} == {"00000000000000000000.open", "durable", "lock", "offsets"}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}


def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LogUnavailable, match="disk"):
        FileEventLog.open_writer(tmp_path / "file" / "0")


def test_a_reader_refuses_to_append() -> None:
    async def scenario() -> None:
        reader = a_reader(FakeDisk())

        with pytest.raises(ReadOnlyLog, match="opened for reading"):
            await reader.append([b"x"])

        await reader.close()

    asyncio.run(scenario())


def test_a_reader_touches_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        reader = FileEventLog.open_reader(tmp_path / "later")
        assert await reader.end() == BEFORE_FIRST
        assert list(await reader.read(after=BEFORE_FIRST, limit=10)) == []
        assert await reader.committed("lake") == BEFORE_FIRST
        assert not await reader.wait(after=BEFORE_FIRST, timeout_seconds=0.0)
        await reader.close()

    asyncio.run(scenario())

    assert list(tmp_path.iterdir()) == []


def test_a_reader_opened_first_sees_the_writer_that_comes_later() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        reader = a_reader(disk)
        waiting = asyncio.create_task(reader.wait(after=BEFORE_FIRST, timeout_seconds=PATIENCE_SECONDS))
        await asyncio.sleep(0)
        writer = a_writer(disk)

        await writer.append([b"x"])

        assert await waiting
        assert values(await read_all(reader)) == [b"x"]
        await reader.close()
        await writer.close()

    asyncio.run(scenario())


def test_what_append_answered_is_readable_at_once_by_every_reader() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        writer, reader = a_writer(disk), a_reader(disk)
        for number in range(20):
            last = await writer.append([b"%d" % number])

            assert await writer.end() == await reader.end() == last
            assert values(await reader.read(after=Offset(last - 1), limit=9)) == [b"%d" % number]
        await reader.close()
        await writer.close()

    asyncio.run(scenario())


def test_commits_are_seen_by_other_objects_at_once() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        writer, reader = a_writer(disk), a_reader(disk)
        await writer.append([b"x", b"y"])

        await reader.commit("lake", Offset(1))

        assert await writer.committed("lake") == 1
        await reader.close()
        await writer.close()

    asyncio.run(scenario())


def test_a_commit_that_the_disk_refuses_is_unavailable_and_leaves_the_old() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        await log.commit("lake", Offset(1))
        disk.fail_every("pwrite", Fault.IO_ERROR)

        with pytest.raises(LogUnavailable, match="injected"):
            await log.commit("lake", Offset(2))

        assert await log.committed("lake") == 1
        await log.close()

    asyncio.run(scenario())


def test_a_failed_opening_leaves_nothing_locked_or_open() -> None:
    number = 0
    while True:
        disk = FakeDisk()
        asyncio.run(a_writer(disk).close())
        disk.fail_call(number, Fault.IO_ERROR)
        try:
            log = a_writer(disk)
        except LogUnavailable:
            assert disk.open_files == 0
        else:
            if len(disk.calls) <= number:
                break
        disk.repair()
        number += 1
        if number > 60:
            break

    assert 10 < number <= 60
    asyncio.run(log.close())


def test_reading_and_committing_never_block_the_event_loop() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        await log.append([b"x"])
        loop_thread = threading.get_ident()
        threads: set[int] = set()

        def record_thread(name: str, _number: int) -> Fault | None:
            if name in ("names", "pwrite", "sync", "rename"):
                threads.add(threading.get_ident())
            return None

        disk.fault_at = record_thread
        await read_all(log)
        await log.commit("lake", Offset(0))
        await log.append([b"y"])

        assert threads
        assert loop_thread not in threads
        await log.close()

    asyncio.run(scenario())


def test_waiting_in_the_writers_process_asks_the_disk_for_nothing() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        calls = len(disk.calls)

        assert not await log.wait(after=BEFORE_FIRST, timeout_seconds=0.05)

        assert len(disk.calls) == calls
        await log.close()

    asyncio.run(scenario())
