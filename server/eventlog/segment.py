"""A segment: one file of records that follow each other. Its name, its header, and which exist.

Constraints that shaped it:

- what is acknowledged survives ``kill -9`` and power loss, so a record counts once it is synced, never before;
- one process appends, others read the same files meanwhile, and nobody takes a lock to read;
- any byte may turn out wrong later. That costs the record it stands in, not the log, and it is said;
- old records go by whole files, so nothing is ever moved or written twice.

A partition's directory::

    00000000000000000000.log    sealed: never written again
    00000000000000004211.open   the one being written
    durable                     how far readers may read (durable.py)
    lock                        who the writer is
    offsets/<consumer>          how far each consumer has come (offsets.py)

A segment's name is the offset of its first record; ``.open`` becomes ``.log`` by a rename. On disk, integers
little-endian::

    0   magic   8 bytes  "heliolog"
    8   version u16      1
    10  zero    u16
    12  salt    u32      random; stands in each record, see record.py
    16  first   u64      the offset of the first record, as in the name
    24  time    u64      when the segment was begun, in ms since 1970
    32  crc     u32      CRC32C of bytes 0 to 31
    36  records, without a gap, until the end of the file

A later version keeps magic, version and crc where they are, so that this one can tell "too new" from "damaged".

Where a segment ends: at the first offset of the next one. What a failed write left behind after that offset, when it
could not be cut off either, is thereby never read.

Recovery, when a writer opens the partition, reads the last segment only (recovery.py). How a reader gets past damage
is in walk.py.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew
from server.eventlog.files import Files
from server.eventlog.record import RECORD_HEADER_BYTES, ReadAt, decode_salt, read_record
from server.model.outcome import Offset

_MAGIC = b"heliolog"
_VERSION = 1
_FIELDS = struct.Struct("<8sHHIQQ")
_CRC = struct.Struct("<I")

SEGMENT_HEADER_BYTES = _FIELDS.size + _CRC.size

OPEN = ".open"
SEALED = ".log"

# 2^63 - 1 has 19 digits; with twenty, names sort as their numbers do.
_NAME_DIGITS = 20


class SegmentHeader(NamedTuple):
    """``salt`` is not 0: a search for it would stop at every byte of a hole in the file."""

    salt: int
    first: Offset
    time_ms: int


def encode_segment_header(header: SegmentHeader) -> bytes:
    fields = _FIELDS.pack(_MAGIC, _VERSION, 0, header.salt, header.first, header.time_ms)
    return fields + _CRC.pack(crc32c(fields))


def decode_segment_header(content: bytes, *, path: Path) -> SegmentHeader | None:
    """None when it is damaged or torn. Raises LogFormatTooNew when it is whole but newer; ``path`` is for its text."""
    if len(content) < SEGMENT_HEADER_BYTES or not content.startswith(_MAGIC):
        return None
    fields = content[: _FIELDS.size]
    if crc32c(fields) != _CRC.unpack_from(content, _FIELDS.size)[0]:
        return None
    _magic, version, _zero, salt, first, time_ms = _FIELDS.unpack(fields)
    if version > _VERSION:
        raise LogFormatTooNew(
            f"{path} is of format {version}, this version reads up to {_VERSION}: "
            "start the newer version of Heliograph that wrote it"
        )
    return SegmentHeader(salt, Offset(first), time_ms)


def find_salt(read_at: ReadAt, *, first: Offset, path: Path) -> int | None:
    """The salt of the segment that ``read_at`` reads: from its header, or if that is damaged from its first record.

    None when neither can be believed. Raises LogFormatTooNew, and what ``read_at`` raises.
    """
    content = read_at(0, SEGMENT_HEADER_BYTES)
    header = decode_segment_header(content, path=path)
    if header is not None and header.first == first:
        return header.salt
    content = read_at(SEGMENT_HEADER_BYTES, RECORD_HEADER_BYTES)
    if len(content) < RECORD_HEADER_BYTES:
        return None
    salt = decode_salt(content)
    record = read_record(read_at, SEGMENT_HEADER_BYTES, salt=salt)
    return salt if salt and record is not None and record.offset == first else None


def segment_path(directory: Path, first: Offset, *, suffix: str) -> Path:
    return directory / f"{first:0{_NAME_DIGITS}}{suffix}"


def first_offset(path: Path) -> Offset:
    """Of the segment that is at ``path``."""
    return Offset(int(path.stem))


def list_segments(files: Files, directory: Path) -> Sequence[Offset]:
    """The first offset of every segment, open or sealed, in order; empty when the directory does not exist."""
    try:
        names = files.names(directory)
    except FileNotFoundError:
        return ()
    stems = (name.removesuffix(OPEN).removesuffix(SEALED) for name in names if name.endswith((OPEN, SEALED)))
    return sorted(
        {Offset(int(stem)) for stem in stems if len(stem) == _NAME_DIGITS and stem.isascii() and stem.isdigit()}
    )
