"""Commands on an installation that is not there say so, and how there would be one."""

from pathlib import Path

import pytest

from server.cli import main


@pytest.mark.parametrize(
    "command",
    [
        ["info"],
        ["wait"],
        ["export", "demo-events"],
        ["property", "list"],
        ["failed", "list"],
        ["profile", "show", "--namespace", "ECID", "--id", "1"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_without_an_installation_fails_with_one_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([*command, "--data-dir", str(tmp_path / "nothing")])

    said = capsys.readouterr()
    assert code != 0
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "there is no Heliograph in" in said.err
    assert not (tmp_path / "nothing").exists()


def test_the_directory_may_be_said_before_a_groups_command_or_behind_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "nothing")

    codes = main(["property", "--data-dir", missing, "list"]), main(["property", "list", "--data-dir", missing])

    assert 0 not in codes
    assert capsys.readouterr().err.count(f"there is no Heliograph in {missing}") == 2
