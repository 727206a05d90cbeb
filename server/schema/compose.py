"""A schema document and its components made one self-contained JSON Schema.

A stored document names a class and field groups, which name data types. Resolving it copies everything into one plain
tree: no ``$ref``, no ``allOf``, every object closed unless it is a map. Nothing is ever fetched: a reference is a name
that ``find`` knows, or the schema is refused (reliability-security S1). Trees have a limit in depth and size, so that
no document can make the server work for long (S2).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from server.model.json import Json, JsonObject
from server.schema.descriptors import apply_descriptors
from server.schema.errors import SchemaError
from server.schema.merge import ANNOTATIONS, merge_nodes
from server.schema.tree import FIELD_MAPS, SINGLE_NODES, map_nodes

Find: TypeAlias = Callable[[str], Mapping[str, Json] | None]
"""From the ``$id`` of a component to its document, or None."""

MAX_DEPTH_NODES = 64
"""Events may be 64 deep; the official components need less than half of it, references counted."""
MAX_NODES = 20_000
"""The demo schema has about 500; the platform advises at most 6,000 fields a schema."""

MAX_SAFE_INTEGER = 2**53 - 1
"""XDM's type *long*. A whole number beyond it is not the same in every client, nor fits a lake column."""

MAX_MIXED_VALUES = 20
"""Values of an `enum` that are neither all texts nor all whole numbers. Those two are looked up; any others the library
compares one by one, for up to a microsecond each: 50,000 numbers made one event of 2,000 values take 104 seconds."""

BUNDLED = "meta:components"
"""Keyword under which a stored schema carries the components, by id, that are not built in."""

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

_NUMBER, _COUNT, _STRING = (int, float), (int,), (str,)
ASSERTIONS: Mapping[str, tuple[type, ...]] = {
    "type": (str, list),
    "enum": (list,),
    "const": (object,),
    "pattern": _STRING,
    "format": _STRING,
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": _NUMBER,
    "exclusiveMaximum": _NUMBER,
    "multipleOf": _NUMBER,
    "minLength": _COUNT,
    "maxLength": _COUNT,
    "minItems": _COUNT,
    "maxItems": _COUNT,
    "minProperties": _COUNT,
    "maxProperties": _COUNT,
    "uniqueItems": (bool,),
    "required": (list,),
}
"""Keywords that restrict a value and are kept, with what they may hold; compiling checks the rest."""
# What a field of one type in one column cannot express. Ignoring them would accept what the author wanted refused.
REFUSED = frozenset(
    {"anyOf", "oneOf", "not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas", "contains"}
    | {"prefixItems", "additionalItems", "propertyNames", "unevaluatedItems", "unevaluatedProperties"}
    | {"$dynamicRef", "$recursiveRef"}
)


def resolve_schema(document: Mapping[str, Json], find: Find) -> JsonObject:
    """One JSON Schema (2020-12) of everything that ``document`` is made of. Raises SchemaError, naming place and cure.

    What is bundled with the document (bundle.py) is found before what ``find`` knows. Keeps ``$id``, ``meta:class`` and
    ``meta:descriptors`` of the document, ``meta:behavior`` of its class (``time-series`` or ``record``), titles,
    descriptions and ``meta:enum``. Descriptors are applied (descriptors.py): the primary identity is required.
    """
    bundled = _mapping(document.get(BUNDLED, {}), f"/{BUNDLED}")

    def find_any(name: str) -> Mapping[str, Json] | None:
        component = bundled.get(name)
        return component if isinstance(component, Mapping) else find(name)

    node = _Resolver(find_any).node(document, document, "", (), 0)
    closed = map_nodes(node, _close)
    resolved: JsonObject = {"$schema": JSON_SCHEMA}
    for keyword in ("$id", "meta:class", "meta:descriptors"):
        if keyword in document:
            resolved[keyword] = document[keyword]
    class_document = find_any(str(document["meta:class"])) if "meta:class" in document else None
    if class_document is not None and "meta:behavior" in class_document:
        resolved["meta:behavior"] = class_document["meta:behavior"]
    return apply_descriptors({**resolved, **closed})


