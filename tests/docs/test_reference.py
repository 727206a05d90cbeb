"""Commands and settings are documented as they are."""

from pathlib import Path

import pytest

from scripts.reference import pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_page_says_what_the_program_does(name: str) -> None:
    written = (REFERENCE / name).read_text(encoding="utf-8")

    assert written == pages()[name], "the program has changed: `make reference` writes the page anew"


def test_every_setting_command_and_argument_says_what_it_is_for() -> None:
    rows = [line for text in pages().values() for line in text.splitlines() if line.startswith("| ")]

    assert [row for row in rows if "|  |" in row] == []
