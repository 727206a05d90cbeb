"""From SIGTERM to the end: balancers first, then clients, then the process (reliability-security R10)."""

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from e2e.faults.accounts import assert_accounts_close
from e2e.faults.load import Load
from e2e.faults.processes import children
from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]

# Long enough to look around in, on a busy machine.
_DRAIN_SECONDS = 6.0

# Beyond it: supervisor.py's, and a busy machine's.
_STOP_SECONDS = 8.0


def test_r10_a_server_that_stops_says_so_first_and_serves_on(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_DRAIN_SECONDS": str(_DRAIN_SECONDS)}).start()

    with Load(server).running() as load:
        load.await_acknowledged(50)
        assert _status(f"{server.base_url}/health/ready") == 200
        os.kill(server.pid, signal.SIGTERM)
        began = time.monotonic()
        while _status(f"{server.base_url}/health/ready") != 503:
            assert time.monotonic() - began < _DRAIN_SECONDS
        # On connections that were there before, and on new ones: of each health check, and of this load.
        with Load(server, name="late").running() as late:
            late.await_acknowledged(50)
        assert time.monotonic() - began < _DRAIN_SECONDS
        assert _status(f"{server.base_url}/health/live") == 200

    assert server.wait() == 0
    assert _DRAIN_SECONDS <= time.monotonic() - began < _DRAIN_SECONDS + _STOP_SECONDS
    server.start()
    assert_accounts_close(server, load, late)
    assert server.stop() == 0


def test_r10_who_interrupts_it_does_not_wait(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_DRAIN_SECONDS": "60"}).start()

    os.kill(server.pid, signal.SIGTERM)
    while _status(f"{server.base_url}/health/ready") != 503:
        pass
    os.kill(server.pid, signal.SIGINT)

    began = time.monotonic()
    assert server.wait() == 0
    assert time.monotonic() - began < _STOP_SECONDS


def test_r11_while_processes_are_renewed_nobody_is_refused_and_everybody_answered(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_WORKERS": "2"}).start()
    before = children(server)

    with Load(server).running() as load:
        load.await_acknowledged(50)
        first = _processes(server)
        os.kill(server.pid, signal.SIGUSR1)
        while _processes(server) & first or len(_processes(server)) != len(first):
            load.await_acknowledged(1)
        load.await_acknowledged(50)

    assert (load.refused, load.unanswered, set(load.answers)) == (0, 0, {204})
    assert children(server).keys() == before.keys()
    assert_accounts_close(server, load)
    assert server.stop() == 0


def test_children_of_a_supervisor_that_was_killed_do_not_drain(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_DRAIN_SECONDS": "60"}).start()
    running = children(server)

    server.kill()

    began = time.monotonic()
    while any(Path(f"/proc/{pid}").exists() for pid in running.values()):
        assert time.monotonic() - began < _STOP_SECONDS
        time.sleep(0.05)


def _processes(server: Heliograph) -> set[str]:
    return set(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split())


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
