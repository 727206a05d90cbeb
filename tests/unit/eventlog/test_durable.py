import asyncio

import pytest
from google_crc32c import value as crc32c

from server.eventlog.durable import (
    NOTHING_DURABLE,
    Durable,
    DurableFile,
    Follower,
    decode_durable,
    durable_path,
    encode_durable,
)
from server.eventlog.errors import LogFormatTooNew
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION

SOME = Durable(5, 3, 7)
PATH = durable_path(PARTITION)


def a_disk() -> FakeDisk:
    disk = FakeDisk()
    disk.make_directory(PARTITION)
    return disk


def test_the_file_is_as_documented() -> None:
    fields = b"hgdu" + bytes.fromhex("0100 0000 0500000000000000 0300000000000000 0700000000000000")

    assert encode_durable(SOME) == fields + crc32c(fields).to_bytes(4, "little")


def test_decode_gives_back_what_was_encoded() -> None:
    assert decode_durable(encode_durable(SOME), path=PATH) == SOME


def test_a_flipped_bit_or_a_missing_byte_makes_it_unreadable() -> None:
    whole = encode_durable(SOME)

    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        assert decode_durable(bytes(changed), path=PATH) is None
    for size in range(len(whole)):
        assert decode_durable(whole[:size], path=PATH) is None


def test_a_newer_format_is_refused_by_name() -> None:
    fields = b"hgdu" + (2).to_bytes(2, "little") + bytes(26)

    with pytest.raises(LogFormatTooNew, match="durable is of format 2"):
        decode_durable(fields + crc32c(fields).to_bytes(4, "little"), path=PATH)


def test_what_is_published_is_loaded_and_followed() -> None:
    disk = a_disk()
    file = DurableFile(disk, PARTITION)
    follower = Follower(disk, PARTITION)

    assert file.load() is None
    assert follower.durable() == NOTHING_DURABLE

    file.publish(SOME)

    assert file.load() == SOME
    assert follower.durable() == SOME


def test_a_follower_waits_for_a_file_that_comes_later() -> None:
    disk = FakeDisk()
    follower = Follower(disk, PARTITION)

    assert follower.durable() == NOTHING_DURABLE

    disk.make_directory(PARTITION)
    DurableFile(disk, PARTITION).publish(SOME)

    assert follower.durable() == SOME


def test_a_follower_reads_again_when_it_catches_the_writer_in_the_middle() -> None:
    disk = a_disk()
    file = DurableFile(disk, PARTITION)
    follower = Follower(disk, PARTITION)
    file.publish(SOME)
    later = encode_durable(Durable(6, 3, 8))
    disk.overwrite(PATH, later[:10] + encode_durable(SOME)[10:])
    disk.fault_at = lambda name, _number: disk.overwrite(PATH, later) if disk.calls[-1:] == ["pread"] else None

    assert follower.durable() == Durable(6, 3, 8)


def test_a_follower_keeps_what_it_knew_when_the_file_is_damaged() -> None:
    disk = a_disk()
    file = DurableFile(disk, PARTITION)
    follower = Follower(disk, PARTITION)
    file.publish(SOME)
    follower.durable()

    disk.overwrite(PATH, b"\0" * 36)

    assert follower.durable() == SOME


def test_changed_returns_when_another_process_publishes() -> None:
    disk = a_disk()
    file = DurableFile(disk, PARTITION)
    follower = Follower(disk, PARTITION)

    async def scenario() -> None:
        waiting = asyncio.create_task(follower.changed(NOTHING_DURABLE, timeout_seconds=30.0))
        await asyncio.sleep(0)
        assert not waiting.done()
        file.publish(SOME)
        async with asyncio.timeout(15.0):
            await waiting
        assert follower.durable() == SOME

    asyncio.run(scenario())


def test_changed_looks_less_and_less_often_but_never_seldom() -> None:
    disk = a_disk()
    DurableFile(disk, PARTITION)
    follower = Follower(disk, PARTITION)

    asyncio.run(follower.changed(NOTHING_DURABLE, timeout_seconds=0.3))

    # 5, 10, 20, 40, 50, 50… ms: nine looks of up to five readings each, since nothing readable is in the file yet.
    assert 3 <= disk.calls.count("pread") <= 11 * 5


def test_close_ends_the_waiting_and_opens_nothing_again() -> None:
    disk = a_disk()
    DurableFile(disk, PARTITION).publish(SOME)
    follower = Follower(disk, PARTITION)
    follower.durable()

    async def scenario() -> None:
        waiting = asyncio.create_task(follower.changed(SOME, timeout_seconds=30.0))
        await asyncio.sleep(0)
        await follower.close()
        await follower.close()
        async with asyncio.timeout(15.0):
            await waiting

    asyncio.run(scenario())
    calls = len(disk.calls)

    assert follower.durable() == SOME
    assert len(disk.calls) == calls


def test_publishing_on_a_full_disk_says_so() -> None:
    disk = a_disk()
    file = DurableFile(disk, PARTITION)
    disk.fail_every("pwrite", Fault.DISK_FULL)

    with pytest.raises(OSError, match="injected"):
        file.publish(SOME)
