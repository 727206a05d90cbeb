"""A disk in memory that can fail, fill up, take part of a write, lose its power, and forget what was not synced.

What it does at a power cut is what Linux and ext4 may do:

- a file keeps what was synced, and of the writes after that none, some, or parts, in any order;
- a directory keeps its names as synced, and of the changes after that the first few;
- a sync that failed has dropped its writes: they can be read until the power goes, and no later sync saves them.
"""

import errno
import os
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias


class Fault(Enum):
    """What goes wrong with one call."""

    IO_ERROR = "it raises EIO"
    DISK_FULL = "it raises ENOSPC; a write takes half of its bytes first"
    SHORT_WRITE = "a write takes half of its bytes and says so; other calls work"
    POWER_CUT = "it raises, and so does every later one"


FaultAt: TypeAlias = Callable[[str, int], Fault | None]
"""Called with the name of the call and its number, from 0, before it is done."""


class _Write(NamedTuple):
    position: int
    content: bytes


class _Truncate(NamedTuple):
    size: int


class _Inode:
    def __init__(self) -> None:
        self.content = bytearray()
        self.durable = b""
        self.pending: list[_Write | _Truncate] = []

    def change(self, change: _Write | _Truncate) -> None:
        _apply(self.content, change)
        self.pending.append(change)

    def sync(self) -> None:
        durable = bytearray(self.durable)
        for change in self.pending:
            _apply(durable, change)
        self.durable = bytes(durable)
        self.pending.clear()

    def fail_sync(self, random: Random) -> None:
        durable = bytearray(self.durable)
        for change in _some(self.pending, random):
            _apply(durable, change)
        self.durable = bytes(durable)
        self.pending.clear()

    def after_power_cut(self, random: Random) -> "_Inode":
        kept = bytearray(self.durable)
        for change in _some(self.pending, random):
            _apply(kept, change)
        inode = _Inode()
        inode.content, inode.durable = kept, bytes(kept)
        return inode


class _Directory:
    def __init__(self) -> None:
        self.names: dict[str, _Inode] = {}
        self.durable: dict[str, _Inode] = {}
        self.pending: list[dict[str, _Inode]] = []  # how the names were after each change since the last sync

    def changed(self) -> None:
        self.pending.append(dict(self.names))

    def sync(self) -> None:
        self.durable = dict(self.names)
        self.pending.clear()


