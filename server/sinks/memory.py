"""The sinks' twin in memory, for tests of what uses a sink: takes everything, once an offset, unless told otherwise."""

from collections.abc import Callable, Sequence

from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.outcome import Offset, Processed


def _take(_offset: Offset, _processed: Processed) -> Refused | None:
    return None


class MemorySink:
    """``events``: what it has, by offset. ``refuse``: asked for each event; an answer means it does not take it."""

    def __init__(self, *, refuse: Callable[[Offset, Processed], Refused | None] = _take) -> None:
        self.events: dict[Offset, Processed] = {}
        self._refuse = refuse

    @property
    def name(self) -> str:
        return "memory"

    async def open(self) -> None:
        """Nothing to make ready."""

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        """As the port says."""
        return [self._answer(offset, processed) for offset, processed in batch]

    async def close(self) -> None:
        """Nothing to let go of."""

    def _answer(self, offset: Offset, processed: Processed) -> Delivery:
        refused = self._refuse(offset, processed)
        if refused is not None:
            return refused
        self.events[offset] = processed
        return DELIVERED
