"""A child's side of the supervisor: when to stop, how to say that it is ready, how to serve a handed-down socket."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.workers.accept import Acceptor
from server.workers.supervisor import CHILD_LIFELINE_FD, CHILD_READY_FD, CHILD_SOCKET_FD

# For requests in flight when asked to stop; live pages are cut.
_GRACEFUL_SECONDS = 3

# Idle connections cost a place each; browsers open new ones without ado (R15).
_KEEP_ALIVE_SECONDS = 15

# As long as a request's head may take (R15).
_HANDSHAKE_SECONDS = 10.0

_BACKLOG_CONNECTIONS = 2_048


class StopSignal(asyncio.Event):
    """Set when the process is to end. ``at_once``: as well, when nobody is to be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = asyncio.Event()

    def hurry(self) -> None:
        self.set()
        self.at_once.set()


@contextlib.asynccontextmanager
async def stop_signal(environ: Mapping[str, str]) -> AsyncIterator[StopSignal]:
    """Set by SIGTERM; at once by SIGINT, and when the supervisor is gone. Ctrl-C reaches the supervisor alone."""
    loop = asyncio.get_running_loop()
    stop = StopSignal()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.hurry)
    lifeline = int(environ[CHILD_LIFELINE_FD]) if CHILD_LIFELINE_FD in environ else None

    def cut() -> None:
        loop.remove_reader(lifeline or 0)
        stop.hurry()

    if lifeline is not None:
        loop.add_reader(lifeline, cut)
    try:
        yield stop
    finally:
        if lifeline is not None:
            loop.remove_reader(lifeline)


async def drain(stop: StopSignal, drained: asyncio.Event, *, seconds: float) -> None:
    """Set ``drained`` so many seconds after ``stop``: until then balancers notice that nothing more is wanted here."""
    await stop.wait()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.at_once.wait()
    drained.set()


def say_ready(environ: Mapping[str, str]) -> None:
    """Tell the supervisor, once."""
    if CHILD_READY_FD in environ:
        fd = int(environ[CHILD_READY_FD])
        os.write(fd, b"\n")
        os.close(fd)


async def serve_http(
    app: Callable[..., Awaitable[None]],
    environ: Mapping[str, str],
    stop: asyncio.Event,
    *,
    certificate: str = "",
    key: str = "",
    lifespan: str = "off",
    on_ready: Callable[[], None] = lambda: None,
    protocol: Callable[..., asyncio.Protocol] = HttpToolsProtocol,
    handshake_seconds: float = _HANDSHAKE_SECONDS,
) -> None:
    """Serve the socket that was handed down until ``stop`` is set, then finish what is in flight.

    ``protocol``: makes a connection's protocol, given what uvicorn gives to its own. ``handshake_seconds``: for TLS to
    begin, and to end.
    """
    listener = socket.socket(fileno=int(environ[CHILD_SOCKET_FD]))
    config = uvicorn.Config(
        app,
        loop="none",
        http=cast(type[asyncio.Protocol], protocol),
        ws="none",
        lifespan="on" if lifespan == "on" else "off",
        access_log=False,
        log_config=None,
        # The client's address is the peer's: headers that claim another are believed nowhere (I12).
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        ssl_certfile=certificate or None,
        ssl_keyfile=key or None,
    )
    server = _Server(config, on_ready, handshake_seconds=handshake_seconds)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets=[listener]))
        stopping = group.create_task(_stop_server(server, stop))
        await serving
        stopping.cancel()
    if not server.started:
        raise RuntimeError("the HTTP server did not start")


class _Server(uvicorn.Server):
    """Signals are handled by :func:`stop_signal`, for the whole process; being ready is told."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], *, handshake_seconds: float) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._handshake_seconds = handshake_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, but for who accepts: see accept.py. There a TLS handshake has a deadline, too."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            return
        make = partial(
            cast(Callable[..., asyncio.Protocol], self.config.http_protocol_class),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        acceptors = [
            Acceptor(listener, make, tls=self.config.ssl, handshake_seconds=self._handshake_seconds)
            for listener in sockets or []
        ]
        for listener in sockets or []:
            # It does already, but for a collector's that was set aside (supervisor.py).
            listener.listen(self.config.backlog)
        # It closes them, and waits until they are closed: more it does not want of a server.
        self.servers = cast(list[asyncio.Server], acceptors)
        self.started = True
        self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _stop_server(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
