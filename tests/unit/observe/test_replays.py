import asyncio

import msgspec
import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.event import Event
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.observe import replays
from server.observe.failures import Failure
from server.observe.replays import Replayed, Replays, replay_of
from tests.builders import NOON_MS, a_failed, an_event, encoded

PROCESSOR = "process"


def a_replay(failed: int, *, at_ms: int = NOON_MS, by: str = "ada") -> bytes:
    replay = replay_of(Failure(Offset(failed), a_failed()), replayed_ms=at_ms, replayed_by=by)
    assert replay is not None
    return encoded(replay)


def test_a_replay_read_as_an_event_is_the_event_as_it_failed() -> None:
    event = an_event(origin_mismatch=True, data={"x": 1})
    replay = replay_of(Failure(Offset(7), a_failed(event=event)), replayed_ms=NOON_MS, replayed_by="ada")

    assert replay is not None
    assert msgspec.json.decode(encoded(replay), type=Event) == event


def test_what_could_not_be_read_cannot_be_replayed() -> None:
    lost = FailedEvent(source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read")

    assert replay_of(Failure(Offset(0), lost), replayed_ms=NOON_MS, replayed_by="ada") is None


def test_a_failed_event_is_replayed_from_when_it_is_in_the_log_and_waits_until_it_has_its_outcome() -> None:
    async def scenario() -> None:
        log = MemoryEventLog()
        known = Replays(log, processor=PROCESSOR)
        assert await known.find([Offset(3)]) == {}

        await log.append([a_replay(3), a_replay(5)])

        assert await known.find([Offset(3), Offset(4)]) == {Offset(3): Replayed(NOON_MS, "ada", is_waiting=True)}
        await log.commit(PROCESSOR, Offset(0))
        assert [each.is_waiting for each in (await known.find([Offset(3), Offset(5)])).values()] == [False, True]

    asyncio.run(scenario())


def test_of_several_replays_the_latest_counts() -> None:
    async def scenario() -> None:
        log = MemoryEventLog()
        await log.append([a_replay(3), a_replay(3, at_ms=NOON_MS + 1, by="bob")])
        await log.commit(PROCESSOR, Offset(0))

        found = await Replays(log, processor=PROCESSOR).find([Offset(3)])

        assert found == {Offset(3): Replayed(NOON_MS + 1, "bob", is_waiting=True)}

    asyncio.run(scenario())


def test_only_the_latest_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "_MAX_KNOWN", 2)

    async def scenario() -> None:
        log = MemoryEventLog()
        await log.append([a_replay(number) for number in (1, 2, 1, 3)])

        found = await Replays(log, processor=PROCESSOR).find([Offset(number) for number in (1, 2, 3)])

        assert set(found) == {1, 3}

    asyncio.run(scenario())
