"""Which columns a dataset's table has: from a resolved XDM JSON Schema to an Arrow schema. Pure.

One column a top-level field, in the schema's order; nested objects are structs, arrays lists. What no typed column can
hold well becomes *JSON text*: a string column marked in its field's metadata, so that the table itself says how to read
it back. JSON text are nested maps, objects without declared properties, fields without one type, and arrays of these.

A field gets no column of its own, and its values go to ``_rest``, when its name is no plain word (Delta Lake forbids
``" ,;{}()\\n\\t="``, and no name from outside may reach SQL or a path), when a sibling has the same name but for case
(DuckDB and Spark do not tell them apart), or when it is one of the lake's own names.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from server.lake.errors import SchemaConflict

JSON_TEXT: Final = {b"heliograph": b"json"}
"""Metadata of a string field that holds JSON text."""

EVENT_ID: Final = "_id"
TIMESTAMP: Final = "timestamp"
RECEIVED_TIMESTAMP: Final = "receivedTimestamp"
LAKE: Final = "_heliograph"
REST: Final = "_rest"
DATE: Final = "date"

INSTANT: Final = pa.timestamp("us", tz="UTC")

# What an operator asks of one row: when and where it came in, and where it stands in both topics of the log.
LAKE_TYPE: Final = pa.struct(
    [
        pa.field(RECEIVED_TIMESTAMP, INSTANT),
        pa.field("datastreamId", pa.string()),
        pa.field("beaconId", pa.string()),
        pa.field("origin", pa.string()),
        pa.field("originMismatch", pa.bool_()),
        pa.field("enrichments", pa.list_(pa.string())),
        pa.field("partition", pa.int64()),
        pa.field("offset", pa.int64()),
        pa.field("sourcePartition", pa.int64()),
        pa.field("sourceOffset", pa.int64()),
    ]
)

# Every table has these, whatever its schema says, so that events can be ordered and found.
_FIRST: Final = (pa.field(EVENT_ID, pa.string()), pa.field(TIMESTAMP, INSTANT))
_LAST: Final = (pa.field(LAKE, LAKE_TYPE), pa.field(REST, pa.string()), pa.field(DATE, pa.date32()))
_OWN_NAMES: Final = frozenset({EVENT_ID, TIMESTAMP, LAKE, REST, DATE})

_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_@$:-]{1,128}")

# Each leaf costs every commit about 65 us and 250 bytes when it is written, and Parquet readers a look at its footer.
# The official ExperienceEvent with all its field groups stays well below; beyond it fields become JSON text, whole.
MAX_LEAF_COLUMNS: Final = 2_000

# Deeper objects become JSON text: XDM's own nest at most about 10 deep, and readers recurse.
MAX_DEPTH_LEVELS: Final = 16

_SCALARS: Final = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


def compile_columns(schema: Mapping[str, Any]) -> pa.Schema:
    """The columns of a table for this schema: resolved, so without ``$ref``, and with an object at its top."""
    leaves_left = MAX_LEAF_COLUMNS - sum(map(_leaves, (*_FIRST, *_LAST)))
    columns = list(_FIRST)
    for name in _column_names(schema.get("properties", {}), taken=_OWN_NAMES):
        if leaves_left < 1:
            break
        column = _top_level(name, schema["properties"][name])
        if _leaves(column) > leaves_left:
            column = _json_text(name)
        leaves_left -= _leaves(column)
        columns.append(column)
    return pa.schema([*columns, *_LAST])


def widen(present: pa.Schema, wanted: pa.Schema) -> pa.Schema:
    """All columns of both, those of ``present`` first and as they are. Raises SchemaConflict where types differ.

    JSON text and a typed column go together: whichever the table has stays, and holds all or leaves it to ``_rest``.
    """
    return pa.schema(_widen_fields(list(present), list(wanted), path=""))


def is_json_text(field: pa.Field) -> bool:
    """Whether this string field holds JSON text."""
    return bool(field.metadata and field.metadata.get(b"heliograph") == b"json")


def leaf_paths(columns: pa.Schema) -> tuple[str, ...]:
    """Dotted paths of all XDM fields that are no struct, in order. Lists and maps are leaves here."""
    return tuple(path for field in columns if field.name not in (LAKE, REST, DATE) for path in _paths(field, ""))


def _top_level(name: str, schema: Any) -> pa.Field:
    if name == RECEIVED_TIMESTAMP and isinstance(schema, Mapping) and schema.get("format") == "date-time":
        return pa.field(name, INSTANT)
    values = _map_values(schema)
    if values is None:
        return _column(name, schema, depth=1)
    value = _column("value", values, depth=2)
    return _json_text(name) if is_json_text(value) else pa.field(name, pa.map_(pa.string(), value.type))


def _column(name: str, schema: Any, *, depth: int) -> pa.Field:
    """The field for one node of the schema; JSON text for whatever has no single shape."""
    kind = _single_type(schema)
    if kind in _SCALARS:
        return pa.field(name, _SCALARS[kind])
    if depth >= MAX_DEPTH_LEVELS:
        return _json_text(name)
    if kind == "array":
        item = _column("element", schema.get("items"), depth=depth + 1)
        return _json_text(name) if is_json_text(item) else pa.field(name, pa.list_(item))
    if kind == "object":
        properties = schema.get("properties") or {}
        names = _column_names(properties, taken=frozenset())
        if names:
            return pa.field(name, pa.struct([_column(child, properties[child], depth=depth + 1) for child in names]))
    return _json_text(name)


def _single_type(schema: Any) -> str | None:
    """The one JSON type that values have, null aside; None when there are several or none is said."""
    if not isinstance(schema, Mapping):
        return None
    said = schema.get("type")
    kinds = [kind for kind in (said if isinstance(said, list) else [said]) if kind not in (None, "null")]
    if not kinds and "properties" in schema:
        return "object"
    return kinds[0] if len(kinds) == 1 else None


def _map_values(schema: Any) -> Mapping[str, Any] | None:
    """The schema of a map's values, when this is one: an object with ``additionalProperties`` and nothing else."""
    if _single_type(schema) != "object" or schema.get("properties"):
        return None
    values = schema.get("additionalProperties")
    return values if isinstance(values, Mapping) else None


