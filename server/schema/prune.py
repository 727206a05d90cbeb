"""What of a patch a schema has fields for: an enrichment must not fail the events of a dataset without its fields."""

from server.model.json import JsonObject


def prune(patch: JsonObject, resolved: JsonObject) -> JsonObject:
    """``patch`` without the fields that the resolved schema does not have. Neither is changed."""
    properties = resolved.get("properties", {})
    is_open = resolved.get("additionalProperties", True) is not False
    kept: JsonObject = {}
    for name, value in patch.items():
        field = properties.get(name)
        if field is None:
            if is_open:
                kept[name] = value
        elif not isinstance(value, dict) or not value:
            kept[name] = value
        elif inner := prune(value, field):
            kept[name] = inner
    return kept
