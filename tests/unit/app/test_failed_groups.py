import json
from pathlib import Path

import pytest

from server.app.failed_commands import Wanted, failed_list, failed_replay
from server.app.failed_groups import failed_groups
from server.app.installation import prepare
from server.cli import main
from server.model.outcome import Offset
from server.model.schema import Violation
from server.settings import Settings
from tests.builders import NOON_MS, a_failed, an_event
from tests.unit.app.test_failed_commands import happened

PRICE = (Violation(path="/price", keyword="required", message="the field `price` is missing"),)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an installation where three events failed, and one of them again."""
    made = Settings(data_dir=tmp_path)
    prepare(made, now_ms=NOON_MS)
    later = an_event(received_ms=NOON_MS + 1_000, rule="search")
    happened(made, a_failed(), a_failed(violations=PRICE, event=later), a_failed(), a_failed(origin=Offset(0)))
    return made


def test_groups_are_told_with_how_many_and_when_the_most_frequent_first(settings: Settings) -> None:
    first, second = failed_groups(settings, Wanted())

    assert (first["field"], first["events"], first["share"], first["newest"]) == ("/web", 2, 0.6667, 2)
    assert (second["field"], second["keyword"], second["rule"]) == ("/price", "required", "search")
    assert second["first"] == second["last"] == "2026-01-01T12:00:01.000Z"


def test_a_group_is_listed_and_replayed_by_its_id(settings: Settings) -> None:
    price = failed_groups(settings, Wanted(since_ms=NOON_MS + 1_000))[0]["id"]

    assert [each["offset"] for each in failed_list(settings, Wanted(group=price), limit=10)] == [1]
    assert failed_replay(settings, Wanted(group=price), by="ada").replayed == 1
    assert failed_replay(settings, Wanted(group=price), by="ada").passed_over == 1


def test_the_command_prints_a_line_a_group_or_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir = ["--data-dir", str(settings.data_dir)]

    assert main(["failed", "groups", "--limit", "1", *data_dir]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split("\t")[1:3] == ["2", "66.7%"]
    assert "/web type" in line

    assert main(["failed", "groups", "--json", *data_dir]) == 0
    assert [each["events"] for each in json.loads(capsys.readouterr().out)] == [2, 1]

    with pytest.raises(SystemExit):
        main(["failed", "list", "--group", "none", *data_dir])
