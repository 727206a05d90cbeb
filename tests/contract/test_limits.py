"""What no client can do to a collector, each against the real process over real sockets, with short deadlines.

Every wait is for the server's own doing; how long it may take is what the settings say.
"""

import contextlib
import json
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.contract.collector import BEACON, Collector, answer, beacon, head, is_closed

STORED = 'heliograph_beacons_stored_total{lane="edge"}'
RECEIVED = 'heliograph_beacons_received_total{lane="edge"}'


def refused(reason: str, lane: str = "edge") -> str:
    return f'heliograph_beacons_refused_total{{lane="{lane}",reason="{reason}"}}'


def cut(reason: str) -> str:
    return f'heliograph_connections_cut_total{{reason="{reason}"}}'


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """Waits for nobody; has room for everybody."""
    settings = {
        "head_seconds": "0.4",
        "body_seconds": "0.4",
        "reader_seconds": "0.4",
        "keep_alive_seconds": "0.4",
        "head_bytes": "4096",
    }
    with Collector(tmp_path_factory.mktemp("impatient"), settings) as collector:
        yield collector


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """Has room for two beacons and for 64 kB of them; waits for everybody."""
    settings = {"requests_in_flight": "2", "body_bytes_in_flight": "65536", "connections": "8"}
    with Collector(tmp_path_factory.mktemp("narrow"), settings) as collector:
        yield collector


def at_rest(collector: Collector) -> dict[str, float]:
    """Its numbers, once everything that was begun has ended."""
    while True:
        numbers = collector.numbers()
        if not sum(value for name, value in numbers.items() if "beacons_in_flight" in name):
            return numbers


@contextlib.contextmanager
def a_good_client(collector: Collector) -> Iterator[None]:
    """While somebody else misbehaves, this one is served."""
    with collector.connect(beacon()) as connection:
        assert answer(connection)[0] == 204
        yield
    with collector.connect(beacon()) as connection:
        assert answer(connection)[0] == 204


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", 0), (b"POST /ee/v1/collect HT", 408), (head(10)[:-2], 408), (head(10)[:-2] + b"Cookie: a", 408)],
    ids=["nothing", "a line", "no end", "a header"],
)
def test_r15_a_head_that_does_not_come_is_not_waited_for(impatient: Collector, sent: bytes, status: int) -> None:
    before = impatient.numbers().get(cut("head_too_slow"), 0)

    with a_good_client(impatient), impatient.connect(sent) as connection:
        assert answer(connection)[0] == status

    assert impatient.numbers()[cut("head_too_slow")] == before + 1


def test_r15_a_head_that_drips_is_cut_all_the_same(impatient: Collector) -> None:
    with impatient.connect() as connection:
        connection.settimeout(0.05)
        status = 0
        for byte in head(10, *[b"X-Drip: 1"] * 20):
            with contextlib.suppress(ConnectionError):
                connection.sendall(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                status, _, _ = answer(connection)
                break

    assert status == 408


@pytest.mark.parametrize("length", [100, 200_000], ids=["the short way", "the long way"])
def test_r15_a_body_that_does_not_come_is_not_waited_for(impatient: Collector, length: int) -> None:
    with a_good_client(impatient), impatient.connect(head(length), b"{") as connection:
        status, headers, _ = answer(connection)

    assert status == 408
    assert headers["access-control-allow-origin"] == "https://shop.example"

    assert at_rest(impatient)["heliograph_body_bytes_in_flight"] == 0


def test_r15_an_idle_connection_is_closed(impatient: Collector) -> None:
    with impatient.connect(beacon()) as connection:
        assert answer(connection)[0] == 204
        assert is_closed(connection)


def test_r15_a_client_that_reads_nothing_is_cut(impatient: Collector) -> None:
    ask = b"GET /tags/demo/production.js HTTP/1.1\r\nHost: c.example\r\n\r\n"

    with socket.socket() as connection:
        # Small, so that what the client does not read waits in the server and not on the way.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", impatient.port))
        connection.settimeout(0.2)
        with contextlib.suppress(ConnectionError, TimeoutError):
            while True:
                connection.sendall(ask * 10)
        connection.settimeout(5)
        with contextlib.suppress(ConnectionError):
            while connection.recv(1_048_576):
                pass

    numbers = impatient.numbers()
    assert numbers["heliograph_connections"] == 1
    assert numbers.get(cut("reader_too_slow"), 0) + numbers.get(cut("bad_request"), 0) >= 1


@pytest.mark.parametrize(
    "sent",
    [
        head(10, b"A: " + b"a" * 4_096),
        head(10, *[b"A: b"] * 100),
        head(10, path=b"/ee/v1/collect?q=" + b"a" * 4_096),
        head(10)[:-2] + b"A: " + b"a" * 20_000,
    ],
    ids=["long", "many", "target", "endless"],
)
def test_i10_a_head_that_is_too_large_is_refused(impatient: Collector, sent: bytes) -> None:
    with a_good_client(impatient), impatient.connect(sent) as connection:
        assert answer(connection)[0] == 431
        assert is_closed(connection)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /ee/v1/collect HTTP/1.1\r\nHost: c\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /ee/v1/collect HTTP/1.1\r\nHost: c\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /ee/v1/collect HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /ee/v1/collect HTTP/1.1\r\nHost: c\r\nA: b\r\n folded\r\n\r\n",
        b"POST /ee/v1/collect HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        beacon().replace(b"Host: c.example\r\n", b""),
        beacon(BEACON, b"Host: d.example"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443\r\n\r\n",
    ],
    ids=[
        "both lengths",
        "two lengths",
        "unknown coding",
        "folded",
        "bad chunk",
        "no host",
        "two hosts",
        "http/2",
        "tls",
        "connect",
    ],
)
def test_i10_i24_what_is_no_plain_request_is_refused_and_the_connection_closed(
    impatient: Collector, sent: bytes
) -> None:
    with a_good_client(impatient), impatient.connect(sent) as connection:
        assert answer(connection)[0] in (0, 400, 404, 405, 503)
        assert is_closed(connection)


