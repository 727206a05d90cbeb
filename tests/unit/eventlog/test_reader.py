import asyncio
import logging
from collections.abc import Sequence

import pytest

from server.eventlog.damage import Damage, DamageReport
from server.eventlog.durable import Durable
from server.eventlog.log import FileEventLog
from server.eventlog.reader import Reader
from server.eventlog.record import encode_records
from server.eventlog.segment import (
    OPEN,
    SEALED,
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    encode_segment_header,
    segment_path,
)
from server.eventlog.writer import WriterLimits
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION, SMALL_SEGMENT_BYTES, a_reader, a_writer, read_all, values


async def a_log(disk: FakeDisk, count: int, *, size: int = 10) -> FileEventLog:
    """A writer that has appended ``count`` values of ``size`` bytes, four to a segment if they are of ten."""
    log = a_writer(disk)
    for number in range(count):
        await log.append([b"%0*d" % (size, number)])
    return log


def put_segment(disk: FakeDisk, first: int, *, contents: Sequence[bytes], suffix: str = SEALED) -> None:
    """A segment's file, whole and on the disk."""
    path = segment_path(PARTITION, Offset(first), suffix=suffix)
    salt = 1000 + first
    content = encode_segment_header(SegmentHeader(salt, Offset(first), 0))
    for index, value in enumerate(contents):
        content += encode_records([value], salt=salt, first=first + index, time_ms=0)
    disk.create(path)
    disk.overwrite(path, content)


def a_plain_reader(disk: FakeDisk, durable: Durable) -> tuple[Reader, DamageReport]:
    damage = DamageReport()
    return Reader(disk, PARTITION, durable=lambda: durable, damage=damage), damage


def a_bare_disk() -> FakeDisk:
    disk = FakeDisk()
    disk.make_directory(PARTITION)
    return disk


def test_reading_goes_over_segment_boundaries_whatever_the_limit() -> None:
    async def scenario() -> None:
        log = await a_log(FakeDisk(), 11)
        for limit in range(1, 13):
            for after in range(-1, 11):
                found = await log.read(after=Offset(after), limit=limit)
                assert [record.offset for record in found] == list(range(after + 1, min(after + 1 + limit, 11)))
        await log.close()

    asyncio.run(scenario())


def test_a_reading_is_bounded_in_bytes_but_gives_one_record_at_least() -> None:
    disk = a_bare_disk()
    put_segment(disk, 0, contents=[b"a" * 5_000_000, b"b" * 5_000_000, b"c", b"d" * 16_000_000])
    reader, _damage = a_plain_reader(disk, Durable(4, 0, 4))

    assert [record.offset for record in reader.read(BEFORE_FIRST, limit=100)] == [0, 1]
    assert [record.offset for record in reader.read(Offset(1), limit=100)] == [2, 3]
    assert [record.offset for record in reader.read(Offset(2), limit=100)] == [3]


def test_a_consumer_that_goes_on_reads_nothing_twice() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits())
        await log.append([b"x" * 1000] * 200)
        reader = a_reader(disk)
        after = (await reader.read(after=BEFORE_FIRST, limit=150))[-1].offset

        await log.append([b"new"])
        read = await bytes_read(disk, reader, after=Offset(after), limit=1000)

        # 51 records, the file's end seen once more, and the file that says how far to read.
        assert read < 51 * 1028 + 1000
        assert await bytes_read(disk, reader, after=Offset(200), limit=10) < 100
        await reader.close()
        await log.close()

    asyncio.run(scenario())


async def bytes_read(disk: FakeDisk, log: FileEventLog, *, after: Offset, limit: int) -> int:
    disk.bytes_read = 0
    await log.read(after=after, limit=limit)
    return disk.bytes_read


