"""The short way for beacons: uvicorn's own protocol class, answering some requests itself instead of by ASGI.

HTTP stays uvicorn's and httptools' business: parsing, keep-alive, pipelining, shutdown, flow control. What is saved is
the task, the scope and the four messages that ASGI makes of each request, which cost more than all the work on a
beacon (docs/decisions/0012). A request takes the short way when nothing about it is unusual; any other becomes an ASGI
request as ever, and is answered there by the same endpoint (durable.py) in the same words.

To uvicorn, a beacon under way is the connection's request cycle: it has the attributes of one that uvicorn looks at.

A beacon whose head was read before need not even be parsed (heads.py).
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from server.model.outcome import Offset
from server.ports import EventLog, LogUnavailable
from server.web.collect.exchange import Answer, Decision, Request, Sender, ShortWay, as_lines
from server.web.collect.heads import Cut, Heads, Known, cut_request
from server.web.limits.lanes import Lane
from server.web.limits.layer import Limits
from server.web.limits.refusals import BODY_BYTES, Refusal

# Batches of a hundred events have less. A larger body costs so much that ASGI costs nothing beside it, and takes longer
# to come: there its pace is looked at (limits/layer.py).
_MOST_BODY_BYTES = 262_144


class _NobodyWaits:
    """In place of the event that an ASGI application waits on."""

    def set(self) -> None:
        pass


class _Beacon(msgspec.Struct, eq=False):
    """One request on the short way. ``more_body``: its end has not come yet. ``is_refused``: before it was read.

    ``known``: what its head is known by, if it was not parsed; ``request`` is then the one that was remembered.
    """

    endpoint: ShortWay
    request: Request
    message_event: _NobodyWaits
    lane: Lane
    began: float
    known: Known | None = None
    request_id: str = ""
    body: bytes | bytearray = b""
    more_body: bool = True
    is_refused: bool = False
    response_complete: bool = False
    disconnected: bool = False
    keep_alive: bool = True

    def as_sent(self) -> Request:
        """The request with its own id."""
        return self.request if self.known is None else self.known.with_id(self.request_id)


class CollectProtocol(HttpToolsProtocol):
    """One connection. ``endpoints``: whose requests may take the short way; ``log``: what makes values durable.

    ``limits``: whom a beacon is from, and whether there is room for it. ``heads``: those of all connections.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        endpoints: Sequence[ShortWay],
        log: EventLog,
        limits: Limits,
        heads: Heads,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._endpoints = endpoints
        self._log = log
        self._limits = limits
        self._heads = heads
        self._nobody = _NobodyWaits()
        self._peer = b""
        # Whether all that the parser was given are whole messages.
        self._is_between = True
        # What is being parsed, when it is one whole request whose head may be remembered.
        self._cut: Cut | None = None

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._peer = self.client[0].encode() if self.client else b""

    def recall(self, data: bytes) -> bool:
        """Decide what came, if it is one whole request with a head that was read before; otherwise it is to be parsed.

        Whoever puts this before data_received() sees to it that nothing else there is missed.
        """
        self._cut = None
        cycle: object = self.cycle
        if not self._is_between or (cycle is not None and not self.cycle.response_complete):
            return False
        cut = cut_request(data, self._peer)
        if cut is None:
            return False
        known = self._heads.find(cut.key)
        if known is None or not known.sender.is_current() or len(cut.body) > known.endpoint.body_bytes:
            self._cut = cut if self._heads.came_before(cut) else None
            return False
        began, lane = time.monotonic(), known.lane
        beacon = _Beacon(known.endpoint, known.request, self._nobody, lane, began, known, cut.request_id)
        beacon.more_body = False
        self.cycle = beacon  # type: ignore[assignment]  # it has what uvicorn looks at
        refusal = self._limits.enter(lane, known.request, began)
        if refusal is not None:
            self._refuse(beacon, refusal)
            return True
        beacon.body = cut.body
        lane.holds(len(cut.body))
        self._store(beacon, known.sender.decide(cut.request_id, cut.body))
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        cycle: object = self.cycle
        if isinstance(cycle, _Beacon) and cycle.more_body and not cycle.response_complete:
            # Nobody will answer it any more.
            cycle.lane.leave(cycle.began, 0, held=len(cycle.body))
        self._limits.turn.forget(self)
        super().connection_lost(exc)

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._is_between = False
        self.url = b""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        cycle: object = self.cycle  # None before the first request, whatever uvicorn's annotation says
        if cycle is None or self.cycle.response_complete:
            beacon = self._beacon()
            if beacon is not None:
                self.cycle = beacon  # type: ignore[assignment]  # it has what uvicorn looks at
                refusal = self._limits.enter(beacon.lane, beacon.request, beacon.began)
                if refusal is not None:
                    self._refuse(beacon, refusal)
                return
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        cycle: object = self.cycle
        if not isinstance(cycle, _Beacon):
            super().on_body(body)
        elif not cycle.response_complete:
            if not cycle.body:
                cycle.body = body
            elif isinstance(cycle.body, bytearray):
                cycle.body += body
            else:
                # Not bytes again: with many small pieces, each would be copied with all before it.
                cycle.body = bytearray(cycle.body) + body
            if not cycle.lane.holds(len(body)) and len(cycle.body) < int(cycle.request.headers[b"content-length"]):
                self._turn_away(cycle, BODY_BYTES)

    def on_message_complete(self) -> None:
        self._is_between = True
        cycle: object = self.cycle
        if not isinstance(cycle, _Beacon):
            super().on_message_complete()
        elif not cycle.response_complete:
            cycle.more_body = False
            self._decide(cycle)
        elif cycle.is_refused:
            self._rest(cycle)

    # Ours.

    def _beacon(self) -> _Beacon | None:
        """The request as a beacon, or None when it has to go the long way."""
        raw_path, _, query_string = self.url.partition(b"?")
        if self.parser.get_method() != b"POST" or b"%" in raw_path or not raw_path.isascii():
            return None
        path = raw_path.decode("ascii")
        for endpoint in self._endpoints:
            if endpoint.handles(path):
                break
        else:
            return None
        headers = dict(self.headers)
        if len(headers) != len(self.headers) or b"host" not in headers:
            return None
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length[:8]) > min(endpoint.body_bytes, _MOST_BODY_BYTES):
            return None
        if b"expect" in headers or self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        client = self._limits.client(self.client, self.headers)
        request = Request("POST", path, query_string, headers, client)
        if endpoint.refuse(request) is not None:
            return None
        lane = self._limits.lane(request)
        return _Beacon(endpoint, request, self._nobody, lane, time.monotonic())

    def _decide(self, beacon: _Beacon) -> None:
        body = beacon.body = bytes(beacon.body)
        sender = self._remembered(beacon)
        if sender is None:
            self._store(beacon, beacon.endpoint.decide(beacon.request, body))
        else:
            self._store(beacon, sender.decide(sender.request_id, body))

    def _remembered(self, beacon: _Beacon) -> Sender | None:
        """Whoever sent this beacon, known from now on; None when its head is not one to remember."""
        cut = self._cut
        if cut is None or len(cut.body) != len(beacon.body):
            return None
        sender = beacon.endpoint.sender(beacon.request)
        if sender is None or sender.request_id != cut.request_id:
            return None
        self._heads.remember(cut, Known(beacon.endpoint, beacon.lane, beacon.request, sender))
        return sender

    def _store(self, beacon: _Beacon, decision: Decision) -> None:
        if not decision.values:
            self._answer(beacon, decision.answer)
            return
        try:
            self._log.submit(decision.values, partial(self._settled, beacon, decision.answer))
        except LogUnavailable as error:
            self._answer(beacon, beacon.endpoint.unavailable(beacon.as_sent(), error))

    def _settled(self, beacon: _Beacon, answer: Answer, result: Offset | LogUnavailable) -> None:
        if isinstance(result, LogUnavailable):
            answer = beacon.endpoint.unavailable(beacon.as_sent(), result)
        self._answer(beacon, answer)

    def _answer(self, beacon: _Beacon, answer: Answer) -> None:
        beacon.lane.leave(beacon.began, answer.status, held=len(beacon.body), reason=answer.reason)
        self._say(beacon, answer)

    def _turn_away(self, beacon: _Beacon, refusal: Refusal) -> None:
        beacon.lane.turn_away(beacon.began, refusal, held=len(beacon.body))
        self._refuse(beacon, refusal)

    def _refuse(self, beacon: _Beacon, refusal: Refusal) -> None:
        headers, body = self._limits.answer(beacon.request, refusal)
        self._say(beacon, Answer(refusal.status, headers, body))
        beacon.is_refused = True
        if not beacon.more_body:
            self._rest(beacon)

    def _rest(self, beacon: _Beacon) -> None:
        """Who was told to come again is not listened to until then; but a proxy has others to speak for."""
        is_proxy = beacon.request.client.encode() != self._peer
        if not is_proxy and not self.transport.is_closing() and self._limits.turn.rest(self):
            self.flow.pause_reading()

    def wake(self) -> None:
        self.flow.resume_reading()

    def _say(self, beacon: _Beacon, answer: Answer) -> None:
        beacon.response_complete = True
        if beacon.disconnected:
            return
        self.transport.write(_on_the_wire(answer, keep_alive=beacon.keep_alive))
        # Who lets small answers pile up to uvicorn's high-water mark does not read them.
        if answer.closes or not beacon.keep_alive or self.flow.write_paused:
            self.transport.close()
        self.on_response_complete()

    def answers_late_body(self) -> bool:
        """Say that a body did not come in time; False when it is none of a beacon on the short way.

        Who looks at the clock is the connection's guard (limits/connection.py).
        """
        cycle: object = self.cycle
        if not isinstance(cycle, _Beacon) or not cycle.more_body or cycle.response_complete:
            return False
        self._answer(cycle, cycle.endpoint.too_slow(cycle.request))
        return True


def _on_the_wire(answer: Answer, *, keep_alive: bool) -> bytes:
    """Headers are ours: fixed ones, and values that were checked where they came from outside (cors.py, state.py)."""
    lines = STATUS_LINE[answer.status] + answer.lines
    if answer.headers:
        lines += as_lines(answer.headers)
    if answer.closes or not keep_alive:
        lines += b"connection: close\r\n"
    if answer.status == 204:
        return lines + b"\r\n"
    return b"%bcontent-length: %d\r\n\r\n%b" % (lines, len(answer.body), answer.body)
