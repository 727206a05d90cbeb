"""The profile store on SQLite: one thread writes, another reads, and no event loop waits for either.

Exactly one process writes a store (the core); others read it with :class:`AsyncProfileReader` or
:func:`server.profile.reader.open_reader`. Why SQLite, and how it is laid out: ``docs/decisions/0007-profile-store.md``.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from server.model.dataset import DatasetId
from server.model.erasure import Person
from server.model.identity import Identity
from server.model.outcome import Offset
from server.model.profile import ProfileId, ProfileView
from server.ports import ProfileEntry
from server.profile.connection import BUSY_TIMEOUT_MS, connect_writer, reported
from server.profile.erase import ErasedProfile, erase_person, find_person
from server.profile.errors import ProfileStoreUnavailable
from server.profile.graph import DEFAULT_RULES, GraphRules, Node
from server.profile.purge import purge_some
from server.profile.reader import EventPage, EventQuery, ProfileReader, Totals, open_reader
from server.profile.writer import apply_batch

P = ParamSpec("P")
T = TypeVar("T")


class AsyncProfileReader:
    """Reads a store that this or another process writes. Methods and errors are those of :class:`ProfileReader`.

    The file is opened at the first call, so it need not be there before.
    """

    def __init__(self, path: Path, *, rules: GraphRules = DEFAULT_RULES) -> None:
        self._path = path
        self._rules = rules
        self._reader: ProfileReader | None = None
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="profile-reader")

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        return await self._read(lambda reader: reader.find(identity, limit_events=limit_events))

    async def load(self, profile: ProfileId, *, limit_events: int) -> ProfileView | None:
        return await self._read(lambda reader: reader.load(profile, limit_events=limit_events))

    async def events(self, profile: ProfileId, query: EventQuery) -> EventPage:
        return await self._read(lambda reader: reader.events(profile, query))

    async def search(self, value: str) -> Sequence[Identity]:
        return await self._read(lambda reader: reader.search(value))

    async def recent_profiles(self, *, limit: int) -> Sequence[ProfileView]:
        return await self._read(lambda reader: reader.recent_profiles(limit=limit))

    async def count_profiles(self) -> int:
        return await self._read(ProfileReader.count_profiles)

    async def totals(self) -> Totals:
        return await self._read(ProfileReader.totals)

    async def quarantined(self, *, limit: int) -> Mapping[Identity, Node]:
        return await self._read(lambda reader: reader.quarantined(limit=limit))

    async def committed(self) -> Offset:
        return await self._read(ProfileReader.committed)

    async def close(self) -> None:
        """Finish what was started and let go. Harmless twice."""
        await asyncio.to_thread(self._shut, self._reading, self._close_reader)

    async def _read(self, work: Callable[[ProfileReader], T]) -> T:
        def run() -> T:
            if self._reader is None:
                self._reader = open_reader(self._path, rules=self._rules)
            try:
                return work(self._reader)
            except ProfileStoreUnavailable:
                self._close_reader()  # what ailed it may be the connection; the next call begins with a new one
                raise

        return await self._run(self._reading, run)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            future = thread.submit(work)
        except RuntimeError as error:
            raise ProfileStoreUnavailable(f"the profile store {self._path} is closed") from error
        return await asyncio.wrap_future(future)

    def _shut(self, thread: ThreadPoolExecutor, last: Callable[[], None]) -> None:
        # A connection may only be closed by the thread that uses it; after the first time that takes no more work.
        with suppress(RuntimeError):
            thread.submit(last).result()
        thread.shutdown(wait=True)


class SqliteProfileStore(AsyncProfileReader):
    """Implements the port ProfileStore. Only one process may have one of these on a file."""

    def __init__(
        self, path: Path, *, rules: GraphRules = DEFAULT_RULES, busy_timeout_ms: int = BUSY_TIMEOUT_MS
    ) -> None:
        super().__init__(path, rules=rules)
        self._busy_timeout_ms = busy_timeout_ms
        self._connection: sqlite3.Connection | None = None
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="profile-writer")

    async def open(self) -> None:
        """Make and migrate the file. Harmless twice. Raises ProfileStoreUnavailable, ProfileStoreTooNew."""
        await self._run(self._writing, self._writer)

    async def apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        """Link identities, add events and records, all or nothing, durably; each once however often it is offered.

        Raises ProfileStoreUnavailable, and then nothing of the batch was stored. A cancelled call may still be done:
        offer the batch again.
        """
        await self._run(self._writing, lambda: self._apply(batch))

    async def purge(self, dataset_id: DatasetId) -> bool:
        """Take away what it holds of a dataset; whether there was anything. Raises ProfileStoreUnavailable.

        Interrupted, it goes on when it is called again. Batches are applied meanwhile.
        """
        was_there = False
        while await self._run(self._writing, lambda: self._purge_some(dataset_id)):
            was_there = True
        return was_there

    async def find_person(self, identity: Identity) -> Person:
        """Whom erasing this identity meets. Raises ProfileStoreUnavailable."""
        return await self._run(self._writing, lambda: self._erasing(find_person, identity, rules=self._rules))

    async def erase(self, identity: Identity, person: Person) -> ErasedProfile:
        """Erase this identity's profile, and the records of the person's. Raises ProfileStoreUnavailable; do it again.

        The person is to be kept away first: what is applied afterwards begins a new profile.
        """
        return await self._run(self._writing, lambda: self._erasing(erase_person, identity, person))

    async def close(self) -> None:
        """Finish what was started and let go. Harmless twice, and without open."""
        await super().close()
        await asyncio.to_thread(self._shut, self._writing, self._close_writer)

    def _purge_some(self, dataset_id: DatasetId) -> bool:
        with reported(self._path):
            return purge_some(self._writer(), dataset_id)

    def _erasing(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with reported(self._path):
            return work(self._writer(), *args, **kwargs)

    def _apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        connection = self._writer()
        try:
            with reported(self._path):
                apply_batch(connection, batch, rules=self._rules)
        except ProfileStoreUnavailable:
            self._close_writer()  # what ailed it may be the connection; the next batch begins with a new one
            raise

    def _writer(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect_writer(self._path, busy_timeout_ms=self._busy_timeout_ms)
        return self._connection

    def _close_writer(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
