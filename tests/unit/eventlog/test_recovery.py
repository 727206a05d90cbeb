"""What a writer makes of the files it finds."""

import asyncio
import logging
from collections.abc import Sequence

import pytest
from google_crc32c import value as crc32c

from server.eventlog.damage import Damage
from server.eventlog.durable import Durable, durable_path, encode_durable
from server.eventlog.errors import LogFormatTooNew
from server.eventlog.log import FileEventLog
from server.eventlog.record import RECORD_HEADER_BYTES
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES, decode_segment_header, segment_path
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION, a_reader, a_writer, read_all, values

FIRST = segment_path(PARTITION, Offset(0), suffix=OPEN)
RECORD_BYTES = RECORD_HEADER_BYTES + len(b"value-0")


def a_disk_with(count: int, *, published: int | None = None) -> FakeDisk:
    """``count`` values of 7 bytes, closed; ``published``: what the file ``durable`` says instead of ``count``."""
    disk = FakeDisk()

    async def fill() -> None:
        log = a_writer(disk)
        for number in range(count):
            await log.append([b"value-%d" % number])
        await log.close()

    asyncio.run(fill())
    if published is not None:
        publish(disk, published)
    return disk


def publish(disk: FakeDisk, below: int) -> None:
    disk.overwrite(durable_path(PARTITION), encode_durable(Durable(below, 0, below)))


def reopened(disk: FakeDisk) -> tuple[Sequence[bytes], Offset, Sequence[Damage]]:
    """What is read after opening, the offset of a value appended then, and the damage; a reader agrees on all of it."""

    async def scenario() -> tuple[Sequence[bytes], Offset, Sequence[Damage]]:
        writer, reader = a_writer(disk), a_reader(disk)
        found = await read_all(writer)
        assert await read_all(reader) == found
        assert await writer.end() == await reader.end() == (found[-1].offset if found else BEFORE_FIRST)
        last = await writer.append([b"later"])
        for log in (writer, reader):
            assert list(await log.read(after=Offset(last - 1), limit=9)) == [(last, b"later")]
            assert values(await read_all(log)) == [*values(found), b"later"]
        await reader.close()
        await writer.close()
        return values(found), last, writer.damage

    return asyncio.run(scenario())


def test_a_closed_log_goes_on_in_the_same_segment() -> None:
    disk = a_disk_with(3)

    assert reopened(disk) == ([b"value-0", b"value-1", b"value-2"], 3, ())
    assert [name for name in disk.files(PARTITION) if name.endswith((OPEN, SEALED))] == [FIRST.name]


def test_every_torn_tail_is_cut_at_the_last_whole_record(caplog: pytest.LogCaptureFixture) -> None:
    whole = a_disk_with(3).files(PARTITION)[FIRST.name]
    start_of_last = SEGMENT_HEADER_BYTES + 2 * RECORD_BYTES

    for size in range(start_of_last + 1, len(whole)):
        disk = a_disk_with(3, published=2)
        disk.overwrite(FIRST, whole[:size])
        caplog.clear()

        asyncio.run(a_writer(disk).close())

        assert disk.files(PARTITION)[FIRST.name] == whole[:start_of_last]
        assert reopened(disk) == ([b"value-0", b"value-1"], 2, ())
        cuts = [message for message in caplog.messages if message.startswith("event_log_tail_cut")]
        assert cuts == [f"event_log_tail_cut file={FIRST.name} bytes={size - start_of_last} last_offset=1"]


def test_noise_behind_the_last_record_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    disk = a_disk_with(2)
    disk.overwrite(FIRST, disk.files(PARTITION)[FIRST.name] + b"\0" * 5000)

    assert reopened(disk) == ([b"value-0", b"value-1"], 2, ())

    assert "bytes=5000" in caplog.text


def test_a_torn_header_of_a_new_segment_is_removed_with_its_file() -> None:
    for size in range(SEGMENT_HEADER_BYTES):
        disk = a_disk_with(2)
        torn = segment_path(PARTITION, Offset(2), suffix=OPEN)
        disk.create(torn)
        disk.overwrite(torn, disk.files(PARTITION)[FIRST.name][:size])

        assert reopened(disk) == ([b"value-0", b"value-1"], 2, ())


