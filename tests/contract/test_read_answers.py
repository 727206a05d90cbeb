"""Whoever is refused before the request was whole reads why, in clear and over TLS, against the real process.

The clients here send everything before they read anything, as many libraries do. Without care they get ECONNRESET
(server/web/limits/lingering.py).
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
import trustme

from tests.contract.collector import Collector, answer, beacon, head
from tests.contract.test_limits import at_rest, refused

_LARGE_BYTES = 3_000_000
_PIECE_BYTES = 65_536

COLLECTION = b"/collection/" + b"a" * 64


class Site(NamedTuple):
    """``connect``: makes a connection as a client of it does."""

    collector: Collector
    connect: Callable[[], socket.socket]


@pytest.fixture(scope="module", params=["clear", "tls"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Has room for one beacon and waits for nobody."""
    directory = tmp_path_factory.mktemp("site")
    settings = {"body_seconds": "0.4", "requests_in_flight": "1", "head_bytes": "4096"}
    if request.param == "clear":
        with Collector(directory / "data", settings) as collector:
            yield Site(collector, collector.connect)
        return
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    issued.private_key_pem.write_to_path(str(key))
    for pem in issued.cert_chain_pems:
        pem.write_to_path(str(certificate), append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)

    settings |= {"tls_certificate": str(certificate), "tls_key": str(key)}
    with Collector(directory / "data", settings, tls=context) as collector:
        yield Site(collector, lambda: context.wrap_socket(collector.connect(), server_hostname="127.0.0.1"))


def chunked(path: bytes = b"/ee/v1/collect?configId=demo") -> bytes:
    return head(0, path=path).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")


def in_chunks(size: int) -> bytes:
    return b"%x\r\n%b\r\n" % (_PIECE_BYTES, b"x" * _PIECE_BYTES) * (size // _PIECE_BYTES) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "body", "status"),
    [
        (head(_LARGE_BYTES), b"x" * _LARGE_BYTES, 413),
        (head(_LARGE_BYTES, path=COLLECTION), b"x" * _LARGE_BYTES, 404),
        (chunked(), in_chunks(_LARGE_BYTES), 413),
        (head(_LARGE_BYTES).replace(b"text/plain", b"image/png"), b"x" * _LARGE_BYTES, 415),
        (head(_LARGE_BYTES).replace(b"c.example", b"c.example\r\nHost: d.example"), b"x" * _LARGE_BYTES, 400),
        (head(10, b"A: " + b"a" * 10_000), b"x" * _LARGE_BYTES, 431),
        (b"hello\r\n\r\n", b"x" * _LARGE_BYTES, 400),
    ],
    ids=["too large", "no such inlet", "too large in chunks", "a type", "two hosts", "a head", "no HTTP"],
)
def test_a_refusal_is_read_after_everything_was_sent(site: Site, start: bytes, body: bytes, status: int) -> None:
    with site.connect() as connection:
        connection.sendall(start + body)

        assert answer(connection)[0] == status


def test_r7_a_beacon_that_finds_no_room_reads_when_to_come_again(site: Site) -> None:
    with ExitStack() as stack:
        at_rest(site.collector)
        occupying = stack.enter_context(site.connect())
        occupying.sendall(head(200_000) + b"{")
        while not site.collector.numbers().get('heliograph_beacons_in_flight{lane="edge"}'):
            pass
        connection = stack.enter_context(site.connect())
        connection.sendall(head(_LARGE_BYTES) + b"x" * _LARGE_BYTES)

        status, headers, _ = answer(connection)

    assert status == 503
    assert int(headers["retry-after"]) >= 1


def test_r15_a_body_that_is_too_slow_is_told_so_although_it_comes_in_the_end(site: Site) -> None:
    before = site.collector.numbers().get(refused("too_slow"), 0)
    with site.connect() as connection:
        connection.sendall(head(200_000) + b"{")
        while site.collector.numbers().get(refused("too_slow"), 0) == before:
            pass
        for _ in range(10):
            connection.sendall(b"x" * 20_000)

        assert answer(connection)[0] == 408


def test_the_next_client_is_served(site: Site) -> None:
    with site.connect() as connection:
        connection.sendall(beacon())

        assert answer(connection)[0] == 204
