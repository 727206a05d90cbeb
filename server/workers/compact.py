"""Keeps the lake's tables fast to write and read: small files become large ones, old ones go.

Every commit makes a file, and every live file makes the next commit dearer (docs/decisions/0005-lake-format.md).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from server.lake.errors import LakeError
from server.model.datastream import Configuration, Dataset
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# At one commit in five seconds this is some forty files a table: nothing to a reader, little to merge.
INTERVAL_SECONDS = 200.0


async def run_compaction(
    stop: asyncio.Event,
    *,
    configuration: Callable[[], Configuration],
    compact: Callable[[Dataset], Awaitable[object]],
    interval_seconds: float = INTERVAL_SECONDS,
) -> None:
    """Until ``stop`` is set, each table in turn. One that cannot be compacted now is tried again next time."""
    while not await stopped_within(stop, interval_seconds):
        for dataset in configuration().datasets.values():
            if stop.is_set():
                return
            try:
                await compact(dataset)
            except LakeError as error:
                logger.warning("table not compacted dataset=%s error=%s", dataset.id, error)
