"""How far the logs of outcomes reached at a partition's last commit: what is behind a mark need not be kept or read."""

import asyncio
from collections.abc import Collection, Sequence

import msgspec
import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST, Offset, Position, Processed
from server.model.schema import Violation
from server.pipeline.enricher import Enricher
from server.ports import LogUnavailable
from server.store.seen import MemorySeenIds
from server.workers.process import CONSUMER, ProcessDeps, ProcessWorker, outcome_mark
from tests.builders import a_configuration, an_event, an_xdm, encoded


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


def test_an_idle_partition_moves_a_mark_that_others_have_left_behind() -> None:
    async def scenario() -> None:
        received, processed = WatchedEventLog(), MemoryEventLog()
        await processed.append(outcomes_of(1, 10))

        await run_until_idle(a_worker(0, received=received, processed=processed), received)

        assert await processed.committed(outcome_mark(0)) == 9
        assert await processed.committed(outcome_mark(1)) == BEFORE_FIRST

    asyncio.run(scenario())


def test_a_mark_is_not_moved_while_something_is_not_committed() -> None:
    """Its outcomes may be behind the mark already: a crash now must find them."""

    async def scenario() -> None:
        received, processed = MemoryEventLog(), MemoryEventLog()
        await received.append([b"{}"])
        await processed.append(outcomes_of(0, 1))
        await processed.append(outcomes_of(1, 10))
        worker = a_worker(0, received=received, processed=processed)

        await worker.recover()

        assert await processed.committed(outcome_mark(0)) == BEFORE_FIRST
        await worker.step()
        assert await received.committed(CONSUMER) == 0
        assert await processed.committed(outcome_mark(0)) == 10

    asyncio.run(scenario())


class RefusesAt(MemoryEventLog):
    """Refuses one append: the ``number``-th, from 0."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number

    async def append(self, values: Sequence[bytes]) -> Offset:
        self._left -= 1
        if self._left == -1:
            raise LogUnavailable("full, for once")
        return await super().append(values)


@pytest.mark.parametrize("number", range(3))
def test_a_log_that_refuses_for_a_while_doubles_no_outcome(number: int) -> None:
    """Processed events are stored first: when the log of failed ones then refuses, they are not stored again."""

    async def scenario() -> None:
        received, processed, failed = WatchedEventLog(), MemoryEventLog(), RefusesAt(number)
        worker = ProcessWorker(
            ProcessDeps(
                partition=0,
                received=received,
                processed=processed,
                failed=failed,
                seen=MemorySeenIds(),
                configuration=a_configuration,
                validator=lambda _configuration, _schema: AcceptsAll(),
                enricher=Enricher(()),
                retry_seconds=0.0,
            )
        )
        for batch in range(3):
            await received.append([encoded(an_event(xdm=an_xdm(_id=f"good-{batch}"))), b"not readable"])
            received.is_waited_for.clear()
            await run_until_idle(worker, received)

        assert await processed.end() == 2
        assert await failed.end() == 2

    asyncio.run(scenario())


class AcceptsAll:
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return []

    def known(self, patch: JsonObject) -> JsonObject:
        return patch

    def may_miss(self, paths: Collection[str]) -> bool:
        return False
