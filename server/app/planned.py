"""The console's loop that publishes what was planned."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from server.app import world
from server.settings import Settings
from server.store.database import Database
from server.workers.planned import PlannedDeps, run_planned


@contextlib.asynccontextmanager
async def publishing_planned(settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Look until ``stop`` is set, on a connection of its own: no page waits for it."""
    database = Database(settings.control_plane_url)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_planned(stop, PlannedDeps(database=database, clock_ms=world.clock_ms)))
            yield
    finally:
        database.close()
