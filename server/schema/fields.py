"""A resolved schema as a flat list of fields: for the interface's tree, the docs, and whoever lays out columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.schema.descriptors import identity_paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    ``path``: dotted; ``[*]`` stands for the items of a list, ``*`` for the keys of a map.
    ``type``: string, date, date-time, integer, number, boolean, object, array, map, or any.
    ``required``: whether it must be there where its parent is. ``suggested``: usual values, by value (``meta:enum``).
    ``is_deprecated``: not to be used any more (``meta:status``).
    """

    path: str
    type: str
    title: str
    description: str
    required: bool
    is_identity: bool
    suggested: Mapping[str, str]
    is_deprecated: bool


def fields(resolved: JsonObject) -> Sequence[Field]:
    """Every field, parents before children, in the schema's order; objects, lists and maps are fields too."""
    identities = frozenset(identity_paths(resolved))
    return list(_children(resolved, "", identities))


def field_type(node: JsonObject) -> str:
    """XDM's word for what a resolved field holds."""
    declared = node.get("type")
    if isinstance(declared, list):
        declared = next((name for name in declared if name != "null"), None)
    if declared == "object" and node.get("additionalProperties", False) is not False:
        return "map"
    if declared == "string" and node.get("format") in ("date", "date-time"):
        return str(node["format"])
    return str(declared) if declared is not None else "any"


def _children(node: JsonObject, prefix: str, identities: frozenset[str]) -> Iterator[Field]:
    required = node.get("required", ())
    for name, child in node.get("properties", {}).items():
        yield from _field(child, f"{prefix}.{name}" if prefix else name, name in required, identities)


def _field(node: JsonObject, path: str, required: bool, identities: frozenset[str]) -> Iterator[Field]:
    yield Field(
        path=path,
        type=field_type(node),
        title=node.get("title", ""),
        description=node.get("description", ""),
        required=required,
        is_identity=path in identities,
        suggested=node.get("meta:enum", {}),
        is_deprecated=node.get("meta:status") == "deprecated",
    )
    yield from _children(node, path, identities)
    for keyword, suffix in (("items", "[*]"), ("additionalProperties", ".*")):
        if isinstance(node.get(keyword), dict):
            yield from _field(node[keyword], path + suffix, False, identities)
