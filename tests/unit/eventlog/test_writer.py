import asyncio
import logging
import threading

import pytest

from server.eventlog.log import FileEventLog
from server.eventlog.record import MAX_VALUE_BYTES, RECORD_HEADER_BYTES
from server.eventlog.retention import Retention
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES
from server.eventlog.writer import WriterLimits
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION, a_reader, a_writer, read_all, values

PATIENCE_SECONDS = 30.0


class Hold:
    """Makes calls of one name wait until :meth:`release`."""

    def __init__(self, disk: FakeDisk, name: str) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()
        self._name = name
        disk.before_call = self._before_call

    async def reached(self) -> None:
        """Return when the first call waits."""
        assert await asyncio.to_thread(self._reached.wait, PATIENCE_SECONDS)

    def release(self) -> None:
        self._released.set()

    def _before_call(self, name: str) -> None:
        if name == self._name:
            self._reached.set()
            self._released.wait(PATIENCE_SECONDS)


def segments(disk: FakeDisk) -> list[str]:
    return sorted(name for name in disk.files(PARTITION) if name.endswith((OPEN, SEALED)))


async def some_turns() -> None:
    """Let every task that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_what_comes_during_a_sync_is_written_with_one_more() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits())
        await log.append([b"the first makes the segment"])
        before = disk.calls.count("sync")
        hold = Hold(disk, "sync")
        first = asyncio.create_task(log.append([b"alone"]))
        await hold.reached()
        others = [asyncio.create_task(log.append([b"%d" % number])) for number in range(50)]
        await some_turns()

        hold.release()

        assert await first == 1
        assert await asyncio.gather(*others) == list(range(2, 52))
        assert disk.calls.count("sync") - before == 2
        await log.close()

    asyncio.run(scenario())


def test_what_comes_turn_by_turn_is_one_group() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits())
        await log.append([b"the first makes the segment"])
        before = disk.calls.count("sync")
        hold = Hold(disk, "pwrite")
        appends = []
        for number in range(5):
            appends.append(asyncio.create_task(log.append([b"%d" % number])))
            await asyncio.sleep(0)
        await hold.reached()

        hold.release()

        assert await asyncio.gather(*appends) == [1, 2, 3, 4, 5]
        assert disk.calls.count("sync") - before == 1
        await log.close()

    asyncio.run(scenario())


def test_who_comes_every_turn_holds_nobody_up() -> None:
    async def scenario() -> None:
        log = a_writer(FakeDisk(), limits=WriterLimits())
        first = asyncio.create_task(log.append([b"first"]))
        others = []
        while not first.done():
            others.append(asyncio.create_task(log.append([b"x" * 1_000])))
            await asyncio.sleep(0)

        assert await first == 0
        await asyncio.gather(*others, return_exceptions=True)
        await log.close()

    asyncio.run(scenario())


def test_nothing_is_answered_or_readable_before_it_is_synced() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = a_writer(disk), a_reader(disk)
        await log.append([b"before"])
        hold = Hold(disk, "sync")
        append = asyncio.create_task(log.append([b"unsynced"]))
        await hold.reached()

        assert b"unsynced" in b"".join(disk.files(PARTITION).values())
        assert not append.done()
        assert await log.end() == await reader.end() == 0
        assert values(await read_all(reader)) == values(await read_all(log)) == [b"before"]

        hold.release()
        await append
        assert values(await read_all(reader)) == [b"before", b"unsynced"]
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_segments_are_sealed_by_their_size_and_named_by_their_first_offset() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        record = RECORD_HEADER_BYTES + 10
        log = a_writer(disk, limits=WriterLimits(segment_bytes=SEGMENT_HEADER_BYTES + 3 * record))
        for number in range(7):
            await log.append([b"%010d" % number])

        assert segments(disk) == [
            "00000000000000000000.log",
            "00000000000000000003.log",
            "00000000000000000006.open",
        ]
        assert len(disk.files(PARTITION)["00000000000000000000.log"]) == SEGMENT_HEADER_BYTES + 3 * record
        await log.close()

    asyncio.run(scenario())


def test_one_append_is_never_split_even_if_it_exceeds_a_segment() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits(segment_bytes=100))
        await log.append([b"x" * 50] * 5)
        await log.append([b"y"])

        assert segments(disk) == ["00000000000000000000.log", "00000000000000000005.open"]
        assert len(await read_all(log)) == 6
        await log.close()

    asyncio.run(scenario())


def test_appends_beyond_the_waiting_bytes_are_refused_and_room_comes_back() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        size = RECORD_HEADER_BYTES + 100
        log = a_writer(disk, limits=WriterLimits(waiting_bytes=3 * size))
        hold = Hold(disk, "pwrite")
        waiting = [asyncio.create_task(log.append([b"x" * 100])) for _ in range(3)]
        await some_turns()

        with pytest.raises(LogUnavailable, match=f"3 appends, {3 * size} bytes already wait"):
            await log.append([b"x"])

        hold.release()
        await asyncio.gather(*waiting)
        assert await log.append([b"x"]) == 3
        await log.close()

    asyncio.run(scenario())


def test_appends_beyond_the_waiting_count_are_refused() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits(waiting_appends=2))
        hold = Hold(disk, "pwrite")
        waiting = [asyncio.create_task(log.append([b"x"])) for _ in range(2)]
        await some_turns()

        with pytest.raises(LogUnavailable, match="2 appends"):
            await log.append([b"x"])

        hold.release()
        await asyncio.gather(*waiting)
        await log.close()

    asyncio.run(scenario())


def test_room_comes_back_after_failures_and_cancellations() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits(waiting_appends=3))
        hold = Hold(disk, "pwrite")
        *leaving, staying = [asyncio.create_task(log.append([b"x"])) for _ in range(3)]
        await some_turns()
        for task in leaving:
            task.cancel()
        hold.release()
        assert await staying == 2
        disk.fail_every("pwrite", Fault.DISK_FULL)
        for _ in range(5):
            with pytest.raises(LogUnavailable, match="injected"):
                await log.append([b"x"])
        disk.repair()

        assert len(await asyncio.gather(*(log.append([b"x"]) for _ in range(3)))) == 3
        await log.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (bytes(MAX_VALUE_BYTES + 1), ValueError, "at most 16777216 fit in a record"),
        ("text", TypeError, "holds bytes, not str"),
        (bytearray(b"x"), TypeError, "holds bytes, not bytearray"),
    ],
    ids=["too large", "text", "bytearray"],
)
def test_a_value_that_never_fits_is_a_mistake_and_stores_nothing(
    value: bytes, error: type[Exception], text: str
) -> None:
    async def scenario() -> None:
        log = a_writer(FakeDisk())

        with pytest.raises(error, match=text):
            await log.append([b"good", value])

        assert await log.end() == BEFORE_FIRST
        await log.close()

    asyncio.run(scenario())


def test_an_append_that_never_fits_is_a_mistake() -> None:
    async def scenario() -> None:
        log = a_writer(FakeDisk(), limits=WriterLimits(waiting_bytes=100))

        with pytest.raises(ValueError, match="append in parts"):
            await log.append([b"x" * 40, b"x" * 40])

        await log.close()

    asyncio.run(scenario())


def test_a_full_disk_refuses_and_space_heals_in_the_same_segment() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = a_writer(disk), a_reader(disk)
        await log.append([b"before"])
        disk.fail_every("pwrite", Fault.DISK_FULL)

        with pytest.raises(LogUnavailable, match="injected"):
            await log.append([b"refused"])

        disk.repair()
        assert await log.append([b"after"]) == 1
        assert values(await read_all(reader)) == [b"before", b"after"]
        assert segments(disk) == ["00000000000000000000.open"]
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_a_failed_sync_is_never_called_good() -> None:
    """Linux reports a failed write-back once: syncing again would say yes to what is lost."""

    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        await log.append([b"before"])
        disk.fail_call(1, Fault.IO_ERROR)  # pwrite, then the sync

        with pytest.raises(LogUnavailable):
            await log.append([b"refused"])

        assert await log.append([b"after"]) == 1
        assert segments(disk) == ["00000000000000000000.log", "00000000000000000001.open"]
        await log.close()
        for seed in range(10):
            again = a_writer(disk.after_power_cut(seed))
            assert values(await read_all(again)) == [b"before", b"after"]
            await again.close()

    asyncio.run(scenario())


def test_what_cannot_be_cut_off_is_never_read() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = a_writer(disk), a_reader(disk)
        await log.append([b"before"])
        disk.fault_at = lambda name, _number: Fault.IO_ERROR if name in ("sync", "truncate") else None

        with pytest.raises(LogUnavailable):
            await log.append([b"refused"])

        disk.repair()
        await log.append([b"after"])
        assert b"refused" in disk.files(PARTITION)["00000000000000000000.log"]
        for each in (reader, log):
            assert list(await read_all(each)) == [(0, b"before"), (1, b"after")]
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_short_writes_are_finished() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        disk.fail_every("pwrite", Fault.SHORT_WRITE)
        log = a_writer(disk)

        await log.append([b"a value that is taken in many parts"])

        assert values(await read_all(log)) == [b"a value that is taken in many parts"]
        await log.close()

    asyncio.run(scenario())


def test_readers_hear_of_records_whose_publishing_failed_without_a_further_append() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = a_writer(disk), a_reader(disk)
        await log.append([b"before"])
        disk.fail_call(2, Fault.DISK_FULL)  # pwrite, sync, then the publishing

        assert await log.append([b"durable all the same"]) == 1

        assert await log.end() == 1
        assert await reader.wait(after=Offset(0), timeout_seconds=PATIENCE_SECONDS)
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_going_and_coming_back_is_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        await log.append([b"x"])
        disk.fail_every("pwrite", Fault.DISK_FULL)
        for _ in range(3):
            with pytest.raises(LogUnavailable):
                await log.append([b"x"])
        disk.repair()
        for _ in range(3):
            await log.append([b"x"])
        await log.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())

    assert [message.split()[0] for message in caplog.messages] == [
        "event_log_unavailable",
        "event_log_available_again",
    ]


def test_a_mistake_of_ours_in_the_thread_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk)
        await log.append([b"before"])

        def broken(name: str, _number: int) -> Fault | None:
            if name == "sync":
                raise ZeroDivisionError
            return None

        disk.fault_at = broken
        with pytest.raises(LogUnavailable) as refusal:
            await log.append([b"refused"])
        assert isinstance(refusal.value.__cause__, ZeroDivisionError)

        disk.repair()
        await log.append([b"after"])
        assert values(await read_all(log)) == [b"before", b"after"]
        await log.close()

    asyncio.run(scenario())
    assert "event_log_writer_failed" in caplog.text


def test_a_log_whose_event_loop_has_gone_can_still_be_closed_by_another() -> None:
    disk = FakeDisk()
    log = a_writer(disk)
    hold = Hold(disk, "sync")

    async def leave() -> None:
        append = asyncio.create_task(log.append([b"nobody waits"]))
        await some_turns()
        assert not append.done()

    asyncio.run(leave())
    hold.release()
    asyncio.run(log.close())

    assert b"nobody waits" in b"".join(disk.files(PARTITION).values())


def test_without_room_appends_are_refused_without_touching_the_disk_until_room_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        limits, retention = WriterLimits(idle_seconds=0.001), Retention(consumers=("lake",), reserve_bytes=1000)
        log = a_writer(disk, limits=limits, retention=retention)
        await log.append([b"before"])
        disk.free_bytes = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await is_taken(log, b"too early"):
                pass

        written = disk.calls.count("pwrite")
        with pytest.raises(LogUnavailable, match="takes nothing just now: fewer than the 1000 bytes of the reserve"):
            await log.append([b"refused"])
        assert disk.calls.count("pwrite") == written

        disk.free_bytes = 10_000
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await is_taken(log, b"after"):
                pass
        found = values(await read_all(log))
        assert (found[0], found[-1]) == (b"before", b"after")
        assert b"refused" not in found
        await log.close()

    asyncio.run(scenario())
    assert [message.split()[0] for message in caplog.messages] == ["event_log_unavailable", "event_log_available_again"]


async def is_taken(log: FileEventLog, value: bytes) -> bool:
    try:
        await log.append([value])
    except LogUnavailable:
        await asyncio.sleep(0)
        return False
    return True


def test_a_disk_that_becomes_full_while_nothing_comes_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        is_asked = threading.Event()
        log = a_writer(disk, limits=WriterLimits(idle_seconds=0.001), retention=Retention(reserve_bytes=1000))
        disk.free_bytes = 0
        disk.fault_at = lambda name, _number: is_asked.set() if name == "free" else None

        assert await asyncio.to_thread(is_asked.wait, PATIENCE_SECONDS)
        await log.close()

    asyncio.run(scenario())
    assert [message.split()[0] for message in caplog.messages] == ["event_log_unavailable"]


def test_a_mistake_of_ours_while_nothing_comes_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        has_failed = threading.Event()

        def broken(name: str, _number: int) -> Fault | None:
            if name == "free":
                has_failed.set()
                raise ZeroDivisionError
            return None

        log = a_writer(disk, limits=WriterLimits(idle_seconds=0.001), retention=Retention(reserve_bytes=1))
        disk.fault_at = broken
        assert await asyncio.to_thread(has_failed.wait, PATIENCE_SECONDS)
        disk.repair()

        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await log.append([b"after"]) == 0
        await log.close()

    asyncio.run(scenario())
    assert "event_log_writer_failed" in caplog.text
