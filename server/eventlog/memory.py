"""The event log's in-memory twin, for tests: passes the same contract, keeps nothing."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogRecord, LogUnavailable, Settled


class MemoryEventLog:
    """A list. ``refuse`` makes appends fail, as a full disk would, until ``accept``."""

    def __init__(self) -> None:
        self._values: list[bytes] = []
        self._committed: dict[str, Offset] = {}
        self._refusal: str | None = None
        self._is_closed = False
        self._news = asyncio.Event()

    def refuse(self, reason: str) -> None:
        self._refusal = reason

    def accept(self) -> None:
        self._refusal = None

    async def append(self, values: Sequence[bytes]) -> Offset:
        self._keep(values)
        return await self.end()

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        self._keep(values)
        asyncio.get_running_loop().call_soon(settled, Offset(len(self._values) - 1))

    def _keep(self, values: Sequence[bytes]) -> None:
        self._check_open()
        if self._refusal is not None:
            raise LogUnavailable(self._refusal)
        if values:
            self._values.extend(values)
            self._news.set()
            self._news = asyncio.Event()

    async def read(self, *, after: Offset, limit: int) -> Sequence[LogRecord]:
        self._check_open()
        start = max(after + 1, 0)
        found = self._values[start : start + max(limit, 0)]
        return [LogRecord(Offset(start + index), value) for index, value in enumerate(found)]

    async def wait(self, *, after: Offset, timeout_seconds: float) -> bool:
        after = max(after, BEFORE_FIRST)
        deadline = time.monotonic() + timeout_seconds
        while await self.end() <= after:
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_seconds):
                    await self._news.wait()
        return True

    async def end(self) -> Offset:
        self._check_open()
        return Offset(len(self._values) - 1)

    async def committed(self, consumer: str) -> Offset:
        self._check_open()
        return self._committed.get(consumer, BEFORE_FIRST)

    async def commit(self, consumer: str, offset: Offset) -> None:
        self._check_open()
        self._committed[consumer] = max(offset, self._committed.get(consumer, BEFORE_FIRST))

    async def close(self) -> None:
        self._is_closed = True
        self._news.set()

    def _check_open(self) -> None:
        if self._is_closed:
            raise LogUnavailable("the event log is closed")