def test_any_offset_of_a_large_segment_is_found_without_reading_it_from_its_start_again() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = a_writer(disk, limits=WriterLimits())
        for _ in range(10):
            await log.append([b"x" * 1000] * 300)
        reader = a_reader(disk)
        assert len(await read_all(reader)) == 3000

        for after in (2999 - 5, 7, 1500, 2222):
            found = await reader.read(after=Offset(after), limit=2)
            assert [record.offset for record in found] == [after + 1, after + 2]
            # 64 KiB at most to the nearest known place, in windows of 256 KiB; from the start it would be 3 MB.
            assert await bytes_read(disk, reader, after=Offset(after), limit=2) <= 2 * 256 * 1024 + 100

        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_many_consumers_may_share_one_object() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = await a_log(disk, 60)
        places = dict.fromkeys(range(50), BEFORE_FIRST)
        read: dict[int, list[int]] = {consumer: [] for consumer in places}
        for turn in range(400):
            consumer = turn * 7 % 50
            found = await log.read(after=places[consumer], limit=1 + consumer % 13)
            read[consumer] += [record.offset for record in found]
            places[consumer] = found[-1].offset if found else places[consumer]

        for offsets in read.values():
            assert offsets == list(range(len(offsets)))
        assert sum(map(len, read.values())) > 1500
        await log.close()

    asyncio.run(scenario())


def test_open_files_are_bounded() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = await a_log(disk, 100)
        before = disk.open_files

        assert len(await read_all(log, limit=5)) == 100

        assert disk.open_files - before <= 8
        await log.close()
        assert disk.open_files == 0

    asyncio.run(scenario())


def test_a_reader_follows_while_segments_are_rolled_and_renamed() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = a_writer(disk), a_reader(disk)
        after = BEFORE_FIRST
        found: list[bytes] = []
        for number in range(50):
            await log.append([b"%010d" % number])
            for record in await reader.read(after=after, limit=10):
                found.append(record.value)
                after = record.offset

        assert found == [b"%010d" % number for number in range(50)]
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_a_segment_renamed_between_listing_and_opening_is_found() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = await a_log(disk, 3), a_reader(disk)
        open_path = segment_path(PARTITION, Offset(0), suffix=OPEN)
        await reader.end()

        def rename_first(name: str, _number: int) -> Fault | None:
            if name == "names":
                return None
            if name == "open" and open_path.name in disk.files(PARTITION):
                disk.repair()
                disk.rename(open_path, open_path.with_suffix(SEALED))
            return None

        disk.fault_at = rename_first

        assert len(await read_all(reader)) == 3
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_old_segments_may_be_removed_while_a_reader_has_them_listed_and_open() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = await a_log(disk, 12), a_reader(disk)
        assert [record.offset for record in await reader.read(after=BEFORE_FIRST, limit=1)] == [0]

        for first in (0, 4):
            disk.remove(segment_path(PARTITION, Offset(first), suffix=SEALED))

        # Retention removes what every consumer is done with: it is not missed, and no damage.
        assert [record.offset for record in await read_all(reader)] == [8, 9, 10, 11]
        assert reader.damage == ()
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_a_removed_segment_does_not_keep_its_space() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = await a_log(disk, 4), a_reader(disk)
        await read_all(reader)
        disk.remove(segment_path(PARTITION, Offset(0), suffix=OPEN))
        before = disk.open_files

        await log.append([b"%010d" % 4])
        await reader.read(after=Offset(3), limit=1)

        # The writer closed its own, and the reader the removed one; each opened the new one.
        assert disk.open_files == before
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_a_missing_segment_in_the_middle_is_reported_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    disk = a_bare_disk()
    put_segment(disk, 0, contents=[b"0", b"1"])
    put_segment(disk, 5, contents=[b"5"], suffix=OPEN)
    reader, damage = a_plain_reader(disk, Durable(6, 5, 6))

    assert [record.offset for record in reader.read(BEFORE_FIRST, limit=10)] == [0, 1, 5]
    assert [record.offset for record in reader.read(Offset(2), limit=10)] == [5]

    end_of_first = SEGMENT_HEADER_BYTES + 2 * 29
    assert damage.all() == (Damage(Offset(0), end_of_first, Offset(2), Offset(4)),)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        f"event_log_damaged segment=0 position_bytes={end_of_first} first_offset=2 last_offset=4"
    ]


