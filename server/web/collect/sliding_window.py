"""So many in any span of time, by key: stricter than a token bucket, which lets twice as many through at first."""

import contextlib
import fcntl
import hashlib
import logging
import os
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

logger = logging.getLogger(__name__)

# Nothing can be counted, because the disk is full or in trouble: it may be better in a moment.
_TROUBLE_MS = 1_000


class Window(Protocol):
    def wait_ms(self, key: str, now_ms: int) -> int:
        """Take one: 0. When there is none, how long until there is. ``now_ms``: of a clock that never steps back."""


class SlidingWindow:
    """At most ``most`` takes a key within any ``span_ms``; of keys, the ``most_keys`` that were used last."""

    def __init__(self, *, most: int, span_ms: int, most_keys: int) -> None:
        self._most = most
        self._span_ms = span_ms
        self._most_keys = most_keys
        self._taken: OrderedDict[str, array[int]] = OrderedDict()

    def wait_ms(self, key: str, now_ms: int) -> int:
        taken = self._taken.setdefault(key, array("q"))
        self._taken.move_to_end(key)
        if len(self._taken) > self._most_keys:
            self._taken.popitem(last=False)
        return _take(taken, now_ms, most=self._most, span_ms=self._span_ms)


class SharedWindow:
    """The same for all processes of a machine that count in one ``directory``: what one took, none of them has.

    A file a key, under a lock for the microseconds of a take; the system lets go of it when its holder dies. The clock
    is the machine's (on Linux and macOS a monotonic clock is), so the directory must not outlive a boot. Keys are few:
    whoever asks has looked them up.
    """

    def __init__(self, directory: Path, *, most: int, span_ms: int) -> None:
        self._directory = directory
        self._most = most
        self._span_ms = span_ms

    def wait_ms(self, key: str, now_ms: int) -> int:
        try:
            with self._locked(key) as fd:
                taken = array("q")
                taken.frombytes(_whole(os.pread(fd, self._most * taken.itemsize, 0), taken.itemsize))
                wait_ms = _take(taken, now_ms, most=self._most, span_ms=self._span_ms)
                if wait_ms == 0:
                    os.pwrite(fd, taken.tobytes(), 0)
                    os.ftruncate(fd, len(taken) * taken.itemsize)
                return wait_ms
        except OSError as error:
            logger.warning("nothing counted in a window of time error=%s", error)
            return _TROUBLE_MS

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[int]:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        # Whatever a key holds, this is a name.
        name = hashlib.sha256(key.encode()).hexdigest()
        fd = os.open(self._directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield fd
        finally:
            os.close(fd)


def _take(taken: "array[int]", now_ms: int, *, most: int, span_ms: int) -> int:
    """``taken``: when, oldest first; what has left the span goes, and this take comes to it."""
    if most == 0:
        return span_ms
    gone = next((index for index, at_ms in enumerate(taken) if now_ms - at_ms < span_ms), len(taken))
    del taken[:gone]
    if len(taken) >= most:
        return taken[0] + span_ms - now_ms
    taken.append(now_ms)
    return 0


def _whole(content: bytes, size: int) -> bytes:
    """Without what a process left half written."""
    return content[: len(content) // size * size]
