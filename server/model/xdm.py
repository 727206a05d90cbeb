"""Small operations on XDM objects. None changes its arguments."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.model.json import Json, JsonObject


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> JsonObject:
    """``over`` laid upon ``base``: objects merge deeply, everything else, arrays included, is replaced."""
    merged: JsonObject = dict(base)
    for key, value in over.items():
        present = merged.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            merged[key] = merge(present, value)
        else:
            merged[key] = value
    return merged


def get(xdm: Mapping[str, Any], path: str) -> Json:
    """The value at a dotted path of object keys (``environment.browserDetails.name``), or None."""
    value: Any = xdm
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def nest(path: str, value: Json) -> JsonObject:
    """A patch that sets one dotted path: ``nest("a.b", 1) == {"a": {"b": 1}}``."""
    for key in reversed(path.split(".")):
        value = {key: value}
    result: JsonObject = value
    return result


def leaves(xdm: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Json]]:
    """Every (dotted path, value) that is not an object, in document order; an empty object is a leaf."""
    found: list[tuple[str, Json]] = []
    for key, value in xdm.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            found.extend(leaves(value, f"{path}."))
        else:
            found.append((path, value))
    return found


def value_at(document: Json, place: Sequence[str]) -> Json:
    """What a violation's place leads to: names of members, and numbers of items.

    A validator may leave members without a name out of a place (jsonschema-rs does): they are gone through.
    """
    value = document
    for token in place:
        while isinstance(value, dict) and token not in value and "" in value:
            value = value[""]
        if isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        elif isinstance(value, dict) and token in value:
            value = value[token]
        else:
            return None
    return value
