"""The official XDM components, read for comparison where the checkout has them beside it."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.model.json import Json, JsonObject

FOLDER = Path(__file__).parents[4] / "shared" / "xdm" / "components"

needs_official = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the official XDM components are not beside this checkout (../shared/xdm)"
)

# JSON-LD's frame: it names prefixes and has no field of its own.
_CONTEXT = "https://ns.adobe.com/xdm/common/extensible#/definitions/@context"
_MAPS = frozenset({"properties", "patternProperties", "definitions"})


@functools.cache
def official_documents() -> Mapping[str, JsonObject]:
    """Every official component by its ``$id``, with names as the platform writes them in events."""
    documents = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.rglob("*.schema.json")))
    return {document["$id"]: at_run_time(document) for document in documents if "$id" in document}


def at_run_time(schema: Json) -> Json:
    """A component with names as in events: ``web`` for ``xdm:web``, ``_id`` for ``@id``, ``_dc`` around ``dc:…``."""
    if isinstance(schema, list):
        return [at_run_time(part) for part in schema if part != {"$ref": _CONTEXT}]
    if not isinstance(schema, dict):
        return schema
    renamed: JsonObject = {}
    for keyword, value in schema.items():
        if keyword == "$ref" and value == _CONTEXT:
            continue
        if keyword == "properties":
            renamed[keyword] = _fields(value)
        elif keyword in _MAPS:
            renamed[keyword] = {name: at_run_time(child) for name, child in value.items()}
        elif keyword == "required":
            renamed[keyword] = [_name(name)[-1] for name in value]
        else:
            renamed[keyword] = at_run_time(value)
    return renamed


def _fields(properties: Mapping[str, Json]) -> JsonObject:
    fields: JsonObject = {}
    for name, child in properties.items():
        *group, own = _name(name)
        if group:
            fields.setdefault(group[0], {"type": "object", "properties": {}})["properties"][own] = at_run_time(child)
        else:
            fields[own] = at_run_time(child)
    return fields


def _name(name: str) -> tuple[str, ...]:
    prefix, colon, rest = name.partition(":")
    if name.startswith("@"):
        return (f"_{name[1:]}",)
    if not colon or rest.startswith("//"):
        return (name,)
    return (rest,) if prefix == "xdm" else (f"_{prefix}", rest)