class FakeDisk:
    """Implements ``server.eventlog.files.Files``.

    ``calls``: the names of all calls so far. ``before_call``: called before each write and sync, which may wait in it.
    ``seed`` chooses what a failed sync has written all the same.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.fault_at: FaultAt = lambda _name, _number: None
        self.before_call: Callable[[str], None] = lambda _name: None
        self.calls: list[str] = []
        self.bytes_read = 0
        self.free_bytes = 2**40
        self.has_power = True
        self._directories: dict[Path, _Directory] = {}
        self._fds: dict[int, _Inode] = {}
        self._next_fd = 1000
        self._locked: dict[int, _Inode] = {}
        self._mutex = threading.RLock()
        self._random = Random(seed)  # noqa: S311

    # What a test does to it.

    def fail_call(self, number: int, fault: Fault) -> None:
        """Counted from now: 0 is the next call."""
        at = len(self.calls) + number
        self.fault_at = lambda _name, now: fault if now == at else None

    def fail_every(self, name: str, fault: Fault) -> None:
        self.fault_at = lambda called, _now: fault if called == name else None

    def repair(self) -> None:
        self.fault_at = lambda _name, _number: None

    def after_power_cut(self, seed: int) -> "FakeDisk":
        """The disk as it is found when the power is back; ``seed`` chooses what of the unsynced. This one is dead."""
        random = Random(seed)  # noqa: S311
        with self._mutex:
            self.has_power = False
            disk = FakeDisk()
            survivors: dict[int, _Inode] = {}
            for path, directory in self._directories.items():
                states = [directory.durable, *directory.pending]
                found = disk._directories[path] = _Directory()
                for name, inode in states[random.randrange(len(states))].items():
                    if id(inode) not in survivors:
                        survivors[id(inode)] = inode.after_power_cut(random)
                    found.names[name] = survivors[id(inode)]
                found.sync()
            return disk

    def after_kill(self) -> "FakeDisk":
        """The disk as the next process finds it when this one was killed: nothing written is gone. This one is dead."""
        with self._mutex:
            self.has_power = False
            disk = FakeDisk()
            disk._directories = self._directories
            return disk

    @property
    def open_files(self) -> int:
        return len(self._fds)

    def files(self, directory: Path) -> dict[str, bytes]:
        return {name: bytes(inode.content) for name, inode in self._directories[directory].names.items()}

    def create(self, path: Path) -> None:
        """Empty, and on the disk."""
        directory = self._directories[path.parent]
        directory.names[path.name] = _Inode()
        directory.sync()

    def overwrite(self, path: Path, content: bytes) -> None:
        """As rot does: durable at once, and nobody is told."""
        inode = self._directories[path.parent].names[path.name]
        inode.content, inode.durable = bytearray(content), content
        inode.pending.clear()

    # What the log does to it.

    def open(self, path: Path, flags: int) -> int:
        with self._mutex:
            self._begin("open")
            directory = self._directory(path.parent)
            inode = directory.names.get(path.name)
            if inode is None:
                if not flags & os.O_CREAT:
                    raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
                inode = directory.names[path.name] = _Inode()
                directory.changed()
            elif flags & os.O_EXCL:
                raise FileExistsError(errno.EEXIST, "file exists", str(path))
            elif flags & os.O_TRUNC:
                inode.change(_Truncate(0))
            self._next_fd += 1
            self._fds[self._next_fd] = inode
            return self._next_fd

    def close(self, fd: int) -> None:
        with self._mutex:
            self._inode(fd)
            del self._fds[fd]  # Linux lets go whatever it then says (close(2))
            self._locked.pop(fd, None)
            self._begin("close")

    def pread(self, fd: int, size: int, position: int) -> bytes:
        with self._mutex:
            self._begin("pread")
            found = bytes(self._inode(fd).content[position : position + size])
            self.bytes_read += len(found)
            return found

    def pwrite(self, fd: int, content: bytes, position: int) -> int:
        self.before_call("pwrite")
        with self._mutex:
            inode = self._inode(fd)
            half = len(content) // 2
            try:
                fault = self._begin("pwrite")
            except OSError as error:
                if error.errno == errno.ENOSPC and half:
                    inode.change(_Write(position, content[:half]))
                if not self.has_power:
                    inode.change(_Write(position, content))  # it was on its way
                raise
            taken = half if fault is Fault.SHORT_WRITE and half else len(content)
            inode.change(_Write(position, content[:taken]))
            return taken

    def sync(self, fd: int) -> None:
        self.before_call("sync")
        with self._mutex:
            inode = self._inode(fd)
            try:
                self._begin("sync")
            except OSError:
                if self.has_power:
                    inode.fail_sync(self._random)
                raise
            inode.sync()

    def truncate(self, fd: int, size: int) -> None:
        with self._mutex:
            self._begin("truncate")
            self._inode(fd).change(_Truncate(size))

    def size(self, fd: int) -> int:
        with self._mutex:
            self._begin("size")
            return len(self._inode(fd).content)

    def free(self, directory: Path) -> int:
        with self._mutex:
            self._begin("free")
            self._directory(directory)
            return self.free_bytes

    def lock(self, fd: int) -> None:
        with self._mutex:
            self._begin("lock")
            inode = self._inode(fd)
            if any(other is inode for other in self._locked.values()):
                raise BlockingIOError(errno.EAGAIN, "locked")
            self._locked[fd] = inode

    def names(self, directory: Path) -> list[str]:
        with self._mutex:
            self._begin("names")
            return list(self._directory(directory).names)

    def rename(self, source: Path, target: Path) -> None:
        with self._mutex:
            self._begin("rename")
            names = self._directory(source.parent).names
            if source.name not in names:
                raise FileNotFoundError(errno.ENOENT, "no such file", str(source))
            names[target.name] = names.pop(source.name)
            self._directory(source.parent).changed()

    def remove(self, path: Path) -> None:
        with self._mutex:
            self._begin("remove")
            directory = self._directory(path.parent)
            if path.name not in directory.names:
                raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
            del directory.names[path.name]
            directory.changed()

    def make_directory(self, directory: Path) -> None:
        with self._mutex:
            self._begin("make_directory")
            self._directories.setdefault(directory, _Directory())

    def sync_directory(self, directory: Path) -> None:
        with self._mutex:
            self._begin("sync_directory")
            self._directory(directory).sync()

    def _begin(self, name: str) -> Fault | None:
        if not self.has_power:
            raise OSError(errno.EIO, "the power is off")
        fault = self.fault_at(name, len(self.calls))
        self.calls.append(name)
        match fault:
            case Fault.IO_ERROR:
                raise OSError(errno.EIO, "injected")
            case Fault.DISK_FULL:
                raise OSError(errno.ENOSPC, "injected")
            case Fault.POWER_CUT:
                self.has_power = False
                raise OSError(errno.EIO, "the power is off")
        return fault

    def _directory(self, path: Path) -> _Directory:
        if path not in self._directories:
            raise FileNotFoundError(errno.ENOENT, "no such directory", str(path))
        return self._directories[path]

    def _inode(self, fd: int) -> _Inode:
        if fd not in self._fds:
            raise OSError(errno.EBADF, "not open")
        return self._fds[fd]


def _apply(content: bytearray, change: _Write | _Truncate) -> None:
    match change:
        case _Truncate(size):
            del content[size:]
            content.extend(bytes(size - len(content)))
        case _Write(position, written):
            content.extend(bytes(max(0, position - len(content))))
            content[position : position + len(written)] = written


def _some(changes: list[_Write | _Truncate], random: Random) -> list[_Write | _Truncate]:
    """What of the unsynced changes reached the disk anyway."""
    match random.randrange(4):
        case 0:
            return []
        case 1:
            return changes
        case 2:
            return [change for change in changes if random.random() < 0.5]
        case _:
            kept = changes[: random.randrange(len(changes) + 1)]
            if kept and isinstance(kept[-1], _Write):
                last = kept[-1]
                kept = [*kept[:-1], _Write(last.position, last.content[: random.randrange(len(last.content) + 1)])]
            return kept
