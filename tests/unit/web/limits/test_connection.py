"""One connection's limits, over real sockets, with the clock in the test's hand."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from server.observe.metrics_http import ConnectionCounts
from server.web.collect.asgi import Receive, Scope, Send, read_body, respond
from server.web.limits import connection as connection_module
from server.web.limits.connection import GuardedProtocol
from server.web.limits.watch import ConnectionLimits, Wait, Watch

GET = b"GET / HTTP/1.1\r\nHost: c.example\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: c.example\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: c.example\r\nTransfer-Encoding: chunked\r\n\r\n"

_GIVE_UP_SECONDS = 10.0


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body = await read_body(receive, limit_bytes=10_000_000, timeout_seconds=100)
    await respond(send, 200, [], b"%d bytes" % len(body))


class Server:
    """A server in this process, and a clock that stands still until it is told to go on."""

    def __init__(self, app: Callable[..., Awaitable[None]] = echo, **limits: Any) -> None:
        given: dict[str, Any] = {
            "connections": 100,
            "head_bytes": 2_000,
            "headers": 20,
            "partial_head_bytes": 100_000,
            "head_seconds": 10.0,
            "body_seconds": 30.0,
            "reader_seconds": 20.0,
            "keep_alive_seconds": 15.0,
        }
        self.now = 1_000.0
        self.counts = ConnectionCounts()
        self.watch = Watch(ConnectionLimits(**given | limits), self.counts, monotonic=lambda: self.now)
        self._app = app
        self.connections: list[GuardedProtocol] = []
        self._clients: list[Client] = []

    async def __aenter__(self) -> "Server":
        config = uvicorn.Config(self._app, http="httptools", log_config=None, access_log=False, proxy_headers=False)
        config.load()
        state = ServerState()

        def make() -> GuardedProtocol:
            made = GuardedProtocol(config, state, {}, watch=self.watch)
            self.connections.append(made)
            return made

        self._server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.transport.abort()
        for client in self._clients:
            client.writer.transport.abort()
        await settled(lambda: self.counts.open == 0)
        self._server.close()
        await self._server.wait_closed()

    async def client(self, *sent: bytes) -> "Client":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        client = Client(reader, writer)
        self._clients.append(client)
        for piece in sent:
            client.writer.write(piece)
        await settled(lambda: len(self.connections) > 0)
        return client

    async def waiting_for(self, wait: Wait | None) -> None:
        """Until the newest connection waits for this."""
        await settled(lambda: (self.connections[-1].waits() or (None,))[0] is wait)

    def pass_by(self, seconds: float) -> None:
        """The watch looks, time goes by, the watch looks again."""
        self.watch.look(self.now)
        self.now += seconds
        self.watch.look(self.now)


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def rest(self) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def head(self) -> bytes:
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            return await self.reader.readuntil(b"\r\n\r\n")

    async def answer(self) -> bytes:
        head = await self.head()
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
        return head + await self.reader.readexactly(length)


async def settled(is_so: Callable[[], bool]) -> None:
    """Let the loop turn until it is so."""
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        while not is_so():  # noqa: ASYNC110  (it is turns of the loop that are waited for)
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("sent", "said"),
    [(b"", b""), (b"\r\n\r\n", b""), (b"GET / HT", b"408"), (GET[:-2], b"408"), (GET[:-2] + b"X-Slow: ", b"408")],
)
def test_a_head_that_does_not_come_is_waited_for_so_long_and_no_longer(sent: bytes, said: bytes) -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(sent)
            await settled(lambda: server.connections[0]._overhead == len(sent))
            await server.waiting_for(Wait.HEAD)
            server.pass_by(9.9)
            assert server.counts.open == 1
            server.pass_by(0.2)

            assert said in (await client.rest())[:20]
            assert server.counts.cut == {"head_too_slow": 1}

    asyncio.run(run())


def test_a_head_that_drips_is_still_the_same_head() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(GET[:10])
            await settled(lambda: server.connections[0]._overhead == 10)
            for index in range(10, 22):
                server.pass_by(1.0)
                if server.connections[0].transport.is_closing():
                    break
                client.writer.write(GET[index : index + 1])
                await settled(partial(lambda fed: server.connections[0]._overhead > fed, index))

            assert b"408" in await client.rest()
            assert server.now < 1_013.0

    asyncio.run(run())


def test_a_body_that_does_not_come_is_cut() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(POST + b"12345")
            await server.waiting_for(Wait.BODY)
            server.pass_by(29.0)
            assert server.counts.open == 1
            server.pass_by(1.5)

            assert await client.rest() == b""
            assert server.counts.cut == {"body_too_slow": 1}

    asyncio.run(run())


def test_an_application_that_thinks_is_not_the_clients_fault() -> None:
    async def run() -> None:
        may_answer = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await read_body(receive, limit_bytes=100, timeout_seconds=100)
            await may_answer.wait()
            await respond(send, 200, [], b"late")

        async with Server(slow) as server:
            client = await server.client(POST + b"1234567890")
            await server.waiting_for(None)
            server.pass_by(1_000.0)
            may_answer.set()

            assert (await client.answer()).endswith(b"late")

    asyncio.run(run())


def test_an_idle_connection_is_closed_and_one_in_use_is_not() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(GET)
            for _ in range(5):
                await client.answer()
                await server.waiting_for(Wait.NEXT)
                server.pass_by(14.0)
                client.writer.write(GET)
            await client.answer()
            await server.waiting_for(Wait.NEXT)
            server.pass_by(15.5)

            assert await client.rest() == b""
            assert server.counts.cut == {}

    asyncio.run(run())


@pytest.mark.parametrize("before", [0, 1], ids=["first", "second"])
def test_a_request_on_its_way_when_the_server_stops_is_answered_as_the_last(
    before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other one would be over before the test is.
    last_call = "_LAST_CALL_SECONDS" if before else "_FIRST_CALL_SECONDS"
    for name in ("_FIRST_CALL_SECONDS", "_LAST_CALL_SECONDS"):
        monkeypatch.setattr(connection_module, name, 0.05 if name == last_call else 60.0)

    async def run() -> None:
        async with Server() as server:
            client = await server.client(GET * before)
            for _ in range(before):
                await client.answer()
            await settled(lambda: server.counts.open == 1)
            server.connections[0].shutdown()
            client.writer.write(POST)
            await server.waiting_for(Wait.BODY)
            await settled(lambda: not server.connections[0].cycle.keep_alive)
            client.writer.write(b"1234567890")

            said = await client.rest()
            assert b"connection: close" in said
            assert said.endswith(b"10 bytes")

    asyncio.run(run())


def test_an_idle_connection_ends_soon_after_the_server_was_told_to_stop() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(GET)
            await client.answer()
            server.connections[0].shutdown()

            assert await client.rest() == b""

    asyncio.run(run())


def test_a_reader_that_takes_nothing_is_cut_and_a_slow_one_is_not() -> None:
    async def run() -> None:
        async def much(_scope: Scope, _receive: Receive, send: Send) -> None:
            # More than all buffers on the way take.
            await respond(send, 200, [], b"x" * 30_000_000)

        async with Server(much) as server:
            client = await server.client(GET)
            await client.head()
            await server.waiting_for(Wait.READER)
            for _ in range(4):
                left = server.connections[0].transport.get_write_buffer_size()
                server.pass_by(15.0)
                await client.reader.readexactly(4_000_000)
                await settled(
                    partial(lambda left: server.connections[0].transport.get_write_buffer_size() < left - 16_384, left)
                )
            assert server.counts.cut == {}
            client.reader._transport.pause_reading()  # type: ignore[attr-defined]
            for _ in range(20):
                await asyncio.sleep(0)
            server.pass_by(21.0)

            assert server.counts.cut == {"reader_too_slow": 1}
            await settled(lambda: server.counts.open == 0)

    asyncio.run(run())


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: c.example\r\n" + b"A: b\r\n" * 20 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: c.example\r\nA: " + b"b" * 2_000 + b"\r\n\r\n",
        b"GET /?" + b"q" * 2_000 + b" HTTP/1.1\r\nHost: c.example\r\n\r\n",
        # Never whole:
        b"GET / HTTP/1.1\r\nA: " + b"b" * 5_000,
        b"GET /" + b"q" * 5_000,
        b"GET / HTTP/1.1\r\n" + b"A:\r\n" * 30,
    ],
    ids=["many", "long", "target", "endless header", "endless target", "endless list"],
)
def test_a_head_that_is_too_large_is_refused(head: bytes) -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(head)

            assert (await client.rest()).startswith(b"HTTP/1.1 431 ")
            assert server.counts.cut == {"head_too_large": 1}
            assert server.watch.partial_head_bytes == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: c.example\r\n" + b"A: b\r\n" * 19 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: c.example\r\nA: " + b"b" * 1_980 + b"\r\n\r\n",
    ],
)
def test_a_head_within_the_limits_is_taken_whole_or_in_pieces(head: bytes) -> None:
    async def run() -> None:
        async with Server() as server:
            pieces = await server.client()
            for index in range(0, len(head), 100):
                pieces.writer.write(head[index : index + 100])
                await settled(partial(lambda index: server.connections[0]._overhead > index, index))
            whole = await server.client(head)

            assert (await pieces.answer()).startswith(b"HTTP/1.1 200")
            assert (await whole.answer()).startswith(b"HTTP/1.1 200")
            assert server.watch.partial_head_bytes == 0

    asyncio.run(run())


def test_heads_after_large_bodies_are_not_mistaken_for_large_heads() -> None:
    async def run() -> None:
        large = b"POST / HTTP/1.1\r\nHost: c.example\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500_000
        async with Server() as server:
            client = await server.client(large + GET[:20])
            await client.answer()
            client.writer.write(GET[20:])

            assert (await client.answer()).startswith(b"HTTP/1.1 200")
            assert server.counts.cut == {}

    asyncio.run(run())


def test_all_heads_that_have_begun_share_a_bound() -> None:
    async def run() -> None:
        async with Server(partial_head_bytes=5_000) as server:
            clients = [await server.client(b"GET / HTTP/1.1\r\nA: " + b"b" * 1_500) for _ in range(4)]
            await settled(lambda: server.counts.open == 3)

            assert server.counts.cut == {"partial_heads": 1}
            assert 0 < server.watch.partial_head_bytes < 5_000
            for client in clients:
                client.writer.close()
            await settled(lambda: server.watch.partial_head_bytes == 0)

    asyncio.run(run())


def test_trailers_are_dropped_and_endless_ones_cut() -> None:
    async def run() -> None:
        async with Server() as server:
            polite = await server.client(CHUNKED + b"3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n")
            assert (await polite.answer()).endswith(b"3 bytes")

            rude = await server.client(CHUNKED + b"3\r\nabc\r\n0\r\nX-Sum: " + b"1" * 10_000)
            assert await rude.rest() == b""
            assert server.counts.cut == {"framing": 1}

    asyncio.run(run())


def test_a_body_of_tiny_chunks_is_cut_and_one_of_small_ones_is_not() -> None:
    async def run() -> None:
        async with Server() as server:
            small = await server.client(CHUNKED + (b"40\r\n" + b"x" * 64 + b"\r\n") * 1_000 + b"0\r\n\r\n")
            assert (await small.answer()).endswith(b"64000 bytes")

            tiny = await server.client(CHUNKED + b"1\r\nx\r\n" * 10_000)
            assert await tiny.rest() == b""
            assert server.counts.cut == {"framing": 1}

    asyncio.run(run())


def test_some_pipelined_requests_are_answered_and_a_flood_of_them_is_not_kept() -> None:
    async def run() -> None:
        async with Server() as server:
            some = await server.client(GET * 10)
            for _ in range(10):
                assert (await some.answer()).startswith(b"HTTP/1.1 200")

            await server.client(GET * 200)
            await settled(lambda: server.counts.cut["bad_request"] == 1)
            assert max(len(connection.pipeline) for connection in server.connections) <= 16

    asyncio.run(run())


def test_over_tls_those_that_sent_much_at_once_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_MOST_HEAVY", 2)
    much = b"POST / HTTP/1.1\r\nHost: c.example\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60_000

    async def run() -> None:
        async with Server() as server:
            clients = []
            for _ in range(3):
                clients.append(await server.client())
                # As if it were: what is looked at is the scheme.
                server.connections[-1].scheme = "https"
            small = await server.client(GET)
            for client in clients:
                # In one piece, as far as the kernel allows.
                client.writer.write(much)
                assert (await client.answer()).endswith(b"60000 bytes")

            assert await clients[-1].rest() == b""
            assert server.counts.cut == {"heavy": 1}
            assert server.watch.heavy == 2
            clients[0].writer.write(GET)
            assert (await clients[0].answer()).startswith(b"HTTP/1.1 200")
            assert (await small.answer()).startswith(b"HTTP/1.1 200")

    asyncio.run(run())


def test_what_is_no_http_is_told_so_once() -> None:
    async def run() -> None:
        async with Server() as server:
            client = await server.client(b"\x16\x03\x01 hello\r\n\r\n")

            assert (await client.rest()).startswith(b"HTTP/1.1 400 ")
            assert server.counts.cut == {"bad_request": 1}

    asyncio.run(run())


def test_when_there_are_too_many_connections_idle_ones_make_room() -> None:
    async def run() -> None:
        async with Server(connections=3) as server:
            first, second = await server.client(GET), await server.client(GET)
            await first.answer()
            await second.answer()
            busy = await server.client(POST)
            await server.waiting_for(Wait.BODY)
            server.watch.look(server.now)
            server.now += 1.0

            newcomer = await server.client(GET)

            assert (await newcomer.answer()).startswith(b"HTTP/1.1 200")
            assert server.counts.cut == {"idle": 1}
            busy.writer.write(b"1234567890")
            assert (await busy.answer()).startswith(b"HTTP/1.1 200")

    asyncio.run(run())


def test_the_longest_idle_goes_first() -> None:
    async def run() -> None:
        async with Server(connections=3) as server:
            old = await server.client(GET)
            await old.answer()
            server.pass_by(5.0)
            young, third = await server.client(GET), await server.client(GET)
            await young.answer()
            await third.answer()
            server.now += 1.0

            newcomer = await server.client(GET)

            assert (await newcomer.answer()).startswith(b"HTTP/1.1 200")
            assert await old.rest() == b""
            young.writer.write(GET)
            assert (await young.answer()).startswith(b"HTTP/1.1 200")

    asyncio.run(run())


def test_when_none_is_idle_the_newcomer_goes() -> None:
    async def run() -> None:
        async with Server(connections=2) as server:
            for _ in range(2):
                await server.client(POST)
                await settled(lambda: len(server.connections) > 0)
            await settled(lambda: server.counts.open == 2)

            newcomer = await server.client(GET)

            assert await newcomer.rest() == b""
            assert server.counts.cut == {"connections": 1}
            assert server.counts.open == 2

    asyncio.run(run())


def test_the_watch_looks_by_itself_and_tells_how_late_it_was() -> None:
    async def run() -> None:
        async with Server(head_seconds=0.2, keep_alive_seconds=0.2) as server:
            loop = asyncio.get_running_loop()
            server.watch._monotonic = loop.time
            watching = asyncio.ensure_future(server.watch.run())
            client = await server.client(GET[:10])

            assert b"408" in await client.rest()
            assert 0.0 <= server.counts.loop_lag_seconds < 5.0
            watching.cancel()

    asyncio.run(run())
