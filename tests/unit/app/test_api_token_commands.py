from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from server.app import world
from server.app.installation import prepare
from server.cli import main
from server.settings import Settings, load_settings
from server.store.api_tokens import find_api_user
from server.store.database import Database
from tests.builders import NOON_MS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings, _ = load_settings({}, options={"data_dir": str(tmp_path)})
    prepare(settings, now_ms=NOON_MS)
    return settings


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(settings.data_dir))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["api-token", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def acts_as(settings: Settings, token: str) -> str | None:
    database = Database(settings.control_plane_url)
    try:
        user = database.read_sync(partial(find_api_user, token=token, now_ms=world.clock_ms()))
    finally:
        database.close()
    return None if user is None else user.name


def test_a_token_is_printed_once_and_acts_as_its_account(settings: Settings, run: Run) -> None:
    code, token, said = run("create")

    assert (code, acts_as(settings, token.strip())) == (0, "admin")
    assert "shown only now" in said
    _, listed, _ = run("list")
    assert listed.split("\t")[1::3] == ["good", "admin\n"]
    assert token.strip() not in listed


def test_a_token_can_be_revoked(settings: Settings, run: Run) -> None:
    _, token, _ = run("create", "admin", "--days", "0")
    token_id = run("list")[1].split("\t")[0]

    code, said, _ = run("revoke", token_id)

    assert (code, said) == (0, f"API token {token_id} is revoked\n")
    assert acts_as(settings, token.strip()) is None
    assert run("list")[1].split("\t")[1:4:2] == ["revoked", "never"]
    assert run("revoke", token_id)[0] == 1


def test_a_token_belongs_to_an_account(run: Run) -> None:
    code, _, said = run("create", "nobody")

    assert (code, said) == (1, "heliograph: there is no account 'nobody' that can sign in\n")