@pytest.mark.parametrize(
    "header",
    [
        b"X-HTTP-Method-Override: GET",
        b"X-Original-URL: /health/live",
        b"X-Rewrite-URL: /health/live",
        b"X-Forwarded-Host: evil.example",
        b"X-Forwarded-Prefix: /elsewhere",
        b"X-Forwarded-Proto: ftp",
    ],
)
def test_i11_headers_that_would_make_another_request_of_it_are_ignored(impatient: Collector, header: bytes) -> None:
    with impatient.connect(beacon(BEACON, header)) as connection:
        status, headers, _ = answer(connection)

    assert status == 204
    assert "evil.example" not in str(headers)


def test_r16_without_room_a_beacon_is_told_to_come_again_and_a_browser_can_read_it(narrow: Collector) -> None:
    before = at_rest(narrow)
    with narrow.connect(head(100)) as first, narrow.connect(head(100_000)) as second:
        first.sendall(b"{")
        second.sendall(b"{")
        while narrow.numbers()['heliograph_beacons_in_flight{lane="edge"}'] < 2:
            pass

        with narrow.connect(beacon()) as connection:
            status, headers, body = answer(connection)
            assert status == 503
            assert 1 <= int(headers["retry-after"]) <= 3
            assert headers["access-control-allow-origin"] == "https://shop.example"
            assert headers["access-control-allow-credentials"] == "true"
            assert "Retry-After" in headers["access-control-expose-headers"]
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == 503
            # Who is asked how it is answers however full it is.
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: c.example\r\n\r\n")
            assert answer(connection)[0] == 200

        first.sendall(BEACON.ljust(100)[1:])
        assert answer(first)[0] == 204

    with narrow.connect(beacon()) as connection:
        assert answer(connection)[0] == 204
    numbers = narrow.numbers()
    assert numbers[refused("in_flight")] == before.get(refused("in_flight"), 0) + 1
    assert numbers[STORED] == before[STORED] + 2


def test_r16_when_more_comes_at_once_than_can_be_answered_soon_the_rest_is_told_to_come_again(tmp_path: Path) -> None:
    many = beacon(b'{"events":[%b]}' % b",".join([b'{"xdm":{"eventType":"a"}}'] * 100))
    with Collector(tmp_path / "data", {}) as collector, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(collector.connect()) for _ in range(400)]
        while collector.numbers()["heliograph_connections"] < len(crowd):
            pass
        collector.process.send_signal(signal.SIGSTOP)
        for connection in crowd:
            connection.sendall(many)
        collector.process.send_signal(signal.SIGCONT)

        answers = [answer(connection) for connection in crowd]
        assert {status for status, _, _ in answers} == {204, 503}
        turned_away = [headers for status, headers, _ in answers if status == 503]
        assert {1, 2, 3}.issuperset(int(headers["retry-after"]) for headers in turned_away)
        # Those who come again find room, on the connection that they have.
        for connection, (status, _, _) in zip(crowd, answers, strict=True):
            if status == 503:
                connection.sendall(beacon())
                assert answer(connection)[0] == 204
                break
        numbers = at_rest(collector)

    assert numbers[refused("busy")] == len(turned_away)
    assert numbers[STORED] == len(crowd) - len(turned_away) + 1
    assert numbers["heliograph_body_bytes_in_flight"] == 0


def test_r18_bodies_that_together_are_too_large_are_turned_away_while_they_come(narrow: Collector) -> None:
    at_rest(narrow)

    with narrow.connect(head(250_000), b"x" * 200_000) as large:
        status, headers, _ = answer(large)

    assert status in (503, 0)
    assert headers.get("connection", "close") == "close"
    with narrow.connect(beacon()) as connection:
        assert answer(connection)[0] == 204
    numbers = narrow.numbers()
    assert numbers[refused("body_bytes")] == 1
    assert numbers["heliograph_body_bytes_in_flight"] == 0


