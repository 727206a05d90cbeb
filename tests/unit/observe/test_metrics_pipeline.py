"""Events by outcome and reason, from the logs."""

import asyncio

import msgspec

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import FailureReason
from server.observe import metrics
from server.observe.metrics import Sample
from server.observe.metrics_pipeline import FailureCounts, pipeline_samples
from server.observe.status import PipelineStatus, SinkStatus
from tests.builders import a_failed


def test_reasons_are_counted_from_where_the_log_ended_at_first() -> None:
    async def run() -> tuple[int, int, int]:
        log = MemoryEventLog()
        violation = msgspec.json.encode(a_failed(reason=FailureReason.SCHEMA_VIOLATION))
        unreadable = msgspec.json.encode(a_failed(reason=FailureReason.UNREADABLE))
        await log.append([violation] * 3)
        counts = FailureCounts(log, after=await log.end())
        first = dict(await counts.read())
        await log.append([violation, unreadable, violation])
        second = dict(await counts.read())
        again = dict(await counts.read())
        assert again == second
        assert set(first) == set(FailureReason)
        return sum(first.values()), second[FailureReason.SCHEMA_VIOLATION], second[FailureReason.UNREADABLE]

    assert asyncio.run(run()) == (0, 2, 1)


def test_the_pipeline_is_told_in_full() -> None:
    status = PipelineStatus(
        received=10,
        processed=6,
        failed=3,
        waiting=1,
        sinks=(SinkStatus(name="lake", lag=2), SinkStatus(name="p", lag=0)),
    )

    samples = list(pipeline_samples(status, {FailureReason.UNREADABLE: 3}))

    assert samples == [
        Sample(metrics.EVENTS_RECEIVED.name, (), 10),
        Sample(metrics.EVENTS_PROCESSED.name, (), 6),
        Sample(metrics.EVENTS_FAILED.name, (), 3),
        Sample(metrics.EVENTS_WAITING.name, (), 1),
        Sample(metrics.EVENTS_FAILED_BY_REASON.name, ("unreadable",), 3),
        Sample(metrics.SINK_LAG.name, ("lake",), 2),
        Sample(metrics.SINK_LAG.name, ("p",), 0),
    ]
