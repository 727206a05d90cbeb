"""The port SeenIds on SQLite: which event ids came in the last days, and where they stood first.

Its own database, because it is written for every batch of events and may be deleted without losing more than the memory
of duplicates. Keys are hashed to 16 bytes: two of a hundred million ids collide with a chance of 10⁻²³.
"""

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.model.outcome import Position

_DAY_MS = 24 * 3600 * 1000

# Forgetting is spread over the batches: so many rows at most each time.
_FORGET_ROWS = 1_000

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (
    key BLOB PRIMARY KEY, partition INTEGER NOT NULL, position INTEGER NOT NULL, seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_by_time ON seen (seen_ms);
"""


class SqliteSeenIds:
    def __init__(self, path: Path, *, keep_days: int, clock_ms: Callable[[], int]) -> None:
        self._keep_ms = keep_days * _DAY_MS
        self._clock_ms = clock_ms
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seen-ids")
        self._connection = self._thread.submit(_open, path).result()

    async def first_seen(self, keys: Sequence[tuple[str, Position]]) -> Sequence[bool]:
        if not keys:
            return []
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._first_seen, keys)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()

    def _first_seen(self, keys: Sequence[tuple[str, Position]]) -> Sequence[bool]:
        now_ms = self._clock_ms()
        answers = []
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            for key, position in keys:
                at = (position.partition, position.offset)
                digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]
                known = connection.execute(
                    "SELECT partition, position, seen_ms FROM seen WHERE key = ?", (digest,)
                ).fetchone()
                if known is None or (known[2] < now_ms - self._keep_ms and known[:2] != at):
                    connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (digest, *at, now_ms))
                answers.append(known is None or known[:2] == at or known[2] < now_ms - self._keep_ms)
            connection.execute(
                "DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE seen_ms < ? LIMIT ?)",
                (now_ms - self._keep_ms, _FORGET_ROWS),
            )
        return answers


class MemorySeenIds:
    """The in-memory twin."""

    def __init__(self) -> None:
        self._first: dict[str, Position] = {}

    async def first_seen(self, keys: Sequence[tuple[str, Position]]) -> Sequence[bool]:
        return [self._first.setdefault(key, position) == position for key, position in keys]


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=True)
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: forgetting an id after its outcome was appended would make a later duplicate a first one.
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_TABLES)
    return connection