def test_r16_more_connections_than_there_may_be_are_closed_and_idle_ones_make_room(narrow: Collector) -> None:
    at_rest(narrow)

    with contextlib.ExitStack() as stack:
        statuses = [answer(stack.enter_context(narrow.connect(beacon())))[0] for _ in range(16)]

    assert statuses[:6] == [204] * 6
    assert set(statuses) <= {204, 0}
    numbers = narrow.numbers()
    assert numbers.get(cut("idle"), 0) + numbers.get(cut("connections"), 0) >= 1


def test_i19_a_sender_beyond_its_rate_waits_and_says_so_to_nobody_else(tmp_path: Path) -> None:
    settings = {
        "trusted_proxies": "127.0.0.1",
        "address_requests_per_second": "0.1",
        "inlet_requests_per_second": "0.5",
    }
    with Collector(tmp_path / "data", settings) as collector, collector.connect() as connection:

        def ask(client: bytes, path: bytes = b"/ee/v1/collect?configId=demo") -> tuple[int, dict[str, str]]:
            connection.sendall(beacon(BEACON, b"X-Forwarded-For: " + client, path=path))
            return answer(connection)[:2]

        assert ask(b"203.0.113.1")[0] == 204
        status, headers = ask(b"203.0.113.1")
        assert status == 429
        assert int(headers["retry-after"]) >= 1
        assert headers["access-control-allow-origin"] == "https://shop.example"
        assert ask(b"2001:db8:1:1::1")[0] == 204
        assert ask(b"2001:db8:1:1::2")[0] == 429
        assert ask(b"2001:db8:1:2::1")[0] == 204
        statuses = [ask(b"203.0.113.%d" % number)[0] for number in range(10, 20)]
        assert statuses == [204, 204] + [429] * 8
        assert ask(b"203.0.113.99", b"/ee/v1/collect?configId=other")[0] == 400
        numbers = collector.numbers()
        assert numbers[refused("rate_address")] == 2
        assert numbers[refused("rate_inlet")] == 8
        assert numbers[refused("invalid_datastream_id")] == 1
        assert numbers[STORED] == 5
        assert numbers[RECEIVED] == 16


def test_i12_nobody_but_a_trusted_proxy_says_who_the_client_is(tmp_path: Path) -> None:
    settings = {"trusted_proxies": "192.0.2.0/24", "address_requests_per_second": "0.1"}
    with Collector(tmp_path / "data", settings) as collector, collector.connect() as connection:
        for _ in range(5):
            connection.sendall(beacon(BEACON, b"X-Forwarded-For: 203.0.113.1"))
            assert answer(connection)[0] == 204

        assert collector.numbers()['heliograph_rate_limit_keys{kind="address"}'] == 1


def test_every_beacon_is_counted_once_whatever_became_of_it(tmp_path: Path) -> None:
    with Collector(tmp_path / "data", {"edge_body_bytes": "2048"}) as collector:
        sent = [
            beacon(),
            beacon(b"not json"),
            beacon(b"{}" + b" " * 4_096),
            beacon(BEACON, path=b"/ee/v1/collect?configId=nobody"),
            beacon(BEACON, path=b"/ee/v1/nothing?configId=demo"),
            beacon(BEACON, b"Content-Type: text/html").replace(b"Content-Type: text/plain\r\n", b""),
            beacon().replace(b"POST", b"GET", 1),
            beacon(BEACON, path=b"/collection/" + b"0" * 64),
            head(100) + b"gone",
        ]
        for request in sent:
            with collector.connect(request) as connection:
                if not request.endswith(b"gone"):
                    assert answer(connection)[0] > 0
        numbers = at_rest(collector)

    received = sum(value for name, value in numbers.items() if name.startswith("heliograph_beacons_received_total"))
    ended = {
        name: value
        for name, value in numbers.items()
        if name.startswith(("heliograph_beacons_stored", "heliograph_beacons_refused", "heliograph_beacons_failed"))
    }
    assert received == len(sent)
    assert sum(ended.values()) == len(sent), ended
    assert ended[STORED] == 1
    assert ended[refused("client_gone")] == 1
    assert ended[refused("invalid_json")] == 1
    assert ended[refused("invalid_datastream_id")] == 1
    assert not [name for name in ended if "failed" in name]


def test_r15_a_tls_handshake_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(key))
    for pem in issued.cert_chain_pems:
        pem.write_to_path(str(certificate), append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    settings = {"head_seconds": "0.4", "tls_certificate": str(certificate), "tls_key": str(key)}

    with Collector(tmp_path / "data", settings) as collector, collector.connect() as silent:
        with context.wrap_socket(collector.connect(), server_hostname="127.0.0.1") as good:
            good.sendall(beacon())
            assert answer(good)[0] == 204

        assert is_closed(silent)

        with context.wrap_socket(collector.connect(), server_hostname="127.0.0.1") as slow:
            slow.sendall(head(10)[:20])
            assert answer(slow)[0] == 408
