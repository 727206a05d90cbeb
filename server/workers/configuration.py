"""The control plane's present reading, kept in memory and looked up again every second."""

import asyncio
import logging

from server.model.datastream import Configuration
from server.ports import ConfigurationSource
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# How soon a publish or a new datastream is seen. Asking costs one row.
_LOOK_SECONDS = 1.0


class ConfigurationWatch:
    """``current()`` is always there and never waits. A control plane that is away leaves the last reading in force."""

    def __init__(self, source: ConfigurationSource, first: Configuration) -> None:
        self._source = source
        self._current = first

    @classmethod
    async def open(cls, source: ConfigurationSource) -> "ConfigurationWatch":
        return cls(source, await source.load())

    def current(self) -> Configuration:
        return self._current

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set."""
        while not await stopped_within(stop, _LOOK_SECONDS):
            await self.refresh()

    async def refresh(self) -> bool:
        """Look up now; whether there was a newer reading. Never raises: without one, the last stays."""
        before = self._current
        try:
            if await self._source.revision() != before.revision:
                self._current = await self._source.load()
        except Exception:
            # A worker step's boundary: whatever keeps the database away now may be gone in a second.
            logger.exception("configuration not read again, kept revision=%d", before.revision)
        return self._current is not before
