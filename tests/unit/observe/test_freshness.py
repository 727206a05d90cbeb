import asyncio

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import Offset
from server.observe.freshness import newest_ms, oldest_waiting_ms
from tests.builders import NOON_MS, a_processed, encoded


def test_a_sink_is_as_late_as_the_oldest_event_that_it_has_not_taken() -> None:
    async def scenario() -> None:
        processed = MemoryEventLog()
        await processed.append([encoded(a_processed(received_ms=NOON_MS + number)) for number in range(3)])
        await processed.commit("lake", Offset(0))
        await processed.commit("profile", Offset(2))

        found = await oldest_waiting_ms(processed, ["lake", "profile", "new"])

        assert found == {"lake": NOON_MS + 1, "profile": None, "new": NOON_MS}

    asyncio.run(scenario())


def test_the_newest_is_the_last_that_was_processed() -> None:
    async def scenario() -> None:
        processed = MemoryEventLog()
        assert await newest_ms(processed) is None

        await processed.append([encoded(a_processed(received_ms=NOON_MS + number)) for number in range(3)])

        assert await newest_ms(processed) == NOON_MS + 2

    asyncio.run(scenario())


def test_a_record_that_cannot_be_read_has_no_time() -> None:
    async def scenario() -> None:
        processed = MemoryEventLog()
        await processed.append([b"\x00"])

        assert await newest_ms(processed) is None

    asyncio.run(scenario())
