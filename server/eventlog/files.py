"""The calls to the operating system that the log makes, behind an interface, so that tests can make each fail."""

import contextlib
import fcntl
import os
import sys
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Named and ordered as in ``os``. Every method may raise OSError."""

    def open(self, path: Path, flags: int) -> int:
        """A new file is readable by its owner only: it holds personal data."""

    def close(self, fd: int) -> None: ...

    def pread(self, fd: int, size: int, position: int) -> bytes:
        """Fewer than ``size`` bytes only at the end of the file."""

    def pwrite(self, fd: int, content: bytes, position: int) -> int:
        """How many bytes were taken, which may be fewer than given."""

    def sync(self, fd: int) -> None:
        """Content and size are on the disk when this returns, whatever then happens to the power."""

    def truncate(self, fd: int, size: int) -> None: ...

    def size(self, fd: int) -> int: ...

    def free(self, directory: Path) -> int:
        """Bytes that this process may still write on the directory's file system."""

    def lock(self, fd: int) -> None:
        """Exclusive, until ``fd`` is closed or the process ends. Raises BlockingIOError when another has it."""

    def names(self, directory: Path) -> list[str]: ...

    def rename(self, source: Path, target: Path) -> None: ...

    def remove(self, path: Path) -> None: ...

    def make_directory(self, directory: Path) -> None:
        """With its parents, durably. Harmless when it is there."""

    def sync_directory(self, directory: Path) -> None:
        """The directory's names are on the disk when this returns."""


class OsFiles:
    """The real ones."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags, 0o600)

    def close(self, fd: int) -> None:
        os.close(fd)

    def pread(self, fd: int, size: int, position: int) -> bytes:
        return os.pread(fd, size, position)

    def pwrite(self, fd: int, content: bytes, position: int) -> int:
        return os.pwrite(fd, content, position)

    def sync(self, fd: int) -> None:
        if sys.platform == "darwin":
            # macOS's fsync leaves the data in the drive's own cache; only this call empties it (fcntl(2)).
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def size(self, fd: int) -> int:
        return os.fstat(fd).st_size

    def free(self, directory: Path) -> int:
        found = os.statvfs(directory)
        return found.f_bavail * found.f_frsize

    def lock(self, fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def names(self, directory: Path) -> list[str]:
        return os.listdir(directory)  # noqa: PTH208  (names are wanted, not paths)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def remove(self, path: Path) -> None:
        path.unlink()

    def make_directory(self, directory: Path) -> None:
        missing = []
        while not directory.is_dir():
            missing.append(directory)
            directory = directory.parent
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            self.sync_directory(path.parent)

    def sync_directory(self, directory: Path) -> None:
        fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


OS_FILES = OsFiles()


def close_quietly(files: Files, fd: int) -> None:
    """Nothing depends on what closing says: whatever must be on the disk has been synced before."""
    with contextlib.suppress(OSError):
        files.close(fd)


def write_all(files: Files, fd: int, *, content: bytes, position: int) -> None:
    """Write all of ``content``, however often the system takes only a part."""
    taken = files.pwrite(fd, content, position)
    while taken < len(content):
        more = files.pwrite(fd, content[taken:], position + taken)
        if more <= 0:
            raise OSError(f"the system took {taken} of {len(content)} bytes and then no more")
        taken += more
