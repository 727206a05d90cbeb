"""The real files, with each sync timed."""

import time

from server.eventlog.files import OsFiles
from server.observe.metrics_log import SyncCounts


class TimedFiles(OsFiles):
    """``counts``: where the times go."""

    def __init__(self, counts: SyncCounts) -> None:
        self._counts = counts

    def sync(self, fd: int) -> None:
        began = time.perf_counter()
        try:
            super().sync(fd)
        except OSError:
            self._counts.failed += 1
            raise
        self._counts.seconds.add(time.perf_counter() - began)
