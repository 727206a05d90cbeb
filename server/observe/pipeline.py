"""Reads the pipeline's status from the logs' ends and offsets."""

from collections.abc import Mapping, Sequence

from server.observe.status import PipelineStatus, SinkStatus
from server.ports import EventLog


async def pipeline_status(
    *,
    received: Sequence[EventLog],
    processed: EventLog,
    failed: EventLog,
    processor: str,
    sinks: Mapping[str, str],
) -> PipelineStatus:
    """``processor``: the consumer of ``received``; ``sinks``: name to consumer of ``processed``.

    Ends are asked before offsets: what comes meanwhile makes a lag too large, never too small.
    """
    ends = [await log.end() for log in received]
    processed_end, failed_end = await processed.end(), await failed.end()
    finished = [await log.committed(processor) for log in received]
    lags = [
        SinkStatus(name=name, lag=max(0, processed_end - await processed.committed(consumer)))
        for name, consumer in sinks.items()
    ]
    return PipelineStatus(
        received=sum(end + 1 for end in ends),
        processed=processed_end + 1,
        failed=failed_end + 1,
        waiting=sum(max(0, end - done) for end, done in zip(ends, finished, strict=True)),
        sinks=tuple(lags),
    )
