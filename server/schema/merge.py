"""Two declarations of one field made one: what ``allOf`` and a ``$ref`` with siblings mean.

The result accepts what both accept. Where that cannot be written as one plain field, the two contradict each other and
the schema is refused: a dataset's column has one type.
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.errors import SchemaError

ANNOTATIONS = frozenset({"title", "description", "default", "meta:enum", "meta:xdmType", "meta:status", "examples"})
"""Keywords that restrict nothing. The declaration nearest to the schema wins."""

_TIGHTER: Mapping[str, Callable[[Any, Any], Any]] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "uniqueItems": max,
}


def merge_nodes(near: JsonObject, far: Mapping[str, Json], path: str) -> JsonObject:
    """Both declarations in one; ``near`` gives order and annotations. ``path``: JSON pointer, for the error."""
    near, far = _with_rest(near, far, path), _with_rest(far, near, path)
    merged = dict(near)
    for keyword, theirs in far.items():
        if keyword not in merged:
            merged[keyword] = theirs
        elif keyword not in ANNOTATIONS:
            merged[keyword] = _merge_keyword(keyword, merged[keyword], theirs, path)
    return merged


def _with_rest(node: Mapping[str, Json], other: Mapping[str, Json], path: str) -> JsonObject:
    """``node`` with what the other's rule for all other fields, that of a map, means for the fields that it names."""
    rest = other.get("additionalProperties")
    if not isinstance(rest, dict):
        return dict(node)
    if "patternProperties" in node:
        raise SchemaError("a map is declared twice, once by patterns of names: describe it once", path)
    fields = {
        name: child if name in other.get("properties", {}) else merge_nodes(child, rest, f"{path}/properties/{name}")
        for name, child in node.get("properties", {}).items()
    }
    return {**node, "properties": fields} if fields else dict(node)


def _merge_keyword(keyword: str, ours: Json, theirs: Json, path: str) -> Json:
    if ours == theirs:
        return ours
    match keyword:
        case "properties" | "patternProperties":
            return _merge_fields(ours, theirs, f"{path}/{keyword}")
        case "items":
            return merge_nodes(ours, theirs, f"{path}/items")
        case "additionalProperties":
            return _merge_rest(ours, theirs, f"{path}/additionalProperties")
        case "required":
            return list(dict.fromkeys([*ours, *theirs]))
        case "enum":
            both = [value for value in ours if value in theirs]
            if both:
                return both
        case "type" if {*_types(ours), *_types(theirs)} == {"integer", "number"}:
            return "integer"
        case _ if keyword in _TIGHTER:
            return _TIGHTER[keyword](ours, theirs)
    raise SchemaError(
        f"a field is declared twice, with `{keyword}` once {ours!r} and once {theirs!r}: no value fits both. "
        "Leave out one of the field groups, or make them agree",
        path,
    )


def _merge_fields(ours: JsonObject, theirs: JsonObject, path: str) -> JsonObject:
    merged = dict(ours)
    for name, node in theirs.items():
        merged[name] = merge_nodes(merged[name], node, f"{path}/{name}") if name in merged else node
    return merged


def _merge_rest(ours: Json, theirs: Json, path: str) -> Json:
    if ours is False or theirs is False:
        return False
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return merge_nodes(ours, theirs, path)
    return ours if isinstance(ours, dict) else theirs


def _types(declared: Json) -> list[str]:
    return declared if isinstance(declared, list) else [declared]