def _column_names(properties: Mapping[str, Any], *, taken: frozenset[str]) -> list[str]:
    seen = {name.casefold() for name in taken}
    names: list[str] = []
    for name in properties:
        if name.casefold() in seen or not _PLAIN_NAME.fullmatch(name):
            continue
        seen.add(name.casefold())
        names.append(name)
    return names


def _json_text(name: str) -> pa.Field:
    return pa.field(name, pa.string(), metadata=JSON_TEXT)


def _widen_fields(present: list[pa.Field], wanted: list[pa.Field], *, path: str) -> list[pa.Field]:
    added = {field.name: field for field in wanted}
    fields = [
        _widen_field(field, added.pop(field.name), path=f"{path}{field.name}") if field.name in added else field
        for field in present
    ]
    taken = {field.name.casefold() for field in present}
    return fields + [field for field in added.values() if field.name.casefold() not in taken]


def _widen_field(present: pa.Field, wanted: pa.Field, *, path: str) -> pa.Field:
    if is_json_text(present) or is_json_text(wanted):
        return present
    return present.with_type(_widen_type(present.type, wanted.type, path=path))


def _widen_type(present: pa.DataType, wanted: pa.DataType, *, path: str) -> pa.DataType:
    if pa.types.is_struct(present) and pa.types.is_struct(wanted):
        return pa.struct(_widen_fields(list(present), list(wanted), path=f"{path}."))
    if pa.types.is_list(present) and pa.types.is_list(wanted):
        return pa.list_(_widen_field(present.value_field, wanted.value_field, path=f"{path}[]"))
    if pa.types.is_map(present) and pa.types.is_map(wanted):
        return pa.map_(pa.string(), _widen_type(present.item_type, wanted.item_type, path=f"{path}.*"))
    if present != wanted:
        raise SchemaConflict(path, present=_kind(present), wanted=_kind(wanted))
    return present


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return "an object"
    if pa.types.is_list(kind):
        return "an array"
    if pa.types.is_map(kind):
        return "a map"
    if pa.types.is_timestamp(kind):
        return "a date-time"
    return {pa.string(): "a string", pa.int64(): "an integer", pa.float64(): "a number"}.get(kind, "a boolean")


def _leaves(field: pa.Field) -> int:
    return _type_leaves(field.type)


def _type_leaves(kind: pa.DataType) -> int:
    if pa.types.is_struct(kind):
        return sum(_type_leaves(child.type) for child in kind)
    if pa.types.is_list(kind):
        return _type_leaves(kind.value_type)
    if pa.types.is_map(kind):
        return 1 + _type_leaves(kind.item_type)
    return 1


def _paths(field: pa.Field, prefix: str) -> list[str]:
    path = f"{prefix}{field.name}"
    if pa.types.is_struct(field.type):
        return [below for child in field.type for below in _paths(child, f"{path}.")]
    return [path]
