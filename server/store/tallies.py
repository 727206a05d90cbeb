"""Counts of outcomes on SQLite. Its own file: it can be deleted, and is then counted again from the event log.

One process counts and any number read, each with a connection of its own. What was counted and how far that is in the
log are one transaction: nothing is counted twice. The tables are in tally_tables.py.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from server.model.outcome import Offset
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.rule_counts import SLOT_MS, RuleCount, RuleKey, RuleSlot
from server.observe.tally import FailedSlot, First, Kind, Milestone, Tally
from server.observe.traffic import Latency, Numbers, Slot
from server.store import tally_rules
from server.store import tally_tables as tables

T = TypeVar("T")

KEEP_MS = 35 * 24 * 3600 * 1000
"""Five weeks: enough to lay a day beside the same one of four weeks before."""

_BUSY_TIMEOUT_SECONDS = 10.0


class SqliteTallies:
    """Opens the file at once, and makes it if there is none."""

    def __init__(self, path: Path, *, failures_keep_ms: int = KEEP_MS) -> None:
        """``failures_keep_ms``: how long it is known what was wrong with failed events, at most KEEP_MS."""
        self._failures_keep_ms = min(failures_keep_ms, KEEP_MS)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tallies")
        self._connection = self._thread.submit(_open, path).result()
        self._types = self._thread.submit(tables.event_types, self._connection).result()
        self._groups = self._thread.submit(tables.groups, self._connection).result()
        self._rules = self._thread.submit(tally_rules.rule_keys, self._connection).result()

    async def progress(self, topic: str) -> Offset:
        """How far this topic is counted; BEFORE_FIRST when it never was."""
        return await self._run(lambda connection: tables.progress(connection, topic))

    def event_types(self) -> Set[str]:
        """Those that were counted before this object was made, or by it."""
        return self._types

    def failure_groups(self) -> Set[FailureGroup]:
        """Those that were counted before this object was made, or by it."""
        return self._groups

    def rule_keys(self) -> Set[RuleKey]:
        """Those that were counted before this object was made, or by it."""
        return self._rules

    async def add(self, topic: str, tally: Tally, *, up_to: Offset, now_ms: int) -> None:
        """``up_to``: the offset of the last record that is in ``tally``. What is older than KEEP_MS goes.

        Harmless twice: what is not above :meth:`progress` was added already, and is not added.
        """
        await self._run(lambda connection: self._add(connection, topic, tally, up_to, now_ms))
        self._types |= {kind.event_type for kind in tally.counts}
        self._rules |= {slot.key for slot in tally.rules}
        self._groups |= {slot.group for slot in tally.failures}

    async def counts(self, *, since_ms: int) -> Mapping[Kind, int]:
        """Everything from the slot on that ``since_ms`` begins."""
        return await self._run(lambda connection: tables.counts(connection, since_ms))

    async def firsts(self) -> Mapping[Milestone, First]:
        """The milestones that are reached."""
        return await self._run(tables.firsts)

    async def traffic(self, *, since_ms: int, until_ms: int) -> Mapping[Slot, Numbers]:
        """Slots that begin in this time, by the minute for the last day and by the hour before it."""
        return await self._run(lambda connection: tables.traffic(connection, since_ms, until_ms))

    async def latencies(self, *, since_ms: int, until_ms: int) -> Mapping[Latency, int]:
        """The same for latencies, by five minutes; also what each sink was done with."""
        return await self._run(lambda connection: tables.latencies(connection, since_ms, until_ms))

    async def failures(self, *, since_ms: int, until_ms: int) -> Mapping[FailureSlot, FailureCount]:
        """What was wrong with failed events: by ten minutes for the last day, and by the hour before it."""
        return await self._run(lambda connection: tables.failures(connection, since_ms, until_ms))

    async def failed(self, *, since_ms: int, until_ms: int) -> Mapping[FailedSlot, int]:
        """How many events failed, by ten minutes. Unlike :meth:`failures`, one with two faults counts once."""
        return await self._run(lambda connection: tables.failed(connection, since_ms, until_ms))

    async def rules(self, *, since_ms: int) -> Mapping[RuleSlot, RuleCount]:
        """How often each rule fired, by quarters of a day, from the one on that ``since_ms`` is in."""
        return await self._run(lambda connection: tally_rules.rules(connection, since_ms - since_ms % SLOT_MS))

    async def close(self) -> None:
        await self._run(sqlite3.Connection.close)
        self._thread.shutdown()

    def _add(self, connection: sqlite3.Connection, topic: str, tally: Tally, up_to: Offset, now_ms: int) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if up_to <= tables.progress(connection, topic):
                return
            tables.add(connection, tally)
            tables.set_progress(connection, topic, up_to)
            tables.coarsen(connection, now_ms=now_ms)
            tables.forget(connection, before_ms=now_ms - KEEP_MS, failures_before_ms=now_ms - self._failures_keep_ms)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._connection)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_SECONDS)
    connection.execute("PRAGMA journal_mode = WAL")
    # What a power cut takes away is counted again.
    connection.execute("PRAGMA synchronous = NORMAL")
    tables.open_tables(connection)
    return connection
