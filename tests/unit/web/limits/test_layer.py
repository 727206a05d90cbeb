"""The outermost layer: what it lets in, what it says to the others, and that nothing is forgotten or counted twice."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pytest

from server.web.collect.asgi import BodyTooSlow, ClientGone, Message, Receive, Scope, Send, read_body, respond
from server.web.limits.buckets import Buckets
from server.web.limits.lanes import Lane, LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.proxies import X_FORWARDED_FOR, TrustedProxies
from server.web.limits.refusals import Answers

EDGE = "/ee/v1/collect"
ORIGIN = (b"origin", b"https://shop.example")
PREFIXES = ("/ee/",)


async def storing(_scope: Scope, receive: Receive, send: Send) -> None:
    try:
        await read_body(receive, limit_bytes=1_000_000, timeout_seconds=30)
    except ClientGone:
        return
    await respond(send, 204, [])


class Door:
    """The layer before an application, and everybody's answers."""

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Any] = storing,
        *,
        requests: int = 10,
        body_bytes: int = 10_000,
        rates: Rates | None = None,
        proxies: TrustedProxies | None = None,
        least_bytes_per_second: int = 1_000,
        body_seconds: float = 30.0,
    ) -> None:
        limits = LaneLimits(requests_in_flight=requests, body_bytes_in_flight=body_bytes, rates=rates or Rates())
        self.lanes = Lanes(limits, edge_prefixes=PREFIXES)
        self.layer = Limits(
            app,
            lanes=self.lanes,
            answers=Answers(edge_prefixes=PREFIXES, draw=lambda: 0.5),
            proxies=proxies,
            least_bytes_per_second=least_bytes_per_second,
            body_seconds=body_seconds,
        )

    def lane(self, path: str = EDGE, *, method: str = "POST", query: bytes = b"") -> Lane:
        lane = self.lanes.find(method, path, query)
        assert lane is not None
        return lane

    async def ask(
        self,
        path: str = EDGE,
        *,
        pieces: Iterable[bytes] = (b"{}",),
        client: tuple[str, int] | None = ("203.0.113.9", 4711),
        **scope: Any,
    ) -> list[Message]:
        given = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        given[-1]["more_body"] = False
        messages = iter(given)
        sent: list[Message] = []

        async def receive() -> Message:
            return next(messages, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        await self.layer(a_scope(path, client=client, **scope), receive, send)
        return sent


def a_scope(path: str = EDGE, **fields: Any) -> Scope:
    given: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"configId=demo&requestId=1",
        "http_version": "1.1",
        "headers": [(b"host", b"c.example"), ORIGIN, (b"content-length", b"2")],
        "client": ("203.0.113.9", 4711),
    }
    if "headers" in fields:
        fields["headers"] = [(b"host", b"c.example"), *fields["headers"]]
    return given | fields


