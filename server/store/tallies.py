"""Counts of outcomes on SQLite. Its own file: it can be deleted, and is then counted again from the event log.

One process counts and any number read, each with a connection of its own. What was counted and how far that is in the
log are one transaction: nothing is counted twice.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from server.model.outcome import BEFORE_FIRST, Offset
from server.observe.tally import First, Kind, Milestone, Tally

T = TypeVar("T")

KEEP_MS = 35 * 24 * 3600 * 1000
"""Five weeks: enough to lay a day beside the same one of four weeks before."""

_BUSY_TIMEOUT_SECONDS = 10.0

_TABLES = """
CREATE TABLE IF NOT EXISTS counts (
    slot_ms INTEGER NOT NULL, dataset TEXT NOT NULL, outcome TEXT NOT NULL, event_type TEXT NOT NULL,
    events INTEGER NOT NULL, PRIMARY KEY (slot_ms, dataset, outcome, event_type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS firsts (
    milestone TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (topic TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
"""


class SqliteTallies:
    """Opens the file at once, and makes it if there is none."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tallies")
        self._connection = self._thread.submit(_open, path).result()
        self._types = self._thread.submit(_event_types, self._connection).result()

    async def progress(self, topic: str) -> Offset:
        """How far this topic is counted; BEFORE_FIRST when it never was."""
        return await self._run(lambda connection: _progress(connection, topic))

    def event_types(self) -> Set[str]:
        """Those that were counted before this object was made, or by it."""
        return self._types

    async def add(self, topic: str, tally: Tally, *, up_to: Offset, now_ms: int) -> None:
        """``up_to``: the offset of the last record that is in ``tally``. What is older than KEEP_MS goes."""
        await self._run(lambda connection: _add(connection, topic, tally, up_to, now_ms - KEEP_MS))
        self._types |= {kind.event_type for kind in tally.counts}

    async def counts(self, *, since_ms: int) -> Mapping[Kind, int]:
        """Everything from the slot on that ``since_ms`` begins."""
        return await self._run(lambda connection: _counts(connection, since_ms))

    async def firsts(self) -> Mapping[Milestone, First]:
        """The milestones that are reached."""
        return await self._run(_firsts)

    async def close(self) -> None:
        await self._run(sqlite3.Connection.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._connection)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_SECONDS)
    connection.execute("PRAGMA journal_mode = WAL")
    # What a power cut takes away is counted again.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLES)
    return connection


def _progress(connection: sqlite3.Connection, topic: str) -> Offset:
    row = connection.execute("SELECT position FROM progress WHERE topic = ?", (topic,)).fetchone()
    return Offset(row[0]) if row else BEFORE_FIRST


def _event_types(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT DISTINCT event_type FROM counts"))


def _add(connection: sqlite3.Connection, topic: str, tally: Tally, up_to: Offset, forget_before_ms: int) -> None:
    counted: Sequence[tuple[int, str, str, str, int]] = [(*kind, events) for kind, events in tally.counts.items()]
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events",
            counted,
        )
        connection.executemany(
            "INSERT INTO firsts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, "
            "detail = excluded.detail WHERE excluded.at_ms < at_ms",
            [(milestone.value, *first) for milestone, first in tally.firsts.items()],
        )
        connection.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (topic, up_to))
        connection.execute("DELETE FROM counts WHERE slot_ms < ?", (forget_before_ms,))


def _counts(connection: sqlite3.Connection, since_ms: int) -> Mapping[Kind, int]:
    rows = connection.execute("SELECT * FROM counts WHERE slot_ms >= ?", (since_ms,))
    return {Kind(*row[:4]): row[4] for row in rows}


def _firsts(connection: sqlite3.Connection) -> Mapping[Milestone, First]:
    rows = connection.execute("SELECT milestone, at_ms, detail FROM firsts")
    known = {milestone.value for milestone in Milestone}
    return {Milestone(name): First(at_ms, detail) for name, at_ms, detail in rows if name in known}
