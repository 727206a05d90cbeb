"""Erasing persons, put together: for the core while it runs, and for the command when it does not."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from server.app import world
from server.app.logs import open_partition
from server.app.readers import open_database
from server.eventlog.errors import LogLocked
from server.eventlog.topics import Topic
from server.lake.erase import Search
from server.lake.lake import DeltaLake
from server.model.dataset import Dataset
from server.model.datastream import Configuration
from server.model.erasure import Erasure, ErasureReport, Person
from server.profile.erased import Tombstones, digest_of, is_of, needles
from server.profile.graph import DEFAULT_RULES
from server.profile.store import SqliteProfileStore
from server.settings import Settings
from server.sinks.forgetting import ClaimedIdentities
from server.store.configuration import load_configuration
from server.store.database import Database
from server.store.datasets import list_stored_datasets
from server.store.erasures import (
    due_erasures,
    end_erasure,
    find_erasure,
    keep_person,
    load_tombstones,
    note_report,
    request_erasure,
)
from server.workers.erase import EraseDeps, erase_due

_DAY_MS = 24 * 3600 * 1000

# How often a command looks whether the core has done it.
_LOOK_SECONDS = 0.2

_BY = "the command line"


class NotErased(Exception):
    """It was asked for, and is not done yet. ``args``: what to do."""


async def read_tombstones(database: Database) -> Tombstones:
    """Everybody who was forgotten."""
    return Tombstones(await database.read(load_tombstones), rules=DEFAULT_RULES)


def erase_deps(
    settings: Settings,
    *,
    database: Database,
    profiles: SqliteProfileStore,
    lake: DeltaLake,
    configuration: Callable[[], Configuration],
    bury: Callable[[Tombstones], Awaitable[None]],
) -> EraseDeps:
    """``bury``: has every sink of this process leave these persons out. When it returns, none writes them any more."""
    identities = ClaimedIdentities(configuration)

    async def keep(erasure: Erasure, person: Person) -> int:
        digests = [digest_of(identity) for identity in person.identities]
        return await database.write(partial(keep_person, erasure=erasure, person=person, digests=digests))

    async def rows(dataset: Dataset, person: Person) -> tuple[int, int]:
        theirs = frozenset(person.identities)
        search = Search(
            ids=frozenset(person.events.get(dataset.id, ())),
            needles=needles(person.identities),
            is_theirs=lambda xdm: is_of(identities.of(dataset.id, xdm), theirs.__contains__, rules=DEFAULT_RULES),
        )
        return await lake.erase(dataset, search)

    async def datasets() -> Sequence[Dataset]:
        # Deleted ones too, as long as they are not purged: they may be restored.
        return [stored.dataset for stored in await database.read(list_stored_datasets)]

    async def note(erasure: Erasure, report: ErasureReport) -> None:
        await database.write(partial(note_report, erasure=erasure, report=report))

    async def end(erasure: Erasure, report: ErasureReport) -> None:
        await database.write(partial(end_erasure, erasure=erasure, report=report, now_ms=world.clock_ms()))
        await database.forget_former()

    async def buried() -> None:
        await bury(await read_tombstones(database))

    return EraseDeps(
        due=lambda: database.read(due_erasures),
        find=profiles.find_person,
        keep=keep,
        bury=buried,
        profile=profiles.erase,
        datasets=datasets,
        rows=rows,
        note=note,
        end=end,
        log_until_ms=lambda: world.clock_ms() + _log_ms(settings),
    )


def forget(settings: Settings, *, namespace: str, identity: str, timeout_seconds: float) -> Erasure:
    """Ask for it, and wait until it is done: by the core if it runs, else here. Raises NoInstallation, NotErased."""
    database = open_database(settings)
    try:
        work = partial(
            request_erasure,
            erasure_id=world.new_uuid(),
            namespace=namespace,
            identity=identity,
            requested_ms=world.clock_ms(),
            requested_by=_BY,
        )
        return asyncio.run(_forget(settings, database, database.write_sync(work), timeout_seconds))
    finally:
        database.close()


async def _forget(settings: Settings, database: Database, erasure_id: str, timeout_seconds: float) -> Erasure:
    give_up = time.monotonic() + timeout_seconds
    while True:
        async with _instead_of_the_core(settings) as is_here:
            if is_here:
                await _erase_here(settings, database)
        erasure = await database.read(partial(find_erasure, erasure_id=erasure_id))
        if erasure is not None and erasure.done_ms is not None:
            return erasure
        if time.monotonic() >= give_up:
            raise NotErased(
                f"it was asked for, and is not done after {timeout_seconds:.0f} s: the server goes on with it. "
                "Run the command again to wait for it, and look at the server's output for why it takes so long"
            )
        await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _instead_of_the_core(settings: Settings) -> AsyncIterator[bool]:
    """Whether the core does not run; then it cannot begin to, either: it needs a log that is locked meanwhile."""
    try:
        log = await asyncio.to_thread(open_partition, settings, Topic.PROCESSED, lock_timeout_seconds=0.0)
    except LogLocked:
        yield False
        return
    try:
        yield True
    finally:
        await log.close()


async def _erase_here(settings: Settings, database: Database) -> None:
    configuration = await database.read(load_configuration)

    async def nobody_writes(_tombstones: Tombstones) -> None:
        """There are no sinks here; those of the core read the tombstones when it starts."""

    async with AsyncExitStack() as stack:
        profiles = SqliteProfileStore(settings.data_dir / "profiles.db")
        stack.push_async_callback(profiles.close)
        lake = DeltaLake(settings.lake_location)
        stack.push_async_callback(lake.close)
        await erase_due(
            erase_deps(
                settings,
                database=database,
                profiles=profiles,
                lake=lake,
                configuration=lambda: configuration,
                bury=nobody_writes,
            )
        )


def _log_ms(settings: Settings) -> int:
    """How long something stays in the event log at most: a segment outlives its records by an eighth of their time."""
    return max(settings.event_log_days, settings.failed_days) * _DAY_MS * 9 // 8
