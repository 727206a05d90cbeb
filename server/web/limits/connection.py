"""A connection that cannot be held or filled for ever: uvicorn's protocol with the limits that it does not have.

uvicorn has no deadline for a request's head, none for a reader that does not read, no bound on headers, on trailers,
on pipelined requests or on connections (reliability-security 2.3). All of it is here, and costs a request next to
nothing: the only things done for each are a few additions and comparisons. Time is looked at by watch.py.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from server.web.limits.lingering import LingeringTransport
from server.web.limits.watch import NO_ROOM, Wait, Watch

# Browsers do not pipeline; who does sends a few. Each is an object of some kilobytes that waits for its turn.
_MAX_PIPELINED = 16

# A reader has to take this much within its deadline.
_READ_STEP_BYTES = 16_384

# Over TLS, uvloop reads into a buffer of 256 kB a connection, and what was once filled of it stays resident for as long
# as the connection: beyond so many that had this much come at once, they are closed after their answer. No beacon has.
_HEAVY_BYTES = 16_384
_MOST_HEAVY = 256

_TOO_LARGE = "head_too_large"
_HEAVY = "heavy"
_BAD_REQUEST = "bad_request"
_FRAMING = "framing"
_PARTIAL_HEADS = "partial_heads"

_END = (Wait.END, None)

# Longer than a request is on its way, shorter than what requests in flight are waited for (workers/child.py). Who has
# just connected is about to send one, and takes its time where the machine is busy.
_LAST_CALL_SECONDS = 0.25
_FIRST_CALL_SECONDS = 1.0

# Before there is a request, there is no protocol to answer in but HTTP itself.
_ANSWERS = {
    status: b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % (status, phrase)
    for status, phrase in (
        (400, b"Bad Request"),
        (408, b"Request Timeout"),
        (431, b"Request Header Fields Too Large"),
    )
}


# All that there are (docs/reference/metrics.md).
CUT_REASONS = frozenset(
    {*(wait.value for wait in Wait), _TOO_LARGE, _HEAVY, _BAD_REQUEST, _FRAMING, _PARTIAL_HEADS, NO_ROOM}
)


class _Dropped(list[tuple[bytes, bytes]]):
    """Where trailers go: nobody reads them, and they would be kept for as long as the body lasts."""

    def append(self, _header: tuple[bytes, bytes]) -> None:
        pass


class _HeadRefused(Exception):
    """Stops the parser."""


class GuardedProtocol(HttpToolsProtocol):
    """Put before another of uvicorn's protocol classes: ``class Connection(GuardedProtocol, CollectProtocol)``."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        watch: Watch,
        **given: Any,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop, **given)
        self._watch = watch
        self._head_bytes = watch.limits.head_bytes
        self._most_headers = watch.limits.headers
        # Since the connection was last idle: bytes that were no body, and bytes that were.
        self._overhead = 0
        self._body_fed = 0
        # What of that the watch counts as a head that has begun and not ended.
        self._partial = 0
        self._is_heavy = False
        self._status = 400
        self._dropped = _Dropped()
        # Of the watch's last look: what was waited for, and since when.
        self.seen: tuple[Wait, object] | None = None
        self.seen_at = 0.0

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        self._lingering = LingeringTransport(transport, self)
        super().connection_made(self._lingering)
        self._watch.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.partial_head_bytes -= self._partial
        self._partial = 0
        self._watch.heavy -= self._is_heavy
        self._is_heavy = False
        self._watch.closed(self)
        self._lingering.forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.headers is self._dropped and self.cycle.response_complete:
            self._overhead = self._body_fed = 0
        size = len(data)
        self._overhead += size
        if size > _HEAVY_BYTES and self.scheme == "https" and not self._is_heavy:
            self._is_heavy = True
            self._watch.heavy += 1
        super().data_received(data)
        if self.headers is not self._dropped or self._partial:
            self._count_partial_head()
        elif self._overhead > 2 * (self._head_bytes + self._body_fed):
            # Chunks of nearly nothing, or a trailer without end.
            self.cut(_FRAMING)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when the parser stops. ``msg``: for a person; the status says as much."""
        self._say_and_close(self._status, _TOO_LARGE if self._status == 431 else _BAD_REQUEST)

    # What the parser calls.

    def on_headers_complete(self) -> None:
        headers = self.headers
        if len(headers) > self._most_headers or (
            self._overhead > self._head_bytes and self._head_size() > self._head_bytes
        ):
            self._refuse_head(431)
        if self.pipeline:
            if len(self.pipeline) >= _MAX_PIPELINED:
                self._refuse_head(400)
            self._overhead -= self._head_size()
        super().on_headers_complete()
        self.headers = self._dropped

    def on_body(self, body: bytes) -> None:
        size = len(body)
        self._overhead -= size
        self._body_fed += size
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        # uvicorn does not look at the end of a body whose request was answered before it.
        self.cycle.more_body = False

    # What the request's cycle calls.

    def on_response_complete(self) -> None:
        """As uvicorn's, but for its timer of the idle connection: the watch sees to that."""
        self.server_state.total_requests += 1
        if self.cycle.response_complete:
            # It stays until the next request comes; what was its body need not.
            self.cycle.body = b""  # type: ignore[assignment]  # as good as an empty bytearray: nobody adds to it now
        if self.transport.is_closing():
            return
        if self._is_heavy and self._watch.heavy > _MOST_HEAVY:
            self._watch.counts.cut[_HEAVY] += 1
            self.transport.close()
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)

    # What the server calls when it stops.

    def shutdown(self) -> None:
        """As uvicorn's, but for idle connections: a request may be on its way, and a client takes it for lost."""
        if self._is_idle():
            is_new = self.cycle is None
            self.loop.call_later(_FIRST_CALL_SECONDS if is_new else _LAST_CALL_SECONDS, self._end)
        else:
            super().shutdown()

    def _end(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    # What closing asks (lingering.py).

    def has_more(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and cycle.more_body

    def sends_on(self) -> None:
        self.cut(Wait.END.value)

    # What the watch calls.

    def waits(self) -> tuple[Wait, object] | None:
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's annotation says
        if self._lingering.lingers:
            return _END
        if self.transport.is_closing() or self.flow.write_paused:
            return Wait.READER, self.transport.get_write_buffer_size() // _READ_STEP_BYTES
        if cycle is not None and not cycle.response_complete:
            return (Wait.BODY, cycle) if cycle.more_body and not self.flow.read_paused else None
        if self.headers is not self._dropped:
            return Wait.HEAD, cycle
        if cycle.more_body:
            # It is answered, and the rest of the body is taken only so that the answer can be read.
            return Wait.BODY, cycle
        if unread_bytes := self.transport.get_write_buffer_size():
            return Wait.READER, unread_bytes // _READ_STEP_BYTES
        return Wait.NEXT, cycle

    def expire(self, wait: Wait) -> None:
        if wait is Wait.NEXT:
            self.transport.close()
        elif wait is Wait.HEAD and self.headers is not None:
            self._say_and_close(408, wait.value)
        elif wait is Wait.BODY:
            self.late_body()
        else:
            self.cut(wait.value)

    def make_room(self) -> None:
        self._watch.counts.cut[Wait.NEXT.value] += 1
        if self._lingering.lingers:
            self.transport.abort()
        else:
            self.transport.close()

    def late_body(self) -> None:
        """A body did not come. A subclass that knows whose it is may say so first."""
        self.cut(Wait.BODY.value)

    def cut(self, reason: str) -> None:
        """Close it, unsent bytes and all."""
        self._watch.counts.cut[reason] += 1
        self.transport.abort()

    # Heads that cannot be taken.

    def _count_partial_head(self) -> None:
        """Rare: nearly every head is in one piece. What has come of another is held in memory until it ends.

        The last request's head may be among what is counted, so it takes twice the limit to be sure that this one is
        too large; once it is whole it is measured.
        """
        watch, before = self._watch, self._partial
        is_partial = self.headers is not self._dropped and not self.transport.is_closing()
        self._partial = max(0, self._overhead) if is_partial else 0
        watch.partial_head_bytes += self._partial - before
        if not is_partial:
            return
        if self._partial > 2 * self._head_bytes or (self.headers and len(self.headers) > self._most_headers):
            self._say_and_close(431, _TOO_LARGE)
        elif watch.partial_head_bytes > watch.limits.partial_head_bytes:
            self.cut(_PARTIAL_HEADS)

    def _refuse_head(self, status: int) -> None:
        """Stop the parser, which comes to send_400_response."""
        self._status = status
        raise _HeadRefused

    def _say_and_close(self, status: int, reason: str) -> None:
        self._watch.counts.cut[reason] += 1
        if not self.transport.is_closing():
            self.transport.write(_ANSWERS[status])
            # The parser has stopped, and cannot tell whether more of the head is to come.
            self._lingering.linger()
            self._watch.partial_head_bytes -= self._partial
            self._partial = 0
            self.url, self.headers = b"", []

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
