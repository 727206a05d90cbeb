"""Children that die, with real processes and real sockets."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.app.listen import listen
from server.workers.supervisor import ChildSpec, StartFailed, Supervisor

# A child that gives its index to whoever connects. Number 1 ends as soon as it is ready, while there is the file.
_CHILD = """
import os, pathlib, socket, sys
index = os.environ["HELIOGRAPH_INTERNAL_INDEX"]
listener = socket.socket(fileno=int(os.environ["HELIOGRAPH_INTERNAL_SOCKET_FD"]))
if index != "1" or not pathlib.Path(sys.argv[1]).exists():
    listener.listen(100)
os.write(int(os.environ["HELIOGRAPH_INTERNAL_READY_FD"]), b"\\n")
if index == "1" and pathlib.Path(sys.argv[1]).exists():
    sys.exit(3)
while True:
    connection, _ = listener.accept()
    connection.sendall(index.encode())
    connection.close()
"""

_CONNECTIONS = 30
_ANSWER_SECONDS = 1.0
_GIVE_UP_SECONDS = 60.0


async def _ask(port: int) -> bytes:
    """Whoever answers; ``b""`` for nobody in time."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            answer = await reader.read()
            writer.close()
            return answer
    except (TimeoutError, OSError):
        return b""


async def _assert_all_are_answered(port: int, by: set[bytes]) -> None:
    """Sooner or later: what is waited for is another process."""
    give_up_at = time.monotonic() + _GIVE_UP_SECONDS
    while (answers := set(await asyncio.gather(*(_ask(port) for _ in range(_CONNECTIONS))))) != by:
        assert time.monotonic() < give_up_at, answers
        await asyncio.sleep(0.05)


def _children(listeners: Sequence[socket.socket]) -> list[ChildSpec]:
    return [
        ChildSpec(role="collect", index=index, socket_fd=listener.fileno(), has_peers=len(listeners) > 1)
        for index, listener in enumerate(listeners)
    ]


def _supervisor(listeners: Sequence[socket.socket], file: Path) -> Supervisor:
    command = [sys.executable, "-c", _CHILD, str(file)]
    return Supervisor(_children(listeners), command=command, environ=os.environ)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux deals connections out among sockets")
def test_nobody_waits_for_a_child_that_dies_again_and_again_until_it_is_well(tmp_path: Path) -> None:
    file = tmp_path / "dies"
    file.touch()

    async def scenario(listeners: Sequence[socket.socket]) -> None:
        port = listeners[0].getsockname()[1]
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.ensure_future(_supervisor(listeners, file).run(stop, ready))
        await ready.wait()

        await _assert_all_are_answered(port, {b"0"})
        file.unlink()
        await _assert_all_are_answered(port, {b"0", b"1"})

        stop.set()
        await running

    with listen("127.0.0.1", 0, collectors=2) as listeners:
        asyncio.run(scenario(listeners))


def test_who_waits_for_the_only_one_is_served_when_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "dies"
    file.touch()

    async def scenario(listener: socket.socket) -> None:
        port = listener.getsockname()[1]
        stop, ready = asyncio.Event(), asyncio.Event()
        only = ChildSpec(role="collect", index=1, socket_fd=listener.fileno())
        command = [sys.executable, "-c", _CHILD, str(file)]
        running = asyncio.ensure_future(Supervisor([only], command=command, environ=os.environ).run(stop, ready))
        await ready.wait()

        async with asyncio.timeout(_GIVE_UP_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            file.unlink()
            assert await reader.read() == b"1"
            writer.close()

        stop.set()
        await running

    with listen("127.0.0.1", 0, collectors=1) as listeners:
        asyncio.run(scenario(listeners[0]))


def test_a_child_that_does_not_start_ends_everything(tmp_path: Path) -> None:
    async def scenario() -> None:
        child = ChildSpec(role="process")
        supervisor = Supervisor([child], command=[sys.executable, "-c", "raise SystemExit(1)"], environ=os.environ)

        with pytest.raises(StartFailed, match="process"):
            await supervisor.run(asyncio.Event(), asyncio.Event())

    asyncio.run(scenario())
