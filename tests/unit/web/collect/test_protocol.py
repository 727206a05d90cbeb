"""The short way for beacons, over real sockets: what a client sees is what the long way would have answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, cast

import pytest
import uvicorn

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST
from server.ports import LogUnavailable, Settled
from server.web.collect.asgi import Receive, Scope, Send, respond
from server.web.collect.exchange import Answer, Decision, Request
from server.web.collect.heads import Heads
from server.web.collect.protocol import CollectProtocol
from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.proxies import TrustedProxies
from server.web.limits.refusals import Answers
from server.web.limits.turn import Turn

HEAD = b"POST /short HTTP/1.1\r\nHost: c.example\r\n"


class Echo:
    """Makes the body durable and gives it back."""

    body_bytes = 1_000

    def handles(self, path: str) -> bool:
        return path == "/short"

    def refuse(self, request: Request) -> Answer | None:
        return Answer(415, []) if request.header(b"content-type") == "text/html" else None

    def too_large(self, _request: Request) -> Answer:
        return Answer(413, [], b"too large", closes=True)

    def too_slow(self, _request: Request) -> Answer:
        return Answer(408, [], b"too slow", closes=True)

    def decide(self, request: Request, body: bytes) -> Decision:
        if body == b"nothing":
            return Decision((), Answer(204, [(b"x-query", request.query_string)]))
        return Decision([body], Answer(200, [(b"x-client", request.client.encode())], body))

    def sender(self, _request: Request) -> None:
        """Every head is read."""

    def unavailable(self, _request: Request, _error: LogUnavailable) -> Answer:
        return Answer(503, [(b"retry-after", b"2")], b"unavailable")


class HeldLog(MemoryEventLog):
    """Nothing is durable before ``release``."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], object]] = []
        self.came = asyncio.Event()

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        self.held.append(partial(super().submit, values, settled))
        self.came.set()

    def release(self) -> None:
        for let_go in self.held:
            let_go()
        self.held.clear()


