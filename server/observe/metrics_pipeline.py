"""What became of the events, from the logs' ends and offsets, and why those that failed did."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from server.model.outcome import FailureReason, Offset
from server.observe import metrics
from server.observe.metrics import Sample
from server.observe.status import PipelineStatus
from server.ports import EventLog

# Of one look. When more failed since the last one, the next goes on from there.
_MOST_RECORDS = 20_000
_RECORDS_AT_ONCE = 1_000


def pipeline_samples(status: PipelineStatus, reasons: Mapping[FailureReason, int]) -> Iterator[Sample]:
    """``reasons``: how many failed for each, since this process counts."""
    yield Sample(metrics.EVENTS_RECEIVED.name, (), status.received)
    yield Sample(metrics.EVENTS_PROCESSED.name, (), status.processed)
    yield Sample(metrics.EVENTS_FAILED.name, (), status.failed)
    yield Sample(metrics.EVENTS_WAITING.name, (), status.waiting)
    for reason, number in reasons.items():
        yield Sample(metrics.EVENTS_FAILED_BY_REASON.name, (reason.value,), number)
    for sink in status.sinks:
        yield Sample(metrics.SINK_LAG.name, (sink.name,), sink.lag)


class _HasReason(msgspec.Struct, frozen=True):
    """All that is looked at of a failed event here."""

    reason: FailureReason


class FailureCounts:
    """Reads the topic `failed` as it grows, from where it ended at first. Every reason is there from the beginning."""

    def __init__(self, failed: EventLog, *, after: Offset) -> None:
        self._failed = failed
        self._after = after
        self._decode = msgspec.json.Decoder(_HasReason).decode
        self._counts: Counter[FailureReason] = Counter(dict.fromkeys(FailureReason, 0))

    async def read(self) -> Mapping[FailureReason, int]:
        """Up to now, or nearly."""
        for _ in range(_MOST_RECORDS // _RECORDS_AT_ONCE):
            records = await self._failed.read(after=self._after, limit=_RECORDS_AT_ONCE)
            if not records:
                break
            self._after = records[-1].offset
            self._counts.update(self._decode(record.value).reason for record in records)
        return self._counts
