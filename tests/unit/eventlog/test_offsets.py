import logging
from pathlib import Path

import pytest
from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew
from server.eventlog.offsets import Offsets, decode_offset, encode_offset
from server.model.outcome import BEFORE_FIRST, Offset
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION

PATH = PARTITION / "offsets" / "lake"
WRITES = {"pwrite", "sync", "rename", "sync_directory", "truncate"}


def writes(disk: FakeDisk) -> int:
    return sum(name in WRITES for name in disk.calls)


def test_the_file_is_one_readable_line() -> None:
    assert encode_offset(Offset(4210)) == b"heliograph-offset 1 4210 %08x\n" % crc32c(b"heliograph-offset 1 4210 ")


def test_a_changed_byte_makes_it_unreadable() -> None:
    whole = encode_offset(Offset(4210))

    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert decode_offset(bytes(changed), path=PATH) is None
    for size in range(len(whole)):
        assert decode_offset(whole[:size], path=PATH) is None


def test_a_newer_format_is_refused_by_name() -> None:
    line = b"heliograph-offset 2 4210 "

    with pytest.raises(LogFormatTooNew, match="lake is of format 2"):
        decode_offset(line + b"%08x\n" % crc32c(line), path=PATH)


def test_what_is_saved_is_loaded_by_another() -> None:
    disk = FakeDisk()

    Offsets(disk, PARTITION).save("lake", Offset(7))

    assert Offsets(disk, PARTITION).load("lake") == 7


def test_who_never_saved_stands_before_the_first() -> None:
    assert Offsets(FakeDisk(), PARTITION).load("lake") == BEFORE_FIRST


def test_the_same_or_an_earlier_offset_writes_nothing() -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    offsets.save("lake", Offset(7))
    before = writes(disk)

    offsets.save("lake", Offset(7))
    offsets.save("lake", Offset(3))
    offsets.save("lake", BEFORE_FIRST)

    assert writes(disk) == before
    assert offsets.load("lake") == 7


def test_what_was_saved_survives_any_power_cut() -> None:
    for seed in range(20):
        disk = FakeDisk()
        Offsets(disk, PARTITION).save("lake", Offset(7))

        assert Offsets(disk.after_power_cut(seed), PARTITION).load("lake") == 7


def test_a_save_that_fails_at_any_call_leaves_the_old_or_the_new() -> None:
    for number in range(20):
        for seed in range(4):
            disk = FakeDisk()
            offsets = Offsets(disk, PARTITION)
            offsets.save("lake", Offset(7))
            disk.fail_call(number, Fault.POWER_CUT)
            try:
                offsets.save("lake", Offset(8))
                allowed = {8}
            except OSError:
                allowed = {7, 8}

            assert Offsets(disk.after_power_cut(seed), PARTITION).load("lake") in allowed


def test_a_save_is_repeated_when_the_directory_could_not_be_synced() -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    offsets.save("lake", Offset(7))
    disk.fail_every("sync_directory", Fault.IO_ERROR)
    with pytest.raises(OSError, match="injected"):
        offsets.save("lake", Offset(8))
    disk.repair()

    offsets.save("lake", Offset(8))

    for seed in range(20):
        assert Offsets(disk.after_power_cut(seed), PARTITION).load("lake") == 8


def test_a_damaged_file_counts_as_never_committed_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    offsets.save("lake", Offset(7))
    disk.overwrite(PATH, b"\0" * 40)

    with caplog.at_level(logging.WARNING):
        assert offsets.load("lake") == BEFORE_FIRST

    assert "event_log_offset_damaged consumer=lake" in caplog.text


def test_a_damaged_file_is_replaced_by_the_next_save() -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    offsets.save("lake", Offset(7))
    disk.overwrite(PATH, b"")

    offsets.save("lake", Offset(2))

    assert offsets.load("lake") == 2


def test_highest_is_of_all_consumers() -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    assert offsets.highest() == BEFORE_FIRST

    offsets.save("lake", Offset(7))
    offsets.save("profile", Offset(9))

    assert offsets.highest() == 9


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "/etc/passwd", "a\0b", "a b", "é", "x" * 101])
def test_a_name_that_is_no_file_name_is_refused_with_the_cure(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a consumer: use 1 to 100 letters"):
        Offsets(FakeDisk(), Path("/disk")).save(name, Offset(1))


@pytest.mark.parametrize("name", ["lake", "profile", "http-1", "kafka.eu_west", "0123456789abcdef01234567", "x" * 100])
def test_names_of_consumers(name: str) -> None:
    offsets = Offsets(FakeDisk(), PARTITION)

    offsets.save(name, Offset(1))

    assert offsets.load(name) == 1
