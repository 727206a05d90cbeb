"""Hands failed events to the core once more: it reads the topic ``replays`` as it reads ``received``."""

import asyncio
from collections.abc import Sequence

import msgspec

from server.app.logs import open_partition
from server.eventlog.errors import LogLocked
from server.eventlog.topics import Topic
from server.model.replay import Replay
from server.ports import LogUnavailable
from server.settings import Settings


async def append_replays(settings: Settings, replays: Sequence[Replay]) -> None:
    """Durable when it returns. Raises LogUnavailable.

    The log has one writer at a time: whoever replays opens it for no longer than that takes, and waits for others.
    """
    if not replays:
        return
    try:
        log = await asyncio.to_thread(open_partition, settings, Topic.REPLAYS)
    except LogLocked as error:
        raise LogUnavailable(str(error)) from None
    try:
        await log.append([msgspec.json.encode(replay) for replay in replays])
    finally:
        await log.close()
