"""Which records a worker was at when its process died, so that one of them cannot end it again and again.

Some events end a process that looks at them: a fault in a library written in C, or more memory than there is. The next
process would begin with the same record. So each worker says what it is about to try, and when it is done. Where the
process died in between:

- if several workers were at something, nobody knows whose fault it was: the next process tries the same, one worker at
  a time;
- if one was alone, it tries less at once, until a single record is left; one that was tried alone at two deaths is
  condemned, and its worker sets it aside.

What is said is a few bytes of a file that is mapped into memory: it outlives the process, though not a power cut, which
is no fault of a record. Saying it costs less than a microsecond.
"""

import asyncio
import mmap
import os
import struct
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from server.model.outcome import Offset

MAX_DEATHS = 2
"""So often a single record may be alone there when a process dies (reliability-security R13)."""

# A batch that cost a process is tried again in so many parts: ten thousand records are narrowed down to one in five.
_PARTS = 8

_NONE = -1


class Tried(NamedTuple):
    """Records ``first`` up to ``last``."""

    first: int
    last: int


class Suspects(NamedTuple):
    """Records ``first`` up to ``last``, at which it died so often, and nobody else was at anything.

    ``first`` is -1 for none. 0 deaths: it died while they were tried, but others were at something as well.
    """

    first: int = _NONE
    last: int = _NONE
    deaths: int = 0

    def blamed(self, tried: Tried, *, deaths: int) -> "Suspects":
        """After so many more deaths at these records."""
        before = self.deaths if (self.first, self.last) == tried else 0
        return Suspects(tried.first, tried.last, before + deaths)

    def passed(self, tried: Tried) -> "Suspects":
        """After these were tried without harm."""
        return Suspects() if tried.last >= self.last else self

    def most(self, following: int, limit: int) -> int:
        """How many records to try at once, beginning with ``following``: at least 1, at most ``limit``."""
        if not self.deaths or following > self.last:
            return limit
        if following < self.first:
            return min(limit, self.first - following)
        return max(1, min(limit, (self.last - self.first + 1) // _PARTS))

    @property
    def are_some(self) -> bool:
        return self.first != _NONE

    @property
    def condemned(self) -> int:
        """The record to set aside; -1 for none."""
        return self.first if self.first == self.last and self.deaths >= MAX_DEATHS else _NONE


class Attempts(Protocol):
    """What one worker tries, remembered across deaths. ``begin`` and ``end`` only within :meth:`turn`."""

    @property
    def suspects(self) -> Suspects: ...

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Alone among the workers of the process, while there are suspects; at once, while there are none."""

    def begin(self, first: Offset, last: Offset) -> None:
        """These records are tried now."""

    def end(self) -> None:
        """And were, without harm."""

    def blame(self) -> None:
        """They failed in a way that nothing they hold should: as if the process had died of them."""


class Turns:
    """What the workers of one process have in common."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._members: list[Attempts] = []

    def add(self, member: Attempts) -> None:
        self._members.append(member)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        if not any(member.suspects.are_some for member in self._members):
            yield
            return
        async with self._lock:
            yield


class MemoryAttempts:
    """The twin in memory. ``died`` is what a new process would find, in which this worker was alone at something."""

    def __init__(self, suspects: Suspects | None = None) -> None:
        self.suspects = suspects or Suspects()
        self._tried: Tried | None = None
        self._turns = Turns()

    def turn(self) -> AbstractAsyncContextManager[None]:
        return self._turns.turn()

    def begin(self, first: Offset, last: Offset) -> None:
        self._tried = Tried(first, last)

    def end(self) -> None:
        if self._tried is not None:
            self.suspects = self.suspects.passed(self._tried)
        self._tried = None

    def blame(self) -> None:
        if self._tried is not None:
            self.suspects = self.suspects.blamed(self._tried, deaths=1)
        self._tried = None

    def died(self) -> "MemoryAttempts":
        return MemoryAttempts(self.suspects if self._tried is None else self.suspects.blamed(self._tried, deaths=1))


# first and last of what is tried; first, last and deaths of the suspects.
_STATE = struct.Struct("<5q")
_TRIED = struct.Struct("<2q")
_NOTHING = Tried(_NONE, _NONE)


class FileAttempts:
    """One worker's file. :func:`open_attempts` makes them."""

    def __init__(self, path: Path, turns: Turns) -> None:
        self._turns = turns
        turns.add(self)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size != _STATE.size:
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _STATE.pack(*_NOTHING, *Suspects()))
            self._map = mmap.mmap(descriptor, _STATE.size)
        finally:
            os.close(descriptor)
        self.suspects = Suspects(*_STATE.unpack_from(self._map)[2:])

    @property
    def tried(self) -> Tried:
        """``first`` is -1 for nothing."""
        return Tried(*_TRIED.unpack_from(self._map))

    def turn(self) -> AbstractAsyncContextManager[None]:
        return self._turns.turn()

    def begin(self, first: Offset, last: Offset) -> None:
        _TRIED.pack_into(self._map, 0, first, last)

    def end(self) -> None:
        if self.suspects.are_some and self.tried != _NOTHING:
            self.remember(self.suspects.passed(self.tried))
        _TRIED.pack_into(self._map, 0, *_NOTHING)

    def blame(self) -> None:
        if self.tried != _NOTHING:
            self.remember(self.suspects.blamed(self.tried, deaths=1))

    def remember(self, suspects: Suspects) -> None:
        """These, and that nothing is tried."""
        self.suspects = suspects
        _STATE.pack_into(self._map, 0, *_NOTHING, *suspects)

    def close(self) -> None:
        """Let go. Harmless twice."""
        self._map.close()


def open_attempts(directory: Path, workers: Iterable[str]) -> Mapping[str, FileAttempts]:
    """By worker. What they were at when the last process died, if it did, is theirs to answer for from here on."""
    directory.mkdir(parents=True, exist_ok=True)
    turns = Turns()
    opened = {worker: FileAttempts(directory / worker, turns) for worker in workers}
    died: Sequence[FileAttempts] = [each for each in opened.values() if each.tried != _NOTHING]
    for each in died:
        each.remember(each.suspects.blamed(each.tried, deaths=1 if len(died) == 1 else 0))
    return opened
