"""Our components held against the official ones, where these are beside the checkout."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from server.model.json import Json, JsonObject
from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from tests.unit.schema.official import needs_official, official_documents

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "schemas.md"

COMPONENTS = {document["$id"]: document for document in builtin_documents().values() if "meta:xdmId" in document}

# Ours alone: where the platform's edge has no field group for it in every schema.
ADDED = {"https://ns.heliograph.dev/xdm/classes/experienceevent": {"receivedTimestamp"}}

BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)

# Patterns of ours that take what the official ones take, and why they are not the same.
REWRITTEN = {
    # All of BCP 47's grammar, irregular tags by name: a kilobyte that says little more than this.
    "language": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$",
    "preferredLanguage": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$",
    # A lazy quantifier before the end changes nothing.
    "countryCode": "^[0-9]{1,3}$",
}

# Describes JSON-LD itself, with oneOf; no event has its fields.
NOT_XDM = {"https://ns.adobe.com/xdm/common/extensible"}

pytestmark = needs_official


def declared(node: JsonObject, path: str = "") -> Iterator[tuple[str, JsonObject]]:
    """Every field of a resolved component: path to all that restricts its values."""
    if path:
        said = {keyword: node.get(keyword) for keyword in ("type", "format", "pattern", *BOUNDS)}
        yield path, {**said, "enum": set(node.get("enum", ())), "meta:enum": set(node.get("meta:enum", ()))}
    for name, child in node.get("properties", {}).items():
        yield from declared(child, f"{path}.{name}" if path else name)
    for keyword, suffix in (("items", "[*]"), ("additionalProperties", ".*")):
        if isinstance(node.get(keyword), dict):
            yield from declared(node[keyword], path + suffix)


def ours(identifier: str) -> Mapping[str, JsonObject]:
    return dict(declared(resolve_schema(COMPONENTS[identifier], builtin_documents().get)))


def theirs(identifier: str) -> Mapping[str, JsonObject]:
    documents = official_documents()
    return dict(declared(resolve_schema(documents[COMPONENTS[identifier]["meta:xdmId"]], documents.get)))


def lacking(identifier: str) -> set[str]:
    """Official fields that we do not have; of an object that we do not have, itself only."""
    absent = theirs(identifier).keys() - ours(identifier).keys()
    return {path for path in absent if not any(path.startswith((f"{other}.", f"{other}[")) for other in absent)}


def documented() -> Mapping[str, set[str]]:
    """The table of that page: component to fields."""
    section = (
        PAGE.read_text(encoding="utf-8").partition("## Official fields that are not there")[2].partition("\n## ")[0]
    )
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| .+ \|$", section, re.MULTILINE)
    return {f"https://ns.heliograph.dev/xdm/{name}": set(re.findall(r"`([^`]+)`", cells)) for name, cells in rows}


@pytest.mark.parametrize("identifier", COMPONENTS)
def test_every_field_allows_and_suggests_what_the_official_one_does(identifier: str) -> None:
    official = theirs(identifier)

    for path, field in ours(identifier).items():
        if path in ADDED.get(identifier, ()):
            continue
        suggested = official[path]["meta:enum"]
        assert suggested <= field["meta:enum"], path
        expected = {**official[path], "meta:enum": field["meta:enum"]}
        if expected["pattern"] and field["pattern"] == REWRITTEN.get(path.rpartition(".")[2]):
            expected["pattern"] = field["pattern"]
        assert field == expected, path


def test_the_docs_list_every_official_field_that_is_not_there() -> None:
    listed = documented()
    inherited = [path for paths in listed.values() for path in paths]

    for identifier in COMPONENTS:
        own = {
            path
            for path in lacking(identifier)
            if path in listed.get(identifier, ()) or not any(path.endswith(f".{other}") for other in inherited)
        }
        assert own == listed.get(identifier, set()), identifier


def test_no_description_is_copied() -> None:
    official = {_plain(text) for document in official_documents().values() for text in _descriptions(document)}

    for document in COMPONENTS.values():
        for text in _descriptions(document):
            assert _plain(text) not in official


def test_every_official_component_resolves_and_compiles() -> None:
    documents = official_documents()

    assert len(documents) > 400
    for identifier in documents.keys() - NOT_XDM:
        compile_schema(resolve_schema(documents[identifier], documents.get))


def _descriptions(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield node["description"]
        for value in node.values():
            yield from _descriptions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _descriptions(value)


def _plain(text: str) -> str:
    return text.strip().rstrip(".").lower()