def headers_of(sent: Sequence[Message]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


def test_a_beacon_that_finds_room_is_the_applications() -> None:
    door = Door()

    sent = asyncio.run(door.ask(pieces=(b"12345", b"678")))

    assert sent[0]["status"] == 204
    counts = door.lane().counts
    assert (counts.received, counts.stored, counts.in_flight, counts.body_bytes) == (1, 1, 0, 8)
    assert sum(counts.seconds.read().counts) == 1


@pytest.mark.parametrize(
    ("path", "content_type", "place"),
    [
        (EDGE, b"application/problem+json", ("title",)),
        ("/collection/0123", b"application/json", ("report", "message")),
        ("/collection/batch/0123", b"application/json", ("report", "message")),
    ],
)
def test_without_room_the_answer_is_a_503_in_the_protocols_own_shape(
    path: str, content_type: bytes, place: tuple[str, ...]
) -> None:
    door = Door(requests=1)
    door.lane().enter("198.51.100.1", 0.0)

    sent = asyncio.run(door.ask(path))

    headers = headers_of(sent)
    assert sent[0]["status"] == 503
    assert headers[b"content-type"] == content_type
    assert headers[b"retry-after"] == b"2"
    assert headers[b"access-control-allow-origin"] == b"https://shop.example"
    assert headers[b"access-control-allow-credentials"] == b"true"
    assert b"Retry-After" in headers[b"access-control-expose-headers"]
    assert headers[b"vary"] == b"Origin"
    problem = msgspec.json.decode(sent[1]["body"])
    assert problem["status"] == 503
    for key in place:
        problem = problem[key]
    assert problem
    assert door.lane(path).counts.refused == {"in_flight": 1}


def test_a_browsers_preflight_is_let_in_and_counted_as_none_of_the_beacons() -> None:
    door = Door()

    asyncio.run(door.ask(method="OPTIONS", pieces=(b"",)))

    assert door.lane().counts.received == 0
    assert door.lane(method="OPTIONS").counts.received == 1


def test_room_for_bytes_is_given_back_when_the_beacon_is_answered() -> None:
    door = Door(body_bytes=100)

    statuses = [asyncio.run(door.ask(pieces=(b"x" * 90,)))[0]["status"] for _ in range(5)]

    assert statuses == [204] * 5


def test_a_beacon_that_outgrows_the_room_while_it_comes_is_turned_away() -> None:
    door = Door(body_bytes=100)

    sent = asyncio.run(door.ask(pieces=(b"x" * 60, b"x" * 60, b"x"), headers=[ORIGIN]))

    assert sent[0]["status"] == 503
    assert len(sent) == 2
    assert headers_of(sent)[b"connection"] == b"close"
    counts = door.lane().counts
    assert counts.refused == {"body_bytes": 1}
    assert (counts.in_flight, counts.body_bytes) == (0, 120)
    assert asyncio.run(door.ask())[0]["status"] == 204


@pytest.mark.parametrize(
    ("method", "length", "closes"),
    [
        ("POST", b"65536", False),  # a beacon: the connection is worth keeping, and the answer has to be read
        ("POST", b"65537", True),
        ("POST", b"1e3", True),
        ("POST", None, True),  # chunked: nobody knows how much
        ("GET", None, False),
    ],
)
def test_the_rest_of_a_refused_body_is_taken_only_when_it_is_short(
    method: str, length: bytes | None, closes: bool
) -> None:
    door = Door(requests=1)
    door.lane().enter("198.51.100.1", 0.0)
    headers = [] if length is None else [(b"content-length", length)]

    sent = asyncio.run(door.ask(method=method, headers=headers))

    assert (b"connection" in headers_of(sent)) is closes


def test_those_that_can_come_again_go_first() -> None:
    door = Door(requests=100)
    paths = [
        ("/collection/0123", b"syncValidation=true"),
        ("/collection/batch/0123", b""),
        ("/collection/0123", b""),
        (EDGE, b""),
    ]
    lanes = [door.lane(path, query=query) for path, query in paths]

    let_in = []
    for lane in lanes:
        count = 0
        while lane.enter("203.0.113.9", 0.0) is None:
            count += 1
        let_in.append(count)

    assert let_in == [50, 25, 15, 10]


@pytest.mark.parametrize("path", ["/health/ready", "/health/live", "/metrics"])
def test_who_asks_how_it_is_gets_an_answer_however_full_it_is(path: str) -> None:
    door = Door(requests=1, rates=Rates(address=Buckets(per_second=1, burst=1, most_keys=8)))
    for _ in range(3):
        door.lane().enter("203.0.113.9", 0.0)

    sent = asyncio.run(door.ask(path, method="GET"))

    assert sent[0]["status"] == 204


def test_no_beacon_keeps_an_operator_out_and_no_page_a_beacon() -> None:
    door = Door(requests=1)
    door.lane().enter("203.0.113.9", 0.0)

    assert asyncio.run(door.ask("/properties", method="GET"))[0]["status"] == 204

    door = Door(requests=1)
    while door.lane("/properties").enter("203.0.113.9", 0.0) is None:
        pass

    assert asyncio.run(door.ask())[0]["status"] == 204
    refused = asyncio.run(door.ask("/properties", method="GET"))
    assert refused[0]["status"] == 503
    assert headers_of(refused)[b"content-type"].startswith(b"text/plain")


def test_live_pages_leave_places_for_the_others() -> None:
    door = Door()
    while door.lane("/live/events").enter("203.0.113.9", 0.0) is None:
        pass

    assert asyncio.run(door.ask("/live/events", method="GET"))[0]["status"] == 503
    assert asyncio.run(door.ask("/", method="GET"))[0]["status"] == 204


def test_a_sender_beyond_its_rate_is_told_when_to_come_again() -> None:
    door = Door(rates=Rates(address=Buckets(per_second=0.25, burst=2, most_keys=8)))

    statuses = [asyncio.run(door.ask())[0]["status"] for _ in range(2)]
    refused = asyncio.run(door.ask())

    assert statuses == [204, 204]
    assert refused[0]["status"] == 429
    assert int(headers_of(refused)[b"retry-after"]) >= 2
    assert msgspec.json.decode(refused[1]["body"])["type"].endswith("EXEG-0429-429")
    assert asyncio.run(door.ask(client=("198.51.100.1", 1)))[0]["status"] == 204
    assert door.lane().counts.refused == {"rate_address": 1}


def test_a_proxy_on_this_machine_that_nobody_declared_is_not_one_sender() -> None:
    door = Door(rates=Rates(address=Buckets(per_second=0.25, burst=1, most_keys=8)))

    statuses = [asyncio.run(door.ask(client=("127.0.0.1", 1)))[0]["status"] for _ in range(5)]

    assert statuses == [204] * 5


@pytest.mark.parametrize(
    ("rates", "reason", "other"),
    [
        (
            Rates(origin=Buckets(per_second=0.1, burst=1, most_keys=8)),
            "rate_origin",
            {"headers": [(b"origin", b"https://b.example")]},
        ),
        (
            Rates(inlet=Buckets(per_second=0.1, burst=1, most_keys=8)),
            "rate_inlet",
            {"query_string": b"a=1&configId=other"},
        ),
    ],
)
def test_an_origin_or_a_datastream_has_a_rate_of_its_own(rates: Rates, reason: str, other: dict[str, Any]) -> None:
    door = Door(rates=rates)
    asyncio.run(door.ask())

    refused = asyncio.run(door.ask(client=("198.51.100.1", 1)))

    assert refused[0]["status"] == 429
    assert door.lane().counts.refused == {reason: 1}
    assert asyncio.run(door.ask(**other))[0]["status"] == 204


def test_a_datastream_has_one_rate_by_whichever_name() -> None:
    door = Door(rates=Rates(inlet=Buckets(per_second=0.1, burst=1, most_keys=8)))

    statuses = [
        asyncio.run(door.ask(query_string=query))[0]["status"]
        for query in (b"datastreamId=demo", b"configId=demo", b"xconfigId=other&datastreamId=other")
    ]

    assert statuses == [204, 429, 204]


def test_an_inlet_has_one_rate_for_messages_and_batches() -> None:
    door = Door(rates=Rates(inlet=Buckets(per_second=0.1, burst=1, most_keys=8)))

    statuses = [
        asyncio.run(door.ask(path))[0]["status"]
        for path in ("/collection/batch/0123", "/collection/0123", "/collection/4567")
    ]

    assert statuses == [204, 429, 204]


def test_the_client_behind_a_trusted_proxy_is_who_it_is_for_everybody_behind_the_layer() -> None:
    seen: list[tuple[Any, str]] = []

    async def looking(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["client"], scope["scheme"]))
        await storing(scope, receive, send)

    rates = Rates(address=Buckets(per_second=0.1, burst=1, most_keys=8))
    door = Door(looking, rates=rates, proxies=TrustedProxies(["10.0.0.1"], header=X_FORWARDED_FOR))

    def headers(address: bytes) -> list[tuple[bytes, bytes]]:
        return [(b"x-forwarded-for", address), (b"x-forwarded-proto", b"https")]

    statuses = [
        asyncio.run(door.ask(client=("10.0.0.1", 5), headers=headers(address)))[0]["status"]
        for address in (b"203.0.113.9", b"198.51.100.1", b"203.0.113.9")
    ]
    asyncio.run(door.ask(client=("192.0.2.66", 5), headers=headers(b"203.0.113.200")))

    assert statuses == [204, 204, 429]
    assert seen == [(("203.0.113.9", 0), "https"), (("198.51.100.1", 0), "https"), (("192.0.2.66", 5), "http")]


