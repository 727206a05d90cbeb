"""docs/reference/tag-managers.md names every module that there is, and none that there is not."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "tag-managers.md").read_text(encoding="utf-8")
MODULES = ROOT / "static" / "snippet" / "modules"


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, flags=re.M | re.S)
    assert found is not None, title
    return found[1]


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("events", ["Events and triggers"]),
        ("dataElements", ["Data elements and variables", "Conditions and trigger filters"]),
        ("actions", ["Actions and tags", "Events and triggers", "What is not taken over"]),
    ],
)
def test_every_module_is_named_in_its_table(kind: str, titles: list[str]) -> None:
    types = [json.loads(path.read_bytes())["type"] for path in (MODULES / kind).glob("*.json")]
    told = "".join(map(_section, titles))

    assert types
    assert [name for name in types if f"`{name}`" not in told] == []


def test_no_event_is_named_that_there_is_not() -> None:
    types = {json.loads(path.read_bytes())["type"] for path in MODULES.glob("*/*.json")}
    named = re.findall(r"^\| [^|]+ \| [^|]* \| `([a-z]+(?:-[a-z]+)+)`", _section("Events and triggers"), flags=re.M)

    assert len(named) > 15
    assert [name for name in named if name not in types] == []
