"""How far readers may read: the file ``durable``, written by the writer after each sync, read by everybody else.

A record that is written but not yet synced can be seen by every process, and be gone after a power cut, its offset
given to another. A consumer that had read it would have passed on an event that never was, and would then skip the
one that took its place. So a reader believes this file, and not what it finds in a segment.

On disk, integers little-endian, 36 bytes in one block::

    0   magic    4 bytes  "hgdu"
    4   version  u16      1
    6   zero     u16
    8   below    u64      offsets below this one are synced
    16  segment  u64      the first offset of the newest segment that holds any of them
    24  next     u64      the offset of the next record; above that only where damage took the records in between
    32  crc      u32      CRC32C of bytes 0 to 31

It is overwritten in place, which is not atomic towards a reader: the crc tells, and the reader tries again. It is not
synced but at a segment's end, on opening and on closing. After a power cut it may be older than the truth, never
newer, since each content was written after the sync that it speaks of; recovery brings it up to date.
"""

import asyncio
import os
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew, ReadOnlyLog
from server.eventlog.files import Files, close_quietly, write_all
from server.ports import Settled

_MAGIC = b"hgdu"
_VERSION = 1
_FIELDS = struct.Struct("<4sHHQQQ")
_CRC = struct.Struct("<I")
_SIZE_BYTES = _FIELDS.size + _CRC.size

# The writer's 36 bytes are copied in well under a microsecond: being caught in it twice in a row is already a marvel.
_MAX_TRIES = 5

# How often a reader looks while it waits. Short first, since under load the next records come in milliseconds; then
# seldom enough that an idle partition costs a reader two thousandths of a core.
_SHORTEST_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.05


class Durable(NamedTuple):
    """Offsets below ``below`` are synced; ``segment`` is the first offset of the newest segment that holds any.

    ``next_offset``: of the next record. No offset is given twice, even when damage has taken the records before it.
    """

    below: int
    segment: int
    next_offset: int


NOTHING_DURABLE = Durable(0, 0, 0)


def encode_durable(durable: Durable) -> bytes:
    fields = _FIELDS.pack(_MAGIC, _VERSION, 0, *durable)
    return fields + _CRC.pack(crc32c(fields))


def decode_durable(content: bytes, *, path: Path) -> Durable | None:
    """None when it is damaged or half written. Raises LogFormatTooNew; ``path`` is for its text."""
    if len(content) < _SIZE_BYTES or not content.startswith(_MAGIC):
        return None
    fields = content[: _FIELDS.size]
    if crc32c(fields) != _CRC.unpack_from(content, _FIELDS.size)[0]:
        return None
    _magic, version, _zero, below, segment, next_offset = _FIELDS.unpack(fields)
    if version > _VERSION:
        raise LogFormatTooNew(
            f"{path} is of format {version}, this version reads up to {_VERSION}: "
            "start the newer version of Heliograph that wrote it"
        )
    return Durable(below, segment, next_offset)


class DurableFile:
    """The writer's end of it."""

    def __init__(self, files: Files, directory: Path) -> None:
        """Opens the file, or makes it. Raises OSError."""
        self._files = files
        self._path = durable_path(directory)
        self._fd = files.open(self._path, os.O_RDWR | os.O_CREAT)

    def load(self) -> Durable | None:
        """What an earlier writer left; None when there was none or it is damaged. Raises OSError, LogFormatTooNew."""
        return decode_durable(self._files.pread(self._fd, _SIZE_BYTES, 0), path=self._path)

    def publish(self, durable: Durable) -> None:
        """From now on readers see it. Raises OSError."""
        write_all(self._files, self._fd, content=encode_durable(durable), position=0)

    def sync(self) -> None:
        self._files.sync(self._fd)

    def close(self) -> None:
        close_quietly(self._files, self._fd)


class Follower:
    """The readers' end of it: where a log that another process writes has got to."""

    def __init__(self, files: Files, directory: Path) -> None:
        self._files = files
        self._path = durable_path(directory)
        self._fd: int | None = None
        self._last = NOTHING_DURABLE
        self._is_closed = False

    def durable(self) -> Durable:
        """As of now. A file that is not there yet, or damaged, counts as what was last read. Raises OSError."""
        if self._fd is None:
            if self._is_closed:
                return self._last
            try:
                self._fd = self._files.open(self._path, os.O_RDONLY)
            except FileNotFoundError:
                return self._last
        for _ in range(_MAX_TRIES):
            found = decode_durable(self._files.pread(self._fd, _SIZE_BYTES, 0), path=self._path)
            if found is not None:
                self._last = found
                break
        return self._last

    async def changed(self, seen: Durable, *, timeout_seconds: float) -> None:
        """Return when :meth:`durable` is no longer ``seen``, or after the timeout."""
        deadline = time.monotonic() + timeout_seconds
        pause_seconds = _SHORTEST_PAUSE_SECONDS
        while self.durable() == seen and not self._is_closed:
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0:
                return
            await asyncio.sleep(min(pause_seconds, left_seconds))
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        raise ReadOnlyLog(f"{self._path.parent} was opened for reading: open_writer() is for appending")

    async def close(self) -> None:
        """Harmless twice."""
        self._is_closed = True
        if self._fd is not None:
            fd, self._fd = self._fd, None
            close_quietly(self._files, fd)


def durable_path(directory: Path) -> Path:
    return directory / "durable"
