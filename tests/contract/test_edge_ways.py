"""Over real sockets, whichever way a request takes through the server, its answer is the same (decision 0012)."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

import msgspec
import pytest
import uvicorn

from server.observe.metrics_http import ConnectionCounts
from server.web.collect.edge import EdgeEndpoint
from server.web.collect.exchange import Answer
from server.web.collect.exchange import Request as Head
from server.web.collect.heads import Heads
from server.web.collect.region import parse_region
from server.web.limits.collector import CollectorConnection
from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.refusals import Answers
from server.web.limits.watch import ConnectionLimits, Watch
from tests.contract.edge_cases import CASES, FAULTS, Case, Fault
from tests.unit.web.edge import ORIGIN, REQUEST_ID, Edge

QUERY = f"configId=test&requestId={REQUEST_ID}"
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


class Raw(NamedTuple):
    """An answer as it came. Headers as lines, sorted; of ids, the end that differs is cut."""

    status: bytes
    headers: list[bytes]
    body: bytes


class Counting(EdgeEndpoint):
    """``heads_read``: how many were, instead of being known."""

    heads_read = 0

    def refuse(self, request: Head) -> Answer | None:
        self.heads_read += 1
        return super().refuse(request)


@contextlib.asynccontextmanager
async def _port(edge: Edge, endpoint: EdgeEndpoint) -> AsyncIterator[int]:
    lanes = Lanes(LaneLimits(requests_in_flight=9, body_bytes_in_flight=99_000, rates=Rates()), edge_prefixes=("/ee/",))
    answers = Answers(edge_prefixes=("/ee/",), draw=lambda: 0.0)
    limits = Limits(
        edge.app, lanes=lanes, answers=answers, proxies=None, least_bytes_per_second=1_000, body_seconds=30.0
    )
    watch = Watch(LIMITS, ConnectionCounts(), monotonic=lambda: 0.0)
    made = partial(CollectorConnection, watch=watch, endpoints=(endpoint,), log=edge.log, limits=limits, heads=Heads())
    config = uvicorn.Config(
        limits, port=0, http=cast(Any, made), lifespan="off", log_config=None, date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def _ask(port: int, path: str, sent: Mapping[str, str], body: bytes) -> Raw:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"Host": "c.shop.example", "Content-Type": "text/plain", "Origin": ORIGIN}
    lines = [f"{name}: {value}" for name, value in {**headers, **{k.title(): v for k, v in sent.items()}}.items()]
    writer.write("\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode() + body)
    first, *told = (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n").split(b"\r\n")
    length = next((int(line[15:]) for line in told if line.lower().startswith(b"content-length:")), 0)
    answer = await reader.readexactly(length)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return Raw(first.split()[1], sorted(map(_without_id, told)), _without_id(answer))


def _without_id(text: bytes) -> bytes:
    return re.sub(rb"-[0-9a-f]{16}\b", b"", text)


class EachWay(NamedTuple):
    """By the way that the request took. ``heads_read``: of the three that did not take the long one."""

    short: Raw
    known: Raw
    long: Raw
    heads_read: int


async def _all_ways(edge: Edge, path: str, sent: Mapping[str, str], body: bytes) -> EachWay:
    """The short way, the same with a head that is known the third time, and the long one, which chunks take."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    endpoint = Counting(edge.deps)
    async with _port(edge, endpoint) as port:
        plain = {**sent, "content-length": str(len(body))}
        short = await _ask(port, path, plain, body)
        again = await _ask(port, path, plain, body)
        known = await _ask(port, path.replace(REQUEST_ID, OTHER_ID), plain, body)
        heads_read = endpoint.heads_read
        long = await _ask(port, path, {**sent, "transfer-encoding": "chunked"}, chunked)
    assert again == short
    return EachWay(short, _as_if(known), long, heads_read)


def _as_if(known: Raw) -> Raw:
    """With the other request's id."""
    old, new = OTHER_ID.encode(), REQUEST_ID.encode()
    headers = sorted(line.replace(old, new) for line in known.headers)
    return Raw(known.status, headers, known.body.replace(old, new))


@pytest.mark.parametrize("case", CASES, ids=[f"{case.action}: {case.name}" for case in CASES])
def test_an_answer_is_the_same_whichever_way_its_request_took(case: Case) -> None:
    edge = Edge(datastream=case.datastream, region=parse_region(case.region), new_id=lambda: "new-1")
    path = f"/ee/{case.action}" if case.action.startswith("va/") else f"/ee/v1/{case.action}"

    answers = asyncio.run(_all_ways(edge, f"{path}?{QUERY}", case.sent, msgspec.json.encode(case.body)))

    assert answers.short == answers.known == answers.long
    assert answers.short.status in (b"200", b"204")
    assert answers.heads_read == 2
    assert len(edge.events()) == 4 * len(case.stored)


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.code.number} {fault.detail[:30]}" for fault in FAULTS])
def test_a_fault_is_answered_the_same_whichever_way_its_request_took(fault: Fault) -> None:
    edge = Edge()
    body = fault.body if isinstance(fault.body, bytes) else msgspec.json.encode(fault.body)

    answers = asyncio.run(_all_ways(edge, f"{fault.path}?{fault.query}", fault.sent, body))

    assert answers.short == answers.known == answers.long
    assert answers.short.status == str(fault.code.status).encode()
    assert edge.events() == []
