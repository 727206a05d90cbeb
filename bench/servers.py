"""The servers that are compared: a floor, and ours; in processes of their own, on core 0 where there are two."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

SERVER_CORE, LOAD_CORE = 0, 1


class Server:
    """``pids``: the processes whose CPU counts. ``parent``: that started them, and others."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, pids: list[int]) -> None:
        self.port, self.pids, self.parent = port, pids, process.pid
        self._process = process

    def cpu_seconds(self) -> float:
        return sum(self.cpu_by_process())

    def cpu_by_process(self) -> list[float]:
        return [_cpu_seconds(pid) for pid in self.pids]

    def rss_bytes(self) -> int:
        """Of the largest."""
        return max(_rss_bytes(pid) for pid in self.pids)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=15)


def start_floor(name: str) -> Server:
    """``raw`` or ``starlette``: bench/floor.py."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.floor", name, str(port)])
    bind(process.pid, {SERVER_CORE})
    _await_port(port)
    return Server(process, port, [process.pid])


def start_ours(directory: Path, *, workers: int = 1, is_bound: bool = True) -> Server:
    """The whole of Heliograph with the demo; what counts are its collectors. ``is_bound``: to one core each."""
    port = free_port()
    command = [sys.executable, "-m", "server", "serve", "--demo", "--workers", str(workers), "--port", str(port)]
    process = subprocess.Popen([*command, "--data-dir", str(directory)], stdout=subprocess.DEVNULL)
    _await_port(port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=30) as answer:
        assert answer.status == 200
    collectors = [
        pid for pid in children(process.pid) if b"INTERNAL_ROLE=collect" in Path(f"/proc/{pid}/environ").read_bytes()
    ]
    for other in children(process.pid) if is_bound else []:
        bind(other, {LOAD_CORE})
    for index, collector in enumerate(collectors if is_bound else []):
        bind(collector, {(SERVER_CORE + index) % (os.cpu_count() or 1)})
    return Server(process, port, collectors)


def bind(pid: int, cores: set[int]) -> None:
    """With all its threads. ``pid`` 0: this process."""
    if (os.cpu_count() or 1) >= 2:
        for thread in Path(f"/proc/{pid or 'self'}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)


def busy_seconds() -> float:
    """Of all cores together, whoever it was."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, soft_irq, *_ = (int(field) for field in fields)
    return (user + nice + system + irq + soft_irq) / _TICKS_PER_SECOND


def own_cpu_seconds() -> float:
    return _cpu_seconds(os.getpid())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def _rss_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _await_port(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")
