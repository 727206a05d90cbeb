"""One segment opened for reading, with what is known of where its records are."""

import bisect
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from server.eventlog.files import Files, close_quietly
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES, find_salt, segment_path
from server.eventlog.walk import Found, Hole, Place, walk
from server.model.outcome import Offset

# One place remembered every so many bytes: 1,024 places in a full segment, and no offset is further from one than this.
_INDEX_EVERY_BYTES = 64 * 1024

# Where readings ended, so that the next one of the same consumer starts there: one for each consumer of this object.
_MAX_ENDS = 32


class SegmentReader:
    """Usable while the writer appends to the file, seals it, or removes it. One thread uses it."""

    def __init__(self, files: Files, directory: Path, *, first: Offset) -> None:
        """Raises FileNotFoundError when there is no such segment, OSError, LogFormatTooNew."""
        self._files = files
        self.first = first
        path, self._fd = _open(files, directory, first=first)
        try:
            self._salt = find_salt(self._read_at, first=first, path=path)
        except BaseException:
            self.close()
            raise
        self._index = [Place(SEGMENT_HEADER_BYTES, first)]
        self._ends: dict[Offset, int] = {}

    def records(self, start: Offset, *, below: int) -> Iterator[Found | Hole]:
        """Every record from ``start`` on under ``below``, in order, with the holes between them. Raises OSError."""
        if self._salt is None:
            yield Hole(0, 0, max(start, self.first), Offset(below))
            return
        for step in walk(self._read_at, self._nearest(start), below=below, salt=self._salt):
            if isinstance(step, Found):
                self._remember(step)
                if step.record.offset >= start:
                    yield step
            elif step.following > start:
                yield step

    def remember_end(self, last: Found) -> None:
        """The next reading will most likely start behind ``last``."""
        while len(self._ends) >= _MAX_ENDS:
            del self._ends[next(iter(self._ends))]
        self._ends[Offset(last.record.offset + 1)] = last.position + last.record.size

    def close(self) -> None:
        close_quietly(self._files, self._fd)

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

    def _read_at(self, position: int, size: int) -> bytes:
        return self._files.pread(self._fd, size, position)


def _open(files: Files, directory: Path, *, first: Offset) -> tuple[Path, int]:
    """Its path and an open file. The name changes from open to sealed only, so in this order one of them is found."""
    with contextlib.suppress(FileNotFoundError):
        path = segment_path(directory, first, suffix=OPEN)
        return path, files.open(path, os.O_RDONLY)
    path = segment_path(directory, first, suffix=SEALED)
    return path, files.open(path, os.O_RDONLY)
