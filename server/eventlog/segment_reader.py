"""One segment as a reader knows it: what is known of where its records are."""

import bisect
import contextlib
import os
from collections.abc import Generator
from functools import partial
from pathlib import Path

from server.eventlog.files import Files, close_quietly
from server.eventlog.record import ReadAt
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES, find_salt, segment_path
from server.eventlog.walk import Found, Hole, Place, walk
from server.model.outcome import Offset

# One place remembered every so many bytes: 1,024 places in a full segment, and no offset is further from one than this.
_INDEX_EVERY_BYTES = 64 * 1024

# Where readings ended, so that the next one of the same consumer starts there: one for each consumer of this object.
_MAX_ENDS = 32


class SegmentReader:
    """Usable while the writer appends to the file or seals it. One thread uses it.

    The file is open only during a reading. A reader that is not asked for days would else hold the space of what
    retention has removed, and on a full disk nobody would ask it again.
    """

    def __init__(self, files: Files, directory: Path, *, first: Offset) -> None:
        self._files = files
        self._directory = directory
        self.first = first
        self._salt: int | None = None
        self._index = [Place(SEGMENT_HEADER_BYTES, first)]
        self._ends: dict[Offset, int] = {}

    def records(self, start: Offset, *, below: int) -> Generator[Found | Hole]:
        """Every record from ``start`` on under ``below``, in order, with the holes between them.

        Raises FileNotFoundError when there is no such segment any more, OSError, LogFormatTooNew.
        """
        path, fd = _open(self._files, self._directory, first=self.first)
        try:
            yield from self._records(partial(_read_at, self._files, fd), path, start, below=below)
        finally:
            close_quietly(self._files, fd)

    def remember_end(self, last: Found) -> None:
        """The next reading will most likely start behind ``last``."""
        while len(self._ends) >= _MAX_ENDS:
            del self._ends[next(iter(self._ends))]
        self._ends[Offset(last.record.offset + 1)] = last.position + last.record.size

    def _records(self, read_at: ReadAt, path: Path, start: Offset, *, below: int) -> Generator[Found | Hole]:
        if self._salt is None:
            self._salt = find_salt(read_at, first=self.first, path=path)
        if self._salt is None:
            yield Hole(0, 0, max(start, self.first), Offset(below))
            return
        for step in walk(read_at, self._nearest(start), below=below, salt=self._salt):
            if isinstance(step, Found):
                self._remember(step)
                if step.record.offset >= start:
                    yield step
            elif step.following > start:
                yield step

    def _nearest(self, start: Offset) -> Place:
        """The last known place at or before ``start``. One that a reading ended at is given back only once."""
        end = self._ends.pop(start, None)
        if end is not None:
            return Place(end, start)
        at = bisect.bisect_right(self._index, start, key=lambda place: place.offset)
        return self._index[max(at - 1, 0)]

    def _remember(self, found: Found) -> None:
        last = self._index[-1]
        if found.position >= last.position + _INDEX_EVERY_BYTES and found.record.offset > last.offset:
            self._index.append(Place(found.position, found.record.offset))


def _read_at(files: Files, fd: int, position: int, size: int) -> bytes:
    return files.pread(fd, size, position)


def _open(files: Files, directory: Path, *, first: Offset) -> tuple[Path, int]:
    """Its path and an open file. The name changes from open to sealed only, so in this order one of them is found."""
    with contextlib.suppress(FileNotFoundError):
        path = segment_path(directory, first, suffix=OPEN)
        return path, files.open(path, os.O_RDONLY)
    path = segment_path(directory, first, suffix=SEALED)
    return path, files.open(path, os.O_RDONLY)
