"""Several collectors on one port: what they share, and what becomes of the clients of one that does not come up."""

import fcntl
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from e2e.journeys.test_ingestion import Sender, an_event
from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]

_BEACON = b'{"events":[{"xdm":{"eventType":"web.webpagedetails.pageViews"}}]}'

# Among two collectors, so many connections all go to one of them once in a billion times.
_CONNECTIONS = 30

# Less than a restart takes.
_PATIENCE_SECONDS = 0.5

_GIVE_UP_SECONDS = 60.0


def test_an_inlets_validations_are_counted_by_all_of_them_together(new_server: NewServer) -> None:
    environ = {"HELIOGRAPH_WORKERS": "2", "HELIOGRAPH_SYNC_VALIDATIONS_PER_MINUTE": "5"}
    server = new_server(environ=environ).start()
    sender = Sender(server)

    # Each on a connection of its own.
    answers = [
        sender.post(sender.message("demo-events", an_event(f"e{number}")), query="?syncValidation=true")[0]
        for number in range(_CONNECTIONS)
    ]

    assert answers == [200] * 5 + [429] * (_CONNECTIONS - 5)


def test_nobody_waits_for_one_that_cannot_start_and_it_serves_again_when_it_can(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_WORKERS": "2"}).start()
    partition = server.data_dir / "log" / "received" / "1"

    lock = os.open(partition / "lock", os.O_RDWR)
    os.kill(int(os.pread(lock, 20, 0)), signal.SIGKILL)
    # Whoever is the writer of the partition, it is not the collector that is started again.
    fcntl.flock(lock, fcntl.LOCK_EX)
    _until(lambda: all(_is_served(server) for _ in range(_CONNECTIONS)))
    written = _written(partition)

    os.close(lock)
    _until(lambda: _is_served(server) and _written(partition) > written)

    assert server.stop() == 0


def _is_served(server: Heliograph) -> bool:
    """On a connection of its own, without a wait."""
    url = f"{server.base_url}/ee/v1/collect?configId=demo"
    request = urllib.request.Request(url, data=_BEACON, headers={"content-type": "text/plain"})
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS):
            return True
    except urllib.error.HTTPError:
        # Answered, but not as a collector does that is well.
        raise
    except OSError:
        return False


def _written(partition: Path) -> int:
    """Changes with every event in it."""
    return (partition / "durable").stat().st_mtime_ns


def _until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _GIVE_UP_SECONDS
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)
