"""Failed events, looked for in their log: a page of the newest, or all of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from server.model.dataset import DatasetId
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Offset
from server.observe.failure_groups import has_fault
from server.observe.newest import PIECE_RECORDS, newest
from server.ports import EventLog, LogRecord


class Failure(NamedTuple):
    """One failed event and where its record is in the topic ``failed``."""

    offset: Offset
    failed: FailedEvent

    @property
    def received_ms(self) -> int:
        """Server's clock, milliseconds since the epoch; 0 when even that could not be read."""
        return 0 if self.failed.event is None else self.failed.event.received_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFilter:
    """What is looked for; None lets everything through. Times are of reception: ``since_ms`` is in, ``until_ms`` not.

    An event that cannot be read has neither a dataset nor a time: it is found only where none is asked for.
    """

    reason: FailureReason | None = None
    dataset_id: DatasetId | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    fault: str | None = None
    """Id of the group that they are in (failure_groups.py)."""

    def matches(self, failure: Failure) -> bool:
        failed = failure.failed
        if self.reason is not None and failed.reason != self.reason:
            return False
        if self.dataset_id is not None and (failed.event is None or failed.event.dataset_id != self.dataset_id):
            return False
        if self.since_ms is not None and failure.received_ms < self.since_ms:
            return False
        if self.until_ms is not None and not 0 < failure.received_ms < self.until_ms:
            return False
        return self.fault is None or has_fault(failed, self.fault)


class FailurePage(NamedTuple):
    """``failures``: the newest first. ``before``: where an older page begins; None when there is none."""

    failures: Sequence[Failure]
    before: Offset | None


class FailureReader:
    """Reads the topic ``failed``. Records that cannot be decoded, and those that retention removed, are passed over."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._decode = msgspec.json.Decoder(FailedEvent).decode

    async def page(self, wanted: FailureFilter, *, limit: int, before: Offset | None = None) -> FailurePage:
        """The newest that match, below the offset ``before`` if one is given; at most ``limit`` of them."""
        found, older = await newest(self._log, self._decoded, wanted.matches, limit=limit, before=before)
        return FailurePage(found, older)

    async def all(self, wanted: FailureFilter) -> AsyncIterator[Sequence[Failure]]:
        """Every one that matches and is there when it begins, in pieces, the oldest first."""
        end, after = await self._log.end(), BEFORE_FIRST
        while after < end:
            records = await self._log.read(after=after, limit=PIECE_RECORDS)
            if not records:
                return
            after = records[-1].offset
            yield [each for each in self._decoded(records, Offset(end + 1)) if wanted.matches(each)]

    async def find(self, offset: Offset) -> Failure | None:
        """The one at this offset; None when there is none, or it is gone or cannot be decoded."""
        records = await self._log.read(after=Offset(offset - 1), limit=1)
        return next((each for each in self._decoded(records, Offset(offset + 1)) if each.offset == offset), None)

    def _decoded(self, records: Sequence[LogRecord], below: Offset) -> list[Failure]:
        found = []
        for record in records:
            if record.offset >= below:
                break
            try:
                found.append(Failure(record.offset, self._decode(record.value)))
            except (msgspec.DecodeError, UnicodeDecodeError):
                # Damage, or a newer version's record; the log's own reader reports damage.
                continue
        return found
