"""The little of HTTP that the collect path needs, without a framework in between.

Starlette's layers cost a request on this path about as much again as all of our own work (performance.md, section 6).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers: TypeAlias = list[tuple[bytes, bytes]]


class BodyTooLarge(Exception):
    """More bytes came, or were announced, than the limit."""


class BodyTooSlow(Exception):
    """The body did not come in time."""


class ClientGone(Exception):
    """The client went away before its body was whole: nobody is there to answer."""


async def read_body(receive: Receive, *, limit_bytes: int, timeout_seconds: float) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as the limit is passed, BodyTooSlow, or ClientGone."""
    message = await _next(receive, timeout_seconds)
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit_bytes:
            raise BodyTooLarge
        return body
    parts, size = [body], len(body)
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while message.get("more_body", False):
        if size > limit_bytes:
            raise BodyTooLarge
        message = await _next(receive, deadline - asyncio.get_running_loop().time())
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if size > limit_bytes:
        raise BodyTooLarge
    return b"".join(parts)


async def _next(receive: Receive, timeout_seconds: float) -> Message:
    try:
        async with asyncio.timeout(timeout_seconds):
            message = await receive()
    except TimeoutError:
        raise BodyTooSlow from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


async def respond(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> None:
    """One whole answer. A 204 has no body and no length."""
    framed = list(headers)
    if status != 204:
        framed.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": framed})
    await send({"type": "http.response.body", "body": body})
