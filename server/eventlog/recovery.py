"""Bringing a partition back after whatever happened, when a writer opens it. Only the last segment is read.

1. A segment that is not the last but still called open is sealed: the crash came between the two steps of a roll.
2. The last one is walked from its start. What follows its last whole record is

   - *torn* when nothing that was promised can have stood there: it is cut off, and said once;
   - *damage* when acknowledged records did stand there: it stays as it is, the segment is closed, and it is said.

3. Records that no writer is known to have synced are written once more, over themselves, and synced, before anybody may
   read them. A sync alone would not do: if an earlier one failed, the pages look clean and are not on the disk.
4. The next offset is above everything that was ever given, so a consumer that is ahead of a damaged log does not skip
   what comes.
"""

import logging
import os
from pathlib import Path
from typing import NamedTuple

from server.eventlog.damage import Damage, DamageReport
from server.eventlog.durable import NOTHING_DURABLE, Durable
from server.eventlog.files import Files, close_quietly, write_all
from server.eventlog.open_segment import OpenSegment
from server.eventlog.segment import (
    OPEN,
    SEALED,
    SEGMENT_HEADER_BYTES,
    find_salt,
    list_segments,
    segment_path,
)
from server.eventlog.walk import Hole, Place, walk
from server.model.outcome import Offset

_log = logging.getLogger(__name__)

# Above every offset there can be.
_NO_LIMIT = 2**63

_REWRITE_BYTES = 1024 * 1024


class Recovered(NamedTuple):
    """``segment``: where to go on writing; None when the next record begins a new one."""

    durable: Durable
    segment: OpenSegment | None


class _Scan(NamedTuple):
    """What the walk through the last segment came to. Positions and sizes are in bytes.

    ``end``: behind the last whole record; ``following``: one more than its offset; ``unsure``: from here on nothing is
    known to be synced.
    """

    end: int
    size: int
    following: int
    unsure: int
    has_damage: bool


def recover(
    files: Files, directory: Path, *, published: Durable | None, committed: Offset, damage: DamageReport
) -> Recovered:
    """``published``: what the file ``durable`` holds; ``committed``: the highest offset of any consumer.

    Raises OSError, LogFormatTooNew.
    """
    known = published or NOTHING_DURABLE
    given = max(known.below, known.next_offset, committed + 1)
    firsts = list_segments(files, directory)
    for first in firsts[:-1]:
        _finish_sealing(files, directory, first=first)
    if not firsts:
        return Recovered(Durable(0, 0, given), None)
    if published is None:
        _log.warning("event_log_end_unknown directory=%s reading=last_segment", directory)
    # The crash may have come between making the last segment and syncing the directory.
    files.sync_directory(directory)
    recovered = _recover_last(files, directory, first=firsts[-1], known=known, given=given, damage=damage)
    if recovered.durable.below > firsts[-1]:
        return recovered
    # Nothing durable is in it, so it may yet be replaced by another of the same name.
    previous = firsts[-2] if len(firsts) > 1 else 0
    return recovered._replace(durable=recovered.durable._replace(segment=previous))


def _recover_last(
    files: Files, directory: Path, *, first: Offset, known: Durable, given: int, damage: DamageReport
) -> Recovered:
    path = _existing_path(files, directory, first=first)
    fd = files.open(path, os.O_RDWR)
    keep_open = False
    try:
        salt = find_salt(lambda position, size: files.pread(fd, size, position), first=first, path=path)
        if salt is None:
            return _without_header(files, directory, path=path, first=first, known=known, given=given, damage=damage)
        scan = _scan(files, fd, path=path, first=first, salt=salt, known=known, damage=damage)
        has_lost_tail = scan.following < known.below
        if scan.size > scan.end and not has_lost_tail:
            _log.warning(
                "event_log_tail_cut file=%s bytes=%d last_offset=%d",
                path.name,
                scan.size - scan.end,
                scan.following - 1,
            )
            files.truncate(fd, scan.end)
        if has_lost_tail:
            damage.add(Damage(first, scan.end, Offset(scan.following), Offset(known.below - 1)))
        _write_again(files, fd, start=scan.unsure, end=scan.end)
        files.sync(fd)
        next_offset = max(scan.following, given)
        durable = Durable(scan.following, first, next_offset)
        goes_on = path.suffix == OPEN and next_offset == scan.following and not scan.has_damage
        if not goes_on:
            _finish_sealing(files, directory, first=first)
            return Recovered(durable, None)
        keep_open = True
        return Recovered(durable, OpenSegment(files, directory, fd=fd, first=first, salt=salt, durable_bytes=scan.end))
    finally:
        if not keep_open:
            close_quietly(files, fd)


def _without_header(
    files: Files, directory: Path, *, path: Path, first: Offset, known: Durable, given: int, damage: DamageReport
) -> Recovered:
    """Neither its header nor its first record is whole, so nothing in it can be told from noise."""
    if known.below > first:
        damage.add(Damage(first, 0, first, Offset(known.below - 1)))
        _finish_sealing(files, directory, first=first)
    else:
        _log.warning("event_log_torn_segment_removed file=%s", path.name)
        files.remove(path)
    return Recovered(Durable(first, first, max(first, given)), None)


def _scan(
    files: Files, fd: int, *, path: Path, first: Offset, salt: int, known: Durable, damage: DamageReport
) -> _Scan:
    end, following = SEGMENT_HEADER_BYTES, int(first)
    unsure = 0 if known.below <= first else None
    has_damage = False
    start = Place(SEGMENT_HEADER_BYTES, first)
    for step in walk(lambda position, size: files.pread(fd, size, position), start, below=_NO_LIMIT, salt=salt):
        if isinstance(step, Hole):
            if step.first < step.following < _NO_LIMIT:
                damage.add(Damage(first, step.position, step.first, Offset(step.following - 1)))
                has_damage = True
            continue
        if unsure is None and step.record.offset >= known.below:
            unsure = step.position
        end = step.position + step.record.size
        following = step.record.offset + 1
    return _Scan(end, files.size(fd), following, end if unsure is None else unsure, has_damage)


def _write_again(files: Files, fd: int, *, start: int, end: int) -> None:
    while start < end:
        content = files.pread(fd, min(_REWRITE_BYTES, end - start), start)
        write_all(files, fd, content=content, position=start)
        start += len(content)


def _existing_path(files: Files, directory: Path, *, first: Offset) -> Path:
    is_open = segment_path(directory, first, suffix=OPEN).name in files.names(directory)
    return segment_path(directory, first, suffix=OPEN if is_open else SEALED)


def _finish_sealing(files: Files, directory: Path, *, first: Offset) -> None:
    path = _existing_path(files, directory, first=first)
    if path.suffix == OPEN:
        files.rename(path, segment_path(directory, first, suffix=SEALED))