async def _long_way(_scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    await respond(send, 200, [], b"long:" + body)


class Site:
    def __init__(self, server: uvicorn.Server, port: int) -> None:
        self.server, self._port = server, port

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _the_connection(site: Site) -> CollectProtocol:
    """The one that there is, as soon as it is there."""
    while not _connections(site):  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    return next(iter(_connections(site)))


def _connections(site: Site) -> "set[CollectProtocol]":
    return cast("set[CollectProtocol]", site.server.server_state.connections)


def _limits(*, beacons: int = 100, turn: Turn | None = None, proxies: TrustedProxies | None = None) -> Limits:
    most = LaneLimits(requests_in_flight=beacons, body_bytes_in_flight=100_000, rates=Rates())
    lanes = Lanes(most, edge_prefixes=("/short",), turn=turn)
    answers = Answers(edge_prefixes=(), draw=lambda: 0.0)
    return Limits(
        _long_way, lanes=lanes, answers=answers, proxies=proxies, least_bytes_per_second=1_000, body_seconds=30.0
    )


@contextlib.asynccontextmanager
async def _site(log: MemoryEventLog, limits: Limits | None = None) -> AsyncIterator[Site]:
    made = partial(CollectProtocol, endpoints=(Echo(),), log=log, limits=limits or _limits(), heads=Heads())
    config = uvicorn.Config(
        _long_way, port=0, http=cast(Any, made), lifespan="off", log_config=None, date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield Site(server, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await serving


def _beacon(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers.get(b"content-length", b"0")))


async def _stored(log: MemoryEventLog) -> list[bytes]:
    return [record.value for record in await log.read(after=BEFORE_FIRST, limit=100)]


def test_a_beacon_is_answered_when_it_is_durable_and_not_before() -> None:
    async def scenario() -> None:
        log = HeldLog()
        async with _site(log) as site, site.connect() as (reader, writer):
            writer.write(_beacon(b"one"))
            await log.came.wait()
            waiting = asyncio.create_task(_answer(reader))
            await asyncio.sleep(0.01)
            assert not waiting.done()

            log.release()

            assert await waiting == (200, {b"x-client": b"127.0.0.1", b"content-length": b"3"}, b"one")
            assert await _stored(log) == [b"one"]

    asyncio.run(scenario())


@pytest.mark.parametrize("pieces", [1, 2])
def test_r16_who_was_turned_away_is_not_listened_to_for_a_second(pieces: int) -> None:
    async def scenario() -> None:
        log, now = HeldLog(), 100.0
        turn = Turn(monotonic=lambda: now)
        turn.watch(asyncio.get_running_loop())
        async with _site(log, _limits(beacons=1, turn=turn)) as site, site.connect() as (first, write_first):
            write_first.write(_beacon(b"first"))
            await log.came.wait()
            async with site.connect() as (second, write_second):
                request = _beacon(b"second")
                write_second.write(request if pieces == 1 else request[:-3])
                assert (await _answer(second))[0] == 503
                if pieces == 2:
                    write_second.write(request[-3:])
                [resting] = [one for one in _connections(site) if one.cycle.response_complete]
                while not resting.flow.read_paused:  # noqa: ASYNC110 - what it has to read is on its way
                    await asyncio.sleep(0)
                log.release()
                log.came.clear()
                assert (await _answer(first))[0] == 200
                write_second.write(_beacon(b"again"))

                now += 1.0
                await log.came.wait()
                log.release()
                assert (await _answer(second))[0] == 200
            assert await _stored(log) == [b"first", b"again"]

    asyncio.run(scenario())


def test_a_proxys_connection_is_listened_to_for_others() -> None:
    async def scenario() -> None:
        log, turn = HeldLog(), Turn()
        turn.watch(asyncio.get_running_loop())
        proxies = TrustedProxies(("127.0.0.1",), header="x-forwarded-for")
        async with _site(log, _limits(beacons=1, turn=turn, proxies=proxies)) as site, site.connect() as (one, write):
            write.write(_beacon(b"first", b"X-Forwarded-For: 203.0.113.1"))
            await log.came.wait()
            async with site.connect() as (other, write_other):
                write_other.write(_beacon(b"second", b"X-Forwarded-For: 203.0.113.2"))
                assert (await _answer(other))[0] == 503
                assert not any(connection.flow.read_paused for connection in _connections(site))
            log.release()
            assert (await _answer(one))[0] == 200

    asyncio.run(scenario())


def test_a_connection_carries_one_beacon_after_another() -> None:
    async def scenario() -> None:
        async with _site(MemoryEventLog()) as site, site.connect() as (reader, writer):
            answers = []
            for number in range(3):
                writer.write(_beacon(b"%d" % number))
                answers.append((await _answer(reader))[2])

            assert answers == [b"0", b"1", b"2"]

    asyncio.run(scenario())


@pytest.mark.parametrize("step", [1, 7, 50])
def test_a_beacon_may_come_in_pieces(step: int) -> None:
    async def scenario() -> None:
        async with _site(MemoryEventLog()) as site, site.connect() as (reader, writer):
            request = _beacon(b"x" * 300)
            for start in range(0, len(request), step):
                writer.write(request[start : start + step])
                await writer.drain()
                await asyncio.sleep(0)

            assert (await _answer(reader))[2] == b"x" * 300

    asyncio.run(scenario())


def test_requests_sent_without_waiting_are_answered_in_order_whichever_way_they_go() -> None:
    async def scenario() -> None:
        log = HeldLog()
        async with _site(log) as site, site.connect() as (reader, writer):
            other = b"POST /long HTTP/1.1\r\nHost: c.example\r\nContent-Length: 1\r\n\r\nb"
            writer.write(_beacon(b"a") + other + _beacon(b"c"))
            await log.came.wait()
            log.release()

            answers = [(await _answer(reader))[2] for _ in range(3)]

            assert answers == [b"a", b"long:b", b"long:c"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("request_bytes", "status", "body"),
    [
        (_beacon(b"x", b"Content-Type: text/html"), 200, b"long:x"),
        (_beacon(b"x" * 1_001), 200, b"long:" + b"x" * 1_001),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, b"long:x"),
        (b"POST /short%20 HTTP/1.1\r\nHost: c\r\nContent-Length: 1\r\n\r\nx", 200, b"long:x"),
        (b"GET /short HTTP/1.1\r\nHost: c\r\n\r\n", 200, b"long:"),
        (_beacon(b"nothing"), 204, b""),
        (_beacon(b"x", b"Connection: close"), 200, b"long:x"),
    ],
    ids=["refused", "too large", "chunked", "escaped path", "get", "nothing to store", "close"],
)
def test_what_is_unusual_goes_the_long_way(request_bytes: bytes, status: int, body: bytes) -> None:
    async def scenario() -> None:
        async with _site(MemoryEventLog()) as site, site.connect() as (reader, writer):
            writer.write(request_bytes)

            got = await _answer(reader)

            assert (got[0], got[2]) == (status, body)

    asyncio.run(scenario())


def test_the_query_and_no_length_come_with_a_204() -> None:
    async def scenario() -> None:
        async with _site(MemoryEventLog()) as site, site.connect() as (reader, writer):
            writer.write(_beacon(b"nothing").replace(b"/short", b"/short?a=1&b=2"))

            assert await _answer(reader) == (204, {b"x-query": b"a=1&b=2"}, b"")

    asyncio.run(scenario())


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_log_that_cannot_store_is_a_503(when: str) -> None:
    class Full(MemoryEventLog):
        def submit(self, values: Sequence[bytes], settled: Settled) -> None:
            if when == "at once":
                raise LogUnavailable("full")
            asyncio.get_running_loop().call_soon(settled, LogUnavailable("full"))

    async def scenario() -> None:
        async with _site(Full()) as site, site.connect() as (reader, writer):
            writer.write(_beacon(b"x"))

            assert await _answer(reader) == (
                503,
                {b"retry-after": b"2", b"content-length": b"11"},
                b"unavailable",
            )

    asyncio.run(scenario())


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def scenario() -> None:
        log = MemoryEventLog()
        async with _site(log) as site, site.connect() as (reader, writer):
            writer.write(_beacon(b"whole")[:-1])

            connection = await _the_connection(site)
            while not connection.answers_late_body():  # noqa: ASYNC110 - it is turns of the loop that are waited for
                await asyncio.sleep(0)

            status, headers, _ = await _answer(reader)

            assert (status, headers[b"connection"]) == (408, b"close")
            assert await reader.read() == b""
            assert await _stored(log) == []

    asyncio.run(scenario())


def test_only_a_body_under_way_is_late() -> None:
    async def scenario() -> None:
        async with _site(MemoryEventLog()) as site, site.connect() as (reader, writer):
            connection = await _the_connection(site)
            assert not connection.answers_late_body()

            writer.write(_beacon(b"whole"))
            assert (await _answer(reader))[0] == 200

            assert not connection.answers_late_body()

    asyncio.run(scenario())


def test_who_leaves_before_the_answer_disturbs_nobody() -> None:
    async def scenario() -> None:
        log = HeldLog()
        async with _site(log) as site:
            async with site.connect() as (_, writer):
                writer.write(_beacon(b"leaving"))
                await log.came.wait()
            while site.server.server_state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0)
            log.release()
            log.came.clear()
            async with site.connect() as (reader, writer):
                writer.write(_beacon(b"staying"))
                await log.came.wait()
                log.release()

                assert (await _answer(reader))[2] == b"staying"
                assert await _stored(log) == [b"leaving", b"staying"]

    asyncio.run(scenario())


def test_stopping_answers_what_is_under_way_and_closes() -> None:
    async def scenario() -> None:
        log = HeldLog()
        async with _site(log) as site, site.connect() as (reader, writer):
            writer.write(_beacon(b"last"))
            await log.came.wait()
            site.server.should_exit = True
            while site.server.servers[0].is_serving():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            log.release()

            status, headers, body = await _answer(reader)

            assert (status, headers[b"connection"], body) == (200, b"close", b"last")
            assert await reader.read() == b""

    asyncio.run(scenario())
