"""Identity descriptors: which fields of a schema are identities (XDM's ``xdm:descriptorIdentity``)."""

from collections.abc import Mapping, Sequence

from server.model.json import Json, JsonObject
from server.schema.errors import SchemaError

IDENTITY = "xdm:descriptorIdentity"


def identity_paths(schema: Mapping[str, Json]) -> Sequence[str]:
    """The dotted paths of the fields that are identities, in the descriptors' order."""
    return [
        ".".join(_path(descriptor))
        for descriptor in schema.get("meta:descriptors", ())
        if descriptor.get("@type") == IDENTITY
    ]


def apply_descriptors(schema: JsonObject) -> JsonObject:
    """The schema with its primary identity required, as the platform does it.

    Raises SchemaError for a descriptor of a field that is not there.
    """
    for index, descriptor in enumerate(schema.get("meta:descriptors", ())):
        if not isinstance(descriptor, Mapping):
            raise SchemaError("expected a descriptor, an object", f"/meta:descriptors/{index}")
        if descriptor.get("@type") != IDENTITY:
            continue
        names = _path(descriptor)
        _check(schema, names, f"/meta:descriptors/{index}")
        if descriptor.get("xdm:isPrimary") is True:
            schema = _require(schema, names)
    return schema


def _path(descriptor: Mapping[str, Json]) -> list[str]:
    return str(descriptor.get("xdm:sourceProperty", "")).removeprefix("/").split("/")


def _check(schema: JsonObject, names: Sequence[str], at: str) -> None:
    node: Json = schema
    for name in names:
        node = node.get("properties", {}).get(name)
        if node is None:
            raise SchemaError(
                f"the identity descriptor names /{'/'.join(names)}, but the schema has no field `{name}` there", at
            )


def _require(schema: JsonObject, names: Sequence[str]) -> JsonObject:
    if not names:
        return schema
    name, *rest = names
    properties = {**schema["properties"], name: _require(schema["properties"][name], rest)}
    return {**schema, "properties": properties, "required": list(dict.fromkeys([*schema.get("required", []), name]))}
