"""``kill -9`` at any moment, then the same events again: each is in the table exactly once."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

from server.lake.lake import DeltaLake
from tests.builders import a_dataset
from tests.unit.lake.builders import event_id

LAST = 100_000

# From before the first commit to well into them; one takes about 15 ms, most of which can be cut in two.
LIVES_SECONDS = (0.0, 0.02, 0.045, 0.07, 0.095, 0.12, 0.15, 0.2)


def test_every_event_is_there_once_however_often_the_writer_is_killed(tmp_path: Path) -> None:
    acknowledged = -1
    for life_seconds in LIVES_SECONDS:
        acknowledged = written(tmp_path, first=acknowledged + 1, last=LAST, life_seconds=life_seconds)
    assert 0 < acknowledged < LAST - 100

    last = written(tmp_path, first=acknowledged + 1, last=acknowledged + 100, life_seconds=None)

    ids, covered = asyncio.run(ids_and_offset(tmp_path))
    assert ids == [event_id(offset) for offset in range(last + 1)]
    assert covered == last == acknowledged + 100


def written(folder: Path, *, first: int, last: int, life_seconds: float | None) -> int:
    """The last offset that was acknowledged, ``first - 1`` when none was. Without a time the process may finish."""
    command = [sys.executable, "-m", "tests.unit.lake.crashing", str(folder), str(first), str(last)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if life_seconds is not None:
            threading.Timer(life_seconds, process.kill).start()
        acknowledged = [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.returncode == (0 if life_seconds is None else -9)
    return acknowledged[-1] if acknowledged else first - 1


async def ids_and_offset(folder: Path) -> tuple[list[str], int]:
    lake = DeltaLake(str(folder))
    ids = [xdm["_id"] async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for xdm in page]
    covered = await lake.committed(a_dataset())
    await lake.close()
    return ids, covered
