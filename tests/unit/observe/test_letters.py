import asyncio

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST, Addition, Offset
from server.observe.letters import Letter, LetterReader, retry_of
from server.observe.replays import Replays
from tests.builders import NOON_MS, a_letter, a_processed, encoded


def test_the_newest_letters_are_first_and_one_sink_can_be_asked_for() -> None:
    async def scenario() -> None:
        log = MemoryEventLog()
        await log.append([encoded(a_letter()), b"no letter", encoded(a_letter(sink="profile")), encoded(a_letter())])
        reader = LetterReader(log)

        everything = await reader.page(limit=2)
        of_lake = await reader.page(sink="lake", limit=9)

        assert ([each.offset for each in everything.letters], everything.before) == ([3, 2], 2)
        assert ([each.offset for each in of_lake.letters], of_lake.before) == ([3, 0], None)
        assert (await reader.find(Offset(2))) == Letter(Offset(2), a_letter(sink="profile"))
        assert await reader.find(Offset(1)) is None
        assert await reader.find(Offset(9)) is None

    asyncio.run(scenario())


def test_a_letter_is_known_to_be_retried_apart_from_failed_events() -> None:
    async def scenario() -> None:
        log = MemoryEventLog()
        await log.append([encoded(retry_of(Letter(Offset(4), a_letter()), replayed_ms=NOON_MS, replayed_by="ada"))])
        replays = Replays(log, processor="process")

        found = await replays.find_letters([Offset(4), Offset(5)])

        assert {offset: (each.replayed_by, each.is_waiting) for offset, each in found.items()} == {4: ("ada", True)}
        assert await replays.find([Offset(4), BEFORE_FIRST]) == {}

    asyncio.run(scenario())


def test_a_retry_holds_the_event_as_it_was_processed_and_the_one_sink_it_is_for() -> None:
    added = (Addition(enrichment="geo", patch={"placeContext": {}}),)
    letter = Letter(Offset(4), a_letter(processed=a_processed(additions=added)))

    retry = retry_of(letter, replayed_ms=NOON_MS, replayed_by="ada")

    assert (retry.sink, retry.letter, retry.failed, retry.additions) == ("lake", 4, BEFORE_FIRST, added)
    assert retry.xdm == letter.letter.processed.event.xdm
