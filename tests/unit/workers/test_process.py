import asyncio
import contextlib
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from server.eventlog.memory import MemoryEventLog
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Outcome, Processed
from server.model.schema import Violation
from server.pipeline.enricher import Enricher
from server.ports import EventLog, Validator
from server.store.seen import MemorySeenIds
from server.workers.process import ProcessDeps, ProcessWorker
from tests.builders import a_configuration, an_event, an_xdm, encoded


class Accepts:
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return [Violation(path="/bad", keyword="not", message="bad")] if "bad" in document else []

    def known(self, patch: JsonObject) -> JsonObject:
        return patch

    def may_miss(self, paths: Collection[str]) -> bool:
        return False


class Pipeline:
    """The three logs and a worker between them."""

    def __init__(self, **deps: Any) -> None:
        self.received, self.processed, self.failed = MemoryEventLog(), MemoryEventLog(), MemoryEventLog()
        self.seen = MemorySeenIds()
        self._deps: dict[str, Any] = {
            "partition": 0,
            "received": self.received,
            "processed": self.processed,
            "failed": self.failed,
            "seen": self.seen,
            "configuration": a_configuration,
            "validator": lambda _configuration, _schema: Accepts(),
            "enricher": Enricher(()),
        } | deps

    def worker(self) -> ProcessWorker:
        return ProcessWorker(ProcessDeps(**self._deps))

    async def settle(self) -> None:
        """A fresh process: start, do all there is, stop."""
        worker = self.worker()
        await worker.recover()
        while await worker.step():
            pass


async def _outcomes(log: EventLog) -> list[Outcome]:
    records = await log.read(after=BEFORE_FIRST, limit=1_000)
    return [msgspec.json.decode(record.value, type=Processed | FailedEvent) for record in records]


def _events(*ids: str, **fields: Any) -> list[bytes]:
    return [encoded(an_event(xdm=an_xdm(_id=identifier, **fields))) for identifier in ids]


def test_every_event_ends_in_exactly_one_outcome() -> None:
    async def run() -> None:
        pipeline = Pipeline()
        await pipeline.received.append([*_events("a"), *_events("b", bad=1), b"\xff", *_events("c")])

        await pipeline.settle()

        processed, failed = await _outcomes(pipeline.processed), await _outcomes(pipeline.failed)
        assert [outcome.source.offset for outcome in processed] == [0, 3]
        assert [(outcome.source.offset, outcome.reason) for outcome in failed if isinstance(outcome, FailedEvent)] == [
            (1, FailureReason.SCHEMA_VIOLATION),
            (2, FailureReason.UNREADABLE),
        ]

    asyncio.run(run())


def test_a_second_event_with_an_id_is_marked_and_kept() -> None:
    async def run() -> None:
        pipeline = Pipeline()
        await pipeline.received.append(_events("a", "b", "a"))

        await pipeline.settle()

        outcomes = await _outcomes(pipeline.processed)
        assert [outcome.duplicate for outcome in outcomes if isinstance(outcome, Processed)] == [False, False, True]

    asyncio.run(run())


def test_a_corrected_event_may_come_again_under_the_id_of_the_failed_one() -> None:
    async def run() -> None:
        pipeline = Pipeline()
        await pipeline.received.append([*_events("a", bad=1), *_events("a")])

        await pipeline.settle()

        [outcome] = await _outcomes(pipeline.processed)
        assert isinstance(outcome, Processed)
        assert not outcome.duplicate

    asyncio.run(run())


def test_an_unknown_schema_fails_the_event_by_name() -> None:
    async def run() -> None:
        def unknown(_configuration: object, _schema: object) -> Validator | None:
            return None

        pipeline = Pipeline(validator=unknown)
        await pipeline.received.append(_events("a"))

        await pipeline.settle()

        [outcome] = await _outcomes(pipeline.failed)
        assert isinstance(outcome, FailedEvent)
        assert outcome.reason is FailureReason.UNKNOWN_DATASET
        assert "schema https://" in outcome.violations[0].message

    asyncio.run(run())


class CrashesAt(MemoryEventLog):
    """A log whose n-th append or commit ends the process, after or before it took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.calls_left: int | None = None
        self.takes_effect = False

    async def append(self, values: Sequence[bytes]) -> Any:
        return await self._maybe(super().append(values))

    async def commit(self, consumer: str, offset: Any) -> None:
        await self._maybe(super().commit(consumer, offset))

    async def _maybe(self, call: Any) -> Any:
        if self.calls_left is None:
            return await call
        if self.calls_left > 0:
            self.calls_left -= 1
            return await call
        if self.takes_effect:
            await call
        else:
            call.close()
        raise KeyboardInterrupt


def test_a_crash_at_any_step_neither_loses_nor_doubles_an_outcome() -> None:
    async def run(log_name: str, calls: int, takes_effect: bool) -> None:
        pipeline = Pipeline()
        log = CrashesAt()
        setattr(pipeline, log_name, log)
        pipeline._deps[log_name] = log
        await pipeline.received.append([*_events("a", "b"), *_events("c", bad=1), *_events("a")])
        log.calls_left, log.takes_effect = calls, takes_effect

        with contextlib.suppress(KeyboardInterrupt):
            await pipeline.worker().step()
        log.calls_left = None
        await pipeline.received.append([*_events("d"), *_events("e", bad=1)])
        await pipeline.settle()

        outcomes = [*await _outcomes(pipeline.processed), *await _outcomes(pipeline.failed)]
        assert sorted(outcome.source.offset for outcome in outcomes) == [0, 1, 2, 3, 4, 5]
        assert [o.source.offset for o in outcomes if isinstance(o, Processed) and o.duplicate] == [3]

    for log_name in ("received", "processed", "failed"):
        for calls in range(3):
            for takes_effect in (False, True):
                asyncio.run(run(log_name, calls, takes_effect))
