"""Patches that add and never overwrite."""

from collections.abc import Mapping
from typing import Any

from server.model.json import Json, JsonObject
from server.model.xdm import get


def is_free(xdm: Mapping[str, Any], path: str) -> bool:
    """Whether a patch can set this dotted path without touching anything that the event says.

    A null is something that it says; so is a string where an object should be.
    """
    *parents, name = path.split(".")
    node: Any = xdm
    for key in parents:
        if key not in node:
            return True
        node = node[key]
        # Decoded JSON has no other mapping; asking for the abstract one costs as much as all the rest.
        if not isinstance(node, dict):
            return False
    return name not in node


def fill(xdm: Mapping[str, Any], values: Mapping[str, Json]) -> JsonObject:
    """A patch of those values, by dotted path, that are not None and whose path is free."""
    patch: JsonObject = {}
    for path, value in values.items():
        if value is not None and is_free(xdm, path):
            _put(patch, path, value)
    return patch


def unit(xdm: Mapping[str, Any], name: str, values: Mapping[str, Json]) -> Mapping[str, Json]:
    """Values that belong together, such as a browser's name, version and vendor: all of them, or none.

    ``name``: the path among them that says what all of them are about. None are given when the event names something
    else there, since a version of one browser must not get the name of another.
    """
    subject = values[name]
    return values if subject is not None and (is_free(xdm, name) or get(xdm, name) == subject) else {}


def _put(patch: JsonObject, path: str, value: Json) -> None:
    *parents, name = path.split(".")
    for key in parents:
        patch = patch.setdefault(key, {})
    patch[name] = value
