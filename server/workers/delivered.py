"""Counts what each sink is done with, and how long that took, as it happens.

What was delivered just before a crash, and not counted, is counted at the next start, without how long it took.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.observe.tally import Tally
from server.observe.traffic import KnowsDataset, delivered
from server.ports import EventLog
from server.store.tallies import SqliteTallies
from server.workers.deliver import Batch

logger = logging.getLogger(__name__)

_BATCH_RECORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredDeps:
    """``clock_ms``: milliseconds since the epoch. ``knows``: whether there is a dataset of this id."""

    processed: EventLog
    tallies: SqliteTallies
    clock_ms: Callable[[], int]
    knows: KnowsDataset


class DeliveredCounts:
    """:meth:`count` is a ``DeliverDeps.delivered``. Counting may fail: nothing waits for it."""

    def __init__(self, deps: DeliveredDeps) -> None:
        self._deps = deps
        self._decode = msgspec.json.Decoder(Processed).decode

    async def count(self, sink: str, batch: Batch, dead: Collection[Offset] = ()) -> None:
        try:
            counted_to = await self._deps.tallies.progress(_topic(sink))
            if counted_to < batch[0][0] - 1:
                await self._catch_up(sink, counted_to, batch[0][0])
            now_ms = self._deps.clock_ms()
            new = [each for each in batch if each[0] > counted_to]
            latencies = delivered(sink, new, at_ms=now_ms, knows=self._deps.knows, dead=dead)
            await self._add(sink, Tally(latencies=latencies), batch[-1][0], now_ms)
        except sqlite3.Error as error:
            logger.warning("deliveries not counted sink=%s error=%s", sink, error)

    async def _catch_up(self, sink: str, after: Offset, below: Offset) -> None:
        while records := await self._deps.processed.read(after=after, limit=_BATCH_RECORDS):
            batch = [(record.offset, self._decode(record.value)) for record in records if record.offset < below]
            if not batch:
                return
            after = batch[-1][0]
            latencies = delivered(sink, batch, at_ms=None, knows=self._deps.knows)
            await self._add(sink, Tally(latencies=latencies), after, self._deps.clock_ms())

    async def _add(self, sink: str, tally: Tally, up_to: Offset, now_ms: int) -> None:
        if up_to > BEFORE_FIRST:
            await self._deps.tallies.add(_topic(sink), tally, up_to=up_to, now_ms=now_ms)


def _topic(sink: str) -> str:
    """Under which it is remembered how far a sink's deliveries are counted."""
    return f"delivered to {sink}"
