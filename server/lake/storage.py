"""One table's files on a local disk, and what makes a commit of them survive a power cut.

The table format writes its log and its files without ``fsync`` (seen with strace: none in a whole commit), so a power
cut could take back a commit whose offset the sink's cursor has moved past already. Therefore:

1. a data file is written, fsynced, and its folder too, *before* the commit names it;
2. after the commit its log entry and the log's folder are fsynced; only then does the writer say that it is done;
3. what a power cut left half-written between the two was promised to nobody: ``recover`` sets it aside when the table
   is opened for writing, and the event log offers the same events again.
"""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from server.lake.table import TIMESTAMP

LOG: Final = "_delta_log"

# Level 1 costs what snappy costs and takes 60 % of its space (reference page on performance, section 7).
COMPRESSION: Final = "zstd"
COMPRESSION_LEVEL: Final = 1

# A commit's file lives until the next compaction, which makes dictionaries and statistics worth their space. Measured
# on 120 columns: 10 rows 3.3 -> 2.2 ms and 22 -> 10 kB, 1,000 rows 4.8 -> 3.3 ms and 47 -> 27 kB.
_SMALL_FILE: Final[dict[str, Any]] = {
    "compression": COMPRESSION,
    "compression_level": COMPRESSION_LEVEL,
    "use_dictionary": False,
    "write_statistics": [TIMESTAMP],
    "store_schema": False,
}

_PARQUET_MAGIC: Final = b"PAR1"
_TORN: Final = ".torn"
_CHECKPOINT: Final = ".checkpoint.parquet"


def write_rows(root: Path, relative: str, rows: pa.Table) -> int:
    """Write one new data file, durably, and return its size in bytes. Raises OSError; then nothing is left of it."""
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        try:
            pq.write_table(rows, file, **_SMALL_FILE)
            file.flush()
            os.fsync(file.fileno())
            sync_folder(path.parent)
            sync_folder(root)  # the day's folder may be new, or left unsynced by a try that failed
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return file.tell()


def sync_commits(root: Path, *, after: int, last: int) -> None:
    """Make the commits ``after + 1`` to ``last`` durable, with every file they add."""
    for version in range(after + 1, last + 1):
        entry = _entry(root, version)
        for path, _ in _added(entry):
            _sync_file(root / path)
            sync_folder((root / path).parent)
        _sync_file(entry)
    sync_folder(root / LOG)


def sync_entry(root: Path, version: int) -> None:
    """Make one commit durable whose files are so already."""
    _sync_file(_entry(root, version))
    sync_folder(root / LOG)


def sync_checkpoint(root: Path, version: int) -> None:
    """Make the checkpoint of this version durable, and the pointer to it."""
    log = root / LOG
    for path in (log / f"{version:020}{_CHECKPOINT}", log / "_last_checkpoint"):
        _sync_file(path)
    sync_folder(log)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def recover(root: Path) -> list[str]:
    """Set aside what a power cut left half-written, make the last commit durable, and return the names set aside.

    Only for the table's one writer, before its first commit: whatever it finds here was complete or promised to nobody.
    """
    log = root / LOG
    if not log.is_dir():
        return []
    set_aside = [_set_aside(path) for path in sorted(log.glob(f"*{_CHECKPOINT}"))[-1:] if not _is_parquet(path)]
    if set_aside:
        (log / "_last_checkpoint").unlink(missing_ok=True)
    for entry in sorted(log.glob("[0-9]*.json"), reverse=True):
        if _is_whole(root, entry):
            _renew(root, entry)
            break
        set_aside.append(_set_aside(entry))
    return set_aside


def _entry(root: Path, version: int) -> Path:
    return root / LOG / f"{version:020}.json"


def _added(entry: Path) -> list[tuple[str, int]]:
    """(path below the table, size) of the files this commit adds. Raises ValueError for a torn one."""
    actions: list[dict[str, Any]] = [orjson.loads(line) for line in entry.read_bytes().splitlines()]
    if not actions:
        raise ValueError(f"{entry} is empty")
    return [(unquote(action["add"]["path"]), action["add"]["size"]) for action in actions if "add" in action]


def _is_whole(root: Path, entry: Path) -> bool:
    try:
        return all((root / path).stat().st_size == size and _is_parquet(root / path) for path, size in _added(entry))
    except (ValueError, FileNotFoundError):
        return False


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(_PARQUET_MAGIC)) != _PARQUET_MAGIC:
            return False
        file.seek(-len(_PARQUET_MAGIC), os.SEEK_END)
        return file.read() == _PARQUET_MAGIC


def _renew(root: Path, entry: Path) -> None:
    """Write the entry anew and put it in its own place.

    Not only fsync it: after one that failed, a second may say yes although the first one's pages are gone (Linux).
    """
    for path, _ in _added(entry):
        _sync_file(root / path)
        sync_folder((root / path).parent)
    new = entry.with_name(f".{entry.name}.new")
    with new.open("wb") as file:
        file.write(entry.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    new.rename(entry)
    sync_folder(entry.parent)


def _set_aside(path: Path) -> str:
    torn = path.with_name(path.name + _TORN)
    path.rename(torn)
    sync_folder(path.parent)
    return torn.name


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
