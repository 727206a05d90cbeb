"""Resident memory of one collector, idle and under everything that anybody can send it.

`python -m bench.memory [--only NAME …] [--seconds 4]`. The goals: 150 MB idle, 400 MB under any input. Each attack
runs for a few seconds against the same process; peaks are the kernel's own (VmHWM, set back before each).
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import uvloop

from bench.servers import children

_HEAD_BYTES = 30_000
_IDLE_GOAL_MB = 150
_GOAL_MB = 400

# Of our own side: beyond it the kernel's buffers are what is measured.
_CONNECTIONS = 4_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, _server(Path(directory)) as (port, pid):
        inlet, message = _ingestion(Path(directory))
        print(f"{'idle':28} {_resident_mb(pid):6.0f} MB   (goal {_IDLE_GOAL_MB})")
        for name, attack in attacks(port, inlet, message).items():
            if given.only and name not in given.only:
                continue
            _reset_peak(pid)
            sent = uvloop.run(_for(attack, given.seconds))
            print(f"{name:28} {_peak_mb(pid):6.0f} MB   after: {_resident_mb(pid):4.0f} MB   {sent}")
        print(f"(goal under any input: {_GOAL_MB} MB)")


def attacks(port: int, inlet: str, message: bytes) -> dict[str, Callable[[float], Awaitable[str]]]:
    """Name to what is done for so many seconds; the text says how much of it."""
    deep = b'{"events":[{"xdm":' + b'{"a":' * 40_000 + b"1" + b"}" * 40_000 + b"}]}"
    lists = b"[" * 250_000
    wide = b'{"events":[{"xdm":{"a":[' + b"0," * 120_000 + b"0]}}]}"
    keys = b'{"events":[{"xdm":{' + b",".join(b'"%d":{}' % number for number in range(20_000)) + b"}}]}"
    events = b'{"events":[' + b",".join([b'{"xdm":{"eventType":"a"}}'] * 9_000) + b"]}"
    text = b'{"events":[{"xdm":{"eventType":"' + b"x" * 250_000 + b'"}}]}'
    batch = b'{"messages":[' + b",".join([message] * 1_000) + b"]}"
    bomb = zlib.compress(b'{"messages":[' + b"0," * 20_000_000 + b"0]}")
    edge, small = partial(_post, port), b'{"events":[{"xdm":{"eventType":"a"}}]}'
    return {
        "beacons of 200 bytes": partial(_closed_loop, port, 256, lambda _: edge(small)),
        "bodies of 250 kB, text": partial(_closed_loop, port, 512, lambda _: edge(text)),
        "deep objects": partial(_closed_loop, port, 512, lambda _: edge(deep)),
        "deep lists": partial(_closed_loop, port, 512, lambda _: edge(lists)),
        "wide lists": partial(_closed_loop, port, 512, lambda _: edge(wide)),
        "many keys": partial(_closed_loop, port, 512, lambda _: edge(keys)),
        "many events": partial(_closed_loop, port, 512, lambda _: edge(events)),
        "ingestion, batches of 1,000": partial(_closed_loop, port, 256, lambda _: _ingest(inlet, batch)),
        "ingestion, zip bombs": partial(
            _closed_loop, port, 256, lambda _: _ingest(inlet, bomb, b"Content-Encoding: deflate")
        ),
        "distinct senders": partial(_closed_loop, port, 64, lambda number: edge(small, *_sender(number))),
        "heads that do not end": partial(_held, port, lambda number: _head(number)),
        "heads of many headers": partial(_held, port, lambda _: _START + b"a:b\r\n" * 95),
        "bodies that do not end": partial(_held, port, lambda _: edge(b"x" * 65_000)[:-2_000]),
        "large bodies that do not end": partial(_held, port, lambda _: edge(b"x" * 250_000)[:-2_000]),
        "chunks that do not end": partial(_held, port, lambda _: _START + _CHUNKED + b"1\r\nx\r\n" * 8_000),
        "trailers that do not end": partial(_held, port, lambda _: _START + _CHUNKED + b"0\r\n" + b"a:b\r\n" * 5_000),
        "pipelined requests": partial(_held, port, lambda _: (_START + b"Content-Length: 0\r\n\r\n") * 2_000),
        "answers that nobody reads": partial(_held, port, lambda _: _ASK_BUILD * 200),
    }


_START = b"POST /ee/v1/collect?configId=demo HTTP/1.1\r\nHost: c.example\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_ASK_BUILD = b"GET /tags/demo/production.js HTTP/1.1\r\nHost: c.example\r\n\r\n"


def _post(_port: int, body: bytes, *headers: bytes) -> bytes:
    lines = (b"Content-Type: text/plain", b"Content-Length: %d" % len(body), *headers)
    return _START + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def _ingest(inlet: str, body: bytes, *headers: bytes) -> bytes:
    lines = (b"Host: c.example", b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers)
    start = b"POST /collection/batch/%b HTTP/1.1\r\n" % inlet.encode()
    return start + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def _sender(number: int) -> list[bytes]:
    return [
        b"User-Agent: Mozilla/5.0 (%d) " % number + b"x" * 480,
        b"Origin: https://%d.example" % number,
        b"X-Forwarded-For: 203.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255),
        b"Cookie: kndctr_DEMO_AdobeOrg_identity=%d" % number,
        b"Sec-CH-UA-Model: %d" % number,
    ]


def _head(number: int) -> bytes:
    return _START + b"X-%d: " % number + b"x" * _HEAD_BYTES


async def _closed_loop(port: int, connections: int, request: Callable[[int], bytes], seconds: float) -> str:
    """Each connection sends its next when the last was answered; ones that are closed are opened again."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    statuses: dict[str, int] = {}
    sent = iter(range(10**9))

    async def one() -> None:
        while loop.time() < until:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    while loop.time() < until:
                        async with asyncio.timeout(30):
                            writer.write(request(next(sent)))
                            await writer.drain()
                            head = await reader.readuntil(b"\r\n\r\n")
                            length = re.search(rb"(?i)content-length: (\d+)", head)
                            await reader.readexactly(int(length[1]) if length else 0)
                        status = head[9:12].decode()
                        statuses[status] = statuses.get(status, 0) + 1
                finally:
                    writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(connections)))
    return " ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))