class _Resolver:
    """One run of resolve_schema: counts what it makes."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._nodes = 0

    def node(
        self, schema: Json, document: Mapping[str, Json], path: str, trail: tuple[str, ...], depth: int
    ) -> JsonObject:
        """``schema`` without references; objects not yet closed. ``trail``: the references that led here."""
        self._count(path, depth)
        if schema is True:
            return {}
        if not isinstance(schema, Mapping):
            raise SchemaError("expected a schema, an object", path)
        if refused := sorted(REFUSED & schema.keys()):
            raise SchemaError(f"`{refused[0]}` cannot be part of an XDM schema: describe one plain field instead", path)
        node: JsonObject = {key: value for key, value in schema.items() if key in ANNOTATIONS and _says(key, value)}
        node.update({key: _assertion(key, schema[key], path) for key in schema.keys() & ASSERTIONS})
        for keyword in FIELD_MAPS:
            if keyword in schema:
                fields = _mapping(schema[keyword], f"{path}/{keyword}")
                node[keyword] = {
                    name: self.node(child, document, f"{path}/{keyword}/{name}", trail, depth + 1)
                    for name, child in fields.items()
                }
        for keyword in SINGLE_NODES:
            if keyword in schema:
                child = schema[keyword]
                is_yes_or_no = keyword == "additionalProperties" and isinstance(child, bool)
                node[keyword] = (
                    child if is_yes_or_no else self.node(child, document, f"{path}/{keyword}", trail, depth + 1)
                )
        if "$ref" in schema:
            node = merge_nodes(node, self._referenced(schema["$ref"], document, path, trail, depth), path)
        for index, part in enumerate(_list(schema.get("allOf", []), f"{path}/allOf")):
            node = merge_nodes(node, self.node(part, document, f"{path}/allOf/{index}", trail, depth + 1), path)
        return node

    def _referenced(
        self, reference: Json, document: Mapping[str, Json], path: str, trail: tuple[str, ...], depth: int
    ) -> JsonObject:
        if not isinstance(reference, str):
            raise SchemaError("`$ref` must be a string", path)
        name, _, pointer = reference.partition("#")
        target = self._find(name) if name else document
        if target is None:
            raise SchemaError(
                f"no class, field group or data type is called {name}. Import it first; references are never fetched",
                path,
            )
        step = f"{name or document.get('$id', '')}#{pointer}"
        if step in trail:
            raise SchemaError(f"{step} contains itself, by way of {' -> '.join(trail)}: XDM schemas end", path)
        return self.node(_at(target, pointer, path), target, path, (*trail, step), depth + 1)

    def _count(self, path: str, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise SchemaError(f"the schema has more than {MAX_NODES} fields and parts: leave out field groups")
        if depth > MAX_DEPTH_NODES:
            raise SchemaError(f"the schema is more than {MAX_DEPTH_NODES} levels deep", path)


def _says(keyword: str, value: Json) -> bool:
    """Whether an annotation holds what it can hold: pages and histories rely on that, and nobody else checks it.

    Of examples, those of a plain field: XDM's components carry whole documents in the same place.
    """
    match keyword:
        case "default":
            return True
        case "meta:enum":
            return isinstance(value, Mapping)
        case "examples":
            return isinstance(value, list) and bool(value) and isinstance(value[0], str | int | float)
    return isinstance(value, str)


def _close(node: JsonObject) -> JsonObject:
    """Refuse unknown fields in an object that is no map, and give a whole number XDM's range."""
    closed = dict(node)
    if "properties" in node:
        closed.setdefault("type", "object")
    declared = closed.get("type")
    types = declared if isinstance(declared, list) else [declared]
    if "object" in types:
        closed.setdefault("additionalProperties", node.get("meta:xdmType") == "map")
    if "integer" in types and "number" not in types:
        if "exclusiveMinimum" not in node:
            closed.setdefault("minimum", -MAX_SAFE_INTEGER)
        if "exclusiveMaximum" not in node:
            closed.setdefault("maximum", MAX_SAFE_INTEGER)
    return closed


def _at(document: Mapping[str, Json], pointer: str, path: str) -> Json:
    """What a JSON pointer (RFC 6901) names in a component; a bare ``/`` means the whole, as XDM files write it."""
    value: Json = document
    for token in pointer.split("/")[1:] if pointer not in ("", "/") else ():
        key = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, Mapping) or key not in value:
            raise SchemaError(f"{document.get('$id', 'this document')} has nothing at #{pointer}", path)
        value = value[key]
    return value


def _assertion(keyword: str, value: Json, path: str) -> Json:
    """The value of a restricting keyword, if it can be one: merging relies on that."""
    allowed = ASSERTIONS[keyword]
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed and object not in allowed):
        raise SchemaError(f"`{keyword}` cannot be {str(value)[:40]!r}", path)
    if keyword == "enum" and isinstance(value, list) and len(value) > MAX_MIXED_VALUES and not _is_looked_up(value):
        message = (
            f"`enum` has {len(value)} values of several kinds, or none that are texts or whole numbers: at most "
            f"{MAX_MIXED_VALUES} of such can be checked quickly. Describe the field by its type, or use texts"
        )
        raise SchemaError(message, path)
    return value


def _is_looked_up(values: list[Json]) -> bool:
    kinds = {type(value) for value in values}
    return kinds in ({str}, {int})


def _mapping(value: Json, path: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise SchemaError("expected an object", path)
    return value


def _list(value: Json, path: str) -> list[Json]:
    if not isinstance(value, list):
        raise SchemaError("expected a list", path)
    return value
