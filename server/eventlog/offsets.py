"""How far each consumer has come: one small file a consumer, of two lines that are written in turn.

``offsets/<consumer>`` is text, so that an operator can read it. Each line takes 512 bytes, filled up with spaces::

    heliograph-offset 1 4210 9ae0b3c1
    heliograph-offset 1 4195 0d4e11f7

format version, offset of the last record the consumer is done with, CRC32C of what stands before it; the higher one
holds. The one that does not is overwritten and synced: one sync, and at any moment, power cuts included, one of the
two is whole. Where it is not certain that the line that holds is on the disk (the process before may have been killed
before its sync, or a sync has failed), the file is written beside (``.<consumer>.new``) and replaced by a rename.

That takes three syncs, and was all there was at first: a commit cost 0.4 ms of CPU and 5 ms on a busy disk, which
writing one line does in 0.07 and 0.8.

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
_LINE = re.compile(rb"(heliograph-offset (\d{1,9}) (\d{1,19}) )([0-9a-f]{8}) *\n")

# A sector is the least that a disk writes, and it writes it whole or not: what is written in one line leaves the other.
_LINE_BYTES = 512
_LINES = 2

# A file name on every system, never hidden, never a path.
_CONSUMER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class Offsets:
    """The offsets of one partition. One process commits for a consumer; any may ask."""

    def __init__(self, files: Files, directory: Path) -> None:
        """``directory``: the partition's."""
        self._files = files
        self._directory = directory / "offsets"
        # Of each consumer whose file is on the disk as it is, for sure: the line that does not hold.
        self._spare: dict[str, int] = {}

    def load(self, consumer: str) -> Offset:
        """BEFORE_FIRST when there is no such file or it is damaged. Raises OSError, ValueError, LogFormatTooNew."""
        path = self._path(consumer)
        try:
            fd = self._files.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return BEFORE_FIRST
        try:
            content = self._files.pread(fd, _LINES * _LINE_BYTES, 0)
        finally:
            close_quietly(self._files, fd)
        offset = decode_offsets(content, path=path)
        if offset is None:
            _log.warning("event_log_offset_damaged consumer=%s file=%s reading_from=first", consumer, path)
            return BEFORE_FIRST
        return offset

    def save(self, consumer: str, offset: Offset) -> None:
        """Durable when it returns. Writes only what is ahead of what is saved. Raises OSError, ValueError."""
        path = self._path(consumer)
        if offset <= BEFORE_FIRST:
            return
        saved = self.load(consumer)
        spare = self._spare.pop(consumer, None)
        if spare is None:
            self._replace(path, max(offset, saved))
            spare = 0
        elif offset > saved:
            self._overwrite(path, offset, line=spare)
            spare = (spare + 1) % _LINES
        # Not after an exception: what is on the disk is then not known.
        self._spare[consumer] = spare

    def highest(self) -> Offset:
        """Of all consumers; BEFORE_FIRST when none ever committed. Raises OSError."""
        try:
            names = self._files.names(self._directory)
        except FileNotFoundError:
            return BEFORE_FIRST
        return max((self.load(name) for name in names if _CONSUMER.fullmatch(name)), default=BEFORE_FIRST)

    def _overwrite(self, path: Path, offset: Offset, *, line: int) -> None:
        fd = self._files.open(path, os.O_RDWR)
        try:
            write_all(self._files, fd, content=encode_offset(offset), position=line * _LINE_BYTES)
            self._files.sync(fd)
        finally:
            close_quietly(self._files, fd)

    def _replace(self, path: Path, offset: Offset) -> None:
        self._files.make_directory(self._directory)
        new = path.with_name(f".{path.name}.new")
        fd = self._files.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            write_all(self._files, fd, content=encode_offset(offset) * _LINES, position=0)
            self._files.sync(fd)
        finally:
            close_quietly(self._files, fd)
        self._files.rename(new, path)
        self._files.sync_directory(self._directory)

    def _path(self, consumer: str) -> Path:
        if not _CONSUMER.fullmatch(consumer):
            raise ValueError(
                f"{consumer!r} cannot name a consumer: use 1 to 100 letters, digits, '.', '_' or '-', no '.' in front"
            )
        return self._directory / consumer


def encode_offset(offset: Offset) -> bytes:
    """One line."""
    start = b"heliograph-offset %d %d " % (_VERSION, offset)
    return (start + b"%08x" % crc32c(start)).ljust(_LINE_BYTES - 1) + b"\n"


def decode_offsets(content: bytes, *, path: Path) -> Offset | None:
    """The highest of a file's lines, None when all are damaged. Raises LogFormatTooNew; ``path`` is for its text."""
    starts = range(0, len(content), _LINE_BYTES)
    found = (_decode_offset(content[start : start + _LINE_BYTES], path=path) for start in starts)
    return max((offset for offset in found if offset is not None), default=None)


def _decode_offset(content: bytes, *, path: Path) -> Offset | None:
    line = _LINE.fullmatch(content)
    if line is None or int(line[4], 16) != crc32c(line[1]):
        return None
    if int(line[2]) > _VERSION:
        raise LogFormatTooNew(
            f"{path} is of format {int(line[2])}, this version reads up to {_VERSION}: "
            "start the newer version of Heliograph that wrote it"
        )
    return Offset(int(line[3]))
