"""CPU of the collector for one streamed event, single and in batches, beside the floor's request.

`python -m bench.ingestion [--rounds 5] [--seconds 2] [--size 50]`. The floor is the raw application of bench/floor.py,
on the same uvicorn, asked with the edge's request of one event; all take turns, round after round. CPU is the server
process's own, from /proc; the figure to quote is the ratio of an event to the floor's request.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop

from bench.collect import Server, _bind, _floor, _ours, _request, event_xdm
from bench.load import run_load

_WARM_UP_SECONDS = 1.0
_CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--size", type=int, default=50)
    given = parser.parse_args()
    _bind(0, {1})
    with tempfile.TemporaryDirectory() as directory:
        floor, ours = _floor("raw"), _ours(Path(directory))
        try:
            inlet, message = _inlet(Path(directory))
            cases = [
                ("floor", floor, [_request(index) for index in range(200)], 1, 64),
                ("single", ours, _singles(inlet, message), 1, 64),
                (f"batch {given.size}", ours, _batches(inlet, message, given.size, _plain), given.size, 16),
                (f"gzip {given.size}", ours, _batches(inlet, message, given.size, gzip.compress), given.size, 16),
            ]
            _compare(cases, given.rounds, given.seconds)
        finally:
            floor.stop()
            ours.stop()


def _compare(cases: list[tuple[str, Server, list[bytes], int, int]], rounds: int, seconds: float) -> None:
    cpu: dict[str, list[float]] = {name: [] for name, *_ in cases}
    rate: dict[str, list[float]] = {name: [] for name, *_ in cases}
    for number in range(rounds + 1):
        for name, server, requests, events, connections in cases:
            before = server.cpu_seconds()
            duration = _WARM_UP_SECONDS if number == 0 else seconds
            load = uvloop.run(run_load("127.0.0.1", server.port, requests, connections=connections, seconds=duration))
            assert load.errors == 0, f"{name}: {load.errors} errors"
            if number:
                cpu[name].append((server.cpu_seconds() - before) / load.requests / events * 1e6)
                rate[name].append(load.requests * events / load.seconds)
    for name, *_ in cases:
        ratios = [each / base for each, base in zip(cpu[name], cpu["floor"], strict=True)]
        print(
            f"{name:10} CPU {statistics.median(cpu[name]):6.1f} µs/event   × floor {statistics.median(ratios):5.2f}"
            f" ({min(ratios):.2f}–{max(ratios):.2f})   {statistics.median(rate[name]):8.0f} events/s"
        )


def _plain(body: bytes) -> bytes:
    return body


def _singles(inlet: str, message: Callable[[int], object]) -> list[bytes]:
    return [_post(f"/collection/{inlet}", msgspec.json.encode(message(index)), "") for index in range(200)]


def _batches(inlet: str, message: Callable[[int], object], size: int, pack: Callable[[bytes], bytes]) -> list[bytes]:
    encoding = "" if pack is _plain else "gzip"
    return [
        _post(
            f"/collection/batch/{inlet}",
            pack(msgspec.json.encode({"messages": [message(first + index) for index in range(size)]})),
            encoding,
        )
        for first in range(0, 20 * size, size)
    ]


def _post(path: str, body: bytes, encoding: str) -> bytes:
    encoded = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: c.shop.example\r\nUser-Agent: etl/1\r\nContent-Type: application/json\r\n"
        f"{encoded}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _inlet(directory: Path) -> tuple[str, Callable[[int], object]]:
    """The demo's open connection, and what makes a message for it."""
    command = [sys.executable, "-m", "server", "info", "--json", "--data-dir", str(directory)]
    info = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    [inlet] = [each["id"] for each in info["inlets"] if each["name"] == "demo-stream"]
    [dataset] = [each for each in info["datasets"] if each["name"] == "demo-events"]
    reference = {"id": dataset["schemaId"], "contentType": _CONTENT_TYPE}

    def message(index: int) -> object:
        header = {
            "schemaRef": reference,
            "imsOrgId": info["orgId"],
            "datasetId": dataset["id"],
            "createdAt": 1_767_268_800_000,
            "source": {"name": "bench"},
        }
        entity = event_xdm(index) | {"_id": str(uuid.uuid4())}
        return {"header": header, "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity}}

    return inlet, message


if __name__ == "__main__":
    main()
