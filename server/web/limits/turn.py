"""How long the event loop is at it: what one turn of it takes on is bounded, for nobody is answered before it ends.

A turn takes all requests that have come in the meantime, one after the other, and each is at once decided. When more
come than can be served, a turn takes as long as all that wait, the next one finds as many again, and whoever is let in
waits for two of them; so does who asks how the server is. A bound on what is in flight does not see it: those that wait
have not been read. So a turn lets in what it can do in a moment, and the rest of it is told to come again. That costs
about as much as it saves, unless those that were told so do come again later: so they are not listened to until then.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

# A loop without work begins a turn as often as this.
_BEAT_SECONDS = 0.02

# The least `Retry-After`: who keeps to it does not notice.
_REST_SECONDS = 1.0

# Where the machine has others to serve, a turn of little work can take as long as one of much.
_WORK_SHARE = 1 / 3
_WAIT_TIMES = 2.0

_NEVER = float("inf")


class Resting(Protocol):
    """A connection that is not read from."""

    def wake(self) -> None:
        """Read from it again."""


class Turn:
    """The one that goes on. ``began``: by the monotonic clock; before :meth:`watch` there is no end to it.

    ``worked``: seconds for which this thread has had a core.
    """

    __slots__ = ("_monotonic", "_resting", "_used", "_worked", "began")

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, worked: Callable[[], float] = time.thread_time
    ) -> None:
        self.began = _NEVER
        self._monotonic = monotonic
        self._worked = worked
        self._used = 0.0
        # Until when, in this order.
        self._resting: dict[Resting, float] = {}

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the clock at the beginning of every turn of this loop, from now on; it has to run on it."""
        self.began, self._used = self._monotonic(), self._worked()
        for connection in [resting for resting, until in self._resting.items() if until <= self.began]:
            del self._resting[connection]
            connection.wake()
        loop.call_later(_BEAT_SECONDS, self.watch, loop)

    def took(self, seconds: float, now: float) -> bool:
        """Whether it has worked for longer, or for much longer than that has waited to: then a third of it is enough.

        One that others kept from working has no crowd to turn away. Asking the kernel costs more than looking at the
        clock, so look at ``began`` first.
        """
        worked = self._worked() - self._used
        return worked > seconds or (worked > seconds * _WORK_SHARE and now - self.began > seconds * _WAIT_TIMES)

    def rest(self, connection: Resting) -> bool:
        """Wake this connection when it was to come again; False when nobody would."""
        if self.began == _NEVER:
            return False
        self._resting[connection] = self.began + _REST_SECONDS
        return True

    def forget(self, connection: Resting) -> None:
        """It has ended."""
        self._resting.pop(connection, None)
