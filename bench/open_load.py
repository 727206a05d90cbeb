"""An open-loop load generator: a request is sent when it is due, whatever became of those before it.

So it goes on as crowds do when a server cannot follow. Each connection has one request under way; one that is due when
every connection waits for an answer is not sent, and counted.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import cast

# How often it looks at what is due.
_STEP_SECONDS = 0.002

# What is not answered by then counts as not answered.
_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answered:
    """``sent``, ``seconds``: when, by the monotonic clock, and how long until the whole answer was here."""

    sent: float
    seconds: float
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoad:
    """What one period did. ``unsent``: due without a free connection. ``unanswered``: broken, or for too long."""

    began: float
    seconds: float
    due: int
    unsent: int
    unanswered: int
    answers: list[Answered]

    def taken(self) -> list[float]:
        """Seconds of those that were stored, sorted."""
        return sorted(answer.seconds for answer in self.answers if 200 <= answer.status < 300)

    def refused(self) -> list[float]:
        """Seconds of those that were told to come again, sorted."""
        return sorted(answer.seconds for answer in self.answers if answer.status in (429, 503))


class Crowd:
    """``connections`` of them, opened by :meth:`open` and used until :meth:`close`; broken ones are opened again."""

    def __init__(self, port: int, requests: list[bytes], *, connections: int) -> None:
        self._port, self._requests, self._connections = port, requests, connections
        self._idle: list[_Client] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._is_open = True
        self._under_way = 0
        self._nothing_under_way = asyncio.Event()
        self.answers: list[Answered] = []
        self.broken = 0

    async def open(self) -> None:
        for _ in range(self._connections):
            await self._open_one()

    async def load(self, *, per_second: float, seconds: float) -> OpenLoad:
        """Returns when all that was sent is answered."""
        self.answers, self.broken = [], 0
        self._nothing_under_way.set()
        due = unsent = 0
        began = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            while due < (now - began) * per_second:
                due += 1
                if self._idle:
                    self._under_way += 1
                    self._nothing_under_way.clear()
                    self._idle.pop().send(self._requests[due % len(self._requests)])
                else:
                    unsent += 1
            await asyncio.sleep(_STEP_SECONDS)
        lasted = time.monotonic() - began
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._nothing_under_way.wait(), _PATIENCE_SECONDS)
        return OpenLoad(
            began=began,
            seconds=lasted,
            due=due,
            unsent=unsent,
            unanswered=self.broken + self._under_way,
            answers=self.answers,
        )

    def close(self) -> None:
        self._is_open = False
        for client in self._idle:
            client.close()

    def ended(self) -> None:
        """A request of one of them, in whichever way."""
        self._under_way -= 1
        if not self._under_way:
            self._nothing_under_way.set()

    def free(self, client: "_Client") -> None:
        self._idle.append(client)

    def lost(self, client: "_Client") -> None:
        if client in self._idle:
            self._idle.remove(client)
        if self._is_open:
            task = asyncio.get_running_loop().create_task(self._open_one())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open_one(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(partial(_Client, self), "127.0.0.1", self._port)
        except OSError:
            # There is one connection less: what is due without one is counted.
            return


class _Client(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._buffer = b""
        self._sent: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A uvloop transport is no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._crowd.free(self)

    def send(self, request: bytes) -> None:
        self._sent = time.monotonic()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.lower().split(b"\r\n")
        if len(body) < int(_header(lines, b"content-length: ") or b"0") or self._sent is None:
            return
        self._buffer = b""
        answered = Answered(self._sent, time.monotonic() - self._sent, int(lines[0][9:12]))
        self._sent = None
        self._crowd.answers.append(answered)
        self._crowd.ended()
        if _header(lines, b"connection: ") == b"close":
            self._transport.close()
        else:
            self._crowd.free(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._sent is not None:
            self._sent = None
            self._crowd.broken += 1
            self._crowd.ended()
        self._crowd.lost(self)

    def close(self) -> None:
        self._transport.close()


def _header(lines: Iterable[bytes], name: bytes) -> bytes:
    return next((line.removeprefix(name) for line in lines if line.startswith(name)), b"")


def at(values: list[float], share: float) -> float:
    """The value below which that share of the sorted ones lies; 0 of none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0
