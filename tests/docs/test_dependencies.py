"""Nothing is used without a reason."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def _required() -> set[str]:
    """What requirements/*.in and package.json ask for."""
    lines = [line for path in (ROOT / "requirements").glob("*.in") for line in path.read_text("utf-8").splitlines()]
    python = {found[0] for line in lines if (found := re.match(r"[a-z][\w.-]*", line))}
    return python | set(json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"])


@pytest.mark.parametrize("name", sorted(_required()))
def test_every_dependency_has_its_reason(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_what_is_no_longer_used_is_no_longer_listed() -> None:
    listed = {
        name for row in re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }

    assert listed - _required() == set()
