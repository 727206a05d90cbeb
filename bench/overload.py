"""What becomes of those that are let in when three times as many come as one collector can serve (R16).

    python -m bench.overload [--seconds 10] [--times 3] [--connections 4000] [--events 1,10]

First the capacity: 64 clients, each of which waits for its answer. Then an open loop: half of that, which is the normal
case; three times as much; and half again, to see when all is as before. All of it against one collector of the real
server, every event durable before its answer. The collector has core 0, and this generator core 1, where the rest of
the server gives way to it. Meanwhile somebody asks /health/live 20 times a second, each time over a new connection.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from bench.beacons import edge_request
from bench.load import run_load
from bench.open_load import Crowd, OpenLoad, at
from bench.servers import LOAD_CORE, Server, bind, children, start_ours

_REQUESTS = 240
_CAPACITY_CONNECTIONS = 64
_CAPACITY_SECONDS = 3.0
_NORMAL_SHARE = 0.5

# After the load, in slices of this length: the first from which on all are as before is the return to normal.
_SLICE_SECONDS = 0.25
_AFTER_SECONDS = 6.0

# As before: no slower than so many times the normal case, or than this at all.
_AS_BEFORE = 2.0
_LEAST_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--times", type=float, default=3.0, help="the capacity")
    parser.add_argument("--connections", type=int, default=4_000)
    parser.add_argument("--events", default="1,10", help="in a request, for example 1,10")
    given = parser.parse_args()
    bind(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory() as directory:
        server = start_ours(Path(directory))
        try:
            for pid in children(server.parent):
                if pid not in server.pids:
                    os.setpriority(os.PRIO_PROCESS, pid, 19)
            for events in (int(text) for text in given.events.split(",")):
                uvloop.run(_overload(server, events, given.times, given.seconds, given.connections))
        finally:
            server.stop()


async def _overload(server: Server, events: int, times: float, seconds: float, connections: int) -> None:
    requests = [edge_request(index, events=events) for index in range(_REQUESTS)]
    closed = await run_load(
        "127.0.0.1", server.port, requests, connections=_CAPACITY_CONNECTIONS, seconds=_CAPACITY_SECONDS
    )
    capacity = closed.requests / closed.seconds
    print(
        f"{events} event(s) a request: capacity {capacity:.0f} requests/s at {_CAPACITY_CONNECTIONS} connections, "
        f"p50 {closed.percentile_ms(0.5):.1f} ms, p99 {closed.percentile_ms(0.99):.1f} ms"
    )
    crowd = Crowd(server.port, requests, connections=connections)
    await crowd.open()
    with _health(server.port, "normal"):
        normal = await crowd.load(per_second=capacity * _NORMAL_SHARE, seconds=seconds / 2)
    _report("normal", normal)
    with _health(server.port, "overload"):
        overload = await crowd.load(per_second=capacity * times, seconds=seconds)
    _report("overload", overload)
    after = await crowd.load(per_second=capacity * _NORMAL_SHARE, seconds=_AFTER_SECONDS)
    _report("after", after)
    as_before = max(_LEAST_SECONDS, at(normal.taken(), 0.99) * _AS_BEFORE)
    back = _back(after, as_before)
    print(f"  as before (p99 of a slice <= {as_before * 1000:.0f} ms, nobody refused) after {back}")
    crowd.close()


def _report(name: str, load: OpenLoad) -> None:
    taken, refused = load.taken(), load.refused()
    print(
        f"  {name:9} {load.due / load.seconds:7.0f}/s due, {len(taken) / load.seconds:7.0f}/s taken in "
        f"p50 {at(taken, 0.5) * 1000:6.1f} p99 {at(taken, 0.99) * 1000:7.1f} max {at(taken, 1.0) * 1000:7.1f} ms; "
        f"{len(refused) / load.seconds:7.0f}/s told to come again in p99 {at(refused, 0.99) * 1000:7.1f} ms; "
        f"{load.unsent} without a free connection, {load.unanswered} unanswered"
    )


def _back(load: OpenLoad, as_before: float) -> str:
    last_bad = -1
    for number in range(int(load.seconds / _SLICE_SECONDS)):
        begins = load.began + number * _SLICE_SECONDS
        inside = [answer for answer in load.answers if begins <= answer.sent < begins + _SLICE_SECONDS]
        is_slow = at(sorted(answer.seconds for answer in inside), 0.99) > as_before
        if not inside or is_slow or any(answer.status >= 300 for answer in inside):
            last_bad = number
    return f"{(last_bad + 1) * _SLICE_SECONDS:.2f} s"


@contextlib.contextmanager
def _health(port: int, name: str) -> Iterator[None]:
    probe = subprocess.Popen(
        [sys.executable, "-m", "bench.probe", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield
    finally:
        lines = probe.communicate()[0].splitlines()
        seconds = sorted(float(line.split()[0]) for line in lines)
        statuses = sorted({line.split()[1] for line in lines})
        print(
            f"  health, {name}: {len(seconds)} answers ({', '.join(statuses)}), p50 {at(seconds, 0.5) * 1000:.1f} ms, "
            f"max {at(seconds, 1.0) * 1000:.1f} ms"
        )


if __name__ == "__main__":
    main()
