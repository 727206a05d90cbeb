"""Closing a connection without taking its last answer back (RFC 9112, 9.6).

A request is often answered before it is whole: it is too large, there is no room for it, it took too long. Its sender
is still at it, and reads the answer when it is done. Bytes that come after a close are answered by the kernel with a
reset, and a reset throws away what the other side has received and not read yet: instead of a 413, or of a 503 with
`Retry-After`, it sees a broken network. So the rest is taken and thrown away: so many bytes, so many seconds.
"""

import asyncio
from typing import Any, Protocol

# Eight times the largest body that the settings' defaults allow: who sends more than that has no use for an answer.
MOST_BYTES = 8_388_608

# Who stops sending sees the answer within a round trip or two. A server that is told to stop waits as long.
SECONDS = 5.0


class Closing(Protocol):
    """Whose connection it is."""

    def has_more(self) -> bool:
        """Whether more of a request is to come, that was answered already."""

    def sends_on(self) -> None:
        """It sent too much after its answer: give it up."""

    def connection_lost(self, exc: Exception | None) -> None: ...


class LingeringTransport(asyncio.Transport):
    """A connection's transport, to which ``close`` is what is right at the moment."""

    __slots__ = ("_owner", "_transport", "lingers")

    def __init__(self, transport: asyncio.Transport, owner: Closing) -> None:
        super().__init__()
        self._transport = transport
        self._owner: Closing | None = owner
        self.lingers = False

    def close(self) -> None:
        if self._owner is not None and not self.is_closing() and self._owner.has_more():
            self.linger()
        elif not self.lingers:
            self._transport.close()

    def linger(self) -> None:
        """Say that nothing more will be said, and close once the other side has said it, too."""
        if self._owner is None or self.is_closing():
            return
        self.lingers = True
        self._transport.resume_reading()
        self._transport.set_protocol(_Rest(self._owner))
        if self._transport.can_write_eof():
            # TLS cannot: there the length of the answer has to tell its end.
            self._transport.write_eof()

    def forget(self) -> None:
        """The connection has ended: whose it was need not stay in memory."""
        self._owner = None

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._transport.write(data)

    def abort(self) -> None:
        self._transport.abort()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class _Rest(asyncio.Protocol):
    """What is left of a connection: its owner is told of its end, and of nothing else."""

    def __init__(self, owner: Closing) -> None:
        self._owner = owner
        self._left_bytes = MOST_BYTES

    def data_received(self, data: bytes) -> None:
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            self._owner.sends_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.connection_lost(exc)
