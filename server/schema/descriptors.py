"""Descriptors: what is said of a schema's fields from outside of it (XDM's ``xdm:descriptor…``).

An *identity* makes a field name a person, in a namespace; the primary one is required in every document, as the
platform does it. A *friendly name* replaces title, description and suggested values; a *deprecation* marks a field. A
*reference* or *relationship* says what a field of one schema points to in another, and changes nothing here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.errors import SchemaError

IDENTITY = "xdm:descriptorIdentity"
FRIENDLY_NAME = "xdm:alternateDisplayInfo"
DEPRECATED = "xdm:descriptorDeprecated"
REFERENCE_IDENTITY = "xdm:descriptorReferenceIdentity"
ONE_TO_ONE = "xdm:descriptorOneToOne"
RELATIONSHIP = "xdm:descriptorRelationship"

TYPES = (IDENTITY, FRIENDLY_NAME, DEPRECATED, REFERENCE_IDENTITY, ONE_TO_ONE, RELATIONSHIP)
"""Those that can be made. Others, in an imported schema, are kept and left alone."""

DESTINATIONS = (ONE_TO_ONE, RELATIONSHIP)
"""Those that point to another schema."""

# As long as the profile store takes.
MAX_NAMESPACE_CHARS = 64

_ON_FIELDS = (IDENTITY, FRIENDLY_NAME, DEPRECATED)
_FRIENDLY = ("xdm:title", "xdm:description", "meta:enum", "xdm:excludeMetaEnum")
_TEXTS = (("xdm:title", "title"), ("xdm:description", "description"))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityField:
    """A field that is an identity. ``path``: the names that lead to it."""

    path: tuple[str, ...]
    namespace: str
    is_primary: bool


def identity_fields(schema: Mapping[str, Json]) -> Sequence[IdentityField]:
    """The fields of a schema that are identities, in the descriptors' order."""
    return [
        IdentityField(
            path=tuple(path_of(descriptor)),
            namespace=str(descriptor.get("xdm:namespace", "")),
            is_primary=descriptor.get("xdm:isPrimary") is True,
        )
        for descriptor in schema.get("meta:descriptors", ())
        if descriptor.get("@type") == IDENTITY
    ]


def identity_paths(schema: Mapping[str, Json]) -> Sequence[str]:
    """The dotted paths of the fields that are identities, in the descriptors' order."""
    return [".".join(field.path) for field in identity_fields(schema)]


def identities_in(fields: Sequence[IdentityField], xdm: Mapping[str, Any]) -> Iterator[tuple[IdentityField, str]]:
    """The identities that a document's fields hold: not those of its ``identityMap``. Empty text is none."""
    for field in fields:
        value: Any = xdm
        for name in field.path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value:
            yield field, value


def claim_identities(xdm: JsonObject, fields: Sequence[IdentityField]) -> JsonObject:
    """The document with the identities of its fields in its ``identityMap`` too, where they are not there already.

    One is primary only where the map names none that is: who sends a map says which (streaming-ingestion 3.2). A map
    that is none is left as it is. The document itself is not changed.
    """
    found = list(identities_in(fields, xdm))
    present = xdm.get("identityMap", {})
    if not found or not isinstance(present, Mapping):
        return xdm
    claimed: JsonObject = dict(present)
    has_primary = any(
        isinstance(entry, Mapping) and entry.get("primary") is True
        for entries in present.values()
        for entry in (entries if isinstance(entries, list) else ())
    )
    for field, value in found:
        entries = claimed.get(field.namespace, [])
        if not isinstance(entries, list):
            continue
        if any(isinstance(entry, Mapping) and entry.get("id") == value for entry in entries):
            continue
        primary = {"primary": True} if field.is_primary and not has_primary else {}
        claimed[field.namespace] = [*entries, {"id": value, **primary}]
    return {**xdm, "identityMap": claimed}


def with_descriptors(document: Mapping[str, Json], more: Sequence[JsonObject]) -> JsonObject:
    """A schema document with descriptors that are kept beside it; its own come first."""
    return {**document, "meta:descriptors": [*document.get("meta:descriptors", []), *more]} if more else dict(document)


def check_descriptor(descriptor: Mapping[str, Json], find_schema: Callable[[str], JsonObject | None]) -> None:
    """Raises SchemaError for a descriptor that cannot be kept beside its schema; the message names the cure.

    ``find_schema``: from an id to that schema, resolved.
    """
    type_ = descriptor.get("@type")
    if type_ not in TYPES:
        raise SchemaError(f"`@type` is {str(type_)[:60]!r}: make it one of {', '.join(TYPES)}", "/@type")
    _check_end(descriptor, "xdm:sourceSchema", "xdm:sourceProperty", find_schema)
    if type_ in DESTINATIONS:
        _check_end(descriptor, "xdm:destinationSchema", "xdm:destinationProperty", find_schema)
    if type_ == FRIENDLY_NAME and not any(keyword in descriptor for keyword in _FRIENDLY):
        raise SchemaError(f"a friendly name says at least one of {', '.join(_FRIENDLY)}", "")


