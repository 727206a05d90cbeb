"""Factories of logs on a FakeDisk, and what every test of them needs to ask."""

from collections.abc import Sequence
from pathlib import Path

from server.eventlog.log import FileEventLog
from server.eventlog.record import ReadAt
from server.eventlog.retention import Retention
from server.eventlog.writer import WriterLimits
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import EventLog, LogRecord
from tests.unit.eventlog.disk import FakeDisk

PARTITION = Path("/disk/log/received/0")

# Small enough that three or four of the values used in tests fill a segment.
SMALL_SEGMENT_BYTES = 200

KEEP_EVERYTHING = Retention()


def a_writer(
    disk: FakeDisk, *, limits: WriterLimits | None = None, retention: Retention = KEEP_EVERYTHING
) -> FileEventLog:
    """A writer with small segments, a clock that stands still and salts that count."""
    salts = iter(range(0x5A17_0001, 0x5A18_0000))
    return FileEventLog.open_writer(
        PARTITION,
        limits=limits or WriterLimits(segment_bytes=SMALL_SEGMENT_BYTES),
        retention=retention,
        files=disk,
        clock_ms=lambda: 1_700_000_000_000,
        new_salt=lambda: next(salts),
    )


def a_reader(disk: FakeDisk) -> FileEventLog:
    return FileEventLog.open_reader(PARTITION, files=disk)


async def read_all(log: EventLog, *, after: Offset = BEFORE_FIRST, limit: int = 1000) -> Sequence[LogRecord]:
    """Everything above ``after``, however many readings it takes."""
    records: list[LogRecord] = []
    while found := await log.read(after=after, limit=limit):
        records += found
        after = found[-1].offset
    return records


def values(records: Sequence[LogRecord]) -> list[bytes]:
    return [record.value for record in records]


def reading(content: bytes) -> ReadAt:
    """What reads a file that holds ``content``."""
    return lambda position, size: content[position : position + size]