async def _held(port: int, request: Callable[[int], bytes], seconds: float) -> str:
    """Many connections that send something and then wait."""
    opened: list[asyncio.StreamWriter] = []

    async def one(number: int) -> None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
            opened.append(writer)
            writer.write(request(number))

    for number in range(0, _CONNECTIONS, 100):
        await asyncio.gather(*(one(index) for index in range(number, number + 100)))
        await asyncio.sleep(0.01)
    await asyncio.sleep(seconds)
    alive = sum(not writer.transport.is_closing() for writer in opened)
    for writer in opened:
        writer.transport.abort()
    return f"connections: {len(opened)}, {alive} still open"


async def _for(attack: Callable[[float], Awaitable[str]], seconds: float) -> str:
    said = await attack(seconds)
    await asyncio.sleep(0.5)
    return said


@contextlib.contextmanager
def _server(directory: Path) -> Iterator[tuple[int, int]]:
    """Port, and the collector's process id."""
    environ = dict(os.environ) | {"HELIOGRAPH_TRUSTED_PROXIES": "127.0.0.1"}
    command = [sys.executable, "-m", "server", "serve", "--demo", "--workers", "1", "--port", "0", "--data-dir"]
    process = subprocess.Popen([*command, str(directory)], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("Console:"))
        port = int(line.rstrip("/\n").rsplit(":", 1)[1])
        pid = next(
            child
            for child in children(process.pid)
            if b"INTERNAL_ROLE=collect" in Path(f"/proc/{child}/environ").read_bytes()
        )
        yield port, pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _ingestion(directory: Path) -> tuple[str, bytes]:
    """The demo's open streaming connection, and a message that it takes."""
    command = [sys.executable, "-m", "server", "info", "--json", "--data-dir", str(directory)]
    info = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    inlet = next(item for item in info["inlets"] if not item["authenticationRequired"])
    dataset = next(item for item in info["datasets"] if item["name"] == "demo-events")
    schema = {"id": dataset["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    flow = {"imsOrgId": info["orgId"], "datasetId": dataset["id"], "source": {"name": "bench"}}
    entity = {"_id": "a", "timestamp": "2026-01-01T12:00:00Z", "identityMap": {"ECID": [{"id": "1" * 38}]}}
    body = {"xdmMeta": {"schemaRef": schema}, "xdmEntity": entity}
    return inlet["id"], json.dumps({"header": {"schemaRef": schema, **flow}, "body": body}).encode()


def _reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _peak_mb(pid: int) -> float:
    return _status(pid, "VmHWM") / 1024


def _resident_mb(pid: int) -> float:
    return _status(pid, "VmRSS") / 1024


def _status(pid: int, field: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in text.splitlines() if line.startswith(field)).split()[1])


if __name__ == "__main__":
    main()
