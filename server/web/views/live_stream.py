"""The live page's stream of server-sent events (HTML standard, section 9.2).

Frames: ``row`` (one line, its id is where to resume), ``lost`` (lines that could not be shown), ``status`` (the
pipeline, when it changed), ``end`` (why nothing more will come). A comment keeps proxies from closing a quiet stream.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from server.observe.status import PipelineStatus
from server.observe.tap import Batch, Cursor, Line, Tap
from server.web.views.live_filter import LiveFilter
from server.web.views.live_view import LineUrl, LiveRow, live_row
from server.web.views.masking import masked

# What a person can follow, or at least a screen can show: 50 rows, 5 times a second.
MAX_ROWS = 50
_PACE_SECONDS = 0.2

# Lines of each topic that are looked through at once: for a filter, or for the page's first rows.
MAX_LINES_READ = 500

STATUS_EVERY_MS = 500
HEARTBEAT_EVERY_MS = 15_000
CHECK_SESSION_EVERY_MS = 5_000
_RETRY_MS = 2_000

# Each costs a connection and up to 2,500 decoded lines of each topic a second.
MAX_STREAMS = 20


class Seats:
    """Bounds how many streams there are at once."""

    def __init__(self, limit: int) -> None:
        self._free = limit

    @property
    def are_taken(self) -> bool:
        return self._free <= 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """For as long as a stream lasts."""
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class EventStream(StreamingResponse):
    """Server-sent events. What they hold on to is let go when the viewer is gone, however that happens."""

    def __init__(self, frames: AsyncGenerator[bytes], seats: Seats) -> None:
        # X-Accel-Buffering: nginx would otherwise keep events until it has a buffer full of them.
        super().__init__(frames, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._frames = frames
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._seats.one():
            async with aclosing(self._frames):
                await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who watches, and what of it."""

    filter: LiveFilter
    is_masked: bool
    """Personal data is hidden from this one."""
    line_url: LineUrl

    def shown(self, line: Line) -> Line:
        """The line as this viewer may see it."""
        return line._replace(outcome=masked(line.outcome)) if self.is_masked else line

    def latest(self, lines: Sequence[Line]) -> tuple[list[LiveRow], int]:
        """The last MAX_ROWS that pass the filter, in order, and how many lines before them were not looked at."""
        rows: list[LiveRow] = []
        for index in range(len(lines) - 1, -1, -1):
            line = self.shown(lines[index])
            row = live_row(line, self.line_url)
            if self.filter.matches(row, line):
                rows.append(row)
            if len(rows) == MAX_ROWS:
                return rows[::-1], index
        return rows[::-1], 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a stream asks of the world."""

    clock_ms: Callable[[], int]
    status: Callable[[], Awaitable[PipelineStatus]]
    is_signed_in: Callable[[], Awaitable[bool]]
    is_stopping: Callable[[], bool]
    pause: Callable[[float], Awaitable[Any]] = asyncio.sleep


async def frames(tap: Tap, viewer: Viewer, around: Surroundings, *, after: Cursor | None) -> AsyncGenerator[bytes]:
    """Frames until the viewer goes, the session ends or the process stops. ``after``: None begins with recent lines."""
    yield b"retry: %d\n\n" % _RETRY_MS
    if after is None:
        batch = await tap.recent(limit=MAX_LINES_READ)
        # Older lines are no loss: they came before anybody watched.
        out = _row_frames(viewer.latest(batch.lines)[0], lost=0, cursor=batch.cursor)
    else:
        batch = Batch((), 0, after)
        out = []
    pulse = _Pulse(around)
    while True:
        out += await pulse.frames(is_quiet=not out)
        for frame in out:
            yield frame
        if pulse.has_ended:
            return
        await around.pause(_PACE_SECONDS)
        former = batch.cursor
        batch = await tap.following(former, limit=MAX_LINES_READ, timeout_seconds=STATUS_EVERY_MS / 1000)
        rows, passed_over = viewer.latest(batch.lines)
        lost = batch.lost + passed_over
        out = _row_frames(rows, lost=lost, cursor=batch.cursor) if batch.cursor != former else []


class _Pulse:
    """What a stream says from time to time, whether lines come or not."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._status: PipelineStatus | None = None
        self._status_ms = 0
        self._checked_ms = self._sent_ms = around.clock_ms()
        self.has_ended = False

    async def frames(self, *, is_quiet: bool) -> list[bytes]:
        now_ms = self._around.clock_ms()
        found = [] if self.has_ended else await self._due(now_ms)
        if is_quiet and not found and now_ms - self._sent_ms >= HEARTBEAT_EVERY_MS:
            found = [b":\n\n"]
        if found or not is_quiet:
            self._sent_ms = now_ms
        return found

    async def _due(self, now_ms: int) -> list[bytes]:
        if self._around.is_stopping():
            return self._end("stopping")
        if now_ms - self._checked_ms >= CHECK_SESSION_EVERY_MS:
            self._checked_ms = now_ms
            if not await self._around.is_signed_in():
                return self._end("signed-out")
        if now_ms - self._status_ms < STATUS_EVERY_MS:
            return []
        self._status_ms = now_ms
        former, self._status = self._status, await self._around.status()
        return [] if self._status == former else [_frame("status", self._status)]

    def _end(self, reason: str) -> list[bytes]:
        self.has_ended = True
        return [_frame("end", {"reason": reason})]


def _row_frames(rows: Sequence[LiveRow], *, lost: int, cursor: Cursor) -> list[bytes]:
    found = [_frame("lost", {"lines": lost})] if lost else []
    found += [_frame("row", row) for row in rows]
    # Alone and last, so that a connection that breaks in between resumes before these rows, not after them.
    found.append(b"id: %s\n\n" % str(cursor).encode())
    return found


def _frame(event: str, data: object) -> bytes:
    # JSON has no line breaks of its own, so it is one line of data.
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))
