"""Accepts connections as they come, many a turn of the loop.

The loop's own servers accept one connection a turn (libuv since 1.46), which is fine while turns are short. Under load
a turn takes tens of milliseconds: a thousand new connections then waited for up to a minute, health checks among them,
while those that were there before were served at full speed (measured, reliability-security R16).
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable

logger = logging.getLogger(__name__)

# A new connection costs some 50 microseconds: as many as these hold a turn up by no more than it takes anyway.
_MOST_A_TURN = 128

# TLS handshakes that have begun and not ended. More wait in the kernel's queue.
_MOST_BEGUN = 1_024

# When the process or the machine has no more file descriptors; those that close meanwhile make room.
_FULL_SECONDS = 0.1
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Acceptor:
    """Of one listening socket, from its making until :meth:`close`. To uvicorn it is a server of the loop's."""

    def __init__(
        self,
        listener: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        *,
        tls: ssl.SSLContext | None,
        handshake_seconds: float,
    ) -> None:
        self._listener = listener
        self._make_protocol = make_protocol
        self._tls = tls
        self._handshake_seconds = handshake_seconds if tls is not None else None
        self._loop = asyncio.get_running_loop()
        self._begun: set[asyncio.Task[None]] = set()
        self._is_closed = self._is_accepting = self._is_full = False
        listener.setblocking(False)
        self._go_on()

    def close(self) -> None:
        """Accept no more. Harmless twice."""
        self._pause()
        self._is_closed = True

    async def wait_closed(self) -> None:
        """Return when no handshake is under way any more."""
        if self._begun:
            await asyncio.wait(self._begun)

    def _accept(self) -> None:
        for _ in range(_MOST_A_TURN):
            if len(self._begun) >= _MOST_BEGUN:
                self._pause()
                return
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause()
                if error.errno in _FULL:
                    if not self._is_full:
                        logger.warning("no connection accepted, trying again error=%s", error)
                    self._is_full = True
                    self._loop.call_later(_FULL_SECONDS, self._go_on)
                elif not self._is_closed:
                    logger.exception("no connection accepted any more")
                return
            self._is_full = False
            task = self._loop.create_task(self._begin(connection))
            self._begun.add(task)
            task.add_done_callback(self._begin_done)

    async def _begin(self, connection: socket.socket) -> None:
        try:
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(
                self._make_protocol,
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=self._handshake_seconds,
                ssl_shutdown_timeout=self._handshake_seconds,
            )
        except (OSError, ssl.SSLError, TimeoutError):
            # It left, or it spoke no TLS, or not in time: nobody's business but its own.
            connection.close()

    def _begin_done(self, task: asyncio.Task[None]) -> None:
        self._begun.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("connection not begun", exc_info=error)
        if not self._is_accepting and len(self._begun) == _MOST_BEGUN - 1:
            self._go_on()

    def _go_on(self) -> None:
        if not self._is_closed and not self._is_accepting:
            self._is_accepting = True
            self._loop.add_reader(self._listener, self._accept)

    def _pause(self) -> None:
        if self._is_accepting:
            self._is_accepting = False
            with contextlib.suppress(OSError, ValueError):  # the socket was closed under it
                self._loop.remove_reader(self._listener)
