"""The one thread that writes a partition: everything that waits goes to the disk together, with one sync.

There is no fixed window. While a sync runs, appends queue up; when it is done, all of them are the next group. So a
lone append pays one sync and no delay, and under load the group grows by itself until the disk is busy all the time.

The order within a group is the promise: write, sync, publish how far readers may read (durable.py), answer the
waiters. The event loop does none of it, and hears of a group by one call.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from server.eventlog.durable import Durable, DurableFile
from server.eventlog.files import Files
from server.eventlog.open_segment import OpenSegment, SegmentLost
from server.eventlog.record import MAX_VALUE_BYTES, RECORD_HEADER_BYTES, encode_record_header
from server.eventlog.recovery import Recovered
from server.eventlog.segment import SegmentHeader
from server.model.outcome import Offset
from server.ports import LogUnavailable, Settled

_log = logging.getLogger(__name__)

# One write and sync of this size took about 3 ms where it was measured; more would only make the first of it wait.
_MAX_GROUP_BYTES = 4 * 1024 * 1024

# When readers could not be told of records that are durable, and nothing new comes to tell it with: try again.
_PUBLISH_AGAIN_SECONDS = 1.0


class WriterLimits(NamedTuple):
    """``segment_bytes``: a segment is sealed before it would exceed this, unless a single group does.

    ``waiting_bytes``, ``waiting_appends``: what may wait for the disk; an append beyond either is refused.
    ``waiting_bytes`` is also the most that one append can hold.
    """

    # 45,000 events of 1.5 KB: a restart reads one segment in a tenth of a second, and retention removes one at a time.
    segment_bytes: int = 64 * 1024 * 1024
    # A disk that syncs 20 MB/s works this off in under two seconds; waiting longer than that is an answer of its own.
    waiting_bytes: int = 32 * 1024 * 1024
    waiting_appends: int = 8192


class _Append(NamedTuple):
    values: tuple[bytes, ...]
    size: int
    settled: Settled
    loop: asyncio.AbstractEventLoop


class Writer:
    """Used from one event loop. The thread alone touches the files."""

    def __init__(
        self,
        files: Files,
        directory: Path,
        *,
        durable_file: DurableFile,
        recovered: Recovered,
        limits: WriterLimits,
        clock_ms: Callable[[], int],
        new_salt: Callable[[], int],
    ) -> None:
        self._files = files
        self._directory = directory
        self._durable_file = durable_file
        self._segment = recovered.segment
        self._durable = recovered.durable
        self._limits = limits
        self._clock_ms = clock_ms
        self._new_salt = new_salt
        self._is_published = False
        self._is_available = True
        # Of the event loop:
        self._waiting_bytes = 0
        self._waiting_appends = 0
        self._is_closing = False
        self._news = asyncio.Event()
        # Between the two; None is the last thing put.
        self._queue: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._publish()
        self._sync_published()
        self._thread = threading.Thread(target=self._run, name="event-log-writer", daemon=True)
        self._thread.start()

    def durable(self) -> Durable:
        return self._durable

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        """As the port says. Raises LogUnavailable, ValueError, TypeError."""
        size = _checked_size(values)
        if size > self._limits.waiting_bytes:
            raise ValueError(f"{size} bytes in one append, at most {self._limits.waiting_bytes} fit: append in parts")
        if self._is_closing:
            raise LogUnavailable("the event log is closed")
        if (
            self._waiting_bytes + size > self._limits.waiting_bytes
            or self._waiting_appends >= self._limits.waiting_appends
        ):
            raise LogUnavailable(
                f"{self._waiting_appends} appends, {self._waiting_bytes} bytes already wait for the disk"
            )
        self._waiting_bytes += size
        self._waiting_appends += 1
        self._queue.put(_Append(tuple(values), size, settled, asyncio.get_running_loop()))

    async def changed(self, seen: Durable, *, timeout_seconds: float) -> None:
        """Return when :meth:`durable` is no longer ``seen``, or after the timeout."""
        if self.durable() != seen:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._news.wait()

    async def close(self) -> None:
        """Write what waits, then let go. Harmless twice."""
        if not self._is_closing:
            self._is_closing = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._news.set()

    def _settle(self, group: Sequence[_Append], *, first: int, error: Exception | None) -> None:
        """On the event loop: answer everybody in the group."""
        following = first
        for append in group:
            following += len(append.values)
            self._waiting_bytes -= append.size
            self._waiting_appends -= 1
            try:
                append.settled(Offset(following - 1) if error is None else _unavailable(error))
            except Exception:
                # One who cannot take the answer must not keep the others from theirs.
                _log.exception("event_log_answer_not_taken directory=%s", self._directory)
        self._news.set()
        self._news = asyncio.Event()

    # From here on: the thread.

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group:
                self._write(group)
            elif not self._is_published:
                self._publish()
        if not self._is_published:
            self._publish()
        self._sync_published()
        if self._segment is not None:
            self._segment.close()
        self._durable_file.close()

    def _next_group(self) -> tuple[list[_Append], bool]:
        """Everything that waits, in order, up to _MAX_GROUP_BYTES; and whether more may come."""
        group: list[_Append] = []
        size = 0
        with contextlib.suppress(queue.Empty):
            append = self._queue.get(timeout=None if self._is_published else _PUBLISH_AGAIN_SECONDS)
            while append is not None:
                group.append(append)
                size += append.size
                if size >= _MAX_GROUP_BYTES:
                    return group, True
                append = self._queue.get_nowait()
            return group, False
        return group, True

    def _write(self, group: list[_Append]) -> None:
        first = self._durable.next_offset
        error: Exception | None = None
        try:
            self._store(group, first=first)
        except OSError as failure:
            error = failure
        except SegmentLost as failure:
            error = failure
            self._seal()
        except Exception as failure:
            # A mistake of ours. Nobody may wait for ever, and what it left in the segment is not known: begin another,
            # whose name says where this one ends.
            _log.exception("event_log_writer_failed directory=%s", self._directory)
            error = failure
            segment, self._segment = self._segment, None
            if segment is not None:
                segment.close()
        self._say_availability(error)
        with contextlib.suppress(RuntimeError):  # the event loop is closed: nobody is left to answer
            group[0].loop.call_soon_threadsafe(partial(self._settle, group, first=first, error=error))

    def _store(self, group: list[_Append], *, first: int) -> None:
        segment = self._segment_for(sum(append.size for append in group), first=first)
        offset = first
        time_ms = self._clock_ms()
        parts: list[bytes] = []
        for append in group:
            for value in append.values:
                parts += (encode_record_header(value, salt=segment.salt, offset=offset, time_ms=time_ms), value)
                offset += 1
        segment.append(b"".join(parts))
        self._durable = Durable(offset, segment.first, offset)
        self._publish()

    def _segment_for(self, size: int, *, first: int) -> OpenSegment:
        segment = self._segment
        if segment is not None:
            fits = segment.is_empty or segment.durable_bytes + size <= self._limits.segment_bytes
            if fits:
                return segment
            self._seal()
        header = SegmentHeader(self._new_salt(), Offset(first), self._clock_ms())
        self._segment = OpenSegment.create(self._files, self._directory, header=header)
        return self._segment

    def _seal(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.seal()
            self._sync_published()

    def _publish(self) -> None:
        """Failing is no reason to refuse: the records are durable. Readers hear of it with the next try."""
        try:
            self._durable_file.publish(self._durable)
            self._is_published = True
        except OSError as error:
            self._is_published = False
            _log.warning("event_log_end_not_published directory=%s error=%s", self._directory, error)

    def _sync_published(self) -> None:
        """Failing leaves an older one on the disk, which recovery expects."""
        try:
            self._durable_file.sync()
        except OSError as error:
            _log.warning("event_log_end_not_synced directory=%s error=%s", self._directory, error)

    def _say_availability(self, error: Exception | None) -> None:
        """One line when it goes, one when it comes back."""
        if error is not None and self._is_available:
            _log.error("event_log_unavailable directory=%s error=%s", self._directory, error)
        if error is None and not self._is_available:
            _log.warning("event_log_available_again directory=%s", self._directory)
        self._is_available = error is None


def _checked_size(values: Sequence[bytes]) -> int:
    """What ``values`` take on disk, in bytes."""
    size = 0
    for value in values:
        if not isinstance(value, bytes):
            raise TypeError(f"the event log holds bytes, not {type(value).__name__}")
        if len(value) > MAX_VALUE_BYTES:
            raise ValueError(f"a value of {len(value)} bytes, at most {MAX_VALUE_BYTES} fit in a record")
        size += RECORD_HEADER_BYTES + len(value)
    return size


def _unavailable(cause: Exception) -> LogUnavailable:
    error = LogUnavailable(f"the event log could not be written: {cause}")
    error.__cause__ = cause
    return error
