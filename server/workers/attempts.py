"""Which records a worker was at when its process died, so that one of them cannot end it again and again.

Some events end a process that looks at them: a fault in a library written in C, or more memory than there is. The next
process would begin with the same record. So a worker says what it is about to try, and when it is done; where the
process died in between, the next one tries less at once, and a single record that was tried twice is set aside.

What is said is a few bytes of a file that is mapped into memory: it outlives the process, though not a power cut, which
is no fault of a record. Saying it costs less than a microsecond.
"""

import mmap
import os
import struct
from pathlib import Path
from typing import NamedTuple, Protocol

from server.model.outcome import Offset

MAX_DEATHS = 2
"""So often a single record may be there when a process dies; then it is set aside (reliability-security R13)."""

# A batch that cost a process is tried again in so many parts: ten thousand records are narrowed down to one in five.
_PARTS = 8

_NONE = -1


class Suspects(NamedTuple):
    """Records ``first`` up to ``last``, at which it died so often; ``first`` is -1 for none."""

    first: int = _NONE
    last: int = _NONE
    deaths: int = 0

    def blamed(self, first: int, last: int) -> "Suspects":
        """After one more death, at these records."""
        return Suspects(first, last, self.deaths + 1 if (first, last) == (self.first, self.last) else 1)

    def are(self, offset: int) -> bool:
        """Whether it is one of them."""
        return self.first != _NONE and self.first <= offset <= self.last

    def most(self, following: int, limit: int) -> int:
        """How many records to try at once, beginning with ``following``: at least 1, at most ``limit``."""
        if self.are(following):
            return max(1, min(limit, (self.last - self.first + 1) // _PARTS))
        if following < self.first:
            return min(limit, self.first - following)
        return limit

    @property
    def condemned(self) -> int:
        """The record to set aside; -1 for none."""
        return self.first if self.first == self.last and self.deaths >= MAX_DEATHS else _NONE


class Attempts(Protocol):
    """What a worker tries, remembered across deaths."""

    @property
    def suspects(self) -> Suspects: ...

    def begin(self, first: Offset, last: Offset) -> None:
        """These records are tried now."""

    def end(self) -> None:
        """And that was no fault of theirs, whatever came of it."""

    def blame(self) -> None:
        """They failed in a way that nothing they hold should: as if the process had died."""


class MemoryAttempts:
    """The twin in memory: ``died`` is what a new process would find."""

    def __init__(self, suspects: Suspects | None = None) -> None:
        self.suspects = suspects or Suspects()
        self._tried: tuple[int, int] | None = None

    def begin(self, first: Offset, last: Offset) -> None:
        self._tried = (first, last)

    def end(self) -> None:
        self._tried = None

    def blame(self) -> None:
        if self._tried is not None:
            self.suspects = self.suspects.blamed(*self._tried)
        self._tried = None

    def died(self) -> "MemoryAttempts":
        """What the next process has, when this one dies now."""
        return MemoryAttempts(self.suspects if self._tried is None else self.suspects.blamed(*self._tried))


# first and last of what is tried; first, last and deaths of the suspects.
_STATE = struct.Struct("<5q")
_TRIED = struct.Struct("<2q")


class FileAttempts:
    """Opens the file at once, and makes it if there is none. One worker has it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size != _STATE.size:
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _STATE.pack(_NONE, _NONE, _NONE, _NONE, 0))
            self._map = mmap.mmap(descriptor, _STATE.size)
        finally:
            os.close(descriptor)
        first, last, *suspects = _STATE.unpack_from(self._map)
        self.suspects = Suspects(*suspects)
        if first != _NONE:
            self._remember(self.suspects.blamed(first, last))

    def begin(self, first: Offset, last: Offset) -> None:
        _TRIED.pack_into(self._map, 0, first, last)

    def end(self) -> None:
        _TRIED.pack_into(self._map, 0, _NONE, _NONE)

    def blame(self) -> None:
        first, last = _TRIED.unpack_from(self._map)
        if first != _NONE:
            self._remember(self.suspects.blamed(first, last))

    def close(self) -> None:
        """Let go. Harmless twice."""
        self._map.close()

    def _remember(self, suspects: Suspects) -> None:
        self.suspects = suspects
        _STATE.pack_into(self._map, 0, _NONE, _NONE, *suspects)
