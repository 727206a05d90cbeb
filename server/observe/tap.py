"""Feeds the live debugger: the topics `processed` and `failed`, merged as they grow.

A viewer is a cursor, not a queue: each reads the logs at a pace of its own, so that a slow one costs no memory and
holds nobody up. One that falls behind is put forward and told how many lines it lost.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from server.model.outcome import BEFORE_FIRST, FailedEvent, Offset, Outcome, Processed
from server.ports import EventLog, LogRecord

OutcomeTopic: TypeAlias = Literal["processed", "failed"]


class Line(NamedTuple):
    """One outcome and the record that holds it."""

    topic: OutcomeTopic
    offset: Offset
    outcome: Outcome

    @property
    def received_ms(self) -> int:
        """Server's clock, milliseconds since the epoch; 0 when even that could not be read."""
        return 0 if self.outcome.event is None else self.outcome.event.received_ms


class Cursor(NamedTuple):
    """How far a viewer has read both topics; as text, it is the id of a server-sent event."""

    processed: Offset
    failed: Offset

    def __str__(self) -> str:
        return f"{self.processed}_{self.failed}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """What ``str`` made of one; None for anything else."""
        parts = text.split("_")
        if len(parts) != 2 or not all(part.removeprefix("-").isdecimal() and len(part) < 20 for part in parts):
            return None
        processed, failed = (Offset(max(int(part), BEFORE_FIRST)) for part in parts)
        return cls(processed, failed)


class Batch(NamedTuple):
    """What came, by the time it was received. ``lost``: lines passed over. ``cursor``: where to go on."""

    lines: Sequence[Line]
    lost: int
    cursor: Cursor


class Tap:
    """Readers of both topics. Any number of viewers may share one: it remembers nothing."""

    def __init__(self, *, processed: EventLog, failed: EventLog) -> None:
        self._logs: dict[OutcomeTopic, EventLog] = {"processed": processed, "failed": failed}
        self._decoder: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Processed | FailedEvent)

    async def recent(self, *, limit: int) -> Batch:
        """The last ``limit`` lines of each topic. What came before them is not counted as lost."""
        return (await self._read(Cursor(BEFORE_FIRST, BEFORE_FIRST), limit=limit))._replace(lost=0)

    async def following(self, cursor: Cursor, *, limit: int, timeout_seconds: float) -> Batch:
        """What comes after the cursor, as soon as there is something; nothing after the timeout.

        ``limit``: lines of each topic; when there are more, these are the latest and the others are lost.
        """
        await self._grown(cursor, timeout_seconds)
        return await self._read(cursor, limit=limit)

    async def find(self, topic: OutcomeTopic, offset: Offset) -> Line | None:
        """One line, or None when its record is gone, not there yet or unreadable."""
        for record in await self._logs[topic].read(after=Offset(offset - 1), limit=1):
            if record.offset == offset:
                return self._line(topic, record)
        return None

    async def _grown(self, cursor: Cursor, timeout_seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            waits = [
                group.create_task(log.wait(after=after, timeout_seconds=timeout_seconds))
                for log, after in zip(self._logs.values(), cursor, strict=True)
            ]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    async def _read(self, cursor: Cursor, *, limit: int) -> Batch:
        lines: list[Line] = []
        lost = 0
        ends: list[Offset] = []
        for (topic, log), after in zip(self._logs.items(), cursor, strict=True):
            # A log that was emptied begins anew: what the cursor knew is gone.
            end = await log.end()
            start = Offset(max(min(after, end), end - limit))
            records = await log.read(after=start, limit=limit)
            read = [line for record in records if (line := self._line(topic, record)) is not None]
            end = records[-1].offset if records else start
            lines += read
            lost += max(0, end - min(after, end) - len(read))
            ends.append(end)
        lines.sort(key=lambda line: line.received_ms)
        return Batch(lines, lost, Cursor(*ends))

    def _line(self, topic: OutcomeTopic, record: LogRecord) -> Line | None:
        try:
            return Line(topic, record.offset, self._decoder.decode(record.value))
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Damage, or a newer version's record. The viewer is told of a lost line; the log's reader reports damage.
            return None
