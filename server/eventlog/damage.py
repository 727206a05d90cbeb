"""What could not be read, said once."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from server.model.outcome import Offset

_log = logging.getLogger(__name__)

# Enough to see a pattern; a disk that is worse needs no longer list. Beyond it nothing is remembered or logged.
_MAX_REPORTS = 1000


class Damage(NamedTuple):
    """Offsets ``first`` to ``last``, both included, cannot be read.

    ``segment``: the first offset of the segment, which is its name; ``position``: where in it the trouble starts, in
    bytes.
    """

    segment: Offset
    position: int
    first: Offset
    last: Offset


class DamageReport:
    """Keeps and logs each damage once, however often it is come across."""

    def __init__(self) -> None:
        self._found: dict[tuple[Offset, int], Damage] = {}

    def add(self, damage: Damage) -> None:
        place = (damage.segment, damage.position)
        if place in self._found or len(self._found) >= _MAX_REPORTS:
            return
        self._found[place] = damage
        _log.error(
            "event_log_damaged segment=%d position_bytes=%d first_offset=%d last_offset=%d",
            damage.segment,
            damage.position,
            damage.first,
            damage.last,
        )

    def all(self) -> Sequence[Damage]:
        """In the order they were found."""
        return tuple(self._found.values())
