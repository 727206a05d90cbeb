import asyncio
import json
from pathlib import Path

import pytest

from server.app.installation import prepare
from server.app.letter_commands import letters_list, letters_retry, letters_retry_some
from server.app.logs import open_partition
from server.app.not_found import NotFound
from server.cli import main
from server.eventlog.topics import Topic
from server.settings import Settings
from tests.builders import NOON_MS, a_letter, encoded
from tests.unit.app.test_failed_commands import replays


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an installation where the lake refused two events, and the profile store one."""
    made = Settings(data_dir=tmp_path)
    prepare(made, now_ms=NOON_MS)

    async def append() -> None:
        log = open_partition(made, Topic.DEAD_LETTERS)
        await log.append([encoded(a_letter()), encoded(a_letter(sink="profile")), encoded(a_letter())])
        await log.close()

    asyncio.run(append())
    return made


def test_the_newest_are_listed_first_with_reason_and_cure(settings: Settings) -> None:
    found = letters_list(settings, limit=2)

    assert [(each["offset"], each["sink"]) for each in found] == [(2, "lake"), (1, "profile")]
    assert found[0]["reason"] == "price is text in the table and a number in the schema"
    assert found[0]["cure"] == "Undo the change of the schema, then retry."
    assert found[0]["retried"] is None
    assert [each["offset"] for each in letters_list(settings, sink="profile", limit=9)] == [1]


def test_all_of_a_sink_are_retried_once(settings: Settings) -> None:
    assert letters_retry(settings, sink="lake", by="ada") == 2
    assert letters_retry(settings, by="ada") == 1
    assert letters_retry(settings, by="ada") == 0

    assert [(each["letter"], each["sink"]) for each in replays(settings)] == [(2, "lake"), (0, "lake"), (1, "profile")]
    assert letters_list(settings, limit=1)[0]["retried"]["by"] == "ada"


def test_what_does_not_exist_is_refused_and_nothing_is_retried(settings: Settings) -> None:
    for refused in (
        lambda: letters_retry_some(settings, [0, 7], by="ada"),
        lambda: letters_retry(settings, sink="none", by="ada"),
        lambda: letters_list(settings, sink="none", limit=1),
    ):
        with pytest.raises(NotFound, match="there is no"):
            refused()

    assert replays(settings) == []


def test_the_commands_print_lines_or_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir = ["--data-dir", str(settings.data_dir)]

    assert main(["failed", "retry", "1", *data_dir]) == 0
    assert capsys.readouterr().out == "1 to be offered again; `heliograph wait` returns when they are\n"
    assert main(["failed", "retry", "1", "--all", *data_dir]) == 1

    assert main(["failed", "letters", *data_dir]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[5]) for line in lines] == [("2", "open"), ("1", "retried"), ("0", "open")]
    assert main(["failed", "letters", "--json", "--limit", "1", *data_dir]) == 0
    assert [each["offset"] for each in json.loads(capsys.readouterr().out)] == [2]
