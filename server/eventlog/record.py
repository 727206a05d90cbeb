"""One record as bytes. Pure: no file is touched here.

On disk, integers little-endian::

    0   crc     u32   CRC32C of everything after it: bytes 4 to the end of the value
    4   salt    u32   the segment's random number, the same in each of its records
    8   length  u32   of the value, in bytes
    12  offset  u64   one more than the record before
    20  time    u64   when it was appended, in ms since 1970, by the writer's clock
    28  value

Why each field is there:

- **crc** tells a whole record from a torn or rotten one. It covers the header, so a flipped bit in a length or an
  offset is found as well. CRC32C because processors compute it.
- **salt** is what a reader looks for to find the next record behind a broken one. It is random, a new one for each
  segment, because a value holds bytes that strangers sent: a fixed marker could be sent inside an event, and a
  record forged with it would be believed when the real one around it was damaged. For the same reason the blocks
  of an older file, come back from the dead, are not taken for records of this one.
- **length** is bounded, so that a broken one cannot make a reader ask for gigabytes.
- **offset** makes a gap visible.
- **time** lets old segments be removed by age without decoding the values.

There are no line ends or other separators: a value is any bytes, and is never searched or escaped.
"""

import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from google_crc32c import extend
from google_crc32c import value as crc32c

from server.model.outcome import Offset

_CRC = struct.Struct("<I")
_SALT = struct.Struct("<I")
_BODY = struct.Struct("<IIQQ")  # what follows the crc: salt, length, offset, time
_HEADER = struct.Struct("<IIIQQ")

RECORD_HEADER_BYTES = _HEADER.size

# Three times the largest batch that a client may send (5 MB): no record is ever this big, unless its length is broken.
MAX_VALUE_BYTES = 16 * 1024 * 1024

SALT_POSITION = 4
"""Where in a record the salt stands, in bytes."""


class Record(NamedTuple):
    """A whole record. ``size`` is what it takes on disk, in bytes."""

    offset: Offset
    time_ms: int
    value: bytes
    size: int


class Short(NamedTuple):
    """The window ends within the record, which needs ``size`` bytes counted from its start."""

    size: int


Decoded: TypeAlias = Record | Short | None
"""None: there is no record here."""

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""``read_at(position, size)`` reads a file: fewer bytes only at its end."""


def encode_records(values: Iterable[bytes], *, salt: int, first: int, time_ms: int) -> bytes:
    """The records of ``values`` as they stand on disk, one after another, with offsets from ``first`` on.

    A whole group at once: this loop and the answers to the waiters are what an append costs beside its sync.
    """
    pack_body, pack_crc = _BODY.pack, _CRC.pack
    parts: list[bytes] = []
    for offset, value in enumerate(values, first):
        body = pack_body(salt, len(value), offset, time_ms)
        parts += (pack_crc(extend(crc32c(body), value)), body, value)
    return b"".join(parts)


def decode_record(window: bytes, position: int, *, salt: int) -> Decoded:
    """The record that starts at ``position`` of ``window``."""
    start = position + RECORD_HEADER_BYTES
    if start > len(window):
        return Short(RECORD_HEADER_BYTES)
    crc, found_salt, length, offset, time_ms = _HEADER.unpack_from(window, position)
    if found_salt != salt or length > MAX_VALUE_BYTES:
        return None
    end = start + length
    if end > len(window):
        return Short(end - position)
    value = window[start:end]
    if extend(crc32c(window[position + _CRC.size : start]), value) != crc:
        return None
    return Record(Offset(offset), time_ms, value, end - position)


def read_record(read_at: ReadAt, position: int, *, salt: int) -> Record | None:
    """The record that starts at ``position`` of a file, read by itself; None when there is none."""
    record = decode_record(read_at(position, RECORD_HEADER_BYTES), 0, salt=salt)
    if isinstance(record, Short):
        record = decode_record(read_at(position, record.size), 0, salt=salt)
    return record if isinstance(record, Record) else None


def encode_salt(salt: int) -> bytes:
    """The salt as it stands in each record, to search for."""
    return _SALT.pack(salt)


def decode_salt(record: bytes) -> int:
    """The salt that the bytes of a record name."""
    salt: int = _SALT.unpack_from(record, SALT_POSITION)[0]
    return salt
