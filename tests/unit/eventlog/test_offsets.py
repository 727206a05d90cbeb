import logging
from pathlib import Path

import pytest
from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew
from server.eventlog.offsets import Offsets, decode_offsets, encode_offset
from server.model.outcome import BEFORE_FIRST, Offset
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION

PATH = PARTITION / "offsets" / "lake"
WRITES = {"pwrite", "sync", "rename", "sync_directory", "truncate"}


def writes(disk: FakeDisk) -> int:
    return sum(name in WRITES for name in disk.calls)


def test_a_line_is_readable_and_takes_a_sector() -> None:
    start = b"heliograph-offset 1 4210 "

    line = encode_offset(Offset(4210))

    assert line.split() == [b"heliograph-offset", b"1", b"4210", b"%08x" % crc32c(start)]
    assert len(line) == 512


def test_a_changed_byte_makes_a_line_unreadable() -> None:
    whole = encode_offset(Offset(4210))

    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert decode_offsets(bytes(changed), path=PATH) is None
    for size in range(len(whole)):
        assert decode_offsets(whole[:size], path=PATH) is None


def test_the_higher_of_two_lines_holds_and_either_is_enough() -> None:
    one, two, noise = encode_offset(Offset(8)), encode_offset(Offset(7)), b"?" * 512

    assert decode_offsets(one + two, path=PATH) == 8
    assert decode_offsets(two + one, path=PATH) == 8
    assert decode_offsets(noise + two, path=PATH) == 7
    assert decode_offsets(two + noise, path=PATH) == 7
    assert decode_offsets(noise + noise, path=PATH) is None


def test_a_newer_format_is_refused_by_name() -> None:
    start = b"heliograph-offset 2 4210 "
    line = (start + b"%08x" % crc32c(start)).ljust(511) + b"\n"

    with pytest.raises(LogFormatTooNew, match="lake is of format 2"):
        decode_offsets(line, path=PATH)


def test_all_but_the_first_save_take_one_sync_and_no_change_of_names() -> None:
    disk = FakeDisk()
    offsets = Offsets(disk, PARTITION)
    offsets.save("lake", Offset(7))
    before = len(disk.calls)

    offsets.save("lake", Offset(8))

    assert [name for name in disk.calls[before:] if name in WRITES] == ["pwrite", "sync"]


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


@pytest.mark.parametrize("fault", [Fault.POWER_CUT, Fault.IO_ERROR, Fault.DISK_FULL])
def test_saves_that_fail_at_any_call_never_go_back_before_what_was_saved(fault: Fault) -> None:
    """A power cut follows, at the fault or at the end. What a failed save has left is allowed, or what was before."""
    for number in range(60):
        for seed in range(4):
            disk = FakeDisk(seed=seed)
            offsets = Offsets(disk, PARTITION)
            offsets.save("lake", Offset(1))
            saved, tried = 1, 1
            disk.fail_call(number, fault)
            for offset in range(2, 9):
                try:
                    offsets.save("lake", Offset(offset))
                    saved = offset
                except OSError:
                    tried = offset

            found = Offsets(disk.after_power_cut(seed), PARTITION).load("lake")
            assert found == saved or saved < found <= tried


def test_a_save_after_a_kill_does_not_rely_on_what_the_killed_one_left_unsynced() -> None:
    for seed in range(40):
        disk = FakeDisk()
        killed = Offsets(disk, PARTITION)
        killed.save("lake", Offset(6))
        killed.save("lake", Offset(7))
        disk.fault_at = lambda name, _number: Fault.POWER_CUT if name == "sync" else None
        with pytest.raises(OSError, match="power"):
            killed.save("lake", Offset(8))
        disk = disk.after_kill()
        again = Offsets(disk, PARTITION)
        assert again.load("lake") == 8
        again.save("lake", Offset(8))

        assert Offsets(disk.after_power_cut(seed), PARTITION).load("lake") == 8


def test_a_first_save_is_repeated_when_the_directory_could_not_be_synced() -> None:
    disk = FakeDisk()
    Offsets(disk, PARTITION).save("lake", Offset(7))
    offsets = Offsets(disk, PARTITION)
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