def test_an_unreadable_segment_is_reported_and_the_next_one_read() -> None:
    disk = a_bare_disk()
    for first in (0, 2, 4):
        put_segment(disk, first, contents=[b"%d" % first, b"%d" % (first + 1)])
    disk.overwrite(segment_path(PARTITION, Offset(2), suffix=SEALED), b"\xee" * 1000)
    reader, damage = a_plain_reader(disk, Durable(6, 4, 6))

    assert [record.offset for record in reader.read(BEFORE_FIRST, limit=10)] == [0, 1, 4, 5]
    assert [record.offset for record in reader.read(Offset(2), limit=10)] == [4, 5]
    assert [(part.first, part.last) for part in damage.all()] == [(2, 3)]


def test_a_damaged_end_of_the_segment_in_use_does_not_keep_a_consumer_busy() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log, reader = await a_log(disk, 3), a_reader(disk)
        path = segment_path(PARTITION, Offset(0), suffix=OPEN)
        content = disk.files(PARTITION)[path.name]
        disk.overwrite(path, content[:-1] + b"?")

        assert [record.offset for record in await read_all(reader)] == [0, 1]

        assert await reader.end() == 1
        assert not await reader.wait(after=Offset(1), timeout_seconds=0.01)
        assert list(await reader.read(after=Offset(1), limit=10)) == []
        await log.append([b"%010d" % 3])
        assert [record.offset for record in await read_all(reader, after=Offset(1))] == [3]
        assert await reader.end() == 3
        assert [(part.first, part.last) for part in reader.damage] == [(2, 2)]
        await reader.close()
        await log.close()

    asyncio.run(scenario())


def test_a_log_without_any_segment_left_is_reported() -> None:
    reader, damage = a_plain_reader(a_bare_disk(), Durable(6, 4, 6))

    assert reader.read(Offset(1), limit=10) == []
    assert reader.end() == 1
    assert [(part.first, part.last) for part in damage.all()] == [(2, 5)]


def test_bytes_behind_the_next_segments_first_offset_are_never_read() -> None:
    disk = a_bare_disk()
    put_segment(disk, 0, contents=[b"0", b"unsynced 1", b"unsynced 2"])
    put_segment(disk, 1, contents=[b"1"])
    put_segment(disk, 2, contents=[b"2"], suffix=OPEN)
    reader, damage = a_plain_reader(disk, Durable(3, 2, 3))

    assert values(reader.read(BEFORE_FIRST, limit=10)) == [b"0", b"1", b"2"]
    assert values(reader.read(Offset(0), limit=10)) == [b"1", b"2"]
    assert damage.all() == ()


def test_a_disk_that_cannot_be_read_is_unavailable_and_nothing_is_skipped() -> None:
    async def scenario() -> None:
        disk = FakeDisk()
        log = await a_log(disk, 6)
        disk.fail_every("pread", Fault.IO_ERROR)
        with pytest.raises(LogUnavailable, match="injected"):
            await log.read(after=BEFORE_FIRST, limit=10)
        disk.repair()

        assert len(await read_all(log)) == 6
        assert log.damage == ()
        await log.close()

    asyncio.run(scenario())


def test_reports_are_kept_once_and_bounded() -> None:
    report = DamageReport()
    for _ in range(3):
        for position in range(2000):
            report.add(Damage(Offset(0), position, Offset(1), Offset(1)))

    assert len(report.all()) == 1000


def test_small_segments_hold_four_values_of_ten_bytes() -> None:
    """What the tests above count on."""
    assert SEGMENT_HEADER_BYTES + 4 * 38 <= SMALL_SEGMENT_BYTES < SEGMENT_HEADER_BYTES + 5 * 38
