"""Which tokens were used, noted in memory and written down now and then: a request waits for no database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# Good enough to tell a token that is in use from one that is forgotten.
_EVERY_SECONDS = 60.0


class TokenUse:
    """``note(token_id)`` for every request; ``save``: writes down when each was last used, in ms."""

    def __init__(self, *, clock_ms: Callable[[], int], save: Callable[[Mapping[str, int]], Awaitable[None]]) -> None:
        self._clock_ms = clock_ms
        self._save = save
        # By id of a token that there is: no more than those.
        self._used_ms: dict[str, int] = {}

    def note(self, token_id: str) -> None:
        self._used_ms[token_id] = self._clock_ms()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set, and once more then."""
        while not await stopped_within(stop, _EVERY_SECONDS):
            await self.flush()
        await self.flush()

    async def flush(self) -> None:
        """Write down what was noted since the last time."""
        used_ms, self._used_ms = self._used_ms, {}
        if not used_ms:
            return
        try:
            await self._save(used_ms)
        except Exception:
            # A worker step's boundary: whatever keeps the database away now may be gone in a minute.
            logger.exception("use of tokens not written down tokens=%d", len(used_ms))
            self._used_ms = used_ms | self._used_ms
