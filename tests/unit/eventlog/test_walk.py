from collections.abc import Sequence

import pytest

from server.eventlog.record import RECORD_HEADER_BYTES, encode_records
from server.eventlog.walk import Found, Hole, Place, walk
from server.model.outcome import Offset
from tests.unit.eventlog.logs import reading

SALT = 0x5A17_0001
NO_LIMIT = 2**63
START = Place(0, Offset(0))


def records(values: Sequence[bytes], *, first: int = 0) -> list[bytes]:
    return [encode_records([value], salt=SALT, first=first + index, time_ms=0) for index, value in enumerate(values)]


def walked(content: bytes, *, below: int = NO_LIMIT, start: Place = START) -> list[tuple[int, bytes] | Hole]:
    """Each record as (offset, value), and the holes."""
    return [
        (step.record.offset, step.record.value) if isinstance(step, Found) else step
        for step in walk(reading(content), start, below=below, salt=SALT)
    ]


def test_every_record_then_where_they_end() -> None:
    content = b"".join(records([b"a", b"b"]))

    assert walked(content) == [(0, b"a"), (1, b"b"), Hole(len(content), len(content), Offset(2), Offset(NO_LIMIT))]


def test_it_stops_below_the_limit_without_a_word() -> None:
    assert walked(b"".join(records([b"a", b"b", b"c"])), below=2) == [(0, b"a"), (1, b"b")]
    assert walked(b"", below=0) == []


def test_it_starts_at_a_place_in_the_middle() -> None:
    whole = records([b"a", b"b"])

    assert walked(b"".join(whole), below=2, start=Place(len(whole[0]), Offset(1))) == [(1, b"b")]


def test_a_broken_record_costs_itself_only() -> None:
    whole = records([b"a", b"broken", b"c"])
    broken = whole[1][:-1] + b"N"
    start, end = len(whole[0]), len(whole[0]) + len(broken)

    assert walked(whole[0] + broken + whole[2], below=3) == [
        (0, b"a"),
        Hole(start, end, Offset(1), Offset(2)),
        (2, b"c"),
    ]


def test_a_broken_block_costs_the_records_in_it() -> None:
    whole = records([b"%d" % number * 50 for number in range(8)])
    content = bytearray(b"".join(whole))
    content[100:300] = bytes(200)

    found = [step for step in walked(bytes(content), below=8) if not isinstance(step, Hole)]

    assert [offset for offset, _value in found] == [0, 4, 5, 6, 7]


def test_a_broken_last_record_is_a_hole_to_the_limit() -> None:
    whole = records([b"a", b"broken"])
    content = whole[0] + whole[1][:-1]

    assert walked(content, below=2) == [(0, b"a"), Hole(len(whole[0]), len(content), Offset(1), Offset(2))]


def test_a_gap_in_the_sequence_is_a_hole_without_bytes() -> None:
    whole = records([b"a", b"b", b"c"])

    assert walked(whole[0] + whole[2], below=3) == [
        (0, b"a"),
        Hole(len(whole[0]), len(whole[0]), Offset(1), Offset(2)),
        (2, b"c"),
    ]


def test_a_record_from_before_is_passed_over() -> None:
    whole = records([b"a", b"b", b"c"])

    assert walked(whole[0] + whole[1] + whole[0] + whole[2], below=3) == [
        (0, b"a"),
        (1, b"b"),
        Hole(len(whole[0] + whole[1]), len(whole[0] + whole[1] + whole[0]), Offset(2), Offset(2)),
        (2, b"c"),
    ]


def test_a_record_at_or_above_the_limit_is_never_given() -> None:
    whole = records([b"a", b"b", b"unsynced"])
    broken = whole[1][:-1] + b"N"

    assert walked(whole[0] + broken + whole[2], below=2)[1:] == [
        Hole(len(whole[0]), len(b"".join(whole)), Offset(1), Offset(2))
    ]


def test_a_record_forged_inside_a_broken_value_is_not_believed() -> None:
    """A stranger can send any bytes in an event, but does not know the segment's salt."""
    forged = encode_records([b"forged"], salt=SALT + 1, first=1, time_ms=0)
    whole = records([forged + b"!", b"b"])
    broken = whole[0][:-1] + b"?"

    assert walked(broken + whole[1], below=2) == [Hole(0, len(broken), Offset(0), Offset(1)), (1, b"b")]


def test_the_salt_alone_in_a_value_is_not_taken_for_a_record() -> None:
    whole = records([SALT.to_bytes(4, "little") * 20, b"b"])
    broken = whole[0][:5] + b"?" + whole[0][6:]

    assert walked(broken + whole[1], below=2) == [Hole(0, len(broken), Offset(0), Offset(1)), (1, b"b")]


@pytest.mark.parametrize("size", [256 * 1024 - RECORD_HEADER_BYTES, 256 * 1024, 600_000])
def test_values_larger_than_the_window_are_read_whole(size: int) -> None:
    values = [b"a" * size, b"b", b"c" * size]

    assert walked(b"".join(records(values)), below=3) == list(enumerate(values))


@pytest.mark.parametrize("shift", range(12))
def test_the_next_record_is_found_wherever_it_lies_to_the_window(shift: int) -> None:
    # The search starts one byte behind the broken record's start, so its first window ends 256 KiB later.
    noise = b"\xee" * (256 * 1024 - 2 + shift - 4)
    whole = records([b"found"], first=5)[0]

    assert walked(noise + whole, below=6) == [Hole(0, len(noise), Offset(0), Offset(5)), (5, b"found")]


def test_an_empty_file_holds_nothing() -> None:
    assert walked(b"", below=3) == [Hole(0, 0, Offset(0), Offset(3))]
