"""The property's own schema as schemas of forms: references followed, words laid over, choices filled in.

A key that the schema gets is a field at once; that it has words, a test asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.model.json import Json, JsonObject
from server.web.editor.sections.words import words_for

# What has a form of its own: mappings the tree of fields, conditions the groups of tests.
_ELSEWHERE = frozenset({"#/$defs/mapping", "#/$defs/condition"})

# An id is part of addresses and of the embed code on pages: it is chosen once.
_FIXED = frozenset({"property/id"})

# What being there at all means something: the form has a switch for it.
SWITCHED: Mapping[str, Sequence[str]] = {"linkClicks": (), "privacy/urlParams": ("keep",)}
"""Names of objects, and the lists in them that are there, empty or not, when it is on."""

SWITCH = "on"

# What may be so long is written in several lines.
_PROSE_CHARACTERS = 10_000

NAMED_BY_PURPOSES = frozenset({"consent/source/map"})
"""Objects whose keys are the property's purposes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the property has that settings choose from. ``datastreams``: names by id."""

    purposes: Sequence[str]
    datastreams: Mapping[str, str] = field(default_factory=dict)


def section_schema(schema: JsonObject, section: str, offered: Offered) -> JsonObject:
    """The schema of a section's form, as :func:`settings_fields` reads it. ``schema``: the property's."""
    return _form(schema["properties"][section], schema, section, offered)


def _form(node: JsonObject, root: JsonObject, name: str, offered: Offered) -> JsonObject:
    node = _followed(node, root)
    if node.get("type") == "object":
        return _with_words(
            {
                "type": "object",
                "required": node.get("required", ()),
                "properties": dict(_members(node, root, name, offered)),
            },
            name,
        )
    if node.get("type") == "array":
        node = {**node, "items": _items(node["items"], root, name, offered)}
    if name.endswith("/datastream") and offered.datastreams:
        node = {"enum": list(offered.datastreams), "x-means": offered.datastreams}
    is_prose = node.get("maxLength", 0) >= _PROSE_CHARACTERS and "pattern" not in node
    kept = {key: each for key, each in node.items() if key != "description"}
    return _with_words({**kept, "x-prose": True} if is_prose else kept, name)


def _members(node: JsonObject, root: JsonObject, name: str, offered: Offered) -> Any:
    if name in SWITCHED:
        yield SWITCH, _with_words({"type": "boolean", "default": False}, f"{name}/{SWITCH}")
    keys = node.get("properties", {})
    if name in NAMED_BY_PURPOSES:
        keys = dict.fromkeys(offered.purposes, node["additionalProperties"])
    for key, each in keys.items():
        here = f"{name}/{key}"
        if "const" not in each and here not in _FIXED and each.get("$ref") not in _ELSEWHERE:
            yield key, _form(each, root, here, offered)


def _items(items: JsonObject, root: JsonObject, name: str, offered: Offered) -> JsonObject:
    is_purpose = items.get("$ref") == "#/$defs/purpose"
    return {"enum": list(offered.purposes)} if is_purpose and name != "consent/purposes" else _followed(items, root)


def _followed(node: JsonObject, root: JsonObject) -> JsonObject:
    if "$ref" not in node:
        return node
    target: Json = root
    for key in node["$ref"].split("/")[1:]:
        target = target[key]
    return {**target, **{key: each for key, each in node.items() if key != "$ref"}}


def _with_words(node: JsonObject, name: str) -> JsonObject:
    words = words_for(name)
    if words is None:
        return {**node, "title": name.rpartition("/")[2]}
    said: JsonObject = {"title": words.title, "description": words.help}
    if words.usual is not None:
        said["default"] = words.usual
    if words.example:
        said["x-example"] = words.example
    if words.means:
        said["x-means"] = words.means
    return {**node, **said}
