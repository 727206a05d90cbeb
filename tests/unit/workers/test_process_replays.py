"""The processor on the topic ``replays``: failed events are decided again, exactly once."""

import asyncio

import msgspec

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import (
    BEFORE_FIRST,
    Addition,
    FailedEvent,
    FailureReason,
    Offset,
    Outcome,
    Position,
    Processed,
)
from server.model.replay import REPLAYS_PARTITION
from server.observe.failures import Failure
from server.observe.letters import Letter, retry_of
from server.observe.replays import replay_of
from server.store.seen import MemorySeenIds
from tests.builders import NOON_MS, a_letter, a_processed, an_event, an_xdm, encoded
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


def test_an_event_that_was_repaired_is_a_duplicate_under_whatever_id_it_is_replayed_again() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION, repaired=MemorySeenIds())
        first = Failure(Offset(3), the_event(WHOLE))
        again = Failure(Offset(9), msgspec.structs.replace(the_event(WHOLE), origin=Offset(3)))
        edited = an_event(xdm=an_xdm(_id="another"))
        for failure, event in ((first, None), (again, None), (first, edited)):
            replay = replay_of(failure, replayed_ms=NOON_MS, replayed_by="ada", event=event)
            assert replay is not None
            await pipeline.received.append([encoded(replay)])

        await pipeline.settle()

        found = await outcomes(pipeline.processed)
        assert [isinstance(each, Processed) and each.duplicate for each in found] == [False, True, True]

    asyncio.run(scenario())


def test_what_fails_again_says_where_it_failed_first() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION)
        for failure in (
            Failure(Offset(3), the_event(BROKEN)),
            Failure(Offset(9), msgspec.structs.replace(the_event(BROKEN), origin=Offset(3))),
        ):
            replay = replay_of(failure, replayed_ms=NOON_MS, replayed_by="ada")
            assert replay is not None
            await pipeline.received.append([encoded(replay)])

        await pipeline.settle()

        found = await outcomes(pipeline.failed)
        assert [isinstance(each, FailedEvent) and each.origin for each in found] == [3, 3]

    asyncio.run(scenario())


def a_retry(offset: int) -> bytes:
    letter = Letter(Offset(offset), a_letter(sink="profile", processed=a_processed(xdm=BROKEN, additions=ADDED)))
    return encoded(retry_of(letter, replayed_ms=NOON_MS, replayed_by="ada"))


ADDED = (Addition(enrichment="geo", patch={"placeContext": {}}),)


def test_a_dead_letter_is_processed_for_its_sink_alone_as_it_was() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION, repaired=MemorySeenIds())
        # It was seen when it was processed first, and is not valid by what the schema says now.
        await pipeline.received.append([a_replay(the_event(WHOLE)), a_retry(4)])

        await pipeline.settle()

        _, again = await outcomes(pipeline.processed)
        assert isinstance(again, Processed)
        assert (again.only, again.duplicate, again.event.id, again.additions) == ("profile", False, "e-1", ADDED)

    asyncio.run(scenario())


def test_a_dead_letter_that_is_retried_twice_is_taken_once() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION, repaired=MemorySeenIds())
        await pipeline.received.append([a_retry(4), a_retry(5), a_retry(4)])

        await pipeline.settle()

        found = await outcomes(pipeline.processed)
        assert [isinstance(each, Processed) and each.duplicate for each in found] == [False, False, True]

    asyncio.run(scenario())


def test_an_event_can_be_replayed_after_its_dead_letter_was_retried() -> None:
    async def scenario() -> None:
        pipeline = Pipeline(partition=REPLAYS_PARTITION, repaired=MemorySeenIds())
        await pipeline.received.append([a_retry(0), a_replay(the_event(WHOLE))])

        await pipeline.settle()

        found = await outcomes(pipeline.processed)
        assert [isinstance(each, Processed) and each.duplicate for each in found] == [False, False]

    asyncio.run(scenario())
