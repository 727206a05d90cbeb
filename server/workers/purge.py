"""Removes for good what deleted datasets hold, when their time of grace is over.

A dataset is *being purged* from the moment that the control plane says so: then it is in no configuration, so that no
sink writes to it, and nothing brings it back. Each pass takes away what there is; the pass that finds nothing left ends
it. So it may be interrupted anywhere: the next pass, or the next process, goes on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from server.lake.errors import LakeError
from server.model.dataset import Dataset, DatasetId
from server.profile.errors import ProfileStoreUnavailable
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# Asking costs two rows; who purges by hand waits for the second pass.
INTERVAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeDeps:
    """``due``: begins what is due; all that are being purged. ``refresh``: has the configuration read again now.

    ``remove``: each takes away what one place holds, and says whether there was anything. ``end``: forgets a dataset.
    """

    due: Callable[[], Awaitable[Sequence[Dataset]]]
    refresh: Callable[[], Awaitable[bool]]
    remove: Sequence[Callable[[Dataset], Awaitable[bool]]]
    end: Callable[[DatasetId], Awaitable[None]]
    interval_seconds: float = INTERVAL_SECONDS


async def run_purges(stop: asyncio.Event, deps: PurgeDeps) -> None:
    """Until ``stop`` is set. What cannot be removed now is tried again."""
    while not await stopped_within(stop, deps.interval_seconds):
        try:
            await purge_once(deps)
        except Exception:
            # A worker step's boundary: whatever keeps the control plane away now may be gone with the next pass.
            logger.exception("datasets not purged, trying again")


async def purge_once(deps: PurgeDeps) -> None:
    """One pass over everything that is being purged."""
    datasets = await deps.due()
    if not datasets:
        return
    await deps.refresh()
    for dataset in datasets:
        try:
            found = [await remove(dataset) for remove in deps.remove]
        except (LakeError, ProfileStoreUnavailable) as error:
            logger.warning("dataset not purged, trying again dataset=%s error=%s", dataset.id, error)
            continue
        if any(found):
            logger.info("dataset purged, looking once more dataset=%s", dataset.id)
        else:
            await deps.end(dataset.id)
            logger.info("dataset purged and forgotten dataset=%s", dataset.id)
