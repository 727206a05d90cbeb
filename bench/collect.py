"""CPU and latency of the collector, every event durable before its answer, beside a floor in the same run.

    python -m bench.collect [--rounds 5] [--seconds 2] [--only NAME] [--connections 1,4,16,64]

The floor is a raw ASGI application that reads the body and answers 204, on the same uvicorn (uvloop, httptools, same
flags); beside it stands a bare Starlette route. Rounds alternate between all of them. The server is bound to core 0 and
this generator to core 1 where the machine has two. What is sent to collect is of 240 visitors, who send again and
again; strangers are so many that a collector has forgotten each when it comes again. CPU is the collector's own, from
/proc; what is to be quoted is its ratio to the floor's request of the same round. Foreign load is what neither of the
two used: with much of it, latencies and rates mean nothing, and ratios little.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.beacons import Inlet, edge_request, packed
from bench.load import Load, run_load
from bench.servers import LOAD_CORE, Server, bind, busy_seconds, own_cpu_seconds, start_floor, start_ours

_WARM_UP_SECONDS = 1.0
_BATCH = 50
_REQUESTS = 240
_BATCHES = 24

# More visitors than a collector remembers the heads of (server/web/collect/heads.py): it meets each as a stranger.
_STRANGERS = 9_600


@dataclass(frozen=True, kw_only=True)
class Case:
    """``events``: in each request. ``spread``: how far apart two connections are in the requests."""

    name: str
    server: Server
    requests: list[bytes]
    connections: int
    events: int = 1
    spread: int = 1


@dataclass
class Figures:
    """One value a round. ``cpu_us``: of an event."""

    cpu_us: list[float] = field(default_factory=list)
    foreign: list[float] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", default="", metavar="NAME", help="cases whose names hold this, and the floor")
    parser.add_argument("--connections", default="64", help="of single events, for example 1,4,16,64")
    given = parser.parse_args()
    bind(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory() as directory:
        raw, starlette, ours = start_floor("raw"), start_floor("starlette"), start_ours(Path(directory))
        try:
            connections = [int(count) for count in given.connections.split(",")]
            cases = _cases(raw, starlette, ours, data_dir=Path(directory), connections=connections)
            chosen = [case for case in cases if given.only in case.name or case.name.startswith("floor")]
            figures = _measure(chosen, given.rounds, given.seconds)
            print(f"collector: {ours.rss_bytes() / 2**20:.0f} MiB after the run")
        finally:
            for server in (raw, starlette, ours):
                server.stop()
    _report(chosen, figures)


def _cases(raw: Server, starlette: Server, ours: Server, *, data_dir: Path, connections: list[int]) -> list[Case]:
    inlet = Inlet(data_dir)
    collect = [edge_request(index) for index in range(_REQUESTS)]
    interact = [edge_request(index, "interact") for index in range(_REQUESTS)]
    plain = [inlet.batch(index, _BATCH) for index in range(_BATCHES)]
    gzipped = [inlet.batch(index, _BATCH, pack=packed) for index in range(_BATCHES)]
    cases = []
    for count in connections:
        cases += [
            Case(name=f"floor/{count}", server=raw, requests=collect, connections=count),
            Case(name=f"Starlette route/{count}", server=starlette, requests=collect, connections=count),
            Case(name=f"collect/{count}", server=ours, requests=collect, connections=count),
        ]
    most = max(connections)
    strangers = [edge_request(index) for index in range(_STRANGERS)]
    return [
        *cases,
        Case(name=f"strangers/{most}", server=ours, requests=strangers, connections=most, spread=_STRANGERS // most),
        Case(name=f"interact/{most}", server=ours, requests=interact, connections=most),
        Case(
            name=f"inlet/{most}",
            server=ours,
            requests=[inlet.single(index) for index in range(_REQUESTS)],
            connections=most,
        ),
        Case(name=f"batch of {_BATCH}/16", server=ours, requests=plain, connections=16, events=_BATCH),
        Case(name=f"batch of {_BATCH}, gzip/16", server=ours, requests=gzipped, connections=16, events=_BATCH),
    ]


def _measure(cases: list[Case], rounds: int, seconds: float) -> dict[str, Figures]:
    figures = {case.name: Figures() for case in cases}
    for number in range(rounds + 1):
        for case in cases:
            cpu, own, busy = case.server.cpu_seconds(), own_cpu_seconds(), busy_seconds()
            load = uvloop.run(
                run_load(
                    "127.0.0.1",
                    case.server.port,
                    case.requests,
                    connections=case.connections,
                    seconds=seconds if number else _WARM_UP_SECONDS,
                    spread=case.spread,
                )
            )
            if load.errors:
                raise SystemExit(f"{case.name}: {load.errors} of {load.requests} requests were not answered with a 2xx")
            if not number:
                continue
            cpu = case.server.cpu_seconds() - cpu
            found = figures[case.name]
            found.cpu_us.append(cpu / load.requests / case.events * 1e6)
            found.foreign.append((busy_seconds() - busy - cpu - (own_cpu_seconds() - own)) / load.seconds)
            found.loads.append(load)
    return figures


def _report(cases: list[Case], figures: dict[str, Figures]) -> None:
    print(f"{'':24}  CPU µs  × floor  (range)        events/s  p50 ms  p99 ms  foreign")
    for case in cases:
        found = figures[case.name]
        floor = figures.get(f"floor/{case.connections}") or figures[_largest_floor(figures)]
        ratios = [cpu / base for cpu, base in zip(found.cpu_us, floor.cpu_us, strict=True)]
        rate = statistics.median(load.requests * case.events / load.seconds for load in found.loads)
        p50, p99 = (statistics.median(load.percentile_ms(share) for load in found.loads) for share in (0.5, 0.99))
        spread = f"({min(ratios):.2f}–{max(ratios):.2f})"
        print(
            f"{case.name:24}{statistics.median(found.cpu_us):8.1f} {statistics.median(ratios):8.2f}  {spread:13}"
            f" {rate:9.0f} {p50:7.2f} {p99:7.2f} {statistics.median(found.foreign):8.2f}"
        )


def _largest_floor(figures: dict[str, Figures]) -> str:
    """The floor of batches is its own request of a single event, at as many connections as were asked for."""
    return max((name for name in figures if name.startswith("floor/")), key=lambda name: int(name.partition("/")[2]))


if __name__ == "__main__":
    main()
