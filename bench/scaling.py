"""Two collectors beside one: events a second, the load generator on the same cores.

    python -m bench.scaling [--rounds 5] [--seconds 3] [--connections 16]

Both servers run unbound, and take turns. Batches of 50 and single events; how evenly two collectors share the
connections is the smaller one's part of their CPU. Quote the ratio: rates on a machine that does other things mean
nothing.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import uvloop

from bench.beacons import Inlet, edge_request
from bench.load import run_load
from bench.servers import Server, start_ours

_BATCH = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        servers = [
            (start_ours(Path(one), workers=1, is_bound=False), Inlet(Path(one))),
            (start_ours(Path(two), workers=2, is_bound=False), Inlet(Path(two))),
        ]
        try:
            for name, size in (("batches of 50", _BATCH), ("single events", 1)):
                _compare(name, size, servers, given.rounds, given.seconds, given.connections)
        finally:
            for server, _ in servers:
                server.stop()


def _compare(
    name: str, size: int, servers: list[tuple[Server, Inlet]], rounds: int, seconds: float, connections: int
) -> None:
    rates: list[list[float]] = [[], []]
    shares: list[float] = []
    for number in range(rounds + 1):
        for index, (server, inlet) in enumerate(servers):
            requests = [inlet.batch(each, size) if size > 1 else edge_request(each) for each in range(24)]
            before = server.cpu_by_process()
            load = uvloop.run(
                run_load(
                    "127.0.0.1", server.port, requests, connections=connections, seconds=seconds if number else 1.0
                )
            )
            if load.errors:
                raise SystemExit(f"{name}: {load.errors} of {load.requests} requests were not answered with a 2xx")
            if number:
                rates[index].append(load.requests * size / load.seconds)
                used = [after - earlier for after, earlier in zip(server.cpu_by_process(), before, strict=True)]
                if len(used) > 1:
                    shares.append(min(used) / sum(used))
    ratios = [two / one for one, two in zip(*rates, strict=True)]
    print(
        f"{name:14} {statistics.median(rates[0]):8.0f} events/s with one, {statistics.median(rates[1]):8.0f} with two"
        f"   × {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        f"   the smaller of two did {statistics.median(shares):.0%}"
    )


if __name__ == "__main__":
    main()
