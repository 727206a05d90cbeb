"""Starts the processes of one machine, starts again what dies, and stops them all.

The supervisor opens the sockets and hands them down, so that a port in use stops the start with one line, and so that
connections wait in the queue while a collector is started again. One that dies again and again steps aside meanwhile:
what would have waited for it goes to the others. Each child holds one end of a pipe whose other end is
the supervisor's alone: when that closes, however the supervisor died, the child stops as well.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

logger = logging.getLogger(__name__)

# Variables by which a child learns its place; no settings.
CHILD_ROLE = "HELIOGRAPH_INTERNAL_ROLE"
CHILD_INDEX = "HELIOGRAPH_INTERNAL_INDEX"
CHILD_SOCKET_FD = "HELIOGRAPH_INTERNAL_SOCKET_FD"
CHILD_READY_FD = "HELIOGRAPH_INTERNAL_READY_FD"
CHILD_LIFELINE_FD = "HELIOGRAPH_INTERNAL_LIFELINE_FD"
CHILD_CONSOLE_SOCKET = "HELIOGRAPH_INTERNAL_CONSOLE_SOCKET"

# Beyond what a collector goes on serving for: for requests in flight (child.py), the last commits, and a busy machine.
_STOP_SECONDS = 4.5

_READY_SECONDS = 60.0

# A child that dies at once is started again ever more slowly, and at first without delay: beacons are waiting.
_FIRST_RESTART_SECONDS = 0.1
_LONGEST_RESTART_SECONDS = 10.0
# One that ran this long was well: the count starts anew.
_WELL_SECONDS = 30.0


class StartFailed(Exception):
    """A child did not get ready. ``args``: a sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One process to keep running. ``socket_fd``: a listening socket to hand down, if it serves HTTP.

    ``has_peers``: others listen on the same port with sockets of their own. The child calls ``listen`` by itself.
    """

    role: str
    index: int = 0
    socket_fd: int | None = None
    has_peers: bool = False

    @property
    def name(self) -> str:
        return f"{self.role}-{self.index}"


class Supervisor:
    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        command: Sequence[str],
        environ: Mapping[str, str],
        drain_seconds: float = 0.0,
    ) -> None:
        """``command``: what starts a child; it finds its place in the variables above.

        ``drain_seconds``: how long a child that is told to stop may go on as it likes.
        """
        self._specs = children
        self._command = command
        self._environ = environ
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._aside: set[str] = set()
        # Whose process is ready, whose end was asked for, and news of the former.
        self._up: set[str] = set()
        self._ending: set[str] = set()
        self._came_up = asyncio.Event()
        self._drain_seconds = drain_seconds
        self._stop_with = signal.SIGTERM
        self._stopping = False

    def hurry(self) -> None:
        """Let children that stop, now or later, wait for nobody."""
        self._stop_with = signal.SIGINT
        if self._stopping:
            for process in self._alive():
                _signal(process, signal.SIGINT)

    async def run(self, stop: asyncio.Event, on_ready: asyncio.Event, renew: asyncio.Event | None = None) -> None:
        """Keep all children running until ``stop`` is set. Sets ``on_ready`` when all can work; raises StartFailed.

        ``renew``: start them again, one by one, whenever it is set; cleared when that begins.
        """
        try:
            async with asyncio.TaskGroup() as group:
                started = [asyncio.Event() for _ in self._specs]
                keepers = [
                    group.create_task(self._keep(spec, ready)) for spec, ready in zip(self._specs, started, strict=True)
                ]
                waiting = group.create_task(self._announce(started, on_ready))
                renewing = group.create_task(self._renew_when_asked(on_ready, renew or asyncio.Event()))
                await stop.wait()
                self._stopping = True
                waiting.cancel()
                renewing.cancel()
                await self._stop_children()
                for keeper in keepers:
                    keeper.cancel()
        except* StartFailed as failures:
            await self._stop_children()
            raise failures.exceptions[0] from None
        finally:
            os.close(self._lifeline_write)
            os.close(self._lifeline_read)

    async def _renew_when_asked(self, on_ready: asyncio.Event, renew: asyncio.Event) -> None:
        await on_ready.wait()
        while True:
            await renew.wait()
            renew.clear()
            await self._renew()

    async def _renew(self) -> None:
        """Start every child again, each when the one before it is ready: with the program that is there now.

        What listens does so on a socket that stays open: whoever comes meanwhile waits for a moment.
        """
        for spec in self._specs:
            process = self._running.get(spec.name)
            if process is None or process.returncode is not None:
                # It is being started anyway.
                continue
            self._up.discard(spec.name)
            self._ending.add(spec.name)
            await self._end(process)
            # However long it takes: nobody is served better by a second one that is away.
            while spec.name not in self._up:
                self._came_up.clear()
                await self._came_up.wait()
        logger.info("processes renewed")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """TERM, wait, KILL."""
        _signal(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._drain_seconds + _STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            logger.error("process did not stop in time, killed pid=%d", process.pid)
            _signal(process, signal.SIGKILL)
            await process.wait()

    async def _announce(self, started: Sequence[asyncio.Event], on_ready: asyncio.Event) -> None:
        for event in started:
            await event.wait()
        on_ready.set()

    async def _keep(self, spec: ChildSpec, ready: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        wait_seconds = _FIRST_RESTART_SECONDS
        while not self._stopping:
            began = loop.time()
            process = await self._start(spec, ready)
            code = await process.wait()
            if self._stopping:
                return
            self._up.discard(spec.name)
            if spec.name in self._ending:
                self._ending.discard(spec.name)
                continue
            logger.error("process ended, starting it again name=%s exit=%d", spec.name, code)
            if loop.time() - began > _WELL_SECONDS:
                wait_seconds = _FIRST_RESTART_SECONDS
            elif wait_seconds > _FIRST_RESTART_SECONDS:
                self._set_aside(spec)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, _LONGEST_RESTART_SECONDS)

    async def _start(self, spec: ChildSpec, ready: asyncio.Event) -> asyncio.subprocess.Process:
        ready_read, ready_write = os.pipe()
        handed = [ready_write, self._lifeline_read] + ([spec.socket_fd] if spec.socket_fd is not None else [])
        environ = dict(self._environ) | {
            CHILD_ROLE: spec.role,
            CHILD_INDEX: str(spec.index),
            CHILD_READY_FD: str(ready_write),
            CHILD_LIFELINE_FD: str(self._lifeline_read),
        }
        if spec.socket_fd is not None:
            environ[CHILD_SOCKET_FD] = str(spec.socket_fd)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env=environ,
                pass_fds=handed,
                # Out of the terminal's group: Ctrl-C reaches the supervisor, and the children by it, in order.
                start_new_session=True,
            )
        finally:
            os.close(ready_write)
        self._running[spec.name] = process
        is_first = not ready.is_set()
        if await _became_ready(ready_read):
            ready.set()
            self._aside.discard(spec.name)
            self._up.add(spec.name)
            self._came_up.set()
        elif is_first and not self._stopping:
            raise StartFailed(f"the {spec.role} process did not start: its error is above")
        return process

    def _set_aside(self, spec: ChildSpec) -> None:
        """Let nobody wait for it who could be served: its socket stays bound, but listens again only when it does.

        What is in its queue is reset. The last one that listens stays: to wait is better than to be refused.
        """
        others = [each for each in self._specs if each.has_peers and each.name not in {*self._aside, spec.name}]
        if not spec.has_peers or spec.socket_fd is None or not any(self._is_running(each) for each in others):
            return
        self._aside.add(spec.name)
        with socket.socket(fileno=os.dup(spec.socket_fd)) as listener, contextlib.suppress(OSError):
            # Of a listening socket this is the opposite of listen(), on Linux, which alone has peers (app/listen.py).
            listener.shutdown(socket.SHUT_RDWR)

    def _is_running(self, spec: ChildSpec) -> bool:
        process = self._running.get(spec.name)
        return process is not None and process.returncode is None

    async def _stop_children(self) -> None:
        """Tell all, wait, KILL what is left."""
        self._stopping = True
        alive = self._alive()
        for process in alive:
            _signal(process, self._stop_with)
        try:
            async with asyncio.timeout(self._drain_seconds + _STOP_SECONDS):
                await asyncio.gather(*(process.wait() for process in alive))
        except TimeoutError:
            for process in alive:
                if process.returncode is None:
                    logger.error("process did not stop in time, killed pid=%d", process.pid)
                    _signal(process, signal.SIGKILL)
            await asyncio.gather(*(process.wait() for process in alive))

    def _alive(self) -> list[asyncio.subprocess.Process]:
        return [process for process in self._running.values() if process.returncode is None]


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except ProcessLookupError:
        return


async def _became_ready(fd: int) -> bool:
    """Whether the child wrote its byte before it closed the pipe, by dying or by lying."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def readable() -> None:
        loop.remove_reader(fd)
        if not answer.done():
            answer.set_result(os.read(fd, 1) != b"")

    loop.add_reader(fd, readable)
    try:
        async with asyncio.timeout(_READY_SECONDS):
            return await answer
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fd)
        os.close(fd)
