"""A process tells its numbers, and a collector those of all."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from server.app.readers import Logs
from server.observe.metrics import Sample
from server.observe.metrics_exchange import answering, ask_all
from server.observe.metrics_log import SyncCounts
from server.observe.metrics_pipeline import FailureCounts, pipeline_samples
from server.observe.metrics_process import process_samples
from server.observe.metrics_text import render
from server.workers.supervisor import CHILD_CONSOLE_SOCKET, CHILD_INDEX, CHILD_ROLE


def telling(
    environ: Mapping[str, str], read: Callable[[], Awaitable[Iterable[Sample]]]
) -> AbstractAsyncContextManager[None]:
    """Answer whoever asks for this process's numbers: ``read``'s, and what it costs."""
    started_seconds = time.time()

    async def all_samples() -> Sequence[Sample]:
        return [*await read(), *process_samples(started_seconds=started_seconds)]

    process = f"{environ[CHILD_ROLE]}-{environ[CHILD_INDEX]}"
    return answering(run_directory(environ), process, all_samples)


async def everybodys(environ: Mapping[str, str]) -> str:
    """The text of `/metrics`."""
    return render(await ask_all(run_directory(environ)))


async def nothing_more() -> Iterable[Sample]:
    """For a process that only costs something."""
    return ()


async def pipeline_numbers(logs: Logs, syncs: Sequence[SyncCounts]) -> Callable[[], Awaitable[Iterable[Sample]]]:
    """A ``read`` of how far the pipeline is. ``syncs``: of the logs of outcomes."""
    failures = FailureCounts(logs.failed, after=await logs.failed.end())

    async def read() -> Iterable[Sample]:
        told = pipeline_samples(await logs.status(), await failures.read())
        return [*told, *(sample for counts in syncs for sample in counts.samples())]

    return read


def run_directory(environ: Mapping[str, str]) -> Path:
    """The supervisor's run directory, which is its processes' own."""
    return Path(environ[CHILD_CONSOLE_SOCKET]).parent
