"""The segment that is being written: append a group of records, sync, and put right what fails.

What a failure leaves behind decides what may follow it:

- a *write* that failed (disk full, say) may have left bytes: they are cut off, and the segment goes on;
- a *sync* that failed is final. Linux forgets what it could not write and reports success the next time (fsync(2)),
  so nothing is ever synced twice and called good: the segment is closed where it was last known to be durable.
  The same when bytes cannot be cut off. The next segment's name then says where this one ends.
"""

import contextlib
import logging
import os
from pathlib import Path

from server.eventlog.files import Files, close_quietly, write_all
from server.eventlog.segment import (
    OPEN,
    SEALED,
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    encode_segment_header,
    segment_path,
)
from server.model.outcome import Offset

_log = logging.getLogger(__name__)


class SegmentLost(Exception):
    """Nothing more can be appended to this segment; what was durable in it stays. The cause says why."""


class OpenSegment:
    """``durable_bytes``: how much of the file is known to be on the disk. One thread uses it."""

    def __init__(self, files: Files, directory: Path, *, fd: int, first: Offset, salt: int, durable_bytes: int) -> None:
        self._files = files
        self._directory = directory
        self._fd = fd
        self._is_closed = False
        self.first = first
        self.salt = salt
        self.durable_bytes = durable_bytes

    @classmethod
    def create(cls, files: Files, directory: Path, *, header: SegmentHeader) -> "OpenSegment":
        """A new one, empty, itself and its name on the disk.

        Raises OSError; then there is none, and trying again is right.
        """
        path = segment_path(directory, header.first, suffix=OPEN)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        try:
            fd = files.open(path, flags)
        except FileExistsError:
            # Left by one that failed: nothing acknowledged is in it, or this would not be the next offset.
            files.remove(path)
            fd = files.open(path, flags)
        try:
            write_all(files, fd, content=encode_segment_header(header), position=0)
            files.sync(fd)
            files.sync_directory(directory)
        except BaseException:
            close_quietly(files, fd)
            with contextlib.suppress(OSError):
                files.remove(path)
            raise
        return cls(files, directory, fd=fd, first=header.first, salt=header.salt, durable_bytes=SEGMENT_HEADER_BYTES)

    @property
    def is_empty(self) -> bool:
        return self.durable_bytes <= SEGMENT_HEADER_BYTES

    def append(self, records: bytes) -> None:
        """Durable when it returns. Raises OSError when not, and SegmentLost when nothing can follow either."""
        try:
            write_all(self._files, self._fd, content=records, position=self.durable_bytes)
        except OSError as error:
            self._cut(error)
            raise
        try:
            self._files.sync(self._fd)
        except OSError as error:
            with contextlib.suppress(SegmentLost):
                self._cut(error)
            raise SegmentLost(str(error)) from error
        self.durable_bytes += len(records)

    def seal(self) -> None:
        """Close it for good. Harmless twice; what fails is logged, since nothing depends on the new name."""
        if self._is_closed:
            return
        self.close()
        if self.is_empty:
            return  # the next one takes its name
        path = segment_path(self._directory, self.first, suffix=OPEN)
        try:
            self._files.rename(path, segment_path(self._directory, self.first, suffix=SEALED))
        except OSError as error:
            _log.warning("event_log_segment_not_sealed file=%s error=%s", path, error)

    def close(self) -> None:
        """Let go, to be continued by the next writer. Harmless twice."""
        if self._is_closed:
            return
        self._is_closed = True
        close_quietly(self._files, self._fd)

    def _cut(self, cause: OSError) -> None:
        """Back to what is durable. Raises SegmentLost if even that fails."""
        try:
            self._files.truncate(self._fd, self.durable_bytes)
        except OSError as error:
            raise SegmentLost(f"{cause}; and what it left could not be cut off: {error}") from error
