"""The regular look at all connections of a process: no request starts or stops a timer.

Time is looked at about once a second for all connections, so a deadline is kept to within a second.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from server.observe.metrics_http import ConnectionCounts
from server.web.limits import lingering

# A deadline is kept to within a quarter of itself, and a second.
_LONGEST_LOOK_SECONDS = 1.0
_LOOK_SHARE = 0.25

# Of all connections, closed at once when there are too many, if they are idle: so that the next shortage is far.
_ROOM_SHARE = 0.125

# As a cut is counted.
NO_ROOM = "connections"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Of one process. ``partial_head_bytes``: of all heads together that have begun and not yet ended."""

    connections: int
    head_bytes: int
    headers: int
    partial_head_bytes: int
    head_seconds: float
    body_seconds: float
    reader_seconds: float
    keep_alive_seconds: float


class Wait(Enum):
    """What a connection waits for the other side to do; the value is how a cut is counted."""

    HEAD = "head_too_slow"
    BODY = "body_too_slow"
    READER = "reader_too_slow"
    NEXT = "idle"
    END = "still_sending"


class Watched(Protocol):
    """A connection. ``seen``, ``seen_at``: of the last look, what was waited for, and since when."""

    seen: tuple[Wait, object] | None
    seen_at: float

    def waits(self) -> tuple[Wait, object] | None:
        """For what, and something that is another thing when it is another wait; None while it is our turn."""

    def expire(self, wait: Wait) -> None:
        """It has waited for too long."""

    def make_room(self) -> None:
        """It waits for nothing that matters, and others do."""

    def cut(self, reason: str) -> None:
        """Close it, unsent bytes and all."""


class Watch:
    """What all connections of a process share: limits, counts, and the regular look at the clock."""

    def __init__(self, limits: ConnectionLimits, counts: ConnectionCounts, *, monotonic: Callable[[], float]) -> None:
        self.limits = limits
        self.counts = counts
        self.partial_head_bytes = 0
        self.heavy = 0
        self._monotonic = monotonic
        self._connections: set[Watched] = set()
        self._seconds = {
            Wait.HEAD: limits.head_seconds,
            Wait.BODY: limits.body_seconds,
            Wait.READER: limits.reader_seconds,
            Wait.NEXT: limits.keep_alive_seconds,
            Wait.END: lingering.SECONDS,
        }
        self._look_seconds = min(_LONGEST_LOOK_SECONDS, min(self._seconds.values()) * _LOOK_SHARE)
        self._room_made_at = -self._look_seconds

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due = self._monotonic() + self._look_seconds
            await asyncio.sleep(self._look_seconds)
            now = self._monotonic()
            self.counts.loop_lag_seconds = max(0.0, now - due)
            self.look(now)

    def look(self, now: float) -> None:
        """Close every connection that has waited for one thing for too long."""
        for connection in list(self._connections):
            wait = connection.waits()
            if wait != connection.seen:
                connection.seen, connection.seen_at = wait, now
            elif wait is not None and now - connection.seen_at > self._seconds[wait[0]]:
                connection.expire(wait[0])

    def opened(self, connection: Watched) -> None:
        self.counts.opened += 1
        if len(self._connections) >= self.limits.connections and not self._make_room():
            connection.cut(NO_ROOM)
            return
        self._connections.add(connection)
        self.counts.open = len(self._connections)

    def closed(self, connection: Watched) -> None:
        self._connections.discard(connection)
        self.counts.open = len(self._connections)

    def _make_room(self) -> bool:
        """Close those that have been idle for longest; whether there were any. Looking costs, so not at every knock."""
        now = self._monotonic()
        if now - self._room_made_at < self._look_seconds:
            return False
        self._room_made_at = now
        idle = []
        for connection in self._connections:
            wait = connection.waits()
            if wait is not None and wait[0] in (Wait.NEXT, Wait.END):
                # One that was not seen idle yet has been so for less than a look.
                idle.append((connection.seen_at if wait == connection.seen else now, connection))
        idle.sort(key=lambda item: item[0])
        for _, connection in idle[: max(1, int(self.limits.connections * _ROOM_SHARE))]:
            connection.make_room()
        return bool(idle)
