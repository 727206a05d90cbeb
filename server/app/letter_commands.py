"""What `heliograph failed letters` and `failed retry` do: dead letters listed, and offered to their sink again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from server.app import world
from server.app.logs import SINK_NAMES, open_reader
from server.app.not_found import NotFound
from server.app.readers import read_configuration
from server.app.replay import append_replays
from server.eventlog.topics import Topic
from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.model.outcome import Offset
from server.observe.letters import Letter, LetterReader, retry_of
from server.observe.replays import Replayed, Replays
from server.settings import Settings
from server.web.views.live_facts import iso
from server.workers.process import CONSUMER

# One write of the log; a terminal waits for many.
_PIECE_LETTERS = 1_000


def letters_list(settings: Settings, *, sink: str = "", limit: int) -> list[JsonObject]:
    """The newest first. Raises NotFound for a sink that does not exist."""
    configuration = read_configuration(settings)
    _check_sink(sink)

    async def work() -> list[JsonObject]:
        async with _open(settings) as (reader, replays):
            found: list[Letter] = []
            before: Offset | None = None
            while len(found) < limit:
                page = await reader.page(sink=sink, limit=limit - len(found), before=before)
                found += page.letters
                before = page.before
                if before is None:
                    break
            retried = await replays.find_letters([each.offset for each in found])
            return [_summary(each, configuration, retried.get(each.offset)) for each in found]

    return asyncio.run(work())


def letters_retry(settings: Settings, *, sink: str = "", by: str) -> int:
    """Have all that nobody retried offered again; how many these are. Raises NotFound for a sink that there is not."""
    read_configuration(settings)
    _check_sink(sink)

    async def work() -> int:
        async with _open(settings) as (reader, replays):
            count, before = 0, None
            while True:
                page = await reader.page(sink=sink, limit=_PIECE_LETTERS, before=before)
                retried = await replays.find_letters([each.offset for each in page.letters])
                count += await _retry(settings, [each for each in page.letters if each.offset not in retried], by=by)
                before = page.before
                if before is None:
                    return count

    return asyncio.run(work())


def letters_retry_some(settings: Settings, offsets: Sequence[int], *, by: str) -> int:
    """The same for those at these offsets. What was taken after an earlier retry is not taken again. NotFound."""
    read_configuration(settings)

    async def work() -> int:
        async with _open(settings) as (reader, _replays):
            found = [await reader.find(Offset(offset)) for offset in offsets]
            missing = [offset for offset, letter in zip(offsets, found, strict=True) if letter is None]
            if missing:
                raise NotFound(
                    f"there is no dead letter {missing[0]}; `heliograph failed letters` shows those there are"
                )
            return await _retry(settings, [letter for letter in found if letter is not None], by=by)

    return asyncio.run(work())


@contextlib.asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[tuple[LetterReader, Replays]]:
    letters, replays = (open_reader(settings.data_dir, topic) for topic in (Topic.DEAD_LETTERS, Topic.REPLAYS))
    try:
        yield LetterReader(letters), Replays(replays, processor=CONSUMER)
    finally:
        await letters.close()
        await replays.close()


async def _retry(settings: Settings, letters: Sequence[Letter], *, by: str) -> int:
    now_ms = world.clock_ms()
    await append_replays(settings, [retry_of(each, replayed_ms=now_ms, replayed_by=by) for each in letters])
    return len(letters)


def _check_sink(sink: str) -> None:
    if sink and sink not in SINK_NAMES:
        raise NotFound(f"there is no sink {sink!r}; there is {', '.join(SINK_NAMES)}")


def _summary(letter: Letter, configuration: Configuration, retried: Replayed | None) -> JsonObject:
    told, event = letter.letter, letter.letter.processed.event
    dataset = configuration.datasets.get(event.dataset_id)
    return {
        "offset": letter.offset,
        "received": iso(event.received_ms),
        "refused": iso(told.refused_ms) if told.refused_ms else "",
        "sink": told.sink,
        "dataset": dataset.name if dataset else event.dataset_id,
        "eventType": str(event.xdm.get("eventType", "")),
        "id": event.id,
        "reason": told.reason,
        "cure": told.cure,
        "retried": None
        if retried is None
        else {"at": iso(retried.replayed_ms), "by": retried.replayed_by, "isWaiting": retried.is_waiting},
    }
