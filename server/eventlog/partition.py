"""The files of one partition as its writer has them: store a group, tell readers, begin and remove segments.

One thread uses it. Only :attr:`durable` and :attr:`refusal` are looked at by others: each is one reference, replaced
whole.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from server.eventlog.durable import Durable, DurableFile
from server.eventlog.errors import LogFormatTooNew
from server.eventlog.files import Files
from server.eventlog.offsets import Offsets
from server.eventlog.open_segment import OpenSegment, SegmentLost
from server.eventlog.record import encode_records
from server.eventlog.recovery import Recovered
from server.eventlog.retention import Lack, Retention, SealedSegment, finished, unwanted
from server.eventlog.segment import OPEN, SEALED, SEGMENT_HEADER_BYTES, SegmentHeader, segment_path
from server.model.outcome import Offset

_log = logging.getLogger(__name__)

# How often, at most, the disk's free space is asked for and old segments are looked for. A disk that takes 100 MB/s
# loses less than half of the smallest sensible reserve meanwhile.
_CHECK_MS = 1000

# How many segments fit into what a partition may take, at least.
_LEAST_SEGMENTS = 8


class NoRoom(Exception):
    """The partition or the disk is full, and nothing may be removed. ``args``: a sentence for the log."""


class Partition:
    """``durable``: how far readers may read. ``refusal``: why nothing can be stored just now, or None.

    ``is_published``: whether readers in other processes were told of ``durable``.
    """

    def __init__(
        self,
        files: Files,
        directory: Path,
        *,
        durable_file: DurableFile,
        recovered: Recovered,
        offsets: Offsets,
        segment_bytes: int,
        retention: Retention,
        clock_ms: Callable[[], int],
        new_salt: Callable[[], int],
    ) -> None:
        self._files = files
        self.directory = directory
        self._durable_file = durable_file
        self._segment = recovered.segment
        self._sealed = list(recovered.sealed)
        self._sealed_bytes = sum(segment.size_bytes for segment in self._sealed)
        self._oldest_ms = recovered.oldest_ms
        self._newest_ms = recovered.newest_ms
        self._offsets = offsets
        # Whole segments go, so that several must fit.
        self._segment_bytes = min(segment_bytes, retention.keep_bytes // _LEAST_SEGMENTS)
        self._retention = retention
        self._clock_ms = clock_ms
        self._new_salt = new_salt
        self._checked_ms = 0
        self._refused_bytes = 0
        self.durable = recovered.durable
        self.refusal: str | None = None
        self.is_published = False
        self.publish()
        self._sync_published()

    def store(self, values: Sequence[bytes], *, size: int) -> None:
        """Durable and published when it returns; ``size``: the bytes that ``values`` take as records.

        Raises OSError, SegmentLost or NoRoom: then nothing of it is stored, and the next call is none the worse.
        """
        now_ms = self._clock_ms()
        was_checked = self._checked_ms <= now_ms < self._checked_ms + _CHECK_MS
        if not was_checked or self._over(size) > 0:
            self._check(size, now_ms=now_ms)
        if self.refusal is not None:
            raise NoRoom(self.refusal)
        first = self.durable.next_offset
        segment = self._segment_for(size, first=Offset(first), now_ms=now_ms)
        records = encode_records(values, salt=segment.salt, first=first, time_ms=now_ms)
        try:
            segment.append(records)
        except SegmentLost:
            self._seal()
            raise
        self._newest_ms = now_ms
        self.durable = Durable(first + len(values), segment.first, first + len(values))
        self.publish()

    def tend(self) -> None:
        """What is to be done while nothing comes: now and then, at least once in a few seconds."""
        if not self.is_published:
            self.publish()
        now_ms = self._clock_ms()
        segment = self._segment
        if segment is not None and not segment.is_empty and self._is_to_roll(now_ms):
            self._seal()
        self._check(self._refused_bytes, now_ms=now_ms)

    def give_up_segment(self) -> None:
        """Begin another one with the next group, whose name says where this one ends: what is in it is not known."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()
            self._keep(segment)

    def publish(self) -> None:
        """Failing is no reason to refuse: the records are durable. Readers hear of it with the next try."""
        try:
            self._durable_file.publish(self.durable)
            self.is_published = True
        except OSError as error:
            self.is_published = False
            _log.warning("event_log_end_not_published directory=%s error=%s", self.directory, error)

    def close(self) -> None:
        if not self.is_published:
            self.publish()
        self._sync_published()
        if self._segment is not None:
            self._segment.close()
        self._durable_file.close()

    # Segments.

    def _segment_for(self, size: int, *, first: Offset, now_ms: int) -> OpenSegment:
        segment = self._segment
        if segment is not None:
            if segment.is_empty:
                self._oldest_ms = now_ms
                return segment
            if segment.durable_bytes + size <= self._segment_bytes and not self._is_to_roll(now_ms):
                return segment
            self._seal()
        return self._begin(first, now_ms=now_ms)

    def _is_to_roll(self, now_ms: int) -> bool:
        return self._oldest_ms + self._retention.roll_ms <= now_ms

    def _begin(self, first: Offset, *, now_ms: int) -> OpenSegment:
        header = SegmentHeader(self._new_salt(), first, now_ms)
        self._segment = OpenSegment.create(self._files, self.directory, header=header)
        self._oldest_ms = now_ms
        return self._segment

    def _seal(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.seal()
            self._keep(segment)
            self._sync_published()

    def _keep(self, segment: OpenSegment) -> None:
        if segment.is_empty:
            return  # the next one takes its name
        below = Offset(self.durable.next_offset)
        self._sealed.append(SealedSegment(segment.first, below, segment.durable_bytes, self._newest_ms))
        self._sealed_bytes += segment.durable_bytes

    def _sync_published(self) -> None:
        """Failing leaves an older one on the disk, which recovery expects."""
        try:
            self._durable_file.sync()
        except OSError as error:
            _log.warning("event_log_end_not_synced directory=%s error=%s", self.directory, error)

    # Room.

    def _check(self, size: int, *, now_ms: int) -> None:
        """Remove what should and may go; then say whether ``size`` more bytes have room."""
        self._checked_ms = now_ms
        lack = self._remove(size, now_ms=now_ms)
        if lack.bytes > 0 and self._segment is not None and not self._segment.is_empty:
            self._seal()
            lack = self._remove(size, now_ms=now_ms)
        self._refused_bytes = size if lack.bytes > 0 else 0
        self.refusal = self._refusal(lack)

    def _over(self, size: int) -> int:
        """By how much the partition exceeds its limit with ``size`` more bytes, which may begin a segment."""
        keep_bytes = self._retention.keep_bytes
        open_bytes = self._segment.durable_bytes if self._segment is not None else 0
        # One append that is larger than half of the limit may exceed it: refused, it would come again for ever.
        return self._sealed_bytes + open_bytes + SEGMENT_HEADER_BYTES + min(size, keep_bytes // 2) - keep_bytes

    def _lack(self, size: int) -> Lack:
        over = self._over(size)
        if self._retention.reserve_bytes == 0:
            return Lack(over, 0)
        try:
            free = self._files.free(self.directory)
        except OSError:
            return Lack(over, 0)  # the write will tell
        return Lack(over, self._retention.reserve_bytes + size - free)

    def _refusal(self, lack: Lack) -> str | None:
        if lack.over > 0:
            return (
                f"its {self._retention.keep_bytes} bytes are full and the oldest records still wait for "
                f"{' or '.join(self._retention.consumers) or 'nobody, but are in the open segment'}"
            )
        if lack.reserve > 0:
            return f"fewer than the {self._retention.reserve_bytes} bytes of the reserve are free on the disk"
        return None

    def _remove(self, size: int, *, now_ms: int) -> Lack:
        """Remove what should and may go; what ``size`` more bytes then still lack."""
        lack = self._lack(size)
        wanted = unwanted(self._sealed, lack, now_ms=now_ms, keep_ms=self._retention.keep_ms)
        if not wanted:
            return lack
        try:
            gone = finished(wanted, consumed=self._consumed())
            if len(gone) == len(self._sealed) and not self._has_segment_after_all(now_ms):
                gone = gone[:-1]
            for segment in gone:
                self._remove_file(segment.first)
                del self._sealed[0]
                self._sealed_bytes -= segment.size_bytes
        except (OSError, LogFormatTooNew) as error:
            _log.warning("event_log_segment_not_removed directory=%s error=%s", self.directory, error)
            return self._lack(size)
        if not gone:
            return lack
        _log.info(
            "event_log_segments_removed directory=%s count=%d below=%d", self.directory, len(gone), gone[-1].below
        )
        return self._lack(size)

    def _has_segment_after_all(self, now_ms: int) -> bool:
        """An open segment, made now if need be: its name tells the next offset when all that came before has gone."""
        if self._segment is None:
            try:
                self._begin(Offset(self.durable.next_offset), now_ms=now_ms)
            except OSError as error:
                _log.warning("event_log_segment_not_begun directory=%s error=%s", self.directory, error)
        return self._segment is not None

    def _consumed(self) -> Offset:
        """The offset that all consumers are done with. Raises OSError, LogFormatTooNew."""
        held: Sequence[Offset] = [self._offsets.load(consumer) for consumer in self._retention.consumers]
        return min(held, default=Offset(self.durable.next_offset - 1))

    def _remove_file(self, first: Offset) -> None:
        """Under whichever name: renaming it may have failed when it was sealed."""
        for suffix in (SEALED, OPEN):
            with contextlib.suppress(FileNotFoundError):
                self._files.remove(segment_path(self.directory, first, suffix=suffix))
