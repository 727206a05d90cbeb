"""Accepting: many a turn, none lost, and going on when there is room again."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Callable

import pytest
import trustme
import uvloop

from server.workers import accept
from server.workers.accept import Acceptor


class Counting(asyncio.Protocol):
    def __init__(self, made: list[asyncio.Transport]) -> None:
        self._made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert hasattr(transport, "abort")
        self._made.append(transport)  # type: ignore[arg-type]  # uvloop's are no subclass of asyncio's


class Site:
    def __init__(self, acceptor: Acceptor, address: tuple[str, int], made: list[asyncio.Transport]) -> None:
        self.acceptor, self.address, self.made = acceptor, address, made


@contextlib.asynccontextmanager
async def a_site(
    *, kind: type[socket.socket] = socket.socket, tls: ssl.SSLContext | None = None, handshake_seconds: float = 10.0
) -> AsyncIterator[Site]:
    made: list[asyncio.Transport] = []
    with kind() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1_000)
        acceptor = Acceptor(listener, lambda: Counting(made), tls=tls, handshake_seconds=handshake_seconds)
        try:
            yield Site(acceptor, listener.getsockname(), made)
        finally:
            acceptor.close()
            await acceptor.wait_closed()
            for transport in made:
                transport.abort()
            await asyncio.sleep(0)


async def settled(is_so: Callable[[], bool]) -> int:
    """Let the loop turn until it is so; how many turns that took."""
    turns = 0
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0)
            turns += 1
    return turns


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_connections_that_come_at_once_are_accepted_in_a_few_turns(run: Callable[..., int]) -> None:
    async def accepted() -> int:
        async with a_site() as site:
            with contextlib.ExitStack() as stack:
                for _ in range(300):
                    stack.enter_context(socket.create_connection(site.address))
                return await settled(lambda: len(site.made) == 300)

    assert run(accepted()) < 30


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_without_file_descriptors_it_waits_and_goes_on(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(socket.socket):
        refusals = 3

        def accept(self) -> tuple[socket.socket, object]:
            if Full.refusals:
                Full.refusals -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    monkeypatch.setattr(accept, "_FULL_SECONDS", 0.0)

    async def accepted() -> None:
        async with a_site(kind=Full) as site:
            with socket.create_connection(site.address):
                await settled(lambda: len(site.made) == 1)

    run(accepted())

    assert Full.refusals == 0
    assert [record.message for record in caplog.records] == [
        "no connection accepted, trying again error=[Errno 24] Too many open files"
    ]


def test_no_more_handshakes_begin_than_may_be_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    monkeypatch.setattr(accept, "_MOST_BEGUN", 2)

    async def accepted() -> None:
        async with a_site(tls=server, handshake_seconds=0.2) as site:
            silent = [socket.create_connection(site.address) for _ in range(4)]
            await settled(lambda: len(site.acceptor._begun) == 2)
            _, writer = await asyncio.open_connection(*site.address, ssl=client, server_hostname="127.0.0.1")
            # Four that say nothing stood before it, two at a time; it comes when they were let go.
            await settled(lambda: len(site.made) == 1)
            for connection in silent:
                assert connection.recv(1) == b""
                connection.close()
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    uvloop.run(accepted())


def test_a_closed_one_accepts_nothing() -> None:
    async def accepted() -> int:
        async with a_site() as site:
            site.acceptor.close()
            with socket.create_connection(site.address):
                for _ in range(20):
                    await asyncio.sleep(0)
            return len(site.made)

    assert asyncio.run(accepted()) == 0
