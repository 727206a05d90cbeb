"""The newest records of a log that somebody looks for: it has no index, so it is read from its end, and only so far."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from server.model.outcome import Offset
from server.ports import EventLog, LogRecord

# A piece decodes in a few milliseconds, so that other requests of the process are not held up.
PIECE_RECORDS = 500

MAX_LOOKED_THROUGH = 20_000
"""How many records one page looks through before it says that there may be more."""


class HasOffset(Protocol):
    @property
    def offset(self) -> Offset: ...


T = TypeVar("T", bound=HasOffset)


async def newest(
    log: EventLog,
    decoded: Callable[[Sequence[LogRecord], Offset], Sequence[T]],
    wanted: Callable[[T], bool],
    *,
    limit: int,
    before: Offset | None,
) -> tuple[Sequence[T], Offset | None]:
    """The newest that are wanted, below the offset ``before`` if one is given, and where an older page begins.

    ``decoded``: what some records hold, in order, but for those at an offset and behind it.
    """
    top = Offset(await log.end() + 1) if before is None else before
    least = max(0, top - MAX_LOOKED_THROUGH)
    found: list[T] = []
    while top > least:
        bottom = Offset(max(least, top - PIECE_RECORDS))
        records = await log.read(after=Offset(bottom - 1), limit=top - bottom)
        for each in reversed(decoded(records, top)):
            if wanted(each):
                found.append(each)
            if len(found) == limit:
                return found, each.offset if each.offset > 0 else None
        top = bottom
    return found, Offset(top) if top > 0 else None
