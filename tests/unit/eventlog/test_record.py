from hypothesis import given
from hypothesis import strategies as st

from server.eventlog.record import (
    MAX_VALUE_BYTES,
    RECORD_HEADER_BYTES,
    Record,
    Short,
    decode_record,
    decode_salt,
    encode_records,
    encode_salt,
    read_record,
)
from server.model.outcome import Offset
from tests.unit.eventlog.logs import reading

SALT = 0x5A17_0001
VALUE = b'{"eventType":"web.webpagedetails.pageViews"}'


def encoded(value: bytes = VALUE, *, salt: int = SALT, offset: int = 42, time_ms: int = 1_700_000_000_000) -> bytes:
    return encode_records([value], salt=salt, first=offset, time_ms=time_ms)


@given(
    value=st.binary(max_size=300),
    salt=st.integers(1, 2**32 - 1),
    offset=st.integers(0, 2**63 - 1),
    time_ms=st.integers(0, 2**63 - 1),
    before=st.binary(max_size=20),
    behind=st.binary(max_size=20),
)
def test_decode_gives_back_what_was_encoded(
    value: bytes, salt: int, offset: int, time_ms: int, before: bytes, behind: bytes
) -> None:
    window = before + encoded(value, salt=salt, offset=offset, time_ms=time_ms) + behind

    record = decode_record(window, len(before), salt=salt)

    assert record == Record(Offset(offset), time_ms, value, RECORD_HEADER_BYTES + len(value))


def test_the_bytes_on_disk_are_as_documented() -> None:
    whole = encoded(b"abc", salt=1, offset=2, time_ms=3)

    assert whole.hex(" ", 4) == bytes.fromhex(
        "df4125bb"  # crc: CRC32C of the rest
        "01000000"  # salt
        "03000000"  # length
        "0200000000000000"  # offset
        "0300000000000000"  # time
        "616263"
    ).hex(" ", 4)
    assert crc32c_by_definition(whole[4:]) == 0xBB2541DF


def test_every_prefix_is_short_by_what_is_missing() -> None:
    whole = encoded()

    for size in range(len(whole)):
        found = decode_record(whole[:size], 0, salt=SALT)

        assert found == Short(RECORD_HEADER_BYTES if size < RECORD_HEADER_BYTES else len(whole))


def test_a_flipped_bit_anywhere_makes_it_no_record() -> None:
    whole = encoded()

    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8

        assert not isinstance(decode_record(bytes(changed), 0, salt=SALT), Record)


def test_a_record_of_another_segment_is_no_record() -> None:
    assert decode_record(encoded(salt=SALT + 1), 0, salt=SALT) is None


def test_a_length_beyond_the_limit_is_never_waited_for() -> None:
    header = bytearray(encoded())
    header[8:12] = (MAX_VALUE_BYTES + 1).to_bytes(4, "little")

    assert decode_record(bytes(header), 0, salt=SALT) is None


def test_zeros_are_no_record() -> None:
    assert decode_record(bytes(100), 0, salt=SALT) is None


def test_the_salt_is_found_in_the_record() -> None:
    assert encode_salt(SALT) in encoded()
    assert decode_salt(encoded()) == SALT


def test_read_record_reads_no_more_than_the_record() -> None:
    read: list[tuple[int, int]] = []
    content = reading(b"before" + encoded() + b"behind")

    def read_at(position: int, size: int) -> bytes:
        read.append((position, size))
        return content(position, size)

    record = read_record(read_at, 6, salt=SALT)

    assert record is not None
    assert record.value == VALUE
    assert read == [(6, RECORD_HEADER_BYTES), (6, len(encoded()))]


def test_read_record_is_none_where_the_file_ends_too_soon() -> None:
    whole = encoded()

    for size in range(len(whole)):
        assert read_record(reading(whole[:size]), 0, salt=SALT) is None


def crc32c_by_definition(content: bytes) -> int:
    """RFC 3720, appendix B.4, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
