"""A module's settings beside their schema: where the templates, mappings, selectors and durations are in them."""

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from server.model.json import Json, JsonObject
from server.property.modules import COMMON_KEYS, Kind
from server.property.places import below

Visit = Callable[[str, Json, Mapping[str, Any]], Json]
"""(pointer, value, its schema) -> what takes the value's place."""


def settings_of(component: JsonObject, kind: Kind) -> JsonObject:
    """The module's settings out of an event, action, data element or fallback of the document."""
    return {key: value for key, value in component.items() if key not in COMMON_KEYS[kind]}


def rewrite(settings: JsonObject, schema: JsonObject, visit: Visit, *, at: str = "") -> JsonObject:
    """The settings with every template, mapping and scalar replaced by what ``visit`` answers; `x-` keys left out.

    The settings must conform to the schema. Of alternatives, the first one that the value conforms to is followed.
    """
    rewritten: JsonObject = _rewrite(settings, schema, visit, at, schema)
    return rewritten


def _rewrite(value: Json, schema: Any, visit: Visit, at: str, root: JsonObject) -> Json:
    node = _resolve(value, schema, root)
    if node.get("x-template") or node.get("x-mapping"):
        return visit(at, value, node)
    if isinstance(value, dict):
        known, others = node.get("properties", {}), node.get("additionalProperties")
        return {
            key: _rewrite(each, known.get(key, others), visit, below(at, key), root)
            for key, each in sorted(value.items())
            if key in known or not (key.startswith("x-") and others is False)
        }
    if isinstance(value, list):
        return [_rewrite(each, node.get("items"), visit, below(at, index), root) for index, each in enumerate(value)]
    return visit(at, value, node)


def _resolve(value: Json, schema: Any, root: JsonObject) -> Mapping[str, Any]:
    """The node that says most about the value: references and alternatives followed."""
    if not isinstance(schema, Mapping):
        return {}
    if "$ref" in schema:
        target: Any = root
        for key in str(schema["$ref"]).split("/")[1:]:
            target = target[key.replace("~1", "/").replace("~0", "~")]
        return _resolve(value, {**target, **{key: each for key, each in schema.items() if key != "$ref"}}, root)
    for alternative in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        whole = {**alternative, "$defs": root.get("$defs", {})} if isinstance(alternative, Mapping) else alternative
        if Draft202012Validator(whole).is_valid(value):
            own = {key: each for key, each in schema.items() if key not in ("anyOf", "oneOf")}
            return {**own, **_resolve(value, alternative, root)}
    return schema
