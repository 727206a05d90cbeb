"""kill -9 at any moment: after the batches are offered again, the store is what it had been without."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from server.model.outcome import Offset, Processed
from tests.unit.profile.builders import a_step

EVENTS = 3_000
BATCH = 20
KILLS = 12

# Applies the stream from where the store says that it is, in batches, and says so after each.
PROGRAM = """
import asyncio, sys
from pathlib import Path
from server.profile.store import SqliteProfileStore
from tests.unit.profile.test_crash import BATCH, stream

async def main():
    store = SqliteProfileStore(Path(sys.argv[1]))
    await store.open()
    steps = stream()
    # One batch earlier than it could, as after a crash between the store and the event log's own commit.
    start = max(0, await store.committed() + 1 - BATCH)
    for begin in range(start, len(steps), BATCH):
        await store.apply(steps[begin:begin + BATCH])
        print(begin, flush=True)
    await store.close()

asyncio.run(main())
"""


def stream() -> list[tuple[Offset, Processed]]:
    """Logins, shared browsers, mergers: the same every time."""
    chance = random.Random(7)  # noqa: S311  (no secret)
    steps = []
    for n in range(EVENTS):
        identities = [f"ECID:{chance.randrange(1, 300)}"]
        if chance.random() < 0.2:
            identities.append(f"CustomerId:{chance.randrange(1, 120)}")
        if chance.random() < 0.05:
            identities.append(f"Email:{chance.randrange(1, 120)}@example.com")
        steps.append(a_step(n, *identities))
    return steps


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the store holds, whatever its order on disk."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    whole = {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608
    connection.close()
    return whole


def run(path: Path, *, kill_after: int | None) -> bool:
    """Whether the program came to its end; with ``kill_after`` it is killed once it has applied so many batches."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for applied, _line in enumerate(process.stdout, start=1):
            if applied == kill_after:
                process.send_signal(signal.SIGKILL)  # it is in the middle of the next batch, wherever that is
        return process.wait(timeout=60) == 0


def test_after_kill_9_and_replay_the_store_is_as_without(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311  (no secret)
    assert run(tmp_path / "whole.sqlite", kill_after=None)

    killed = [run(tmp_path / "killed.sqlite", kill_after=chance.randrange(1, 12)) for _ in range(KILLS)]
    assert run(tmp_path / "killed.sqlite", kill_after=None)

    assert not any(killed)
    after, expected = content(tmp_path / "killed.sqlite"), content(tmp_path / "whole.sqlite")
    assert len(after["events"]) == EVENTS
    assert after == expected
