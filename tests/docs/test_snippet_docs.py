"""docs/reference/snippet.md says what the page can call and hear, and how much the snippet weighs."""

import gzip
import json
import re
from pathlib import Path

import pytest

from server.publish import build, load_fragments

ROOT = Path(__file__).parents[2]
SNIPPET = ROOT / "static" / "snippet"
PAGE = (ROOT / "docs" / "reference" / "snippet.md").read_text(encoding="utf-8")
TYPES = (SNIPPET / "types.d.ts").read_text(encoding="utf-8")
API = (SNIPPET / "api.d.ts").read_text(encoding="utf-8")


def _between(text: str, start: str, end: str) -> str:
    return text[text.index(start) : text.index(end, text.index(start))]


def test_every_call_is_documented() -> None:
    commands = _between((SNIPPET / "commands.js").read_text(encoding="utf-8"), "Object.assign(commands, {", "\n  });")
    added = [path.read_text(encoding="utf-8") for path in (SNIPPET / "monitor.js", *(SNIPPET / "parts").glob("*.js"))]
    names = re.findall(r"^    (\w+)[:,]", commands, flags=re.M)
    names += re.findall(r"^  commands\.(\w+) = ", "\n".join(added), flags=re.M)

    assert len(names) >= 10
    assert [name for name in names if f'"{name}"' not in API] == []
    assert [name for name in names if f'heliograph("{name}"' not in PAGE] == []


def test_every_hook_is_documented() -> None:
    hooks = re.findall(r"^  (on\w+)\?\(", _between(API, "export interface Monitor", "\n}"), flags=re.M)

    assert len(hooks) >= 7
    assert [hook for hook in hooks if f"| `{hook}` |" not in PAGE] == []


def test_every_reason_for_a_loss_is_documented() -> None:
    reasons = re.findall(r'\| "(\w+)"', _between(TYPES, "export type LossReason", ";"))

    assert len(reasons) >= 7
    assert [reason for reason in reasons if f"`{reason}`" not in PAGE] == []


def _sizes() -> dict[str, int]:
    fragments = load_fragments(ROOT / "static")
    document = json.loads((ROOT / "server" / "demo" / "property.json").read_bytes())
    container, _ = build(document, environment="production", fragments=fragments, org_id="DEMO@AdobeOrg")
    scripts = sorted(fragments.scripts.items())
    return {
        "loader": _size((ROOT / "static" / "dist" / "loader.js").read_bytes()),
        "engine": _size(fragments.runtime.encode()),
        "the demo's container": _size(container),
        "a build with every module": _size("".join([fragments.runtime, *(s for _, s in scripts)]).encode()),
    }


def _size(text: bytes) -> int:
    return len(gzip.compress(text, 9, mtime=0))


@pytest.mark.parametrize(("what", "size"), _sizes().items())
def test_the_sizes_are_nearly_those_that_are_told(what: str, size: int) -> None:
    row = re.search(rf"^\| {re.escape(what)}[^|]*\| ([\d,]+) \|", PAGE, flags=re.M)

    assert row is not None
    # The demo's property and versions of zlib may move it a little.
    assert int(row[1].replace(",", "")) == pytest.approx(size, rel=0.03), size
