"""Reading a partition from any offset on, across segments and past damage, while its writer goes on.

How the records of one reading are found: the durable end first (durable.py), *then* the list of segments, so that every
segment that holds one of them is in the list; each segment counts up to the next one's first offset, whatever else
is in its file. The list is made anew only when the durable end names another segment or a file has gone.
"""

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from server.eventlog.damage import Damage, DamageReport
from server.eventlog.durable import Durable
from server.eventlog.files import Files
from server.eventlog.segment import list_segments
from server.eventlog.segment_reader import SegmentReader
from server.eventlog.walk import Found, Hole
from server.model.outcome import Offset
from server.ports import LogRecord

# So that a reading of large records stays small in memory, whatever its limit; one record is always given.
_MAX_READ_BYTES = 8 * 1024 * 1024

# Consumers that are far apart read different segments through one object; what is known of one takes up to 100 KB.
_MAX_KNOWN_SEGMENTS = 8

# A file goes while a list names it only when retention removes it, which is seldom.
_MAX_RELISTS = 5


class Reader:
    """One thread reads through it; :meth:`end` may be asked from another."""

    def __init__(self, files: Files, directory: Path, *, durable: Callable[[], Durable], damage: DamageReport) -> None:
        self._files = files
        self._directory = directory
        self._durable = durable
        self._damage = damage
        self._firsts: Sequence[Offset] = ()
        self._listed_for: int | None = None
        self._segments: dict[Offset, SegmentReader] = {}
        self._barren = (Offset(-1), Offset(-1))

    def end(self) -> Offset:
        """Of the last durable record; when damage took the last ones, of the last that can be read. Raises OSError."""
        last = Offset(self._durable().below - 1)
        after, end = self._barren
        return after if end == last and after < last else last

    def read(self, after: Offset, *, limit: int) -> Sequence[LogRecord]:
        """At most ``limit`` records above ``after``, in order; fewer when they are large.

        Raises OSError, LogFormatTooNew.
        """
        if limit <= 0:
            return ()
        for _ in range(_MAX_RELISTS):
            try:
                return self._read(after, limit=limit)
            except FileNotFoundError:
                self._listed_for = None
        return self._read(after, limit=limit)

    def _read(self, after: Offset, *, limit: int) -> Sequence[LogRecord]:
        durable = self._durable()
        start = Offset(after + 1)
        records: list[LogRecord] = []
        size = 0
        for segment, below in self._spans(start, durable):
            last: Found | None = None
            with contextlib.closing(segment.records(max(start, segment.first), below=below)) as steps:
                for step in steps:
                    if isinstance(step, Hole):
                        self._report(segment, step)
                        continue
                    last = step
                    records.append(LogRecord(step.record.offset, step.record.value))
                    size += step.record.size
                    if len(records) >= limit or size >= _MAX_READ_BYTES:
                        break
            if last is not None:
                segment.remember_end(last)
            if len(records) >= limit or size >= _MAX_READ_BYTES:
                break
        if not records and start < durable.below:
            if not self._firsts:
                self._damage.add(Damage(start, 0, start, Offset(durable.below - 1)))
            # Else a consumer would be told again and again that there is something for it.
            self._barren = (after, Offset(durable.below - 1))
        return records

    def _spans(self, start: Offset, durable: Durable) -> Iterator[tuple[SegmentReader, int]]:
        """The segments that hold offsets from ``start`` up to the durable end, each with the offset it ends below."""
        if start >= durable.below:
            return
        if self._listed_for != durable.segment:
            self._list(durable)
        at = max(bisect_right(self._firsts, start) - 1, 0)
        for index in range(at, len(self._firsts)):
            first = self._firsts[index]
            if first >= durable.below:
                return
            following = self._firsts[index + 1] if index + 1 < len(self._firsts) else durable.below
            yield self._segment(first), min(following, durable.below)

    def _list(self, durable: Durable) -> None:
        self._firsts = list_segments(self._files, self._directory)
        self._listed_for = durable.segment
        for first in set(self._segments).difference(self._firsts):
            del self._segments[first]

    def _segment(self, first: Offset) -> SegmentReader:
        segment = self._segments.pop(first, None) or SegmentReader(self._files, self._directory, first=first)
        self._segments[first] = segment  # the latest used is the last
        while len(self._segments) > _MAX_KNOWN_SEGMENTS:
            del self._segments[next(iter(self._segments))]
        return segment

    def _report(self, segment: SegmentReader, hole: Hole) -> None:
        if hole.following > hole.first:
            self._damage.add(Damage(segment.first, hole.position, hole.first, Offset(hole.following - 1)))
