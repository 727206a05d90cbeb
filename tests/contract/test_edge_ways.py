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

from server.web.edge import EdgeEndpoint
from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.refusals import Answers
from server.web.protocol import CollectProtocol
from server.web.region import parse_region
from tests.contract.edge_cases import CASES, FAULTS, Case, Fault
from tests.unit.web.edge import ORIGIN, REQUEST_ID, Edge

QUERY = f"configId=test&requestId={REQUEST_ID}"


class Raw(NamedTuple):
    """An answer as it came. Headers as lines, sorted; of ids, the end that differs is cut."""

    status: bytes
    headers: list[bytes]
    body: bytes


@contextlib.asynccontextmanager
async def _port(edge: Edge) -> AsyncIterator[int]:
    lanes = Lanes(LaneLimits(requests_in_flight=9, body_bytes_in_flight=99_000, rates=Rates()), edge_prefixes=("/ee/",))
    answers = Answers(edge_prefixes=("/ee/",), draw=lambda: 0.0)
    limits = Limits(
        edge.app, lanes=lanes, answers=answers, proxies=None, least_bytes_per_second=1_000, body_seconds=30.0
    )
    made = partial(CollectProtocol, endpoints=(EdgeEndpoint(edge.deps),), log=edge.log, limits=limits)
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


async def _both_ways(edge: Edge, path: str, sent: Mapping[str, str], body: bytes) -> tuple[Raw, Raw]:
    """The short way, and the long one, which a body in chunks takes."""
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    async with _port(edge) as port:
        short = await _ask(port, path, {**sent, "content-length": str(len(body))}, body)
        long = await _ask(port, path, {**sent, "transfer-encoding": "chunked"}, chunked)
    return short, long


@pytest.mark.parametrize("case", CASES, ids=[f"{case.action}: {case.name}" for case in CASES])
def test_an_answer_is_the_same_whichever_way_its_request_took(case: Case) -> None:
    edge = Edge(datastream=case.datastream, region=parse_region(case.region), new_id=lambda: "new-1")
    path = f"/ee/{case.action}" if case.action.startswith("va/") else f"/ee/v1/{case.action}"

    short, long = asyncio.run(_both_ways(edge, f"{path}?{QUERY}", case.sent, msgspec.json.encode(case.body)))

    assert short == long
    assert short.status in (b"200", b"204")
    assert len(edge.events()) == 2 * len(case.stored)


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.code.number} {fault.detail[:30]}" for fault in FAULTS])
def test_a_fault_is_answered_the_same_whichever_way_its_request_took(fault: Fault) -> None:
    edge = Edge()
    body = fault.body if isinstance(fault.body, bytes) else msgspec.json.encode(fault.body)

    short, long = asyncio.run(_both_ways(edge, f"{fault.path}?{fault.query}", fault.sent, body))

    assert short == long
    assert short.status == str(fault.code.status).encode()
    assert edge.events() == []
