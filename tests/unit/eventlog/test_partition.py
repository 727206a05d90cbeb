"""Segments go behind every consumer, and appends are refused when none may. The clock and the disk are the test's."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest
from google_crc32c import value as crc32c

from server.eventlog.damage import DamageReport
from server.eventlog.durable import DurableFile
from server.eventlog.offsets import Offsets
from server.eventlog.partition import NoRoom, Partition
from server.eventlog.record import RECORD_HEADER_BYTES
from server.eventlog.recovery import recover
from server.eventlog.retention import Retention
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES, segment_path
from server.model.outcome import BEFORE_FIRST, Offset
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION, a_reader

VALUE = b"x" * 100
RECORD_BYTES = RECORD_HEADER_BYTES + len(VALUE)
# Four records fill a segment.
SEGMENT_BYTES = SEGMENT_HEADER_BYTES + 4 * RECORD_BYTES
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NO_LIMIT_BYTES = 2**63 - 1


@dataclass
class House:
    """A partition on a disk, with a clock."""

    retention: Retention
    disk: FakeDisk = field(default_factory=FakeDisk)
    now_ms: int = 1_700_000_000_000

    def open(self) -> Partition:
        self.disk.make_directory(PARTITION)
        durable_file, offsets = DurableFile(self.disk, PARTITION), Offsets(self.disk, PARTITION)
        recovered = recover(
            self.disk,
            PARTITION,
            published=durable_file.load(),
            committed=offsets.highest(),
            damage=DamageReport(),
            now_ms=self.now_ms,
        )
        return Partition(
            self.disk,
            PARTITION,
            durable_file=durable_file,
            recovered=recovered,
            offsets=offsets,
            segment_bytes=SEGMENT_BYTES,
            retention=self.retention,
            clock_ms=lambda: self.now_ms,
            new_salt=lambda: 0x5A170001,
        )

    def commit(self, consumer: str, offset: int) -> None:
        Offsets(self.disk, PARTITION).save(consumer, Offset(offset))

    @property
    def segments(self) -> list[int]:
        """The first offsets of those that exist."""
        return sorted(int(name.split(".")[0]) for name in self.disk.files(PARTITION) if name.endswith((OPEN, SEALED)))


def fill(partition: Partition, count: int) -> None:
    for _ in range(count):
        partition.store([VALUE], size=RECORD_BYTES)


def by_size(segments: int, *, consumers: tuple[str, ...] = ()) -> Retention:
    """Room for so many full segments; the header of one more is always counted."""
    return Retention(consumers=consumers, keep_bytes=segments * SEGMENT_BYTES + SEGMENT_HEADER_BYTES)


def test_the_oldest_segments_go_when_the_partition_is_full() -> None:
    house = House(by_size(8))
    partition = house.open()

    fill(partition, 4 * 8 + 1)
    assert house.segments == [4, 8, 12, 16, 20, 24, 28, 32]

    fill(partition, 4 * 20)
    assert len(house.segments) == 8
    assert partition.durable.below == 4 * 28 + 1


def test_nothing_goes_before_the_slowest_consumer_and_what_would_not_fit_is_refused() -> None:
    house = House(by_size(8, consumers=("lake", "profile")))
    partition = house.open()
    house.commit("lake", 31)
    fill(partition, 4 * 8)

    with pytest.raises(NoRoom, match="the oldest records still wait for lake or profile"):
        fill(partition, 1)

    assert partition.refusal is not None
    assert house.segments == list(range(0, 32, 4))
    assert partition.durable.below == 32


def test_an_append_that_is_larger_than_the_limit_is_not_refused_for_ever() -> None:
    house = House(by_size(8))
    partition = house.open()
    fill(partition, 4 * 8)

    partition.store([VALUE] * 40, size=40 * RECORD_BYTES)
    fill(partition, 1)

    assert partition.durable.below == 4 * 8 + 41


def test_a_refusal_ends_by_itself_when_the_slowest_consumer_gets_on() -> None:
    house = House(by_size(8, consumers=("lake", "profile")))
    partition = house.open()
    house.commit("lake", 31)
    fill(partition, 4 * 8)
    with pytest.raises(NoRoom):
        fill(partition, 1)

    partition.tend()
    assert partition.refusal is not None

    house.commit("profile", 2)
    partition.tend()
    assert partition.refusal is not None

    house.commit("profile", 3)
    partition.tend()
    assert partition.refusal is None
    fill(partition, 4)
    assert house.segments[0] == 4
    assert partition.durable.below == 36


def test_a_consumer_that_never_committed_holds_everything() -> None:
    house = House(Retention(consumers=("lake",), keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 40)

    house.now_ms += 400 * DAY_MS
    partition.tend()

    assert house.segments == list(range(0, 40, 4))


def test_old_segments_go_by_their_age_as_time_passes() -> None:
    house = House(Retention(keep_ms=8 * DAY_MS))
    partition = house.open()
    for _ in range(10):
        fill(partition, 4)
        house.now_ms += DAY_MS

    fill(partition, 1)

    # Day 10: what was written on days 0, 1 and 2 is at least eight days old.
    assert house.segments == [12, 16, 20, 24, 28, 32, 36, 40]


def test_little_traffic_does_not_keep_a_record_beyond_its_age() -> None:
    """A segment that is never full is sealed by its age, so that it can go."""
    house = House(Retention(keep_ms=8 * DAY_MS))
    partition = house.open()
    fill(partition, 1)

    house.now_ms += DAY_MS
    fill(partition, 1)

    assert house.segments == [0, 1]


def test_an_idle_partition_loses_its_last_records_by_age_and_goes_on_counting() -> None:
    house = House(Retention(consumers=("lake",), keep_ms=8 * DAY_MS))
    partition = house.open()
    fill(partition, 6)
    house.commit("lake", 5)

    house.now_ms += 10 * DAY_MS
    partition.tend()

    assert house.segments == [6]
    assert partition.durable.below == 6
    partition.close()
    again = house.open()
    assert again.durable.below == 6
    fill(again, 1)
    assert house.segments == [6]
    assert again.durable.below == 7


@pytest.mark.parametrize("seed", range(12))
def test_a_power_cut_after_everything_has_gone_does_not_give_an_offset_twice(seed: int) -> None:
    house = House(Retention(keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 6)
    house.now_ms += 2 * DAY_MS
    partition.tend()

    house.disk = house.disk.after_power_cut(seed)

    assert house.open().durable.next_offset == 6


def test_after_a_restart_ages_are_read_from_the_files() -> None:
    house = House(Retention(keep_ms=8 * DAY_MS))
    partition = house.open()
    for _ in range(3):
        fill(partition, 4)
        house.now_ms += DAY_MS
    partition.close()

    house.now_ms += 6 * DAY_MS  # nine days after the first, six after the last
    house.open().tend()

    # The first segment's records may be as young as the second segment.
    assert house.segments == [4, 8]


def test_after_a_restart_sizes_are_read_from_the_files() -> None:
    house = House(by_size(8, consumers=("lake",)))
    partition = house.open()
    fill(partition, 4 * 8)
    partition.close()

    again = house.open()

    with pytest.raises(NoRoom):
        fill(again, 1)


def test_a_segment_with_a_damaged_header_goes_with_the_next_one() -> None:
    house = House(Retention(keep_ms=8 * DAY_MS))
    partition = house.open()
    for _ in range(4):
        fill(partition, 4)
        house.now_ms += DAY_MS
    partition.close()
    second = segment_path(PARTITION, Offset(4), suffix=SEALED)
    house.disk.overwrite(second, b"?" + house.disk.files(PARTITION)[second.name][1:])

    house.now_ms += 5 * DAY_MS
    again = house.open()
    again.tend()
    assert house.segments == [0, 4, 8, 12]

    house.now_ms += DAY_MS
    again.tend()
    assert house.segments == [8, 12]


def test_below_the_reserve_what_nobody_waits_for_goes_first_and_then_appends_are_refused() -> None:
    house = House(Retention(consumers=("lake",), reserve_bytes=1000))
    partition = house.open()
    fill(partition, 12)
    house.commit("lake", 7)

    house.disk.free_bytes = 999
    partition.tend()

    assert house.segments == [8]
    assert partition.refusal == "fewer than the 1000 bytes of the reserve are free on the disk"
    with pytest.raises(NoRoom, match="reserve"):
        fill(partition, 1)

    house.disk.free_bytes = 10_000
    partition.tend()
    fill(partition, 1)
    assert partition.durable.below == 13


def test_the_open_segment_goes_as_well_when_the_disk_is_full_and_nobody_waits_for_it() -> None:
    house = House(Retention(consumers=("lake",), reserve_bytes=1000))
    partition = house.open()
    fill(partition, 2)
    house.commit("lake", 1)

    house.disk.free_bytes = 0
    partition.tend()

    assert house.segments == [2]
    assert partition.durable.below == 2


def test_a_disk_that_takes_no_new_segment_keeps_the_last_one() -> None:
    house = House(Retention(reserve_bytes=1000))
    partition = house.open()
    fill(partition, 6)
    house.disk.free_bytes = 0
    house.disk.fail_every("pwrite", Fault.DISK_FULL)

    partition.tend()

    assert house.segments == [4]


def test_a_disk_that_does_not_tell_its_free_space_is_tried() -> None:
    house = House(Retention(reserve_bytes=1000))
    partition = house.open()
    house.disk.fail_every("free", Fault.IO_ERROR)

    fill(partition, 5)

    assert partition.durable.below == 5


def test_a_segment_that_cannot_be_removed_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    house = House(Retention(keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 12)
    house.now_ms += 2 * DAY_MS
    house.disk.fail_every("remove", Fault.IO_ERROR)
    with caplog.at_level(logging.WARNING):
        partition.tend()
    assert "event_log_segment_not_removed" in caplog.text
    assert house.segments[:3] == [0, 4, 8]

    house.disk.repair()
    partition.tend()

    assert house.segments == [12]


def test_offsets_that_cannot_be_read_hold_everything() -> None:
    house = House(Retention(consumers=("lake",), keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 8)
    house.commit("lake", 7)
    house.now_ms += 2 * DAY_MS
    house.disk.fail_every("pread", Fault.IO_ERROR)

    partition.tend()

    assert house.segments[:2] == [0, 4]


def test_offsets_of_a_newer_version_hold_everything(caplog: pytest.LogCaptureFixture) -> None:
    house = House(Retention(consumers=("lake",), keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 8)
    house.commit("lake", 7)
    start = b"heliograph-offset 2 7 "
    newer = (start + b"%08x" % crc32c(start)).ljust(511) + b"\n"
    house.disk.overwrite(PARTITION / "offsets" / "lake", newer)
    house.now_ms += 2 * DAY_MS

    with caplog.at_level(logging.WARNING):
        partition.tend()

    assert house.segments[:2] == [0, 4]
    assert "start the newer version" in caplog.text


def test_a_clock_that_steps_back_neither_removes_nor_refuses() -> None:
    house = House(Retention(keep_ms=DAY_MS, keep_bytes=NO_LIMIT_BYTES))
    partition = house.open()
    fill(partition, 5)

    house.now_ms -= 1000 * DAY_MS
    fill(partition, 5)
    partition.tend()

    assert house.segments == [0, 4, 8]
    assert partition.durable.below == 10


def test_a_segment_is_never_larger_than_an_eighth_of_what_the_partition_may_take() -> None:
    house = House(Retention(keep_bytes=8 * (SEGMENT_HEADER_BYTES + 2 * RECORD_BYTES)))

    fill(house.open(), 5)

    assert house.segments == [0, 2, 4]


def test_who_reads_from_before_the_oldest_gets_what_is_there_and_no_damage_is_reported() -> None:
    house = House(by_size(8))
    partition = house.open()
    fill(partition, 4 * 9)

    async def scenario() -> None:
        reader = a_reader(house.disk)
        records = await reader.read(after=BEFORE_FIRST, limit=100)
        assert [record.offset for record in records] == list(range(4, 36))
        # The list that it made is no longer true; the files are not held open.
        fill(partition, 4 * 8)
        records = await reader.read(after=BEFORE_FIRST, limit=3)
        assert [record.offset for record in records] == [36, 37, 38]
        assert reader.damage == ()
        await reader.close()

    asyncio.run(scenario())


def test_who_waits_for_what_has_gone_is_not_told_that_it_is_there() -> None:
    house = House(Retention(keep_ms=DAY_MS))
    partition = house.open()
    fill(partition, 6)
    house.now_ms += 2 * DAY_MS
    partition.tend()

    async def scenario() -> None:
        reader = a_reader(house.disk)
        assert list(await reader.read(after=BEFORE_FIRST, limit=100)) == []
        assert not await reader.wait(after=BEFORE_FIRST, timeout_seconds=0.0)
        fill(partition, 1)
        assert await reader.wait(after=BEFORE_FIRST, timeout_seconds=30.0)
        assert [record.offset for record in await reader.read(after=BEFORE_FIRST, limit=100)] == [6]
        await reader.close()

    asyncio.run(scenario())
