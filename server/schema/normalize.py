"""An XDM JSON Schema as it is published, made one with names as events have them."""

from collections.abc import Mapping, Sequence

from server.model.json import Json, JsonObject
from server.schema.errors import SchemaError
from server.schema.names import run_time_name, run_time_path

FRAME = "https://ns.adobe.com/xdm/common/extensible"
"""The id of XDM's JSON-LD frame. It says what prefixes mean and has no field of its own: references to it are left
out."""

_FIELDS = "properties"
_NAMED_NODES = frozenset({"patternProperties", "definitions", "$defs"})
_NODES = frozenset({"items", "additionalProperties"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})


def normalize_schema(node: Json, path: str = "") -> Json:
    """A schema, or a part of one, with run-time names (names.py). ``path``: JSON pointer, for the error.

    Names in ``properties``, ``required``, references and descriptors are changed; values are not.
    """
    if not isinstance(node, Mapping):
        return node
    normal: JsonObject = {}
    for keyword, value in node.items():
        match value:
            case str() if keyword == "$ref":
                if not value.startswith(FRAME):
                    normal[keyword] = _reference(value)
            case Mapping() if keyword == _FIELDS:
                _place(normal, value, path)
            case Mapping() if keyword in _NAMED_NODES:
                normal[keyword] = {
                    name: normalize_schema(child, f"{path}/{keyword}/{name}") for name, child in value.items()
                }
            case Mapping() if keyword in _NODES:
                normal[keyword] = normalize_schema(value, f"{path}/{keyword}")
            case list() if keyword in _LISTS:
                parts = [normalize_schema(part, f"{path}/{keyword}/{index}") for index, part in enumerate(value)]
                normal[keyword] = [part for part in parts if part != {}]
            case list() if keyword == "required":
                _require(normal, value)
            case list() if keyword == "meta:descriptors":
                normal[keyword] = [_descriptor(descriptor) for descriptor in value]
            case _:
                normal[keyword] = value
    return normal


def _place(normal: JsonObject, fields: Mapping[str, Json], path: str) -> None:
    properties: JsonObject = normal.setdefault(_FIELDS, {})
    for name, child in fields.items():
        *group, own = run_time_name(name)
        place = _group(properties, group[0]).setdefault(_FIELDS, {}) if group else properties
        if own in place:
            raise SchemaError(
                f"`{name}` and another field are both called `{own}` in events: rename one of them",
                f"{path}/{_FIELDS}/{name}",
            )
        place[own] = normalize_schema(child, f"{path}/{_FIELDS}/{name}")


def _require(normal: JsonObject, names: Sequence[Json]) -> None:
    """A required ``dc:title`` is a required ``_dc`` with a required ``title``."""
    required: list[str] = []
    for name in names:
        first, *rest = run_time_name(str(name))
        required.append(first)
        if rest:
            node = _group(normal.setdefault(_FIELDS, {}), first)
            node["required"] = list(dict.fromkeys([*node.get("required", ()), *rest]))
    normal["required"] = list(dict.fromkeys(required))


def _group(properties: JsonObject, name: str) -> JsonObject:
    """The object that the fields of one vocabulary are in."""
    node: JsonObject = properties.setdefault(name, {"type": "object"})
    return node


def _reference(reference: str) -> str:
    """A reference with a pointer into ``properties`` names fields too."""
    name, mark, pointer = reference.partition("#")
    renamed: list[str] = []
    for token in pointer.split("/"):
        names_field = renamed[-1:] == [_FIELDS]
        renamed.append(f"/{_FIELDS}/".join(run_time_name(token)) if names_field else token)
    return f"{name}{mark}{'/'.join(renamed)}"


def _descriptor(descriptor: Json) -> Json:
    if not isinstance(descriptor, Mapping):
        return descriptor
    return {
        keyword: run_time_path(value)
        if keyword in ("xdm:sourceProperty", "xdm:destinationProperty") and isinstance(value, str)
        else value
        for keyword, value in descriptor.items()
    }
