"""A writer process for test_processes.py that meets the kernel's own refusal in the middle of a write.

``python -m tests.unit.eventlog.limited DIRECTORY``: no file may grow beyond 10,000 bytes (setrlimit(2)): the kernel
takes the part of a write that fits and then refuses, as it does when a disk is full.
"""

import asyncio
import resource
import sys
from pathlib import Path

from server.eventlog.log import FileEventLog
from server.model.outcome import Offset
from server.ports import LogUnavailable

LIMIT_BYTES = 10_000


async def main(directory: Path) -> None:
    log = FileEventLog.open_writer(directory)
    await log.append([b"before" * 1000])
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    for _ in range(3):
        try:
            await log.append([b"refused" * 1000])
        except LogUnavailable as refusal:
            print(refusal)  # noqa: T201
    assert await log.append([b"small"]) == Offset(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert await log.append([b"after" * 1000]) == Offset(2)
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
