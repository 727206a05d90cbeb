"""How far each consumer has come: one small file a consumer, replaced whole.

``offsets/<consumer>`` holds one line of text, so that an operator can read it::

    heliograph-offset 1 4210 9ae0b3c1

format version, offset of the last record the consumer is done with, CRC32C of what stands before it. It is written
beside (``.<consumer>.new``), synced, renamed over the old one, and the directory synced: at any moment, power cuts
included, the file is the old one or the new one.

A file that is missing or damaged counts as "never committed": everything is read again, which is allowed (at least
once), where guessing further ahead would lose events.
"""

import logging
import os
import re
from pathlib import Path

from google_crc32c import value as crc32c

from server.eventlog.errors import LogFormatTooNew
from server.eventlog.files import Files, close_quietly, write_all
from server.model.outcome import BEFORE_FIRST, Offset

_log = logging.getLogger(__name__)

_VERSION = 1
_LINE = re.compile(rb"(heliograph-offset (\d{1,9}) (\d{1,19}) )([0-9a-f]{8})\n")
_MAX_FILE_BYTES = 100

# A file name on every system, never hidden, never a path.
_CONSUMER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class Offsets:
    """The offsets of one partition. One process commits for a consumer; any may ask."""

    def __init__(self, files: Files, directory: Path) -> None:
        """``directory``: the partition's."""
        self._files = files
        self._directory = directory / "offsets"
        # Whose file is on the disk under its name, for sure: a process before this one may have died before it was.
        self._synced: set[str] = set()

    def load(self, consumer: str) -> Offset:
        """BEFORE_FIRST when there is no such file or it is damaged. Raises OSError, ValueError, LogFormatTooNew."""
        path = self._path(consumer)
        try:
            fd = self._files.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return BEFORE_FIRST
        try:
            content = self._files.pread(fd, _MAX_FILE_BYTES, 0)
        finally:
            close_quietly(self._files, fd)
        offset = decode_offset(content, path=path)
        if offset is None:
            _log.warning("event_log_offset_damaged consumer=%s file=%s reading_from=first", consumer, path)
            return BEFORE_FIRST
        return offset

    def save(self, consumer: str, offset: Offset) -> None:
        """Durable when it returns. Writes only what is ahead of what is saved. Raises OSError, ValueError."""
        path = self._path(consumer)
        saved = self.load(consumer)
        if offset <= BEFORE_FIRST:
            return
        if offset > saved:
            self._synced.discard(consumer)
            self._replace(path, offset)
        if consumer not in self._synced:
            self._files.sync_directory(self._directory)
            self._synced.add(consumer)

    def highest(self) -> Offset:
        """Of all consumers; BEFORE_FIRST when none ever committed. Raises OSError."""
        try:
            names = self._files.names(self._directory)
        except FileNotFoundError:
            return BEFORE_FIRST
        return max((self.load(name) for name in names if _CONSUMER.fullmatch(name)), default=BEFORE_FIRST)

    def _replace(self, path: Path, offset: Offset) -> None:
        self._files.make_directory(self._directory)
        new = path.with_name(f".{path.name}.new")
        fd = self._files.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            write_all(self._files, fd, content=encode_offset(offset), position=0)
            self._files.sync(fd)
        finally:
            close_quietly(self._files, fd)
        self._files.rename(new, path)

    def _path(self, consumer: str) -> Path:
        if not _CONSUMER.fullmatch(consumer):
            raise ValueError(
                f"{consumer!r} cannot name a consumer: use 1 to 100 letters, digits, '.', '_' or '-', no '.' in front"
            )
        return self._directory / consumer


def encode_offset(offset: Offset) -> bytes:
    start = b"heliograph-offset %d %d " % (_VERSION, offset)
    return start + b"%08x\n" % crc32c(start)


def decode_offset(content: bytes, *, path: Path) -> Offset | None:
    """None when it is damaged. Raises LogFormatTooNew; ``path`` is for its text."""
    line = _LINE.fullmatch(content)
    if line is None or int(line[4], 16) != crc32c(line[1]):
        return None
    if int(line[2]) > _VERSION:
        raise LogFormatTooNew(
            f"{path} is of format {int(line[2])}, this version reads up to {_VERSION}: "
            "start the newer version of Heliograph that wrote it"
        )
    return Offset(int(line[3]))
