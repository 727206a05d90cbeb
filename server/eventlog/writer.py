"""The one thread that writes a partition: everything that waits goes to the disk together, with one sync.

There is no fixed window. While a sync runs, appends queue up; when it is done, all of them are the next group. And
while the event loop has more requests to read, it reads them first. So a lone append pays one sync and no delay, and
under load the group grows by itself, until the disk or the processor is busy all the time.

The order within a group is the promise: write, sync, publish how far readers may read (durable.py), answer the
waiters. The event loop does none of it, and hears of a group by one call.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from server.eventlog.durable import Durable
from server.eventlog.open_segment import SegmentLost
from server.eventlog.partition import NoRoom, Partition
from server.eventlog.record import MAX_VALUE_BYTES, RECORD_HEADER_BYTES
from server.model.outcome import Offset
from server.ports import LogUnavailable, Settled

_log = logging.getLogger(__name__)

# With this much in a group, its sync costs less than all else that is done to it: more would gain little. A smaller
# one waits while the event loop still has requests to read. Three batches of fifty events: with a quarter of this, an
# event of one cost 0.51 times the floor instead of 0.47 (bench/collect.py).
_GROUP_BYTES = 256 * 1024

# One write and sync of this size took about 3 ms where it was measured; more would only make the first of it wait.
_MAX_GROUP_BYTES = 4 * 1024 * 1024


class WriterLimits(NamedTuple):
    """``segment_bytes``: a segment is sealed before it would exceed this, unless a single group does.

    ``waiting_bytes``, ``waiting_appends``: what may wait for the disk; an append beyond either is refused.
    ``waiting_bytes`` is also the most that one append can hold. ``idle_seconds``: while nothing comes, what is due is
    looked for this often: old segments, room on the disk, readers to be told.
    """

    # 45,000 events of 1.5 KB: a restart reads one segment in a tenth of a second, and retention removes one at a time.
    segment_bytes: int = 64 * 1024 * 1024
    # A disk that syncs 20 MB/s works this off in under two seconds; waiting longer than that is an answer of its own.
    waiting_bytes: int = 32 * 1024 * 1024
    waiting_appends: int = 8192
    idle_seconds: float = 1.0


class _Group:
    """Appends that are written and answered together. ``waiters``: how many of ``values`` each appended, in order."""

    __slots__ = ("loop", "size", "values", "waiters")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.values: list[bytes] = []
        self.size = 0
        self.waiters: list[tuple[int, Settled]] = []

    def take(self, later: "_Group") -> None:
        """What came after this one."""
        self.values += later.values
        self.size += later.size
        self.waiters += later.waiters


class Writer:
    """Used from one event loop. The thread alone touches the partition's files."""

    def __init__(self, partition: Partition, *, limits: WriterLimits) -> None:
        self._partition = partition
        self._limits = limits
        self._is_available = True
        # Of the event loop. The two rooms: what may still be put into the queue.
        self._room_bytes = limits.waiting_bytes
        self._room_appends = limits.waiting_appends
        self._is_closing = False
        self._news = asyncio.Event()
        # What this turn of the loop has asked for: it is handed over once, when the turn is over. Each hand-over wakes
        # the thread, which then fights the loop for the interpreter.
        self._turn: _Group | None = None
        # How much that was when it was last looked at.
        self._seen_bytes = 0
        # Between the two; None is the last thing put.
        self._queue: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="event-log-writer", daemon=True)
        self._thread.start()

    def durable(self) -> Durable:
        return self._partition.durable

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        """As the port says. Raises LogUnavailable, ValueError, TypeError."""
        size = 0
        for value in values:
            if not isinstance(value, bytes):
                raise TypeError(f"the event log holds bytes, not {type(value).__name__}")
            if len(value) > MAX_VALUE_BYTES:
                raise ValueError(f"a value of {len(value)} bytes, at most {MAX_VALUE_BYTES} fit in a record")
            size += RECORD_HEADER_BYTES + len(value)
        if (
            size > self._room_bytes
            or self._room_appends == 0
            or self._is_closing
            or self._partition.refusal is not None
        ):
            raise self._refused(size)
        self._room_bytes -= size
        self._room_appends -= 1
        turn = self._turn
        if turn is None:
            loop = asyncio.get_running_loop()
            turn = self._turn = _Group(loop)
            self._seen_bytes = 0
            loop.call_soon(self._hand_over_when_quiet)
        turn.values += values
        turn.size += size
        turn.waiters.append((len(values), settled))
        if turn.size >= _MAX_GROUP_BYTES:
            self._hand_over()

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
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._news.set()

    def _refused(self, size: int) -> Exception:
        limits = self._limits
        if size > limits.waiting_bytes:
            return ValueError(f"{size} bytes in one append, at most {limits.waiting_bytes} fit: append in parts")
        if self._is_closing:
            return LogUnavailable("the event log is closed")
        if (refusal := self._partition.refusal) is not None:
            return LogUnavailable(f"the event log takes nothing just now: {refusal}")
        appends, waiting_bytes = limits.waiting_appends - self._room_appends, limits.waiting_bytes - self._room_bytes
        return LogUnavailable(f"{appends} appends, {waiting_bytes} bytes already wait for the disk")

    def _hand_over_when_quiet(self) -> None:
        """Not before a turn of the loop has brought nothing more, or enough has come.

        Turns are short, and each of these brings at least one append: so nobody waits for longer than it takes to read
        _GROUP_BYTES, which an answer has to wait for anyway.
        """
        turn = self._turn
        if turn is not None and self._seen_bytes < turn.size < _GROUP_BYTES:
            self._seen_bytes = turn.size
            turn.loop.call_soon(self._hand_over_when_quiet)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            self._queue.put(turn)

    def _settle(self, group: _Group, *, first: int, error: Exception | None) -> None:
        """On the event loop: answer everybody in the group."""
        self._room_bytes += group.size
        self._room_appends += len(group.waiters)
        last = first - 1
        for count, settled in group.waiters:
            last += count
            try:
                settled(Offset(last) if error is None else _unavailable(error))
            except asyncio.InvalidStateError:
                continue  # a future whose owner has gone
            except Exception:
                # One who cannot take the answer must not keep the others from theirs.
                _log.exception("event_log_answer_not_taken directory=%s", self._partition.directory)
        self._news.set()
        self._news = asyncio.Event()

    # From here on: the thread.

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            if group is not None:
                self._write(group)
            elif is_open:
                self._tend()
        self._partition.close()

    def _tend(self) -> None:
        try:
            self._partition.tend()
        except Exception:
            # A mistake of ours. Were the thread to end by it, every later append would wait for ever.
            _log.exception("event_log_writer_failed")
        if self._partition.refusal is not None:
            self._say_availability(self._partition.refusal)

    def _next_group(self) -> tuple[_Group | None, bool]:
        """Everything that waits, in order, up to about _MAX_GROUP_BYTES; and whether more may come."""
        group = None
        with contextlib.suppress(queue.Empty):
            group = self._queue.get(timeout=self._limits.idle_seconds)
            while group is not None and group.size < _MAX_GROUP_BYTES:
                later = self._queue.get_nowait()
                if later is None:
                    return group, False
                group.take(later)
            return group, group is not None
        return group, True

    def _write(self, group: _Group) -> None:
        first = self._partition.durable.next_offset
        error: Exception | None = None
        try:
            self._partition.store(group.values, size=group.size)
        except (OSError, SegmentLost, NoRoom) as failure:
            error = failure
        except Exception as failure:
            # A mistake of ours. Nobody may wait for ever, and what it left in the segment is not known.
            _log.exception("event_log_writer_failed")
            error = failure
            self._partition.give_up_segment()
        self._say_availability(error)
        with contextlib.suppress(RuntimeError):  # the event loop is closed: nobody is left to answer
            group.loop.call_soon_threadsafe(partial(self._settle, group, first=first, error=error))

    def _say_availability(self, error: Exception | str | None) -> None:
        """One line when it goes, one when it comes back. ``error``: why nothing can be stored, or None."""
        if error is not None and self._is_available:
            _log.error("event_log_unavailable directory=%s error=%s", self._partition.directory, error)
        if error is None and not self._is_available:
            _log.warning("event_log_available_again directory=%s", self._partition.directory)
        self._is_available = error is None


def _unavailable(cause: Exception) -> LogUnavailable:
    error = LogUnavailable(f"the event log could not be written: {cause}")
    error.__cause__ = cause
    return error
