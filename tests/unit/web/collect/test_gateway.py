"""From a collector to the console, over a real Unix socket."""

import asyncio
import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from server.web.collect import gateway as gateway_module
from server.web.collect.asgi import Message
from server.web.collect.gateway import Gateway

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def _console(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers once the whole of a request has come."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def _ask(pieces: Sequence[bytes], headers: Mapping[bytes, bytes]) -> tuple[int, bytes]:
    """Status and body of the answer to a POST whose body comes in these pieces."""
    sent: list[Message] = []
    left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    left.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return left.pop(0) if left else await asyncio.Event().wait()  # type: ignore[return-value]  # never

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "query_string": b"",
        "headers": list(headers.items()),
        "client": ("192.0.2.1", 1),
        "scheme": "http",
    }
    with tempfile.TemporaryDirectory() as directory:
        path = str(Path(directory) / "console.sock")
        server = await asyncio.start_unix_server(_console, path)
        gateway = Gateway(path)
        try:
            await gateway(scope, receive, send)
        finally:
            await gateway.close()
            server.close()
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
            await server.wait_closed()
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


CHUNKED = {b"host": b"c.example", b"transfer-encoding": b"chunked"}


def test_a_request_is_passed_on_and_its_answer_back() -> None:
    assert asyncio.run(_ask([b"one", b"two"], CHUNKED)) == (200, b"ok")


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [([b"x" * 60, b"x" * 60], CHUNKED), ([], {b"host": b"c.example", b"content-length": b"101"})],
    ids=["in chunks", "announced"],
)
def test_a_body_that_is_too_large_is_said_to_be_so(
    pieces: list[bytes], headers: Mapping[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "_MAX_BODY_BYTES", 100)

    assert asyncio.run(_ask(pieces, headers)) == (413, b"The request is too large.\n")


def test_nobody_gets_what_was_set_for_somebody_else() -> None:
    """A cookie of one person's answer, above all; and no header that nobody sent."""
    heads: list[bytes] = []

    async def console(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=ada; Path=/\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def run() -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            return await asyncio.Event().wait()  # type: ignore[return-value]  # never

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http"}
        scope |= {"headers": [(b"host", b"c.example")], "client": ("192.0.2.1", 1)}
        with tempfile.TemporaryDirectory() as directory:
            path = str(Path(directory) / "console.sock")
            server = await asyncio.start_unix_server(console, path)
            gateway = Gateway(path)
            for _ in range(2):
                await gateway(scope, receive, send)
            await gateway.close()
            server.close()
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        return sent

    sent = asyncio.run(run())

    assert (b"set-cookie", b"session=ada; Path=/") in sent[0]["headers"]
    names = [line.partition(b":")[0].lower() for line in heads[1].split(b"\r\n")[1:] if line]
    assert sorted(names) == [b"host", b"x-heliograph-client", b"x-heliograph-scheme"]
