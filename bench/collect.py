"""CPU of the collector for one validated-later, durable-now event, beside nothing and beside a bare Starlette route.

`python -m bench.collect [--rounds 5] [--seconds 3] [--connections 64]`. All three run on the same uvicorn (uvloop,
httptools, same flags), in turn, round after round; the server is bound to core 0 and this generator to core 1 where the
machine has two. CPU is the server process's own, from /proc; the figure to quote is the ratio to the floor.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

import msgspec
import uvloop

from bench.load import Load, run_load
from server.model.json import JsonObject
from server.wire.cookies import encode_identity

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
_WARM_UP_SECONDS = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=64)
    given = parser.parse_args()
    _bind(0, {1})
    with tempfile.TemporaryDirectory() as directory:
        servers = [_floor("raw"), _floor("starlette"), _ours(Path(directory))]
        try:
            _compare(servers, given.rounds, given.seconds, given.connections)
        finally:
            for server in servers:
                server.stop()


class Server:
    """``pid``: the process whose CPU counts."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", port: int, pid: int) -> None:
        self.name, self.port, self.pid = name, port, pid
        self._process = process

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=15)


def _compare(servers: list[Server], rounds: int, seconds: float, connections: int) -> None:
    requests = [_request(index) for index in range(200)]
    figures: dict[str, list[tuple[float, Load]]] = {server.name: [] for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            before = server.cpu_seconds()
            duration = _WARM_UP_SECONDS if number == 0 else seconds
            load = uvloop.run(run_load("127.0.0.1", server.port, requests, connections=connections, seconds=duration))
            assert load.errors == 0, f"{server.name}: {load.errors} errors"
            if number:
                figures[server.name].append(((server.cpu_seconds() - before) / load.requests * 1e6, load))
    print(
        f"{connections} connections, {rounds} rounds of {seconds:g} s each, body {len(requests[0])} bytes with headers"
    )
    floor = [cpu for cpu, _ in figures["raw"]]
    for name, rows in figures.items():
        ratios = [cpu / base for (cpu, _), base in zip(rows, floor, strict=True)]
        print(
            f"{name:10} CPU {statistics.median(cpu for cpu, _ in rows):6.1f} µs/request"
            f"   × floor {statistics.median(ratios):5.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
            f"   {statistics.median(load.requests / load.seconds for _, load in rows):8.0f} req/s"
            f"   p50 {statistics.median(load.percentile_ms(0.5) for _, load in rows):6.2f} ms"
            f"   p99 {statistics.median(load.percentile_ms(0.99) for _, load in rows):6.2f} ms"
        )


def event_xdm(index: int) -> JsonObject:
    """A shop's event, of the size that the snippet sends."""
    return {
        "_id": str(uuid.uuid4()),
        "timestamp": "2026-01-01T12:00:00.000Z",
        "eventType": "commerce.productListAdds",
        "web": {
            "webPageDetails": {"URL": f"https://shop.example/products/{index}?utm_source=bench", "name": "product"},
            "webReferrer": {"URL": "https://shop.example/"},
        },
        "commerce": {"productListAdds": {"value": 1}},
        "productListItems": [
            {
                "SKU": f"SKU-{number}",
                "name": "Field mirror with case",
                "quantity": 1,
                "priceTotal": 39.5,
                "currencyCode": "EUR",
            }
            for number in range(4)
        ],
        "device": {"screenHeight": 1080, "screenWidth": 1920, "screenOrientation": "landscape"},
        "environment": {"type": "browser", "browserDetails": {"viewportWidth": 1440, "viewportHeight": 900}},
        "placeContext": {
            "localTime": "2026-01-01T13:00:00.000+01:00",
            "localTimezoneOffset": -60,
            "ianaTimezone": "Europe/Zurich",
        },
        "implementationDetails": {"name": "https://ns.example/bench", "version": "1", "environment": "browser"},
    }


def _request(index: int) -> bytes:
    state = {"domain": "shop.example", "cookiesEnabled": True, "entries": []}
    body = msgspec.json.encode({"events": [{"xdm": event_xdm(index)}], "meta": {"queueTimeMillis": 12, "state": state}})
    # A known visitor, as nearly all are, with a cookie of today: it is renewed once in 24 hours.
    cookie = f"kndctr_DEMO_AdobeOrg_identity={encode_identity('41' + '0' * 36, now_ms=time.time_ns() // 1_000_000)}"
    head = (
        f"POST /ee/v1/collect?configId=demo&requestId={uuid.uuid4()} HTTP/1.1\r\nHost: c.shop.example\r\n"
        f"User-Agent: {_USER_AGENT}\r\nOrigin: https://shop.example\r\nReferer: https://shop.example/\r\n"
        f'Accept-Language: de-CH,de;q=0.9\r\nSec-CH-UA-Platform: "Linux"\r\nSec-CH-UA-Mobile: ?0\r\n'
        f"Cookie: {cookie}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _floor(name: str) -> Server:
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.floor", name, str(port)])
    _bind(process.pid, {0})
    _await_port(port)
    return Server(name, process, port, process.pid)


def _ours(directory: Path) -> Server:
    port = _free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "server",
            "serve",
            "--demo",
            "--workers",
            "1",
            "--port",
            str(port),
            "--data-dir",
            str(directory),
        ],
        stdout=subprocess.DEVNULL,
    )
    _await_port(port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=30) as answer:
        assert answer.status == 200
    collector = next(
        pid for pid in _children(process.pid) if b"INTERNAL_ROLE=collect" in Path(f"/proc/{pid}/environ").read_bytes()
    )
    _bind(collector, {0})
    return Server("heliograph", process, port, collector)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _bind(pid: int, cores: set[int]) -> None:
    if (os.cpu_count() or 1) >= 2:
        os.sched_setaffinity(pid, cores)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


if __name__ == "__main__":
    main()
