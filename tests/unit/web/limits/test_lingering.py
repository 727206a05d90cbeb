"""Whoever is refused in the middle of a request can read why, over real sockets."""

import asyncio

import pytest

from server.web.collect.asgi import Receive, Scope, Send, respond
from server.web.limits import lingering
from server.web.limits.watch import Wait
from tests.unit.web.limits.test_connection import CHUNKED, GET, Client, Server, settled

LARGE = b"POST / HTTP/1.1\r\nHost: c.example\r\nContent-Length: 3000000\r\n\r\n"


async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Without a look at the body."""
    await respond(send, 413, [(b"connection", b"close")], b"too large")


async def send_all(client: Client, *pieces: bytes) -> None:
    """As a client does that reads no answer before it has sent everything."""
    async with asyncio.timeout(10):
        for piece in pieces:
            client.writer.write(piece)
            await client.writer.drain()


@pytest.mark.parametrize(
    ("head", "body"),
    [(LARGE, b"x" * 3_000_000), (CHUNKED, (b"40\r\n" + b"x" * 64 + b"\r\n") * 30_000 + b"0\r\n\r\n"), (LARGE, b"")],
    ids=["length", "chunks", "nothing more"],
)
def test_an_answer_is_read_after_the_body_that_it_did_not_wait_for(head: bytes, body: bytes) -> None:
    async def run() -> None:
        async with Server(refuse) as server:
            client = await server.client(head)
            await server.waiting_for(Wait.END)
            await send_all(client, body)

            assert (await client.rest()).endswith(b"too large")
            client.writer.close()
            await settled(lambda: server.counts.open == 0)
            assert server.counts.cut == {}

    asyncio.run(run())


def test_a_head_without_end_is_told_so_after_it() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(b"GET / HTTP/1.1\r\nA: " + b"b" * 5_000)
            await server.waiting_for(Wait.END)
            await send_all(client, b"b" * 3_000_000)

            assert (await client.rest()).startswith(b"HTTP/1.1 431 ")
            assert server.counts.cut == {"head_too_large": 1}
            assert server.watch.partial_head_bytes == 0

    asyncio.run(run())


def test_a_whole_request_is_closed_at_once() -> None:
    async def run() -> None:
        async with Server(refuse) as server:
            client = await server.client(GET)

            assert (await client.rest()).endswith(b"too large")
            await settled(lambda: server.counts.open == 0)

    asyncio.run(run())


def test_who_sends_on_for_too_long_is_cut() -> None:
    async def run() -> None:
        async with Server(refuse) as server:
            client = await server.client(LARGE)
            await server.waiting_for(Wait.END)
            server.pass_by(4.9)
            await send_all(client, b"x")
            assert server.counts.open == 1
            server.pass_by(0.2)

            assert server.counts.cut == {"still_sending": 1}
            await settled(lambda: server.counts.open == 0)

    asyncio.run(run())


def test_who_sends_too_much_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "MOST_BYTES", 100_000)

    async def run() -> None:
        async with Server(refuse) as server:
            client = await server.client(LARGE)
            await server.waiting_for(Wait.END)
            client.writer.write(b"x" * 200_000)

            await settled(lambda: server.counts.open == 0)
            assert server.counts.cut == {"still_sending": 1}

    asyncio.run(run())


def test_what_comes_after_the_answer_is_no_request() -> None:
    async def run() -> None:
        asked = []

        async def refuse_once(scope: Scope, receive: Receive, send: Send) -> None:
            asked.append(scope["path"])
            await refuse(scope, receive, send)

        async with Server(refuse_once) as server:
            client = await server.client(LARGE)
            await server.waiting_for(Wait.END)
            await send_all(client, b"x" * 3_000_000 + GET)

            assert (await client.rest()).count(b"HTTP/1.1") == 1
            assert asked == ["/"]

    asyncio.run(run())


def test_when_there_are_too_many_connections_those_that_were_answered_make_room() -> None:
    async def run() -> None:
        async with Server(refuse, connections=2) as server:
            await server.client(LARGE)
            await server.waiting_for(Wait.END)
            await server.client(LARGE[:10])
            await settled(lambda: server.counts.open == 2)
            server.now += 1.0

            newcomer = await server.client(GET)

            assert (await newcomer.rest()).endswith(b"too large")
            assert server.counts.cut == {"idle": 1}

    asyncio.run(run())


def test_a_server_that_stops_lets_the_answer_be_read() -> None:
    async def run() -> None:
        async with Server(refuse) as server:
            client = await server.client(LARGE)
            await server.waiting_for(Wait.END)
            server.connections[-1].shutdown()
            await send_all(client, b"x" * 100_000)

            assert (await client.rest()).endswith(b"too large")

    asyncio.run(run())
