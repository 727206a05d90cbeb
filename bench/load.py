"""A closed-loop load generator: N connections, each sends its next request when the last was answered.

Plain asyncio protocols on uvloop, because a client library would cost more than the server that is measured.
"""

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import cast


@dataclass(frozen=True, slots=True)
class Load:
    """What one round did. ``latencies_ms``: sorted."""

    requests: int
    seconds: float
    errors: int
    latencies_ms: list[float]

    def percentile_ms(self, share: float) -> float:
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))]


class _Connection(asyncio.Protocol):
    def __init__(
        self, requests: list[bytes], until: float, latencies: list[float], done: "asyncio.Future[int]"
    ) -> None:
        self._requests, self._until, self._latencies, self._done = requests, until, latencies, done
        self._sent = self._errors = 0
        self._buffer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A uvloop transport is no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        length_at = head.find(b"content-length:")
        length = int(head[length_at + 15 :].split(b"\r\n", 1)[0]) if length_at >= 0 else 0
        if len(self._buffer) < head_end + 4 + length:
            return
        self._errors += not head.startswith(b"http/1.1 2")
        self._buffer = self._buffer[head_end + 4 + length :]
        self._latencies.append((time.perf_counter() - self._began) * 1000)
        if self._began < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(self._errors)

    def _send(self) -> None:
        request = self._requests[self._sent % len(self._requests)]
        self._sent += 1
        self._began = time.perf_counter()
        self._transport.write(request)


async def run_load(
    host: str, port: int, requests: list[bytes], *, connections: int, seconds: float, spread: int = 1
) -> Load:
    """``requests``: whole HTTP/1.1 requests as bytes, sent in turn by each connection, from a place of its own on.

    ``spread``: how far apart those places are.
    """
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    began = time.perf_counter()
    futures = []
    for index in range(connections):
        done: asyncio.Future[int] = loop.create_future()
        futures.append(done)
        start = index * spread % len(requests)
        turned = requests[start:] + requests[:start]
        await loop.create_connection(partial(_Connection, turned, began + seconds, latencies, done), host, port)
    errors = sum(await asyncio.gather(*futures))
    return Load(len(latencies), time.perf_counter() - began, errors, sorted(latencies))
