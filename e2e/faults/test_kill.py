"""kill -9 at random moments under load, and SIGTERM."""

import logging
import random
import time
from collections.abc import Callable

import pytest

from e2e.faults.accounts import assert_accounts_close
from e2e.faults.load import Load
from e2e.faults.processes import kill, kill_everything
from e2e.server import Heliograph

_log = logging.getLogger(__name__)

NewServer = Callable[..., Heliograph]

# Small files, so that a new segment is begun every few dozen events: some of the kills fall into that.
SMALL_SEGMENTS = {"HELIOGRAPH_EVENT_LOG_SEGMENT_BYTES": "65536", "HELIOGRAPH_WORKERS": "1"}

# Collector, core, both, collector, and everything with the supervisor: four times. The supervisor waits ever longer
# before it starts again what dies so often; being killed itself, it forgets that.
ROUNDS = 4
KILLS = (("collect",), ("process",), ("collect", "process"), ("collect",))

LONGEST_MOMENT_SECONDS = 0.4

STOP_SECONDS = 10.0

# Ten acknowledged at least between two kills, and at most eight clients in a group: far more come than this.
LEAST_SEGMENTS = 12

# Some thirty processes are started: half a minute, and three times that where the cores have other work.
LONGEST_TEST_SECONDS = 240


def some_moments() -> random.Random:
    """Others each time; the seed is told when the test fails."""
    seed = random.randrange(2**32)  # noqa: S311  (moments, no secrets)
    _log.warning("seed %d", seed)
    return random.Random(seed)  # noqa: S311


@pytest.mark.timeout(LONGEST_TEST_SECONDS)
def test_20_kills_at_random_moments_lose_nothing_acknowledged_and_invent_nothing(new_server: NewServer) -> None:
    moments = some_moments()
    server = new_server(environ=SMALL_SEGMENTS).start()
    port = int(server.base_url.rsplit(":", 1)[1])
    killed = 0

    with Load(server).running() as load:
        for _ in range(ROUNDS):
            for roles in KILLS:
                load.await_acknowledged(10)
                time.sleep(moments.uniform(0, LONGEST_MOMENT_SECONDS))
                kill(server, *roles)
                killed += 1
            load.await_acknowledged(10)
            time.sleep(moments.uniform(0, LONGEST_MOMENT_SECONDS))
            kill_everything(server)
            killed += 1
            server.start(port=port)
        load.await_acknowledged(10)

    assert killed == 20
    assert_accounts_close(server, load)
    assert server.stop() == 0


def test_kills_while_segments_are_begun_and_sealed_lose_nothing_acknowledged(new_server: NewServer) -> None:
    """Two events fill a segment, so that every group begins one, and most of what the writer does is rolling."""
    moments = some_moments()
    server = new_server(environ=SMALL_SEGMENTS).start()
    port = int(server.base_url.rsplit(":", 1)[1])

    with Load(server, padding_bytes=30_000).running() as load:
        for _ in range(2):
            for _ in range(4):
                load.await_acknowledged(10)
                time.sleep(moments.uniform(0, LONGEST_MOMENT_SECONDS))
                kill(server, "collect")
            load.await_acknowledged(10)
            kill_everything(server)
            server.start(port=port)
        load.await_acknowledged(10)

    assert_accounts_close(server, load)
    segments = list((server.data_dir / "log" / "received" / "0").glob("*.log"))
    assert len(segments) > LEAST_SEGMENTS
    assert server.stop() == 0


def test_sigterm_under_load_ends_with_0_in_time_and_loses_nothing(new_server: NewServer) -> None:
    server = new_server(environ=SMALL_SEGMENTS).start()

    with Load(server).running() as load:
        load.await_acknowledged(200)
        began = time.monotonic()
        code = server.stop()
        took_seconds = time.monotonic() - began

    assert code == 0, "\n".join(server.output)
    assert took_seconds < STOP_SECONDS
    server.start()
    assert_accounts_close(server, load)


def test_a_supervisor_that_is_killed_can_be_started_again_at_once(new_server: NewServer) -> None:
    """Its children notice, and finish what is in flight; the new ones wait for them to let go of the log."""
    server = new_server(environ=SMALL_SEGMENTS).start()
    port = int(server.base_url.rsplit(":", 1)[1])

    with Load(server).running() as load:
        load.await_acknowledged(100)
        server.kill()
        server.start(port=port)
        load.await_acknowledged(100)

    assert_accounts_close(server, load)
    assert server.stop() == 0
