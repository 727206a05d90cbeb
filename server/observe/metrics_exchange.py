"""How one process learns the numbers of all: each answers on a Unix socket of its own, and only when asked.

Nothing is written in between, so that counting costs no disk, a full disk blinds nobody, and a process that is gone is
seen to be gone. A series belongs to its process: after a restart it begins at 0, which is what Prometheus expects.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from server.observe import metrics
from server.observe.metrics import Sample

logger = logging.getLogger(__name__)

_SUFFIX = ".metrics"

# Whoever does not answer by then is in trouble, which its absence says as well.
_ASK_SECONDS = 2.0

# A process has some hundreds of series of a hundred bytes each.
_MAX_ANSWER_BYTES = 1_048_576


class Reading(msgspec.Struct, frozen=True):
    """What one process said. ``process``: its role and index."""

    process: str
    samples: Sequence[Sample]


@contextlib.asynccontextmanager
async def answering(
    directory: Path, process: str, read: Callable[[], Awaitable[Sequence[Sample]]]
) -> AsyncIterator[None]:
    """Answer whoever asks through ``directory``, for as long as this is open."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                writer.write(msgspec.json.encode(await read()))
                await writer.drain()
        except Exception as error:
            # A scrape's boundary: whoever asks hears nothing, counts this process as down, and asks again.
            logger.warning("metrics not told process=%s error=%r", process, error)
        finally:
            writer.close()

    path = directory / f"{process}{_SUFFIX}"
    # Left by a process of this name that was killed.
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(answer, path)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def ask_all(directory: Path) -> Sequence[Reading]:
    """Every process that has a socket in ``directory``, in order of name; also those that do not answer, as not up."""
    return await asyncio.gather(*(_ask(path) for path in _sockets(directory)))


def _sockets(directory: Path) -> Sequence[Path]:
    return sorted(path for path in directory.iterdir() if path.suffix == _SUFFIX)


async def _ask(path: Path) -> Reading:
    samples: Sequence[Sample] = ()
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                samples = msgspec.json.decode(await _whole(reader), type=list[Sample])
            finally:
                writer.close()
    except (OSError, TimeoutError, msgspec.DecodeError):
        return Reading(path.stem, [Sample(metrics.UP.name, (), 0)])
    return Reading(path.stem, [*samples, Sample(metrics.UP.name, (), 1)])


async def _whole(reader: asyncio.StreamReader) -> bytes:
    parts, size = [], 0
    while size <= _MAX_ANSWER_BYTES and (part := await reader.read(65_536)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
