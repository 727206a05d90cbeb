"""How long a partition keeps what it holds, and which of its segments may go. Pure: partition.py does it.

Segments go whole, the oldest first, and only when every consumer is done with each record in them, however full the
disk is: what is acknowledged is never given up to make room for what is not. When nothing may go, appends are refused
until the consumers get on, and the client, who has not been told 2xx, sends again (docs/decisions/0011).
"""

from collections.abc import Sequence
from typing import NamedTuple

from server.model.outcome import Offset

_WITHOUT_LIMIT = 2**63 - 1

# A segment is sealed when it has been open for this part of the time that records are kept. So at little traffic a
# record outlives its time by an eighth of it, and not until the segment is full.
_ROLLS_WITHIN_AGE = 8


class Retention(NamedTuple):
    """What a partition keeps. Without arguments: everything.

    ``consumers``: those that must be done with a record before it may go; one that never committed holds all of them.
    ``keep_bytes``: the most that the segments take on the disk. ``keep_ms``: how old a record may get.
    ``reserve_bytes``: so much is left free on the file system, for what must be written to make room: the consumers'
    offsets, the outcomes, the sinks.
    """

    consumers: tuple[str, ...] = ()
    keep_bytes: int = _WITHOUT_LIMIT
    keep_ms: int = _WITHOUT_LIMIT
    reserve_bytes: int = 0

    @property
    def roll_ms(self) -> int:
        """How long a segment stays open."""
        return self.keep_ms // _ROLLS_WITHIN_AGE


class SealedSegment(NamedTuple):
    """Offsets ``first`` up to but without ``below``. ``newest_ms``: when its last record was appended, or later."""

    first: Offset
    below: Offset
    size_bytes: int
    newest_ms: int


class Lack(NamedTuple):
    """What asks for segments to go, in bytes: ``over`` the partition's limit, ``reserve`` missing on the disk."""

    over: int
    reserve: int

    @property
    def bytes(self) -> int:
        return max(self.over, self.reserve)


def unwanted(segments: Sequence[SealedSegment], lack: Lack, *, now_ms: int, keep_ms: int) -> Sequence[SealedSegment]:
    """Those of ``segments``, which are all of them and the oldest first, that should go: too old, or to make room."""
    missing_bytes = lack.bytes
    found: list[SealedSegment] = []
    for segment in segments:
        is_old = segment.newest_ms + keep_ms <= now_ms
        if not is_old and missing_bytes <= 0:
            break
        missing_bytes -= segment.size_bytes
        found.append(segment)
    return found


def finished(segments: Sequence[SealedSegment], *, consumed: Offset) -> Sequence[SealedSegment]:
    """Those of ``segments``, oldest first, that nobody reads any more. ``consumed``: the offset all are done with."""
    return [segment for segment in segments if segment.below <= consumed + 1]
