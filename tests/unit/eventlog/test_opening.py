"""How long a writer takes to open does not depend on how much there is (reliability-security R24)."""

import asyncio
from pathlib import Path

from server.eventlog.files import OsFiles
from server.eventlog.log import FileEventLog
from server.eventlog.segment import SEGMENT_HEADER_BYTES
from server.eventlog.writer import WriterLimits
from server.model.outcome import Offset

_SEGMENT_BYTES = 20_000
_SEGMENTS = 60


class CountingFiles(OsFiles):
    """``read_bytes``: how much was read through it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def pread(self, fd: int, size: int, position: int) -> bytes:
        found = super().pread(fd, size, position)
        self.read_bytes += len(found)
        return found


def test_r24_opening_reads_the_last_segment_however_many_there_are(tmp_path: Path) -> None:
    directory, limits = tmp_path / "0", WriterLimits(segment_bytes=_SEGMENT_BYTES)

    async def fill_and_open() -> int:
        log = FileEventLog.open_writer(directory, limits=limits)
        for _ in range(_SEGMENTS):
            await log.append([b"x" * (_SEGMENT_BYTES - 1_000)])
        last = await log.end()
        await log.close()
        files = CountingFiles()
        log = FileEventLog.open_writer(directory, limits=limits, files=files)
        assert (last, await log.end()) == (Offset(_SEGMENTS - 1), last)
        await log.close()
        return files.read_bytes

    read_bytes = asyncio.run(fill_and_open())

    whole = sum(path.stat().st_size for path in directory.iterdir())
    assert whole > _SEGMENTS * (_SEGMENT_BYTES - 2_000)
    assert read_bytes < 3 * _SEGMENT_BYTES + _SEGMENTS * SEGMENT_HEADER_BYTES
