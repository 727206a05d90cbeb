from collections.abc import Callable
from pathlib import Path

import pytest

from server.app.installation import prepare
from server.cli import main
from server.settings import Settings, load_settings
from server.store.configuration import load_configuration
from server.store.database import Database
from server.store.tokens import token_hash
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
        code = main(["inlet-token", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def is_known(settings: Settings, token: str) -> bool:
    database = Database(settings.control_plane_url)
    try:
        return token_hash(token) in database.read_sync(load_configuration).tokens
    finally:
        database.close()


def test_a_token_is_printed_once_and_collectors_know_it_until_it_is_revoked(settings: Settings, run: Run) -> None:
    code, token, said = run("create", "etl")
    identifier, state, *_ = run("list")[1].split("\t")

    assert (code, state, is_known(settings, token.strip())) == (0, "good", True)
    assert "shown only now" in said
    assert token.strip() not in run("list")[1]
    assert run("revoke", identifier)[:2] == (0, f"inlet token {identifier} is revoked\n")
    assert not is_known(settings, token.strip())
    assert run("revoke", identifier)[0] == 1


def test_a_token_is_for_a_connection_that_there_is(run: Run) -> None:
    code, _, said = run("create", "etl", "--inlet", "none")

    assert code == 1
    assert "none" in said


def test_the_old_names_are_gone(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["token", "list"], ["user", "token"]):
        with pytest.raises(SystemExit):
            main(arguments)
    assert "invalid choice" in capsys.readouterr().err
