"""docs/reference/modules.md, from the modules' descriptions (static/snippet/modules): part of `make reference`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_MODULES = Path(__file__).resolve().parent.parent / "static" / "snippet" / "modules"
_KINDS: Mapping[str, str] = MappingProxyType(
    {"events": "Events", "dataElements": "Data elements", "actions": "Actions"}
)
_HEAD = """# Modules

What a rule can wait for, what it can read and what it can do. A page gets the code of those that its property uses, and
of no others. Each example here is a test that is played in a real browser (`e2e/modules/`).

This page is made from the modules' own descriptions: `make reference`.
"""


def modules_page() -> str:
    return "\n".join([*_lines()]) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for kind, title in _KINDS.items():
        yield f"## {title}\n"
        documents = [json.loads(path.read_bytes()) for path in sorted((_MODULES / kind).glob("*.json"))]
        for document in sorted(documents, key=lambda each: str(each["type"])):
            yield from _module(document)


def _module(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {document['type']}\n"
    yield f"**{document['title']}.** {document['description']}\n"
    settings = document["settings"]
    rows = [*_settings(settings)]
    if rows:
        yield "| setting | meaning | when it is absent |"
        yield "|---|---|---|"
        yield from rows
        yield ""
    facts = document.get("facts", {})
    if facts:
        yield "| fact | meaning |"
        yield "|---|---|"
        yield from (f"| `%event.{name}%` | {_cell(meaning)} |" for name, meaning in facts.items())
        yield ""
    example = document["examples"][0]
    name = "from" if document["kind"] == "dataElements" else "type"
    yield f"Example: {example['name']}\n"
    yield "```json"
    yield json.dumps({name: document["type"], **example["settings"]}, ensure_ascii=False)
    yield "```\n"


def _settings(schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, node in schema.get("properties", {}).items():
        absent = "needed" if name in schema.get("required", ()) else "–"
        if "default" in node:
            absent = f"`{json.dumps(node['default'], ensure_ascii=False)}`"
        yield f"| `{prefix}{name}` | {_cell(node['description'])} | {absent} |"
        yield from _settings(node, f"{prefix}{name}.")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
