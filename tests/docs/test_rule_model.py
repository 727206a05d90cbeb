"""docs/reference/rule-model.md names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "rule-model.md").read_text(encoding="utf-8")


def test_every_test_of_a_javascript_file_is_there() -> None:
    named = re.findall(r"`(\w+\.test\.js)`: (.+?) \|$", PAGE, flags=re.M)

    missing = [
        (file, name) for file, name in named if name not in (ROOT / "tests" / "js" / file).read_text(encoding="utf-8")
    ]

    assert len(named) > 25
    assert missing == []


def test_every_function_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    texts = [path.read_text(encoding="utf-8") for folder in ("tests", "e2e") for path in (ROOT / folder).rglob("*.py")]
    defined = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}

    assert len(named) >= 7
    assert named - defined == set()
