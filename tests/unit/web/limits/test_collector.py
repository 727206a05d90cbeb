"""Beacons whose heads are known, over real sockets: what a client sees is what it would see if they were parsed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, cast

import pytest
import uvicorn

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST
from server.observe.metrics_http import ConnectionCounts
from server.ports import EventLog, LogUnavailable, Settled
from server.web.collect.asgi import Receive, Scope, Send, respond
from server.web.collect.exchange import Answer, Decision, Request
from server.web.collect.heads import Cut, Heads
from server.web.limits.collector import CollectorConnection
from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.refusals import Answers
from server.web.limits.watch import ConnectionLimits, Watch

ID = "0b6f1c1e-6a52-4d6c-9b0b-1f2f3a4b5c6d"
OTHER_ID = "7c1f0d2e-9a41-4b7f-8e55-0d9c8b7a6f5e"

LIMITS = ConnectionLimits(
    connections=9,
    head_bytes=9_000,
    headers=50,
    partial_head_bytes=99_000,
    head_seconds=30.0,
    body_seconds=30.0,
    reader_seconds=30.0,
    keep_alive_seconds=30.0,
)


class Echo:
    """Makes ids and bodies durable. ``read``: how many heads were. ``is_current``: of those who were read.

    ``known_cookies``: of the heads that were to be remembered.
    """

    body_bytes = 1_000

    def __init__(self) -> None:
        self.read = 0
        self.is_current = True
        self.known_cookies: list[bytes] = []

    def handles(self, path: str) -> bool:
        return path == "/short"

    def refuse(self, _request: Request) -> Answer | None:
        self.read += 1
        return None

    def too_large(self, _request: Request) -> Answer:
        return Answer(413, [], closes=True)

    def too_slow(self, _request: Request) -> Answer:
        return Answer(408, [], closes=True)

    def decide(self, request: Request, body: bytes) -> Decision:
        sender = Echoing(self, request)
        return sender.decide(sender.request_id, body)

    def unavailable(self, request: Request, _error: LogUnavailable) -> Answer:
        return Answer(503, [], request.query_string)

    def sender(self, request: Request) -> "Echoing":
        self.known_cookies.append(request.headers.get(b"cookie", b""))
        return Echoing(self, request)


class Echoing:
    def __init__(self, endpoint: Echo, request: Request) -> None:
        self._endpoint = endpoint
        self.request_id = request.query_string.decode().partition("requestId=")[2]

    def is_current(self) -> bool:
        return self._endpoint.is_current

    def decide(self, request_id: str, body: bytes) -> Decision:
        return Decision([request_id.encode() + body], Answer(200, [], body))


class Site:
    def __init__(self, port: int, endpoint: Echo, log: MemoryEventLog) -> None:
        self.port, self.endpoint, self.log = port, endpoint, log

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator["Client"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def stored(self) -> list[bytes]:
        return [record.value for record in await self.log.read(after=BEFORE_FIRST, limit=100)]


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, *pieces: bytes) -> tuple[int, bytes]:
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0.001)
        return await self.answer()

    async def answer(self) -> tuple[int, bytes]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        _, found, length = head.partition(b"content-length: ")
        body = await self._reader.readexactly(int(length.split(b"\r\n")[0])) if found else b""
        return int(head.split()[1]), body


async def _long_way(_scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await respond(send, 200, [], b"long:" + message["body"])


class Familiar(Heads):
    """To whom every head has come before."""

    def came_before(self, cut: Cut) -> bool:
        return True


@contextlib.asynccontextmanager
async def _site(*, log: EventLog | None = None, in_flight: int = 9) -> AsyncIterator[Site]:
    kept, endpoint = MemoryEventLog(), Echo()
    most = LaneLimits(requests_in_flight=in_flight, body_bytes_in_flight=99_000, rates=Rates())
    limits = Limits(
        _long_way,
        lanes=Lanes(most, edge_prefixes=("/short",)),
        answers=Answers(edge_prefixes=("/short",), draw=lambda: 0.0),
        proxies=None,
        least_bytes_per_second=1_000,
        body_seconds=30.0,
    )
    watch = Watch(LIMITS, ConnectionCounts(), monotonic=lambda: 0.0)
    made = partial(
        CollectorConnection, watch=watch, endpoints=(endpoint,), log=log or kept, limits=limits, heads=Familiar()
    )
    config = uvicorn.Config(
        limits, port=0, http=cast(Any, made), lifespan="off", log_config=None, date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield Site(server.servers[0].sockets[0].getsockname()[1], endpoint, kept)
    finally:
        server.should_exit = True
        await serving


def _beacon(body: bytes, request_id: str = ID, *, path: str = "/short", more: bytes = b"") -> bytes:
    line = f"POST {path}?requestId={request_id} HTTP/1.1\r\nHost: c.example\r\n".encode()
    return line + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_head_is_read_once_for_all_connections() -> None:
    async def scenario() -> None:
        async with _site() as site:
            async with site.connect() as one:
                assert await one.ask(_beacon(b"a")) == (200, b"a")
                assert await one.ask(_beacon(b"bb", OTHER_ID)) == (200, b"bb")
            async with site.connect() as another:
                assert await another.ask(_beacon(b"ccc")) == (200, b"ccc")

            assert site.endpoint.read == 1
            assert await site.stored() == [ID.encode() + b"a", OTHER_ID.encode() + b"bb", ID.encode() + b"ccc"]

    asyncio.run(scenario())


def test_a_known_head_in_pieces_is_parsed_and_the_next_whole_one_is_known_again() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))

            assert await client.ask(_beacon(b"bb")[:30], _beacon(b"bb")[30:]) == (200, b"bb")
            assert site.endpoint.read == 2
            assert await client.ask(_beacon(b"c")) == (200, b"c")
            assert site.endpoint.read == 2

    asyncio.run(scenario())


def test_a_whole_request_behind_a_piece_of_another_is_the_body_of_that() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))
            smuggled = _beacon(b"b")

            answer = await client.ask(_beacon(smuggled)[: -len(smuggled)], smuggled)

            assert answer == (200, smuggled)
            assert await site.stored() == [ID.encode() + b"a", ID.encode() + smuggled]

    asyncio.run(scenario())


def test_known_heads_sent_without_waiting_are_answered_in_order() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))

            first = await client.ask(_beacon(b"b") + _beacon(b"cc") + _beacon(b"d", path="/long"))

            # What comes while another is under way takes the long way.
            answers = [first, await client.answer(), await client.answer()]
            assert answers == [(200, b"b"), (200, b"long:cc"), (200, b"long:d")]

    asyncio.run(scenario())


def test_a_known_head_after_a_request_that_took_the_long_way() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))

            assert await client.ask(_beacon(b"b", path="/long")) == (200, b"long:b")
            assert await client.ask(_beacon(b"c")) == (200, b"c")
            assert site.endpoint.read == 1

    asyncio.run(scenario())


def test_what_begins_while_another_is_under_way_is_not_remembered_as_that() -> None:
    class Slow(MemoryEventLog):
        """Takes its time for the first."""

        def __init__(self) -> None:
            super().__init__()
            self.release: Callable[[], None] | None = None

        def submit(self, values: Sequence[bytes], settled: Settled) -> None:
            if self.release is None:
                self.release = partial(super().submit, values, settled)
            else:
                super().submit(values, settled)

    async def scenario() -> None:
        log = Slow()
        async with _site(log=log) as site, site.connect() as client:
            one, other = _beacon(b"a", more=b"Cookie: one\r\n"), _beacon(b"b", more=b"Cookie: other\r\n")
            waiting = asyncio.create_task(client.ask(one, other[:40]))
            while log.release is None:  # noqa: ASYNC110 - it is turns of the loop that are waited for
                await asyncio.sleep(0)
            # Its beginning is in the parser by now.
            await asyncio.sleep(0.05)
            log.release()
            assert await waiting == (200, b"a")

            assert await client.ask(other[40:]) == (200, b"b")
            await client.ask(one)

            assert site.endpoint.known_cookies == [b"one"]

    asyncio.run(scenario())


def test_what_is_out_of_date_is_read_anew() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))
            site.endpoint.is_current = False

            assert await client.ask(_beacon(b"b")) == (200, b"b")

            assert site.endpoint.read == 2

    asyncio.run(scenario())


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_log_that_cannot_store_is_answered_with_the_requests_own_id(when: str) -> None:
    class Full(MemoryEventLog):
        def submit(self, values: Sequence[bytes], settled: Settled) -> None:
            if when == "at once":
                raise LogUnavailable("full")
            asyncio.get_running_loop().call_soon(settled, LogUnavailable("full"))

    async def scenario() -> None:
        async with _site(log=Full()) as site, site.connect() as client:
            await client.ask(_beacon(b"a"))

            assert await client.ask(_beacon(b"b", OTHER_ID)) == (503, f"requestId={OTHER_ID}".encode())
            assert site.endpoint.read == 1

    asyncio.run(scenario())


def test_a_body_over_the_limit_is_left_to_who_refuses_it() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            await client.ask(_beacon(b"a"))

            assert (await client.ask(_beacon(b"x" * 1_001)))[1].startswith(b"long:")

    asyncio.run(scenario())


def test_a_known_head_is_let_in_as_any_other() -> None:
    class Held(MemoryEventLog):
        """Nothing is ever durable, but the first."""

        def __init__(self) -> None:
            super().__init__()
            self.appends = 0

        def submit(self, values: Sequence[bytes], settled: Settled) -> None:
            self.appends += 1
            if self.appends == 1:
                super().submit(values, settled)

    async def scenario() -> None:
        log = Held()
        async with _site(log=log, in_flight=1) as site, site.connect() as one, site.connect() as another:
            await one.ask(_beacon(b"a"))
            holding = asyncio.create_task(one.ask(_beacon(b"b")))
            while log.appends < 2:  # noqa: ASYNC110 - it is turns of the loop that are waited for
                await asyncio.sleep(0)

            status, _ = await another.ask(_beacon(b"c"))

            assert status == 503
            assert site.endpoint.read == 1
            holding.cancel()

    asyncio.run(scenario())


def test_headers_of_no_interest_do_not_keep_a_head_from_being_known() -> None:
    async def scenario() -> None:
        async with _site() as site, site.connect() as client:
            beacon = _beacon(b"a", more=b"Cookie: a=1; b=2\r\nX-Anything: at all\r\n")

            answers = [await client.ask(beacon), await client.ask(beacon)]

            assert answers == [(200, b"a")] * 2
            assert site.endpoint.read == 1

    asyncio.run(scenario())
