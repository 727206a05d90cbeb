"""What a process costs: memory, processor time, open files."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from server.observe import metrics
from server.observe.metrics import Sample

_PAGE_BYTES = resource.getpagesize()


def process_samples(*, started_seconds: float) -> Iterator[Sample]:
    """``started_seconds``: since the epoch. Where the system does not tell (no /proc), what it does not is left out."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    yield Sample(metrics.CPU.name, (), usage.ru_utime + usage.ru_stime)
    yield Sample(metrics.STARTED.name, (), started_seconds)
    status = Path("/proc/self/statm")
    if status.exists():
        yield Sample(metrics.MEMORY.name, (), int(status.read_text(encoding="ascii").split()[1]) * _PAGE_BYTES)
        yield Sample(metrics.OPEN_FILES.name, (), len(os.listdir("/proc/self/fd")))  # noqa: PTH208  (only their number)
