"""kill -9 of everything, the command included, while many failed events are edited and replayed."""

import json
import logging
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable

import pytest

from e2e.faults.processes import kill_everything
from e2e.server import Heliograph

_log = logging.getLogger(__name__)

NewServer = Callable[..., Heliograph]

# Two pieces of the command and two batches of the core a round, which take tens of milliseconds: a kill falls between
# two of them, or into one.
ROUNDS = 3
ROUND_EVENTS = 1_000
EVENTS = ROUNDS * ROUND_EVENTS
BEACON_EVENTS = 25

EDIT = "device.screenHeight = to_integer(device.screenHeight)"

LONGEST_MOMENT_SECONDS = 0.03
BEGUN_SECONDS = 30.0


def _send_broken(server: Heliograph, first: int) -> None:
    events = [
        {"xdm": {"_id": f"e-{number}", "device": {"screenHeight": "900"}}}
        for number in range(first, first + BEACON_EVENTS)
    ]
    request = urllib.request.Request(
        f"{server.base_url}/ee/v1/interact?configId=demo",
        data=json.dumps({"events": events}).encode(),
        headers={"content-type": "text/plain"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def _log_bytes(server: Heliograph, topic: str) -> int:
    return sum(path.stat().st_size for path in (server.data_dir / "log" / topic).rglob("*.log"))


def _begin_replay(server: Heliograph) -> "subprocess.Popen[bytes]":
    """The command, once it has stored more of the replay than was there before."""
    before = _log_bytes(server, "replays")
    command = [sys.executable, "-m", "server", "failed", "--data-dir", str(server.data_dir)]
    begun = subprocess.Popen(
        [*command, "replay", "--all", "--edit", EDIT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + BEGUN_SECONDS
    while _log_bytes(server, "replays") == before and begun.poll() is None:
        assert time.monotonic() < give_up, "nothing was replayed"
        time.sleep(0.002)
    return begun


@pytest.mark.timeout(240)
def test_a_replay_that_is_killed_and_sent_again_brings_every_event_once(new_server: NewServer) -> None:
    seed = random.randrange(2**32)  # noqa: S311  (moments, no secrets)
    _log.warning("seed %d", seed)
    moments = random.Random(seed)  # noqa: S311
    server = new_server(environ={"HELIOGRAPH_WORKERS": "1"}).start()
    port = int(server.base_url.rsplit(":", 1)[1])

    for number in range(ROUNDS):
        for first in range(number * ROUND_EVENTS, (number + 1) * ROUND_EVENTS, BEACON_EVENTS):
            _send_broken(server, first)
        server.run("wait", "--timeout", "50")
        command = _begin_replay(server)
        time.sleep(moments.uniform(0, LONGEST_MOMENT_SECONDS))
        command.kill()
        kill_everything(server)
        command.wait(timeout=10)
        server.start(port=port)
    server.run("failed", "replay", "--all", "--edit", EDIT)
    # What was repaired is repaired: named by its number, an event is replayed whatever became of it before.
    server.run("failed", "replay", *(str(number) for number in range(0, EVENTS, 10)), "--edit", EDIT)
    server.run("wait", "--timeout", "50")

    exported = server.run("export", "demo-events", "--format", "jsonl").stdout
    found = [json.loads(line) for line in exported.splitlines()]
    assert Counter(each["_id"] for each in found) == Counter(f"e-{number}" for number in range(EVENTS))
    assert {each["device"]["screenHeight"] for each in found} == {900}
    events = json.loads(server.run("info", "--json").stdout)["events"]
    assert events["received"] == events["processed"] + events["failed"]
    assert server.stop() == 0
