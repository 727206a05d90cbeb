"""`heliograph failed replay --edit`: looked at first, then done."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.app.failed_commands import (
    ReplayReport,
    Wanted,
    failed_rehearse,
    failed_rehearse_some,
    failed_replay,
    failed_replay_some,
)
from server.app.installation import prepare
from server.app.logs import open_partition, open_reader
from server.app.readers import open_database
from server.cli import main
from server.eventlog.topics import Topic
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Position
from server.model.replay import Replay
from server.prep.patch import PatchFault
from server.settings import Settings
from server.store.configuration import add_dataset, add_schema
from tests.builders import NOON_MS, SCHEMA_ID, a_dataset, a_failed, an_event, encoded

UNREADABLE = FailedEvent(
    source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read", raw="AAAA"
)
SCHEMA: JsonObject = {
    "$id": SCHEMA_ID,
    "title": "Counts",
    "type": "object",
    "properties": {"_id": {"type": "string"}, "count": {"type": "integer"}, "note": {"type": "string"}},
}
MEND = "count = to_integer(count)"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an installation with a dataset of counts, and three failed events: "7", "many", and one nobody can read."""
    made = Settings(data_dir=tmp_path)
    prepare(made, now_ms=NOON_MS)

    def add(connection: Any) -> None:
        add_schema(connection, SCHEMA, now_ms=NOON_MS)
        add_dataset(connection, a_dataset(), now_ms=NOON_MS)

    database = open_database(made)
    database.write_sync(add)
    database.close()

    async def fail() -> None:
        log = open_partition(made, Topic.FAILED)
        counted = [
            a_failed(event=an_event(xdm={"_id": f"e-{count}", "count": count}, id=f"e-{count}"))
            for count in ("7", "many")
        ]
        await log.append([encoded(each) for each in (*counted, UNREADABLE)])
        await log.close()

    asyncio.run(fail())
    return made


def replays(settings: Settings) -> list[Replay]:
    async def read() -> list[Replay]:
        log = open_reader(settings.data_dir, Topic.REPLAYS)
        records = await log.read(after=BEFORE_FIRST, limit=100)
        await log.close()
        return [msgspec.json.decode(record.value, type=Replay) for record in records]

    return asyncio.run(read())


def test_a_rehearsal_tells_how_many_would_pass_and_what_is_wrong_with_others(settings: Settings) -> None:
    found = failed_rehearse(settings, Wanted(), edit=MEND)

    assert (found.passing, found.failing, found.unreadable) == (1, 1, 1)
    assert [path for path, _ in found.faults] == ["/count"]
    assert [(line, number) for (line, _), number in found.idle.items()] == [("1", 1)]
    assert [each.edited.after.xdm["count"] for each in found.samples] == [7, "many"]
    assert replays(settings) == []


def test_without_an_edit_a_rehearsal_tells_what_a_plain_replay_would_bring(settings: Settings) -> None:
    found = failed_rehearse_some(settings, [0])

    assert (found.passing, found.failing) == (0, 1)


def test_what_is_edited_is_replayed_with_the_edit_that_was_made(settings: Settings) -> None:
    assert failed_replay_some(settings, [0], by="ada", edit=MEND) == ReplayReport(replayed=1)

    (replay,) = replays(settings)
    assert (replay.failed, replay.xdm["count"], replay.edit, replay.replayed_by) == (0, 7, MEND, "ada")


def test_all_that_match_are_edited_but_those_that_were_replayed_before(settings: Settings) -> None:
    failed_replay_some(settings, [0], by="ada")

    report = failed_replay(settings, Wanted(), by="bob", edit='note = "mended"')

    assert report == ReplayReport(replayed=1, unreadable=1, passed_over=1)
    assert [(each.failed, each.xdm.get("note")) for each in replays(settings)] == [(0, None), (1, "mended")]


def test_an_edit_that_cannot_be_replays_nothing(settings: Settings) -> None:
    with pytest.raises(PatchFault):
        failed_replay(settings, Wanted(), by="ada", edit="unheard.of = 1")

    assert replays(settings) == []


def test_the_command_shows_before_and_after_and_then_replays(
    settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    edit = tmp_path / "mend.txt"
    edit.write_text(f"# counts came as texts\n{MEND}\n", encoding="utf-8")
    command = ["failed", "replay", "--all", "--edit", f"@{edit}", "--data-dir", str(settings.data_dir)]

    assert main([*command, "--preview"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert replays(settings) == []
    assert main(command) == 0

    assert '  -  "count": "7"' in shown
    assert '  +  "count": 7' in shown
    assert "1 would pass, 1 would fail again; nothing was replayed" in shown
    assert any(line.startswith("line 2 changed nothing in 1: ") for line in shown)
    assert [each.xdm["count"] for each in replays(settings)] == [7, "many"]


def test_a_faulty_edit_is_told_by_its_lines(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["failed", "replay", "0", "--edit", "count = 1\nnonsense", "--data-dir", str(settings.data_dir)])

    told = capsys.readouterr().err.splitlines()
    assert code == 1
    assert told[0] == "line 2: write `path = expression`, or `remove path`"
    assert told[-1].startswith("heliograph: nothing was replayed")


def test_a_file_that_is_not_there_is_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["failed", "replay", "0", "--edit", "@/no/such/file", "--data-dir", str(settings.data_dir)])

    assert (code, replays(settings)) == (1, [])
    assert "cannot read /no/such/file" in capsys.readouterr().err
