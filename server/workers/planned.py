"""Publishes what was planned, when its time has come; what was missed while nothing ran, at once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from server.store.database import Database
from server.store.rollouts import next_due_ms, publish_due
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# A plan names a minute. Looking costs one row of an index.
_LOOK_SECONDS = 2.0
_RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDeps:
    """``clock_ms``: milliseconds since the epoch."""

    database: Database
    clock_ms: Callable[[], int]


async def run_planned(stop: asyncio.Event, deps: PlannedDeps) -> None:
    """Until ``stop`` is set. Any number of processes may do this: each plan is done once."""
    while not stop.is_set():
        wait_seconds = _LOOK_SECONDS
        try:
            await publish_planned(deps)
        except Exception:
            # A worker step's boundary: whatever keeps the database away now may be gone in a moment.
            logger.exception("planned publications not looked for, trying again")
            wait_seconds = _RETRY_SECONDS
        await stopped_within(stop, wait_seconds)


async def publish_planned(deps: PlannedDeps) -> int:
    """Do what is due; how many it was."""
    now_ms = deps.clock_ms()
    due_ms = await deps.database.read(next_due_ms)
    if due_ms is None or due_ms > now_ms:
        return 0
    done = await deps.database.write(partial(publish_due, now_ms=now_ms))
    for plan in done:
        logger.info(
            "published as planned property=%s environment=%s build=%s late_ms=%d",
            plan.property_id,
            plan.environment,
            plan.build_hash,
            now_ms - plan.at_ms,
        )
    return len(done)
