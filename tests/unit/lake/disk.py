"""Looking at a table's files the way another tool would: without the code under test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any

from server.lake.storage import LOG

Action = dict[str, Any]


def log_entries(path: Path) -> list[Path]:
    """Of the table at ``path``, oldest first."""
    return sorted((path / LOG).glob("[0-9]*.json"))


def actions(entry: Path) -> list[Action]:
    return [json.loads(line) for line in entry.read_text().splitlines()]


def kinds(entry: Path) -> list[str]:
    """Such as ``["add", "commitInfo", "txn"]``."""
    return sorted(kind for action in actions(entry) for kind in action)


def data_files(path: Path) -> list[Path]:
    """All there are, named by the newest version or not."""
    return sorted(path.glob("date=*/*.parquet"))


@contextmanager
def a_disk_that_takes_no_file_larger_than(limit_bytes: int) -> Iterator[None]:
    """As full as a disk gets without one: the kernel refuses to write more (EFBIG, an OSError like ENOSPC)."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
