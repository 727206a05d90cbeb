"""The processor on the topic ``replays``: failed events are decided again, exactly once."""

import asyncio

import msgspec

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Offset, Outcome, Position, Processed
from server.model.replay import REPLAYS_PARTITION
from server.observe.failures import Failure
from server.observe.replays import replay_of
from tests.builders import NOON_MS, an_event, an_xdm, encoded
from tests.unit.workers.test_process import Pipeline

BROKEN = an_xdm(_id="e-1", bad=True)
WHOLE = an_xdm(_id="e-1")


def a_replay(failed: FailedEvent) -> bytes:
    replay = replay_of(Failure(Offset(0), failed), replayed_ms=NOON_MS, replayed_by="ada")
    assert replay is not None
    return encoded(replay)


def the_event(xdm: dict[str, object]) -> FailedEvent:
    return FailedEvent(
        source=Position(partition=0, offset=7),
        reason=FailureReason.SCHEMA_VIOLATION,
        stage="validate",
        event=an_event(xdm=xdm),
    )


async def outcomes(log: MemoryEventLog) -> list[Outcome]:
    records = await log.read(after=BEFORE_FIRST, limit=100)
    return [msgspec.json.decode(record.value, type=Processed | FailedEvent) for record in records]


def test_an_event_that_is_valid_now_is_processed_under_its_own_id() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION)
        await pipeline.received.append([a_replay(the_event(WHOLE))])

        await pipeline.settle()

        (processed,) = await outcomes(pipeline.processed)
        assert isinstance(processed, Processed)
        assert (processed.event.id, processed.duplicate) == ("e-1", False)
        assert processed.source == Position(partition=REPLAYS_PARTITION, offset=0)

    asyncio.run(scenario())


def test_an_event_that_is_as_wrong_as_before_fails_again() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION)
        await pipeline.received.append([a_replay(the_event(BROKEN))])

        await pipeline.settle()

        assert [type(outcome) for outcome in await outcomes(pipeline.failed)] == [FailedEvent]
        assert await outcomes(pipeline.processed) == []

    asyncio.run(scenario())


def test_replaying_what_was_replayed_already_makes_a_duplicate_which_sinks_skip() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION)
        await pipeline.received.append([a_replay(the_event(WHOLE)), a_replay(the_event(WHOLE))])

        await pipeline.settle()

        found = await outcomes(pipeline.processed)
        assert [isinstance(each, Processed) and each.duplicate for each in found] == [False, True]

    asyncio.run(scenario())
