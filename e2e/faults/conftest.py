"""A disk so small that a test can fill it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

# A demo of a few thousand events and its lake, and room to spare.
DISK_BYTES = 96 * 1024 * 1024

_BLOCK = bytes(64 * 1024)


class SmallDisk:
    """A file system of its own at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self, *, leaving_bytes: int = 0) -> None:
        """Take the room; at most ``leaving_bytes`` are left, and what others write meanwhile is theirs."""
        with self._ballast.open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while (more := self.free_bytes - leaving_bytes) > 0:
                ballast.write(_BLOCK[:more])

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(path)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here: that needs root")
    yield SmallDisk(path)
    subprocess.run(["umount", "--lazy", str(path)], check=True)
