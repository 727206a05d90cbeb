"""docs/reference/event-log.md names every line that the log may write, every topic and every setting of it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from server.eventlog.topics import Topic
from server.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "event-log.md").read_text(encoding="utf-8")

LINES = sorted(
    {
        name
        for path in (ROOT / "server" / "eventlog").glob("*.py")
        for name in re.findall(r'"(event_log_\w+)', path.read_text(encoding="utf-8"))
    }
)
# Said at level info only, and needs nobody.
UNREMARKABLE = {"event_log_segments_removed"}


def shortened(name: str) -> str:
    """As the page says it where several stand in one row: ``event_log_end_not_published``, ``…_not_synced``."""
    return "…" + name[name.index("_not_") :] if "_not_" in name else name


@pytest.mark.parametrize("name", [name for name in LINES if name not in UNREMARKABLE])
def test_every_log_line_is_explained(name: str) -> None:
    assert name in PAGE or shortened(name) in PAGE


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_is_in_the_table(topic: Topic) -> None:
    assert f"| `{topic.value}` |" in PAGE


@pytest.mark.parametrize("name", [item.name for item in fields(Settings) if item.name.startswith("event_log_")])
def test_every_setting_is_in_the_table(name: str) -> None:
    assert f"| `{name}` |" in PAGE
