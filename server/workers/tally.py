"""Counts the outcomes of one topic as they come, for the curves of the console."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from server.observe.tally import tally
from server.observe.traffic import KnowsDataset
from server.ports import EventLog, LogUnavailable
from server.store.tallies import SqliteTallies
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# Counted in 20 ms; one transaction for them.
_BATCH_RECORDS = 2_000

_WAIT_SECONDS = 1.0

# Curves of ten minutes need no more than one transaction in so long.
_PAUSE_SECONDS = 1.0
_RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyDeps:
    """``topic``: the name under which it is remembered how far ``outcomes`` are counted.

    ``own_host``: name and port of the console. ``clock_ms``: milliseconds since the epoch. ``knows``: whether there is
    a dataset of this id.
    """

    topic: str
    outcomes: EventLog
    tallies: SqliteTallies
    own_host: str
    clock_ms: Callable[[], int]
    knows: KnowsDataset = lambda _dataset_id: True


async def run_tally(stop: asyncio.Event, deps: TallyDeps) -> None:
    """Until ``stop`` is set. Counting may fail, and is then tried again: nothing else waits for it."""
    while not stop.is_set():
        try:
            counted = await count_some(deps)
        except (LogUnavailable, sqlite3.Error) as error:
            logger.warning("outcomes not counted, trying again topic=%s error=%s", deps.topic, error)
            await stopped_within(stop, _RETRY_SECONDS)
            continue
        if counted < _BATCH_RECORDS:
            await stopped_within(stop, _PAUSE_SECONDS)


async def count_some(deps: TallyDeps) -> int:
    """Wait for records, count some of them; how many it was."""
    after = await deps.tallies.progress(deps.topic)
    if not await deps.outcomes.wait(after=after, timeout_seconds=_WAIT_SECONDS):
        return 0
    records = await deps.outcomes.read(after=after, limit=_BATCH_RECORDS)
    if not records:
        return 0
    now_ms = deps.clock_ms()
    counted = tally(
        records,
        known_types=deps.tallies.event_types(),
        known_groups=deps.tallies.failure_groups(),
        known_rules=deps.tallies.rule_keys(),
        own_host=deps.own_host,
        now_ms=now_ms,
        knows=deps.knows,
    )
    await deps.tallies.add(deps.topic, counted, up_to=records[-1].offset, now_ms=now_ms)
    return len(records)