def test_records_that_were_written_but_not_published_are_kept() -> None:
    disk = a_disk_with(3, published=1)

    assert reopened(disk) == ([b"value-0", b"value-1", b"value-2"], 3, ())


def test_records_that_a_failed_sync_left_unwritten_survive_the_next_power_cut() -> None:
    for seed in range(10):
        disk = a_disk_with(1)
        log = a_writer(disk)
        # The process dies between the failed sync and everything it would do about it.
        disk.fault_at = lambda name, _number: {"sync": Fault.IO_ERROR, "truncate": Fault.POWER_CUT}.get(name)
        asyncio.run(refused(log))
        disk = disk.after_kill()
        assert reopened(disk)[0] == [b"value-0", b"unanswered"]

        disk = disk.after_power_cut(seed)

        assert reopened(disk)[0] == [b"value-0", b"unanswered", b"later"]


def test_a_header_that_was_not_synced_yet_survives_the_next_power_cut() -> None:
    for seed in range(10):
        disk = FakeDisk(seed=seed)
        log = a_writer(disk)
        disk.fault_at = lambda name, _number: Fault.POWER_CUT if name == "sync" else None
        asyncio.run(refused(log))
        disk = disk.after_kill()
        asyncio.run(a_writer(disk).close())

        content = disk.after_power_cut(seed).files(PARTITION)[FIRST.name]

        assert decode_segment_header(content, path=FIRST) is not None


def test_a_refused_append_is_gone_after_a_kill_when_it_could_be_cut_off() -> None:
    disk = a_disk_with(1)
    log = a_writer(disk)
    disk.fail_call(1, Fault.IO_ERROR)  # pwrite, then the sync
    asyncio.run(refused(log))

    assert reopened(disk.after_kill())[0] == [b"value-0"]


def test_a_segment_whose_name_was_not_on_the_disk_yet_is_not_lost_later() -> None:
    for seed in range(20):
        disk = a_disk_with(4)
        log = a_writer(disk)
        disk.fault_at = lambda name, _number: Fault.POWER_CUT if name == "sync_directory" else None
        asyncio.run(refused(log))
        disk = disk.after_kill()
        assert segment_path(PARTITION, Offset(4), suffix=OPEN).name in disk.files(PARTITION)
        found = reopened(disk)[0]

        assert reopened(disk.after_power_cut(seed))[0] == [*found, b"later"]


async def refused(log: FileEventLog) -> None:
    with pytest.raises(LogUnavailable):
        await log.append([b"unanswered"])
    await log.close()


def test_a_segment_left_open_by_a_crash_while_rolling_is_sealed() -> None:
    disk = a_disk_with(10)
    names = [name for name in sorted(disk.files(PARTITION)) if name.endswith((OPEN, SEALED))]
    assert [name.endswith(SEALED) for name in names] == [True, True, False]
    sealed = segment_path(PARTITION, Offset(0), suffix=SEALED)
    disk.rename(sealed, sealed.with_suffix(OPEN))

    assert len(reopened(disk)[0]) == 10

    assert sealed.name in disk.files(PARTITION)


def test_acknowledged_records_that_are_damaged_at_the_end_are_reported_and_not_cut() -> None:
    disk = a_disk_with(3)
    content = disk.files(PARTITION)[FIRST.name]
    disk.overwrite(FIRST, content[:-1] + b"?")

    found, last, damage = reopened(disk)

    assert found == [b"value-0", b"value-1"]
    assert last == 3  # offset 2 was given to a value that is lost; it is never given again
    assert damage == (Damage(Offset(0), SEGMENT_HEADER_BYTES + 2 * RECORD_BYTES, Offset(2), Offset(2)),)
    assert disk.files(PARTITION)[FIRST.with_suffix(SEALED).name] == content[:-1] + b"?"


def test_a_damaged_record_in_the_middle_costs_itself_only() -> None:
    disk = a_disk_with(3)
    content = bytearray(disk.files(PARTITION)[FIRST.name])
    content[SEGMENT_HEADER_BYTES + RECORD_BYTES + RECORD_HEADER_BYTES] ^= 1
    disk.overwrite(FIRST, bytes(content))

    found, last, damage = reopened(disk)

    assert found == [b"value-0", b"value-2"]
    assert last == 3
    assert damage == (Damage(Offset(0), SEGMENT_HEADER_BYTES + RECORD_BYTES, Offset(1), Offset(1)),)
    # Nothing more is written into a damaged file.
    assert disk.files(PARTITION)[FIRST.with_suffix(SEALED).name] == bytes(content)


