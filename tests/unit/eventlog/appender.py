"""A writer process for test_processes.py: appends until it is killed, and prints what was acknowledged.

``python -m tests.unit.eventlog.appender DIRECTORY RUN TASKS COUNT SEGMENT_BYTES``: each of TASKS tasks appends COUNT
values one after another, named RUN-TASK-NUMBER; a line "OFFSET VALUE" says that append has returned.
"""

import asyncio
import os
import sys
from pathlib import Path

from server.eventlog.log import FileEventLog
from server.eventlog.writer import WriterLimits


async def main(directory: Path, *, run: str, tasks: int, count: int, segment_bytes: int) -> None:
    log = FileEventLog.open_writer(directory, limits=WriterLimits(segment_bytes=segment_bytes))

    async def append_all(task: int) -> None:
        for number in range(count):
            # Sizes that put records across pages, and every second append of two values, the other one a filler.
            value = f"{run}-{task}-{number}".encode()
            values = [b"filler" + bytes(number * 37 % 3000), value] if number % 2 else [value]
            offset = await log.append(values)
            os.write(sys.stdout.fileno(), b"%d %s\n" % (offset, value))

    os.write(sys.stdout.fileno(), b"ready\n")
    await asyncio.gather(*(append_all(task) for task in range(tasks)))
    await log.close()


if __name__ == "__main__":
    asyncio.run(
        main(
            Path(sys.argv[1]),
            run=sys.argv[2],
            tasks=int(sys.argv[3]),
            count=int(sys.argv[4]),
            segment_bytes=int(sys.argv[5]),
        )
    )
