"""Whether clients notice that a sink is down (R6): the latency of events before, during and after.

    python -m bench.outage [--seconds 20] [--rate 300]

An open loop of single events, each durable before its answer, to the real server with one collector, bound to core 0.
Then the lake's directory is taken away and something else put in its place, so that no commit succeeds, and put back.
The 99th percentile is that of slices, of which the median counts: what else this machine does comes and goes.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop

from bench.beacons import edge_request
from bench.open_load import Crowd, OpenLoad, at
from bench.servers import LOAD_CORE, Server, bind, start_ours

_CONNECTIONS = 64
_REQUESTS = 240
_SLICE_SECONDS = 2.0
_MOST_TIMES = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each of the three")
    parser.add_argument("--rate", type=float, default=300.0, metavar="EVENTS_PER_SECOND")
    given = parser.parse_args()
    bind(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory() as directory:
        server = start_ours(Path(directory))
        try:
            uvloop.run(_outage(server, Path(directory), given.rate, given.seconds))
        finally:
            server.stop()


async def _outage(server: Server, data_dir: Path, rate: float, seconds: float) -> None:
    crowd = Crowd(server.port, [edge_request(index) for index in range(_REQUESTS)], connections=_CONNECTIONS)
    await crowd.open()
    await crowd.load(per_second=rate, seconds=_SLICE_SECONDS)
    normal = _report("normal", await crowd.load(per_second=rate, seconds=seconds), data_dir)
    lake, away = data_dir / "lake", data_dir / "lake.away"
    lake.rename(away)
    lake.write_text("no directory: nothing can be committed here", encoding="ascii")
    down = _report("lake down", await crowd.load(per_second=rate, seconds=seconds), data_dir)
    lake.unlink()
    away.rename(lake)
    _report("lake back", await crowd.load(per_second=rate, seconds=seconds), data_dir)
    crowd.close()
    print(f"p99 while the lake was down: {down / normal:.2f} times the normal one (goal: at most {_MOST_TIMES:g})")


def _report(name: str, load: OpenLoad, data_dir: Path) -> float:
    """The median of the slices' 99th percentiles, in seconds."""
    taken = load.taken()
    slices: dict[int, list[float]] = {}
    for answer in load.answers:
        slices.setdefault(int((answer.sent - load.began) / _SLICE_SECONDS), []).append(answer.seconds)
    p99 = statistics.median(at(sorted(seconds), 0.99) for seconds in slices.values())
    lags = ", ".join(f"{sink['name']} {sink['lag']}" for sink in _info(data_dir)["sinks"])
    print(
        f"{name:10} {len(taken)} of {load.due} taken in p50 {at(taken, 0.5) * 1000:.1f} ms, "
        f"p99 {at(taken, 0.99) * 1000:.1f} ms, of slices {p99 * 1000:.1f} ms; events that sinks lack: {lags}"
    )
    return p99


def _info(data_dir: Path) -> dict[str, list[dict[str, object]]]:
    command = [sys.executable, "-m", "server", "info", "--json", "--data-dir", str(data_dir)]
    found: dict[str, list[dict[str, object]]] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return found


if __name__ == "__main__":
    main()
