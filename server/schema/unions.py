"""What the profile of one class looks like: everything that the class's schemas for it have, in one schema."""

from collections.abc import Mapping, Sequence

from server.model.json import Json, JsonObject
from server.schema.compose import Find, resolve_schema
from server.schema.errors import SchemaError
from server.schema.tree import map_nodes

UNION = "union"
"""In ``meta:immutableTags`` it says that a schema is for profiles; once there, it stays."""

SUFFIX = "__union"

# What the profile store itself adds to every profile.
_ADDED = (
    "https://ns.heliograph.dev/xdm/mixins/identitymap",
    "https://ns.heliograph.dev/xdm/mixins/segmentmembership",
)

_EVENTS: Mapping[str, Json] = {
    "properties": {
        "timeSeriesEvents": {
            "title": "Events",
            "description": "The person's events, newest first.",
            "type": "array",
            "items": {"type": "object", "meta:xdmType": "map"},
        }
    }
}


def is_for_profiles(schema: Mapping[str, Json]) -> bool:
    tags = schema.get("meta:immutableTags", ())
    return isinstance(tags, list) and UNION in tags


def union_schema(class_id: str, members: Sequence[Mapping[str, Json]], find: Find) -> JsonObject:
    """The resolved union of a class and the schemas of it that are for profiles; its id is the class's with SUFFIX.

    Nothing in it is required, since no document has to have all. Raises SchemaError, naming the schema, where two of
    them declare one field so that no value fits both.
    """
    parts: list[Json] = [{"$ref": class_id}, *({"$ref": name} for name in _ADDED)]
    class_document = find(class_id) or {}
    if class_document.get("meta:behavior") == "record":
        parts.append(_EVENTS)
    union = resolve_schema({"meta:class": class_id, "allOf": parts}, find)
    for member in members:
        parts.append({key: value for key, value in member.items() if key not in ("meta:descriptors", "required")})
        try:
            union = resolve_schema({"meta:class": class_id, "allOf": parts}, find)
        except SchemaError as error:
            message = f"the schema {member.get('title')!r} does not fit into the union of its class: {error.message}"
            raise SchemaError(message, error.path) from error
    return {
        **map_nodes(union, _without_required),
        "$id": f"{class_id}{SUFFIX}",
        "title": f"Union of {class_document.get('title', class_id)}",
        "description": "Everything that the schemas of this class that are for profiles have.",
    }


def _without_required(node: JsonObject) -> JsonObject:
    return {keyword: value for keyword, value in node.items() if keyword != "required"}
