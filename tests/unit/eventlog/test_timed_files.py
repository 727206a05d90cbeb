"""Syncs are timed, and those that fail are counted and still fail."""

import asyncio
import os
from pathlib import Path

import pytest

from server.eventlog.log import FileEventLog
from server.eventlog.timed_files import TimedFiles
from server.observe.metrics import Distribution
from server.observe.metrics_log import SyncCounts


def test_every_group_of_appends_is_one_sync(tmp_path: Path) -> None:
    counts = SyncCounts("received")

    async def run() -> int:
        log = FileEventLog.open_writer(tmp_path / "log", files=TimedFiles(counts))
        await log.append([b"the first, with which a segment begins"])
        before = sum(counts.seconds.read().counts)
        for _ in range(3):
            await log.append([b"a", b"b"])
        after = sum(counts.seconds.read().counts)
        await log.close()
        return after - before

    assert asyncio.run(run()) == 3
    assert counts.failed == 0


def test_a_sync_that_fails_is_counted_and_fails() -> None:
    counts = SyncCounts("received")
    read, write = os.pipe()
    os.close(read)
    os.close(write)

    with pytest.raises(OSError, match="Bad file"):
        TimedFiles(counts).sync(write)

    assert counts.failed == 1
    samples = {sample.metric: sample.value for sample in counts.samples()}
    assert samples["heliograph_log_sync_failed_total"] == 1
    seconds = samples["heliograph_log_sync_seconds"]
    assert isinstance(seconds, Distribution)
    assert sum(seconds.counts) == 0
