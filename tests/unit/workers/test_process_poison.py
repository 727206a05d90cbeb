"""Poison: what deciding an event raises, or does to the process, is that event's outcome, and no other's (R12, R13)."""

import asyncio
import base64
from collections.abc import Sequence

import msgspec

from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Offset, Outcome, Processed
from server.model.schema import Violation
from server.observe.failures import Failure
from server.observe.replays import replay_of
from server.workers.attempts import MemoryAttempts, Suspects
from tests.builders import NOON_MS, an_event, an_xdm, encoded
from tests.unit.workers.test_process import Accepts, Pipeline, _outcomes


class Breaks(Accepts):
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        if document["_id"] == "poison":
            raise RecursionError("too deep")
        return super().violations(document)


class Dies(BaseException):
    """As if the process had ended: nothing catches it."""


class Kills(Accepts):
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        if document["_id"] == "poison":
            raise Dies
        return super().violations(document)


def _thousand() -> list[bytes]:
    ids = [f"e-{number}" for number in range(999)]
    ids.insert(700, "poison")
    return [encoded(an_event(xdm=an_xdm(_id=identifier))) for identifier in ids]


def _ids(outcomes: Sequence[Outcome]) -> set[str]:
    return {str(outcome.event.id) for outcome in outcomes if outcome.event is not None}


def test_one_event_of_a_thousand_that_raises_fails_and_the_others_get_on() -> None:
    async def run() -> None:
        pipeline = Pipeline(validator=lambda _configuration, _schema: Breaks(), clock_ms=lambda: NOON_MS)
        await pipeline.received.append(_thousand())

        await pipeline.settle()

        (failed,) = await _outcomes(pipeline.failed)
        assert isinstance(failed, FailedEvent)
        assert (failed.reason, failed.stage, failed.decided_ms) == (FailureReason.INTERNAL, "decide", NOON_MS)
        assert failed.violations[0].message == "RecursionError: too deep"
        assert failed.event is not None
        assert failed.event.id == "poison"
        assert len(_ids(await _outcomes(pipeline.processed))) == 999

    asyncio.run(run())


def test_an_event_that_ends_the_process_twice_is_set_aside_and_can_be_replayed() -> None:
    async def run() -> None:
        attempts, deaths = MemoryAttempts(), 0
        pipeline = Pipeline(validator=lambda _configuration, _schema: Kills(), attempts=attempts)
        await pipeline.received.append(_thousand())
        for _ in range(3):
            pipeline = _next_start(pipeline, attempts)
            # What `finally` does for an exception, no dead process does.
            attempts.end = lambda: None  # type: ignore[method-assign]
            try:
                await pipeline.settle()
            except Dies:
                deaths += 1
                attempts = attempts.died()

        assert deaths == 2
        (failed,) = await _outcomes(pipeline.failed)
        assert isinstance(failed, FailedEvent)
        assert failed.reason is FailureReason.CRASHED
        assert msgspec.json.decode(base64.b64decode(failed.raw), type=Event).id == "poison"
        replay = replay_of(Failure(Offset(0), failed), replayed_ms=NOON_MS, replayed_by="ada")
        assert replay is not None
        assert replay.id == "poison"
        assert len(await _outcomes(pipeline.processed)) == 999

    asyncio.run(run())


def _next_start(before: Pipeline, attempts: MemoryAttempts) -> Pipeline:
    """A process that finds the logs as the one before left them."""
    started = Pipeline(validator=lambda _configuration, _schema: Kills(), attempts=attempts)
    for name in ("received", "processed", "failed", "seen"):
        setattr(started, name, getattr(before, name))
        started._deps[name] = getattr(before, name)
    return started


def test_a_suspect_that_is_harmless_now_is_decided() -> None:
    async def run() -> None:
        pipeline = Pipeline(attempts=MemoryAttempts(Suspects(0, 0, 1)))
        await pipeline.received.append([encoded(an_event())])

        await pipeline.settle()

        assert [type(outcome) for outcome in await _outcomes(pipeline.processed)] == [Processed]

    asyncio.run(run())
