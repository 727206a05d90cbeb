import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.app.installation import prepare
from server.cli import main
from server.settings import load_settings
from tests.builders import NOON_MS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("list")``: exit code, output and errors of `heliograph datastream list`, where the demo is installed."""
    directory = tmp_path / "var"
    directory.mkdir()
    settings, _ = load_settings({}, options={"data_dir": str(directory), "demo": "on"})
    prepare(settings, now_ms=NOON_MS)
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(directory))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["datastream", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def test_what_is_shown_can_be_changed_and_saved(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    run("show", "demo", "-o", str(path))
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"id": "shop", "consent": {"default": "pending"}}), encoding="utf-8")

    added, again = run("save", str(path)), run("save", str(path))

    assert (added[:2], again[:2]) == ((0, "added shop\n"), (0, "replaced shop\n"))
    saved = json.loads(run("show", "shop")[1])
    assert saved["consent"] == {"default": "pending", "gpc": "mark", "dnt": "anonymous", "tcfVendor": 565}
    assert [line.split("\t")[0] for line in run("list")[1].splitlines()] == ["demo", "shop"]


def test_a_document_that_cannot_be_is_refused_with_every_fault(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("show", "demo")[1])
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(document | {"datasetId": "x", "allowedOrigins": ["y"]}), encoding="utf-8")

    code, _, errors = run("save", str(path))

    assert code == 1
    assert "$.datasetId" in errors
    assert "$.allowedOrigins[0]" in errors
    assert "nothing was changed" in errors
    assert json.loads(run("show", "demo")[1]) == document


def test_what_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    assert "there is demo" in run("show", "nobody")[2]
    assert "cannot read" in run("save", str(tmp_path / "none.json"))[2]


def test_one_that_nothing_sends_to_is_deleted_and_brought_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    document = json.loads(run("show", "demo")[1])
    path.write_text(json.dumps(document | {"id": "shop"}), encoding="utf-8")
    run("save", str(path))

    refused, deleted, listed = run("delete", "demo"), run("delete", "shop"), run("list")
    restored, again = run("restore", "shop"), run("restore", "shop")

    assert refused[0] == 1
    assert "sends to it" in refused[2]
    assert deleted[:2] == (0, "deleted shop; it can be brought back for 30 days\n")
    assert [line.split("\t")[::3] for line in listed[1].splitlines()] == [["demo", "enabled"], ["shop", "deleted"]]
    assert restored[:2] == (0, "brought back shop\n")
    assert again[0] == 1
    assert "there is no deleted datastream" in again[2]