def _check_end(
    descriptor: Mapping[str, Json],
    schema_keyword: str,
    path_keyword: str,
    find_schema: Callable[[str], JsonObject | None],
) -> None:
    """The schema and field that one end of a descriptor names. A destination may be a whole schema."""
    schema_id = descriptor.get(schema_keyword)
    schema = find_schema(schema_id) if isinstance(schema_id, str) else None
    if schema is None:
        raise SchemaError(f"there is no schema {str(schema_id)[:200]!r}: name one by its `$id`", f"/{schema_keyword}")
    path = descriptor.get(path_keyword)
    if path is None and schema_keyword == "xdm:destinationSchema":
        return
    if not isinstance(path, str) or not path.startswith("/") or path.endswith("/"):
        raise SchemaError("name the field by its path: begin with a slash, and end without one", f"/{path_keyword}")
    if "/properties/" in f"{path}/":
        raise SchemaError(
            "leave `properties` out of the path: it is made of the fields' names alone", f"/{path_keyword}"
        )
    _field(schema, path_of(descriptor, path_keyword), f"/{path_keyword}")


def apply_descriptors(schema: JsonObject) -> JsonObject:
    """The resolved schema as its descriptors change it: see the top. Raises SchemaError, naming the descriptor."""
    descriptors = schema.get("meta:descriptors", [])
    if not isinstance(descriptors, list):
        raise SchemaError("expected a list of descriptors", "/meta:descriptors")
    primary: Sequence[str] | None = None
    for index, descriptor in enumerate(descriptors):
        at = f"/meta:descriptors/{index}"
        if not isinstance(descriptor, Mapping):
            raise SchemaError("expected a descriptor, an object", at)
        if descriptor.get("@type") not in _ON_FIELDS:
            continue
        names = path_of(descriptor)
        field = _field(schema, names, at)
        match descriptor["@type"]:
            case "xdm:descriptorIdentity":
                _check_identity(descriptor, field, at)
                if descriptor.get("xdm:isPrimary") is True:
                    if primary is not None and primary != names:
                        raise SchemaError(f"/{'/'.join(primary)} is the primary identity already: a schema has one", at)
                    primary = names
                    schema = _require(schema, names)
            case "xdm:alternateDisplayInfo":
                schema = _changed(schema, names, partial(_renamed, descriptor=descriptor))
            case "xdm:descriptorDeprecated":
                schema = _changed(schema, names, _deprecated)
    return schema


def path_of(descriptor: Mapping[str, Json], keyword: str = "xdm:sourceProperty") -> list[str]:
    """The names that lead to a descriptor's field; ``[*]`` after one stands for the items of a list."""
    return str(descriptor.get(keyword, "")).removeprefix("/").split("/")


def _node(schema: Mapping[str, Json], names: Sequence[str]) -> JsonObject | None:
    node: Any = schema
    for name in names:
        node = node.get("properties", {}).get(name.removesuffix("[*]"))
        if node is not None and name.endswith("[*]"):
            node = node.get("items")
        if not isinstance(node, dict):
            return None
    found: JsonObject = node
    return found


def _field(schema: JsonObject, names: Sequence[str], at: str) -> JsonObject:
    for count in range(1, len(names) + 1):
        if _node(schema, names[:count]) is None:
            raise SchemaError(
                f"the descriptor names /{'/'.join(names)}, but the schema has no field `{names[count - 1]}` there", at
            )
    return _node(schema, names) or {}


def _check_identity(descriptor: Mapping[str, Json], field: JsonObject, at: str) -> None:
    if field.get("type") != "string":
        raise SchemaError("only a field that holds text can be an identity", at)
    if any(name.endswith("[*]") for name in path_of(descriptor)):
        raise SchemaError("an identity cannot be inside of a list: put it into `identityMap`", at)
    namespace = descriptor.get("xdm:namespace")
    if not isinstance(namespace, str) or not 0 < len(namespace) <= MAX_NAMESPACE_CHARS:
        raise SchemaError(
            f"give the identity its namespace, `xdm:namespace`: a code of at most {MAX_NAMESPACE_CHARS} characters", at
        )


def _changed(schema: JsonObject, names: Sequence[str], change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """The schema with the field at that path as ``change`` makes it."""
    if not names:
        return change(schema)
    name, *rest = names
    plain = name.removesuffix("[*]")
    child = schema["properties"][plain]
    if plain != name:
        changed = {**child, "items": _changed(child["items"], rest, change)}
    else:
        changed = _changed(child, rest, change)
    return {**schema, "properties": {**schema["properties"], plain: changed}}


def _renamed(node: JsonObject, descriptor: Mapping[str, Json]) -> JsonObject:
    """With the friendly name's words, of its first language; what it does not say stays as it is."""
    renamed = dict(node)
    for keyword, ours in _TEXTS:
        words = descriptor.get(keyword)
        if isinstance(words, Mapping) and words:
            renamed[ours] = str(next(iter(words.values())))
    suggested = descriptor.get("meta:enum")
    left_out = descriptor.get("xdm:excludeMetaEnum", ())
    if isinstance(suggested, Mapping) or left_out:
        values = {**node.get("meta:enum", {}), **(suggested if isinstance(suggested, Mapping) else {})}
        renamed["meta:enum"] = {value: label for value, label in values.items() if value not in left_out}
    return renamed


def _deprecated(node: JsonObject) -> JsonObject:
    return {**node, "meta:status": "deprecated"}


def _require(schema: JsonObject, names: Sequence[str]) -> JsonObject:
    if not names:
        return schema
    name, *rest = names
    properties = {**schema["properties"], name: _require(schema["properties"][name], rest)}
    return {**schema, "properties": properties, "required": list(dict.fromkeys([*schema.get("required", []), name]))}
