"""From the public socket to the console's process, over a Unix socket, streaming both ways.

The console trusts what this says of the client (address, scheme), because only this process group can open that socket.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx2

from server.web.collect.asgi import ASGIApp, Headers, Receive, Scope, Send, respond

logger = logging.getLogger(__name__)

CLIENT_HEADER = b"x-heliograph-client"
SCHEME_HEADER = b"x-heliograph-scheme"

# Property files and schema imports are the largest bodies that pages send.
_MAX_BODY_BYTES = 8 * 1024 * 1024

_CONNECT_SECONDS = 3.0

# Live pages hold one connection each, for as long as they are open.
_MAX_CONNECTIONS = 100

# Of one hop only (RFC 9110, 7.6.1), or made anew by the next hop.
_HOP_HEADERS = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        CLIENT_HEADER,
        SCHEME_HEADER,
    }
)

_PLAIN: Headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]


class Gateway:
    """An ASGI application that lets another process answer. ``socket_path``: where that process listens.

    No client of the library's stands between: one remembers cookies, and would give those of whoever signed in last to
    everybody who has none; it adds headers of its own, too.
    """

    def __init__(self, socket_path: str) -> None:
        self._transport = httpx2.AsyncHTTPTransport(
            uds=socket_path,
            limits=httpx2.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=8),
        )
        timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS)
        self._extensions = {"timeout": timeout.as_dict()}

    async def close(self) -> None:
        await self._transport.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _content_length(scope) > _MAX_BODY_BYTES:
            await _refuse_size(send)
            return
        request = httpx2.Request(
            scope["method"],
            httpx2.URL("http://console").copy_with(raw_path=_target(scope)),
            headers=_request_headers(scope),
            content=_body(receive) if _has_body(scope) else None,
            extensions=self._extensions,
        )
        try:
            response = await self._transport.handle_async_request(request)
        except _BodyTooLarge:
            await _refuse_size(send)
            return
        except httpx2.TransportError as error:
            logger.warning("console did not answer path=%s error=%r", scope["path"], error)
            await respond(
                send, 503, [*_PLAIN, (b"retry-after", b"2")], b"The console is starting or busy. Try again shortly.\n"
            )
            return
        try:
            await _relay(response, scope, receive, send)
        finally:
            await response.aclose()


class _BodyTooLarge(Exception):
    """It came in chunks, and did not say how large it is."""


async def _refuse_size(send: Send) -> None:
    await respond(send, 413, [*_PLAIN, (b"connection", b"close")], b"The request is too large.\n")


async def _relay(response: httpx2.Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass the answer on, piece by piece; stop as soon as the client has gone (a closed live page must not linger)."""
    headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in _HOP_HEADERS]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})

    async def pump() -> None:
        async for piece in response.aiter_raw():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    pumping = asyncio.ensure_future(pump())
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({pumping, gone}, return_when=asyncio.FIRST_COMPLETED)
        if pumping.done():
            pumping.result()
    except httpx2.TransportError as error:
        # Half an answer is out: all that is left is to end it early, which the client can tell by its length.
        logger.warning("console broke off path=%s error=%r", scope["path"], error)
    finally:
        for task in (pumping, gone):
            task.cancel()
        await asyncio.gather(pumping, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        piece = message.get("body", b"")
        size += len(piece)
        if size > _MAX_BODY_BYTES:
            raise _BodyTooLarge
        yield piece
        if not message.get("more_body", False):
            return


def _target(scope: Scope) -> bytes:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _content_length(scope: Scope) -> int:
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(given) if given.isdigit() else 0


def _request_headers(scope: Scope) -> Headers:
    client = scope["client"][0] if scope.get("client") else ""
    passed = [(name, value) for name, value in scope["headers"] if name not in _HOP_HEADERS]
    return [*passed, (CLIENT_HEADER, client.encode()), (SCHEME_HEADER, scope["scheme"].encode())]


class BehindGateway:
    """The console's side: puts the client's own address and scheme back where applications look for them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            scope = dict(scope)
            scope["client"] = (headers.get(CLIENT_HEADER, b"").decode(), 0)
            scope["scheme"] = headers.get(SCHEME_HEADER, b"http").decode()
        await self._app(scope, receive, send)
