from pathlib import Path

import pytest
from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew
from server.eventlog.record import encode_records
from server.eventlog.segment import (
    OPEN,
    SEALED,
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    decode_segment_header,
    encode_segment_header,
    find_salt,
    list_segments,
    segment_path,
)
from server.model.outcome import Offset
from tests.unit.eventlog.disk import FakeDisk
from tests.unit.eventlog.logs import PARTITION, reading

HEADER = SegmentHeader(0x5A17_0001, Offset(42), 1_700_000_000_000)
PATH = segment_path(PARTITION, HEADER.first, suffix=OPEN)


def a_segment(*values: bytes) -> bytes:
    content = encode_segment_header(HEADER)
    for index, value in enumerate(values):
        content += encode_records([value], salt=HEADER.salt, first=HEADER.first + index, time_ms=0)
    return content


def a_newer_header() -> bytes:
    fields = bytearray(encode_segment_header(HEADER)[:-4])
    fields[8:10] = (2).to_bytes(2, "little")
    checksum: int = crc32c(bytes(fields))
    return bytes(fields) + checksum.to_bytes(4, "little")


def test_the_header_on_disk_is_as_documented() -> None:
    fields = (
        b"heliolog" + bytes.fromhex("0100 0000 0100175a 2a00000000000000") + (1_700_000_000_000).to_bytes(8, "little")
    )

    assert encode_segment_header(HEADER) == fields + crc32c(fields).to_bytes(4, "little")
    assert len(encode_segment_header(HEADER)) == SEGMENT_HEADER_BYTES


def test_decode_gives_back_the_header() -> None:
    assert decode_segment_header(encode_segment_header(HEADER) + b"records", path=PATH) == HEADER


def test_a_header_with_a_flipped_bit_is_damaged_and_never_too_new() -> None:
    whole = encode_segment_header(HEADER)

    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8

        assert decode_segment_header(bytes(changed), path=PATH) is None


def test_a_part_of_a_header_is_torn() -> None:
    for size in range(SEGMENT_HEADER_BYTES):
        assert decode_segment_header(encode_segment_header(HEADER)[:size], path=PATH) is None


def test_a_whole_header_of_a_newer_format_is_refused_by_name() -> None:
    with pytest.raises(
        LogFormatTooNew, match=rf"{PATH.name} is of format 2, this version reads up to 1: start the newer"
    ):
        decode_segment_header(a_newer_header(), path=PATH)


def test_the_salt_comes_from_the_header() -> None:
    assert find_salt(reading(a_segment()), first=HEADER.first, path=PATH) == HEADER.salt


def test_the_salt_comes_from_the_first_record_when_the_header_is_damaged() -> None:
    content = bytes(SEGMENT_HEADER_BYTES) + a_segment(b"first", b"second")[SEGMENT_HEADER_BYTES:]

    assert find_salt(reading(content), first=HEADER.first, path=PATH) == HEADER.salt


@pytest.mark.parametrize(
    "content",
    [
        b"",
        encode_segment_header(HEADER)[:-1],
        bytes(1000),
        bytes(SEGMENT_HEADER_BYTES) + a_segment(b"first")[SEGMENT_HEADER_BYTES:-1],
    ],
    ids=["empty", "torn header", "zeros", "no header and a torn record"],
)
def test_there_is_no_salt_when_neither_can_be_believed(content: bytes) -> None:
    assert find_salt(reading(content), first=HEADER.first, path=PATH) is None


def test_a_segment_under_another_ones_name_is_not_believed() -> None:
    assert find_salt(reading(a_segment(b"first")), first=Offset(43), path=PATH) is None


def test_names_sort_as_their_offsets() -> None:
    assert segment_path(Path("d"), Offset(42), suffix=OPEN) == Path("d/00000000000000000042.open")
    assert segment_path(Path("d"), Offset(2**63 - 1), suffix=SEALED) == Path("d/09223372036854775807.log")


def test_list_gives_each_segment_once_and_nothing_else() -> None:
    disk = FakeDisk()
    disk.make_directory(PARTITION)
    for name in (
        "00000000000000000009.open",
        "00000000000000000000.log",
        "00000000000000000003.log",
        "00000000000000000003.open",
        "durable",
        "lock",
        "17.log",
        "0000000000000000000x.log",
        "00000000000000000003.log.bak",
    ):
        disk.create(PARTITION / name)

    assert list_segments(disk, PARTITION) == [0, 3, 9]


def test_list_of_a_directory_that_is_not_there_is_empty() -> None:
    assert list_segments(FakeDisk(), PARTITION) == ()