def test_a_segment_that_lost_its_beginning_is_kept_and_reported() -> None:
    disk = a_disk_with(3)
    content = disk.files(PARTITION)[FIRST.name]
    disk.overwrite(FIRST, b"\0" * len(content))

    found, last, damage = reopened(disk)

    assert found == []
    assert last == 3
    assert damage == (Damage(Offset(0), 0, Offset(0), Offset(2)),)


def test_no_offset_is_given_twice_when_the_last_segment_has_gone() -> None:
    disk = a_disk_with(10)
    last = max(name for name in disk.files(PARTITION) if name.endswith(OPEN))
    disk.remove(PARTITION / last)

    _found, appended, damage = reopened(disk)

    assert appended == 10
    assert [(part.first, part.last) for part in damage] == [(8, 9)]


def test_no_offset_is_given_twice_when_all_files_but_the_consumers_have_gone() -> None:
    disk = FakeDisk()

    async def commit() -> None:
        reader = a_reader(disk)
        await reader.commit("lake", Offset(41))
        await reader.close()

    asyncio.run(commit())

    assert reopened(disk)[1] == 42


def test_the_next_offset_is_remembered_over_another_crash() -> None:
    disk = a_disk_with(10)
    disk.remove(PARTITION / max(name for name in disk.files(PARTITION) if name.endswith(OPEN)))
    log = a_writer(disk)

    for seed in range(40):
        assert reopened(disk.after_power_cut(seed))[1] == 10
    asyncio.run(log.close())


def test_every_flipped_byte_of_a_small_log_costs_one_record_at_most_and_is_reported() -> None:
    names = [name for name in sorted(a_disk_with(9).files(PARTITION)) if name.endswith((OPEN, SEALED))]
    assert len(names) == 3

    for name in names:
        for at in range(len(a_disk_with(9).files(PARTITION)[name])):
            disk = a_disk_with(9)
            content = bytearray(disk.files(PARTITION)[name])
            content[at] ^= 0xFF
            disk.overwrite(PARTITION / name, bytes(content))

            found, last, damage = reopened(disk)

            lost = {b"value-%d" % number for number in range(9)} - set(found)
            reported = {b"value-%d" % number for part in damage for number in range(part.first, part.last + 1)}
            assert last == 9
            assert lost == reported
            assert len(lost) == (0 if at < SEGMENT_HEADER_BYTES else 1)


def test_a_newer_format_stops_the_writer_and_the_reader() -> None:
    disk = a_disk_with(3)
    content = bytearray(disk.files(PARTITION)[FIRST.name])
    content[8:10] = (2).to_bytes(2, "little")
    content[SEGMENT_HEADER_BYTES - 4 : SEGMENT_HEADER_BYTES] = crc32c(
        bytes(content[: SEGMENT_HEADER_BYTES - 4])
    ).to_bytes(4, "little")
    disk.overwrite(FIRST, bytes(content))

    with pytest.raises(LogFormatTooNew, match="start the newer version"):
        a_writer(disk)
    with pytest.raises(LogFormatTooNew, match="start the newer version"):
        asyncio.run(read_all(a_reader(disk)))


def test_a_damaged_durable_file_is_made_anew(caplog: pytest.LogCaptureFixture) -> None:
    disk = a_disk_with(3)
    disk.overwrite(durable_path(PARTITION), b"\xff" * 36)

    with caplog.at_level(logging.WARNING):
        assert reopened(disk) == ([b"value-0", b"value-1", b"value-2"], 3, ())

    assert "event_log_end_unknown" in caplog.text


def test_opening_on_a_full_disk_works_and_appending_does_not() -> None:
    disk = a_disk_with(3)
    disk.fault_at = lambda name, _number: Fault.DISK_FULL if name == "pwrite" else None

    async def scenario() -> None:
        log = a_writer(disk)
        assert len(await read_all(log)) == 3
        with pytest.raises(LogUnavailable, match="injected"):
            await log.append([b"too much"])
        disk.repair()
        assert await log.append([b"space again"]) == 3
        await log.close()

    asyncio.run(scenario())
