"""One call to the operating system fails: the first, the second, each in turn. No acknowledged value is lost by any."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from server.eventlog.log import FileEventLog
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import a_reader, a_writer, read_all

# More than the calls of the workload below; it ends earlier, and says so if it does not.
MAX_CALLS = 1000


class Workload:
    """Appends over several segments, reads, commits, closes, opens again; remembers what it was promised and shown."""

    def __init__(self, disk: FakeDisk) -> None:
        self.disk = disk
        self.acknowledged: dict[Offset, bytes] = {}
        self.refused: set[bytes] = set()
        self.seen: dict[Offset, bytes] = {}
        self.committed = BEFORE_FIRST
        self.count = 0

    async def run(self) -> None:
        reader = a_reader(self.disk)
        for _ in range(2):
            try:
                writer = a_writer(self.disk)
            except LogUnavailable:
                continue
            for size in (1, 3, 2, 1, 4):
                await self.append(writer, [self.value() for _ in range(size)])
                await self.tail(reader)
            await asyncio.gather(*(self.append(writer, [self.value()]) for _ in range(4)))
            await self.commit(reader)
            await writer.close()
        await self.tail(reader)
        await reader.close()

    def value(self) -> bytes:
        self.count += 1
        return b"value %d" % self.count

    async def append(self, log: FileEventLog, values: list[bytes]) -> None:
        try:
            last = await log.append(values)
        except LogUnavailable:
            self.refused.update(values)
            return
        first = last - len(values) + 1
        self.acknowledged |= {Offset(first + index): value for index, value in enumerate(values)}

    async def tail(self, reader: FileEventLog) -> None:
        with contextlib.suppress(LogUnavailable):
            self.seen |= dict(await read_all(reader, after=max(self.seen, default=BEFORE_FIRST), limit=3))

    async def commit(self, reader: FileEventLog) -> None:
        offset = max(self.acknowledged, default=BEFORE_FIRST)
        try:
            await reader.commit("lake", offset)
        except LogUnavailable:
            return
        self.committed = offset


def each_call(fault: Fault) -> Iterator[Workload]:
    """The workload, done, once for each of its calls with this fault in it."""
    for number in range(MAX_CALLS):
        disk = FakeDisk()
        disk.fail_call(number, fault)
        workload = Workload(disk)
        asyncio.run(workload.run())
        if len(disk.calls) <= number:
            assert len(workload.acknowledged) == workload.count == 30
            return
        disk.repair()
        yield workload
    pytest.fail("the workload makes more calls than the test tries")


def found_after_opening(disk: FakeDisk) -> dict[Offset, bytes]:
    async def scenario() -> dict[Offset, bytes]:
        log, reader = a_writer(disk), a_reader(disk)
        found = dict(await read_all(log))
        assert dict(await read_all(reader)) == found
        await log.append([b"one more"])
        await reader.close()
        await log.close()
        return found

    return asyncio.run(scenario())


def committed(disk: FakeDisk) -> Offset:
    return asyncio.run(a_reader(disk).committed("lake"))


@pytest.mark.parametrize("fault", [Fault.IO_ERROR, Fault.DISK_FULL, Fault.SHORT_WRITE])
def test_with_any_call_failing_what_was_acknowledged_is_read_back_and_what_was_refused_is_not(fault: Fault) -> None:
    for workload in each_call(fault):
        found = found_after_opening(workload.disk)

        assert found == workload.acknowledged
        assert workload.seen.items() <= found.items()
        assert committed(workload.disk) >= workload.committed


@pytest.mark.parametrize("fault", [Fault.IO_ERROR, Fault.DISK_FULL])
def test_with_any_call_failing_and_then_the_power_nothing_acknowledged_or_seen_is_lost(fault: Fault) -> None:
    for number, workload in enumerate(each_call(fault)):
        disk = workload.disk.after_power_cut(number)

        found = found_after_opening(disk)

        assert workload.acknowledged.items() <= found.items()
        assert workload.seen.items() <= found.items()
        assert set(found.values()) - set(workload.acknowledged.values()) <= workload.refused
        assert committed(disk) >= workload.committed


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_power_cut_at_any_call_loses_nothing_acknowledged_or_seen(seed: int) -> None:
    for number, workload in enumerate(each_call(Fault.POWER_CUT)):
        disk = workload.disk.after_power_cut(seed * 1000 + number)

        found = found_after_opening(disk)

        assert workload.acknowledged.items() <= found.items()
        assert workload.seen.items() <= found.items()
        assert set(found.values()) - set(workload.acknowledged.values()) <= workload.refused
        assert committed(disk) >= workload.committed


def test_a_kill_at_any_call_loses_nothing_acknowledged_or_seen() -> None:
    for workload in each_call(Fault.POWER_CUT):
        found = found_after_opening(workload.disk.after_kill())

        assert workload.acknowledged.items() <= found.items()
        assert workload.seen.items() <= found.items()


class FillsUp:
    """A disk with room for so many calls that need room; then none, until it is emptied."""

    def __init__(self, disk: FakeDisk, *, calls: int) -> None:
        self._left = calls
        self.was_full = False
        disk.fault_at = self._fault_at

    def _fault_at(self, name: str, _number: int) -> Fault | None:
        if name not in NEEDS_ROOM:
            return None
        self._left -= 1
        self.was_full |= self._left < 0
        return Fault.DISK_FULL if self._left < 0 else None


# What a disk without room refuses: files and their growth, new names.
NEEDS_ROOM = frozenset({"open", "pwrite", "sync", "rename", "make_directory"})


def each_full_disk() -> Iterator[Workload]:
    """The workload, done, once for each call at which the disk may become full and stay so."""
    for calls in range(MAX_CALLS):
        workload = Workload(FakeDisk())
        full = FillsUp(workload.disk, calls=calls)
        asyncio.run(workload.run())
        if not full.was_full:
            return
        workload.disk.repair()
        yield workload
    pytest.fail("the workload makes more calls than the test tries")


def test_a_disk_that_is_full_from_any_call_on_stores_what_it_acknowledged_and_nothing_it_refused() -> None:
    for workload in each_full_disk():
        found = found_after_opening(workload.disk)

        assert found == workload.acknowledged
        assert workload.seen.items() <= found.items()
        assert committed(workload.disk) >= workload.committed


@pytest.mark.parametrize("is_killed", [False, True], ids=["stopped", "killed"])
def test_a_writer_goes_on_when_a_full_disk_has_room_again(*, is_killed: bool) -> None:
    """Full at the first, second, … call that needs room, while it is open: it must not need to be started again."""

    async def scenario(calls: int) -> bool:
        disk = FakeDisk()
        workload = Workload(disk)
        writer = a_writer(disk)
        full = FillsUp(disk, calls=calls)
        for _ in range(12):
            await workload.append(writer, [workload.value()])
        disk.repair()
        for _ in range(3):
            await workload.append(writer, [b"after %d" % calls])
        after = sorted(workload.acknowledged)[-3:]
        assert [workload.acknowledged[offset] for offset in after] == [b"after %d" % calls] * 3
        assert dict(await read_all(writer)) == workload.acknowledged
        found = disk.after_kill() if is_killed else disk
        await writer.close()
        again = a_writer(found)
        assert dict(await read_all(again)) == workload.acknowledged
        await again.close()
        return full.was_full

    for calls in range(MAX_CALLS):
        if not asyncio.run(scenario(calls)):
            assert calls > 30
            return
    pytest.fail("the writer makes more calls than the test tries")
