"""Bringing a partition back after whatever happened, when a writer opens it. Only the last segment is read
whole; of the others, size and header.

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
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from server.eventlog.damage import Damage, DamageReport
from server.eventlog.durable import NOTHING_DURABLE, Durable
from server.eventlog.files import Files, close_quietly, write_all
from server.eventlog.open_segment import OpenSegment
from server.eventlog.retention import SealedSegment
from server.eventlog.segment import (
    OPEN,
    SEALED,
    SEGMENT_HEADER_BYTES,
    decode_segment_header,
    find_salt,
    first_offset,
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
    """``segment``: where to go on writing; None when the next record begins a new one.

    ``oldest_ms``, ``newest_ms``: when its first and its last record were appended. ``sealed``: all other segments.
    """

    durable: Durable
    segment: OpenSegment | None
    oldest_ms: int
    newest_ms: int
    sealed: Sequence[SealedSegment] = ()


class _Scan(NamedTuple):
    """What the walk through the last segment came to. Positions and sizes are in bytes.

    ``end``: behind the last whole record; ``following``: one more than its offset; ``unsure``: from here on nothing is
    known to be synced. ``oldest_ms``, ``newest_ms``: of its records, now when there are none.
    """

    end: int
    size: int
    following: int
    unsure: int
    has_damage: bool
    oldest_ms: int
    newest_ms: int


class _Measure(NamedTuple):
    """``begun_ms``: as the header says; never, when it is damaged."""

    size_bytes: int
    begun_ms: int


def recover(
    files: Files, directory: Path, *, published: Durable | None, committed: Offset, damage: DamageReport, now_ms: int
) -> Recovered:
    """``published``: what the file ``durable`` holds; ``committed``: the highest offset of any consumer.

    ``now_ms`` is the age of what does not tell its own. Raises OSError, LogFormatTooNew.
    """
    known = published or NOTHING_DURABLE
    given = max(known.below, known.next_offset, committed + 1)
    names = frozenset(files.names(directory))
    paths = [_existing_path(names, directory, first=first) for first in list_segments(files, directory)]
    if not paths:
        return Recovered(Durable(0, 0, given), None, now_ms, now_ms)
    *earlier, last = paths
    sealed = _measured(files, [_finish_sealing(files, path) for path in earlier], following=last)
    if published is None:
        _log.warning("event_log_end_unknown directory=%s reading=last_segment", directory)
    # The crash may have come between making the last segment and syncing the directory.
    files.sync_directory(directory)
    recovered = _recover_last(files, last, known=known, given=given, damage=damage, now_ms=now_ms)
    recovered = recovered._replace(sealed=[*sealed, *recovered.sealed])
    if recovered.durable.below > first_offset(last):
        return recovered
    # Nothing durable is in it, so it may yet be replaced by another of the same name.
    previous = sealed[-1].first if sealed else 0
    return recovered._replace(durable=recovered.durable._replace(segment=previous))


def _measured(files: Files, paths: Sequence[Path], *, following: Path) -> Sequence[SealedSegment]:
    """The segments at ``paths``, which are in order and stand before ``following``."""
    found: list[SealedSegment] = []
    below, newest_ms = first_offset(following), _measure(files, following).begun_ms
    for path in reversed(paths):
        size_bytes, begun_ms = _measure(files, path)
        # One whose header is damaged does not tell when the one before it ended: the next later one does.
        found.append(SealedSegment(first_offset(path), below, size_bytes, newest_ms))
        below, newest_ms = first_offset(path), min(begun_ms, newest_ms)
    return found[::-1]


def _recover_last(
    files: Files, path: Path, *, known: Durable, given: int, damage: DamageReport, now_ms: int
) -> Recovered:
    directory, first = path.parent, first_offset(path)
    fd = files.open(path, os.O_RDWR)
    keep_open = False
    try:
        salt = find_salt(lambda position, size: files.pread(fd, size, position), first=first, path=path)
        if salt is None:
            return _without_header(files, path, known=known, given=given, damage=damage, now_ms=now_ms)
        scan = _scan(files, fd, path=path, salt=salt, known=known, damage=damage, now_ms=now_ms)
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
            _finish_sealing(files, path)
            sealed = SealedSegment(first, Offset(next_offset), scan.size, scan.newest_ms)
            return Recovered(durable, None, scan.oldest_ms, scan.newest_ms, (sealed,))
        keep_open = True
        segment = OpenSegment(files, directory, fd=fd, first=first, salt=salt, durable_bytes=scan.end)
        return Recovered(durable, segment, scan.oldest_ms, scan.newest_ms)
    finally:
        if not keep_open:
            close_quietly(files, fd)


def _without_header(
    files: Files, path: Path, *, known: Durable, given: int, damage: DamageReport, now_ms: int
) -> Recovered:
    """Neither its header nor its first record is whole, so nothing in it can be told from noise."""
    first = first_offset(path)
    durable = Durable(first, first, max(first, given))
    if known.below <= first:
        _log.warning("event_log_torn_segment_removed file=%s", path.name)
        files.remove(path)
        return Recovered(durable, None, now_ms, now_ms)
    damage.add(Damage(first, 0, first, Offset(known.below - 1)))
    size_bytes = _measure(files, _finish_sealing(files, path)).size_bytes
    sealed = SealedSegment(first, Offset(durable.next_offset), size_bytes, now_ms)
    return Recovered(durable, None, now_ms, now_ms, (sealed,))


def _scan(files: Files, fd: int, *, path: Path, salt: int, known: Durable, damage: DamageReport, now_ms: int) -> _Scan:
    first = first_offset(path)
    end, following = SEGMENT_HEADER_BYTES, int(first)
    unsure = 0 if known.below <= first else None
    has_damage = False
    times_ms: list[int] = []
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
        times_ms = [*times_ms[:1], step.record.time_ms]
    return _Scan(
        end=end,
        size=files.size(fd),
        following=following,
        unsure=end if unsure is None else unsure,
        has_damage=has_damage,
        oldest_ms=times_ms[0] if times_ms else now_ms,
        newest_ms=times_ms[-1] if times_ms else now_ms,
    )


def _write_again(files: Files, fd: int, *, start: int, end: int) -> None:
    while start < end:
        content = files.pread(fd, min(_REWRITE_BYTES, end - start), start)
        write_all(files, fd, content=content, position=start)
        start += len(content)


def _measure(files: Files, path: Path) -> _Measure:
    fd = files.open(path, os.O_RDONLY)
    try:
        header = decode_segment_header(files.pread(fd, SEGMENT_HEADER_BYTES, 0), path=path)
        return _Measure(files.size(fd), header.time_ms if header is not None else _NO_LIMIT)
    finally:
        close_quietly(files, fd)


def _existing_path(names: Collection[str], directory: Path, *, first: Offset) -> Path:
    is_open = segment_path(directory, first, suffix=OPEN).name in names
    return segment_path(directory, first, suffix=OPEN if is_open else SEALED)


def _finish_sealing(files: Files, path: Path) -> Path:
    """Its name from now on."""
    if path.suffix != OPEN:
        return path
    sealed = path.with_suffix(SEALED)
    files.rename(path, sealed)
    return sealed
