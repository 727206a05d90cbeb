"""How far the logs of outcomes reached at a partition's last commit: what is behind a mark need not be kept or read."""

import asyncio

import msgspec

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST, Offset, Position, Processed
from server.pipeline.enricher import Enricher
from server.store.seen import MemorySeenIds
from server.workers.process import CONSUMER, ProcessDeps, ProcessWorker, outcome_mark
from tests.builders import a_configuration, an_event

# More than the worker lets a mark fall behind.
MANY_EVENTS = 10_001


def a_worker(partition: int, *, received: MemoryEventLog, processed: MemoryEventLog) -> ProcessWorker:
    return ProcessWorker(
        ProcessDeps(
            partition=partition,
            received=received,
            processed=processed,
            failed=MemoryEventLog(),
            seen=MemorySeenIds(),
            configuration=a_configuration,
            validator=lambda _configuration, _schema: None,
            enricher=Enricher(()),
        )
    )


def outcomes_of(partition: int, count: int) -> list[bytes]:
    event = an_event()
    return [
        msgspec.json.encode(Processed(event=event, source=Position(partition=partition, offset=number)))
        for number in range(count)
    ]


class WatchedEventLog(MemoryEventLog):
    """``is_waited_for`` is set when somebody waits for more."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def wait(self, *, after: Offset, timeout_seconds: float) -> bool:
        self.is_waited_for.set()
        return await super().wait(after=after, timeout_seconds=timeout_seconds)


async def run_until_idle(worker: ProcessWorker, received: WatchedEventLog) -> None:
    """The loop, stopped when it waits for more."""
    running = asyncio.create_task(worker.run(asyncio.Event()))
    async with asyncio.timeout(30):
        await received.is_waited_for.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_an_idle_partition_moves_a_mark_that_others_have_left_far_behind() -> None:
    async def scenario() -> None:
        received, processed = WatchedEventLog(), MemoryEventLog()
        await processed.append(outcomes_of(1, MANY_EVENTS))

        await run_until_idle(a_worker(0, received=received, processed=processed), received)

        assert await processed.committed(outcome_mark(0)) == MANY_EVENTS - 1
        assert await processed.committed(outcome_mark(1)) == BEFORE_FIRST

    asyncio.run(scenario())


def test_a_mark_is_not_moved_while_something_is_not_committed() -> None:
    """Its outcomes may be behind the mark already: a crash now must find them."""

    async def scenario() -> None:
        received, processed = MemoryEventLog(), MemoryEventLog()
        await received.append([b"{}"])
        await processed.append(outcomes_of(0, 1))
        await processed.append(outcomes_of(1, MANY_EVENTS))
        worker = a_worker(0, received=received, processed=processed)

        await worker.recover()

        assert await processed.committed(outcome_mark(0)) == BEFORE_FIRST
        await worker.step()
        assert await received.committed(CONSUMER) == 0
        assert await processed.committed(outcome_mark(0)) == MANY_EVENTS

    asyncio.run(scenario())
