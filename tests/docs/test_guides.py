"""README, tutorials and how-tos: their commands exist, and their links lead somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.arguments import parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _commands() -> Iterator[tuple[str, str]]:
    """(page, arguments of a ``heliograph`` command that one of its shell examples runs)."""
    for page in PAGES:
        for block in re.findall(r"```(?:sh|bash|console)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for arguments in re.findall(r"^(?:\$ )?(?:\S+/)?heliograph (.+)$", block, re.MULTILINE):
                yield _name(page), arguments


@pytest.mark.parametrize(("page", "arguments"), sorted(set(_commands())))
def test_every_command_of_an_example_can_be_parsed(page: str, arguments: str) -> None:
    parsed = parser().parse_args(shlex.split(arguments, comments=True))

    assert parsed.run, page


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    files = [link for link in links if not re.match(r"[a-z]+:", link)]

    assert [link for link in files if not (page.parent / link).exists()] == []
