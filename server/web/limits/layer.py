"""The outermost ASGI layer: says who a request is from, lets it in or turns it away before its body is read, counts it.

It stands before every beacon and costs it about a microsecond: no task, no context manager, no framework.
"""

import asyncio
import time
from collections.abc import Sequence

from server.web.collect.asgi import ASGIApp, BodyTooSlow, Headers, Message, Receive, Scope, Send, respond
from server.web.collect.exchange import Request
from server.web.limits.lanes import Lane, Lanes, Names
from server.web.limits.proxies import TrustedProxies
from server.web.limits.refusals import BODY_BYTES, ONE_HOST, Answers, Refusal
from server.web.limits.turn import Turn

# A body in several pieces has this long for free; from then on it must have come at the least rate.
_GRACE_SECONDS = 5.0

_CLOSING: Headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]


class Limits:
    """``proxies``: None when none is trusted.

    ``least_bytes_per_second``, ``body_seconds``: of a body that comes in pieces (R15).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        lanes: Lanes,
        answers: Answers,
        proxies: TrustedProxies | None,
        least_bytes_per_second: int,
        body_seconds: float,
    ) -> None:
        self._app = app
        self._lanes = lanes
        self._answers = answers
        self._proxies = proxies
        self._least_bytes_per_second = least_bytes_per_second
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._proxies is not None:
            self._put_sender(self._proxies, scope)
        lane = self._lanes.find(scope["method"], scope["path"], scope["query_string"])
        if _hosts(scope) != 1 and scope["http_version"] != "1.0":
            # Who believes which of two names is how requests are smuggled past a proxy (RFC 9112, 3.2).
            await self._refuse_host(lane, send)
            return
        if lane is None:
            await self._app(scope, receive, send)
            return
        client, began = scope["client"], time.monotonic()
        address = client[0] if client else ""
        if lane.asks_names:
            origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
            refusal = lane.enter(address, began, _names(scope["path"], scope["query_string"], origin))
        else:
            refusal = lane.enter(address, began)
        if refusal is not None:
            lane.refuse(refusal)
            await self._refuse(scope, send, refusal)
        elif lane.is_collection:
            await self._collect(lane, began, scope, receive, send)
        else:
            await self._pass(lane, began, scope, receive, send)

    # For beacons that take the short way (protocol.py), which has no scope.

    @property
    def turn(self) -> Turn:
        """The event loop's."""
        return self._lanes.turn

    def client(self, peer: tuple[str, int] | None, headers: Sequence[tuple[bytes, bytes]]) -> str:
        """The address that a request is from, ``""`` for none."""
        address = peer[0] if peer else ""
        return address if self._proxies is None else self._proxies.sender(address, headers, scheme="").address

    def lane(self, request: Request) -> Lane:
        """Where a beacon belongs."""
        return self._lanes.find(request.method, request.path, request.query_string) or self._lanes.other

    def enter(self, lane: Lane, request: Request, now: float) -> Refusal | None:
        """Let it into its lane, which it then has to leave, or say why not; that is counted already."""
        if lane.asks_names:
            names = _names(request.path, request.query_string, request.headers.get(b"origin", b""))
            refusal = lane.enter(request.client, now, names)
        else:
            refusal = lane.enter(request.client, now)
        if refusal is not None:
            lane.refuse(refusal)
        return refusal

    def answer(self, request: Request, refusal: Refusal) -> tuple[Headers, bytes]:
        return self._answers.answer(request.method, request.path, request.headers, refusal)

    # The long way.

    async def _collect(self, lane: Lane, began: float, scope: Scope, receive: Receive, send: Send) -> None:
        """One beacon: its bytes are counted while it is in flight, and its body has to come at a decent pace."""
        status = held = 0
        is_shed = False

        async def receive_counted() -> Message:
            nonlocal held, is_shed
            message = await (receive() if not held else self._next_piece(receive, began, held))
            size = len(message.get("body", b""))
            held += size
            if not lane.holds(size) and message.get("more_body", False):
                # The endpoint is told that the client left, which it has no answer to; ours follows.
                is_shed = True
                return {"type": "http.disconnect"}
            return message

        def send_seen(message: Message) -> object:
            nonlocal status
            status = status or message["status"]
            return send(message)

        try:
            await self._app(scope, receive_counted, send_seen)  # type: ignore[arg-type]  # what it returns is awaitable
        except Exception:
            # Not ours to handle; the server behind this layer answers 500.
            status = status or 500
            raise
        finally:
            if is_shed and not status:
                lane.turn_away(began, BODY_BYTES, held=held)
            else:
                lane.leave(began, status, held=held, reason=scope.get("reason", ""))
        if is_shed and not status:
            await self._refuse(scope, send, BODY_BYTES)

    async def _pass(self, lane: Lane, began: float, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave(began, 200, held=0)

    async def _next_piece(self, receive: Receive, began: float, held: int) -> Message:
        """Raises BodyTooSlow: the endpoint answers it in its own words."""
        allowed_seconds = min(self._body_seconds, max(_GRACE_SECONDS, held / self._least_bytes_per_second))
        try:
            async with asyncio.timeout(began + allowed_seconds - time.monotonic()):
                return await receive()
        except TimeoutError:
            raise BodyTooSlow from None

    async def _refuse_host(self, lane: Lane | None, send: Send) -> None:
        if lane is not None:
            lane.refuse(ONE_HOST)
        await respond(send, 400, _CLOSING, f"{ONE_HOST.detail}\n".encode())

    async def _refuse(self, scope: Scope, send: Send, refusal: Refusal) -> None:
        headers, body = self._answers.answer(scope["method"], scope["path"], dict(scope["headers"]), refusal)
        await respond(send, refusal.status, headers, body)

    def _put_sender(self, proxies: TrustedProxies, scope: Scope) -> None:
        client = scope.get("client")
        if client is None:
            return
        sender = proxies.sender(client[0], scope["headers"], scheme=scope["scheme"])
        scope["client"] = (sender.address, client[1] if sender.address == client[0] else 0)
        scope["scheme"] = sender.scheme


def _hosts(scope: Scope) -> int:
    return sum(name == b"host" for name, _ in scope["headers"])


def _names(path: str, query_string: bytes, origin: bytes) -> Names:
    """Origin, and the inlet or datastream that the address names."""
    if path.startswith("/collection/"):
        return Names(origin.decode("latin-1"), path.rsplit("/", 1)[1])
    return Names(origin.decode("latin-1"), _datastream(query_string).decode("latin-1"))


def _datastream(query_string: bytes) -> bytes:
    for name in (b"configId=", b"datastreamId="):
        before, found, rest = query_string.partition(name)
        if found and before[-1:] in (b"", b"&"):
            return rest.partition(b"&")[0]
    return b""