@pytest.mark.parametrize(
    ("status", "refused", "failed"),
    [
        (400, {"malformed": 1}, {}),
        (404, {"not_found": 1}, {}),
        (408, {"too_slow": 1}, {}),
        (413, {"too_large": 1}, {}),
        (415, {"unsupported_type": 1}, {}),
        (503, {}, {"unavailable": 1}),
        (500, {}, {"error": 1}),
    ],
)
def test_what_the_endpoint_answers_is_counted(status: int, refused: dict[str, int], failed: dict[str, int]) -> None:
    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        await respond(send, status, [])

    door = Door(answering)

    asyncio.run(door.ask())

    counts = door.lane().counts
    assert (dict(counts.refused), dict(counts.failed), counts.stored, counts.in_flight) == (refused, failed, 0, 0)


def test_a_client_that_leaves_and_an_application_that_breaks_give_their_places_back() -> None:
    async def gone(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("a bug")

    left, raised = Door(gone, requests=1), Door(broken, requests=1)

    asyncio.run(left.ask())
    with pytest.raises(RuntimeError):
        asyncio.run(raised.ask())

    assert left.lane().counts.refused == {"client_gone": 1}
    assert raised.lane().counts.failed == {"error": 1}
    assert left.lane().enter("203.0.113.9", 0.0) is None
    assert raised.lane().enter("203.0.113.9", 0.0) is None


def test_a_body_in_pieces_that_does_not_go_on_is_the_endpoints_to_answer() -> None:
    async def slow(_scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await read_body(receive, limit_bytes=100, timeout_seconds=30)
        except BodyTooSlow:
            await respond(send, 408, [])

    async def run() -> int:
        door = Door(slow, body_seconds=0.01)
        sent: list[Message] = []
        first = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive() -> Message:
            if first:
                return first.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await door.layer(a_scope(), receive, send)
        assert door.lane().counts.refused == {"too_slow": 1}
        status: int = sent[0]["status"]
        return status

    assert asyncio.run(run()) == 408


@pytest.mark.parametrize("hosts", [[], [b"c.example", b"c.example"], [b"c.example", b"evil.example"]])
def test_a_request_has_one_host(hosts: list[bytes]) -> None:
    door = Door()
    scope = a_scope()
    scope["headers"] = [(b"host", host) for host in hosts]
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError

    asyncio.run(door.layer(scope, receive, send))

    assert sent[0]["status"] == 400
    assert headers_of(sent)[b"connection"] == b"close"
    assert door.lane().counts.refused == {"malformed": 1}


def test_what_is_no_http_is_passed_on() -> None:
    kinds: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        kinds.append(scope["type"])

    asyncio.run(Door(app).ask(type="lifespan"))

    assert kinds == ["lifespan"]
