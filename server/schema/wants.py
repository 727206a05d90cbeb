"""Whether a schema misses something: what an enrichment adds could then hide that an event came without it."""

from collections.abc import Sequence
from typing import Any

from server.model.json import JsonObject


def wants(node: JsonObject, names: Sequence[str]) -> bool:
    """Whether a resolved schema requires a field on the way to that place, or anything below it."""
    for name in names:
        if name in node.get("required", ()) or "minProperties" in node:
            return True
        field = node.get("properties", {}).get(name)
        if field is None:
            # Of a map, or of an open object, every value is like every other; a closed one has nothing there.
            field = node.get("additionalProperties")
        if not isinstance(field, dict):
            return False
        node = field
    return _wants_anything(node)


def _wants_anything(node: JsonObject) -> bool:
    if node.get("required") or "minProperties" in node or "minItems" in node:
        return True
    children: list[Any] = [*node.get("properties", {}).values(), *node.get("patternProperties", {}).values()]
    children += [node.get("items"), node.get("additionalProperties")]
    return any(_wants_anything(child) for child in children if isinstance(child, dict))
