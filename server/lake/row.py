"""What a row holds of an event: ``split`` an XDM object into typed columns and the rest, ``join`` them again. Pure.

A row is JSON: structs and maps are objects, JSON text is a string, instants are microseconds since the epoch (text is
read too: DuckDB gives that). Whatever the columns cannot hold without loss stays in the rest, which has the shape of
the event and only what is missing from the row:

- at a struct or a map that the row has: an object, its members what is missing below;
- at a list that the row has: an object too, its members named by position;
- anywhere else the value itself, which then counts and not the row's.

``join(*split(xdm)) == xdm`` for every JSON object, with three normalisations and no others:

1. ``timestamp`` and ``receivedTimestamp`` come back in UTC, as ``2026-01-31T12:00:00.000Z`` with as many digits as they
   need, three or six; what is finer than microseconds, or cannot be read, is kept as it came;
2. integral floats in an integer field become integers (``1.0`` is ``1``);
3. integral floats below 2**53 in a number field are written without ``.0``, as JavaScript writes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
import pyarrow as pa

from server.lake.instant import instant_text, instant_us, is_finer_than_microseconds
from server.lake.table import DATE, LAKE, REST, is_json_text
from server.model.json import Json, JsonObject

# Every integer up to here is one double and no other integer is the same one.
_EXACT_INTEGER: Final = 2**53
_INT64: Final = range(-(2**63), 2**63)


class _Nothing:
    """Nothing is missing from the row. None will not do: null is a value."""


_NOTHING: Final = _Nothing()

_Split: TypeAlias = Callable[[Any], tuple[Any, Any]]  # value -> (what the column holds or None, what is missing)
_Join: TypeAlias = Callable[[Any, Any], Any]  # the reverse; neither is called with a None that means "no value"


@dataclass(frozen=True, slots=True)
class RowCodec:
    """``split`` and ``join`` for one table's columns."""

    split_fields: _Split
    join_fields: _Join

    def split(self, xdm: JsonObject) -> tuple[JsonObject, JsonObject]:
        """(row, rest); the rest is {} when the row holds everything."""
        row, rest = self.split_fields(xdm)
        return row, {} if rest is _NOTHING else rest

    def join(self, row: Mapping[str, Any], rest: JsonObject) -> JsonObject:
        """The event again."""
        xdm: JsonObject = self.join_fields(row, rest or _NOTHING)
        return xdm


def compile_codec(columns: pa.Schema) -> RowCodec:
    """For a table with these columns, the lake's own among them, which no XDM value is written to."""
    split, join = _struct_codec([field for field in columns if field.name not in (LAKE, REST, DATE)])
    return RowCodec(split_fields=split, join_fields=join)


def encode_text(value: Json) -> str:
    """JSON text. Raises TypeError, ValueError or RecursionError for what is none.

    msgspec, not orjson: that one refuses integers beyond 64 bits and anything deeper than 254.
    """
    return msgspec.json.encode(value).decode()


def decode_text(text: str) -> Json:
    """The reverse. msgspec, not orjson: that one reads integers beyond 64 bits as floats, without a word."""
    return msgspec.json.decode(text)


def _codec(field: pa.Field) -> tuple[_Split, _Join]:
    kind = field.type
    if is_json_text(field):
        return _split_text, _join_text
    if pa.types.is_struct(kind):
        return _struct_codec(list(kind))
    if pa.types.is_list(kind):
        return _list_codec(kind.value_field)
    if pa.types.is_map(kind):
        return _map_codec(pa.field("value", kind.item_type))
    if pa.types.is_timestamp(kind):
        return _split_instant, _join_instant
    if pa.types.is_int64(kind):
        return _split_integer, _join_plain
    if pa.types.is_float64(kind):
        return _split_number, _join_number
    return (_split_boolean if pa.types.is_boolean(kind) else _split_string), _join_plain


def _struct_codec(fields: list[pa.Field]) -> tuple[_Split, _Join]:
    codecs = {field.name: _codec(field) for field in fields}
    splits = {name: split for name, (split, _) in codecs.items()}
    joins = {name: join for name, (_, join) in codecs.items()}
    # Most values are strings that go into string columns: not calling anything for them makes a split a tenth cheaper.
    as_they_are = {field.name: _python_type(field) for field in fields}

    def split_struct(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, dict):
            return None, value
        row: JsonObject = {}
        rest: JsonObject = {}
        for name, item in value.items():
            if type(item) is as_they_are.get(name):
                row[name] = item
                continue
            split = splits.get(name)
            if split is None or item is None:
                rest[name] = item
                continue
            kept, missing = split(item)
            if kept is not None:
                row[name] = kept
            if missing is not _NOTHING:
                rest[name] = missing
        return row, rest or _NOTHING

    def join_struct(row: Any, rest: Any) -> Any:
        missing = {} if rest is _NOTHING else rest
        value = {
            name: joins[name](item, missing.get(name, _NOTHING))
            for name, item in row.items()
            if item is not None and name in joins
        }
        for name, item in missing.items():
            value.setdefault(name, item)
        return value

    return split_struct, join_struct


def _python_type(field: pa.Field) -> type | None:
    """The type whose every value the column holds as it is."""
    if pa.types.is_string(field.type) and not is_json_text(field):
        return str
    return bool if pa.types.is_boolean(field.type) else None


def _list_codec(element: pa.Field) -> tuple[_Split, _Join]:
    split, join = _codec(element)

    def split_list(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, list):
            return None, value
        row: list[Any] = []
        rest: JsonObject = {}
        for position, item in enumerate(value):
            kept, missing = (None, _NOTHING) if item is None else split(item)
            row.append(kept)
            if missing is not _NOTHING:
                rest[str(position)] = missing
        return row, rest or _NOTHING

    def join_list(row: Any, rest: Any) -> Any:
        missing = {} if rest is _NOTHING else rest
        return [_join_or_rest(join, item, missing.get(str(position), _NOTHING)) for position, item in enumerate(row)]

    return split_list, join_list


def _map_codec(value_field: pa.Field) -> tuple[_Split, _Join]:
    split, join = _codec(value_field)

    def split_map(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, dict):
            return None, value
        row: JsonObject = {}
        rest: JsonObject = {}
        for key, item in value.items():
            row[key], missing = (None, _NOTHING) if item is None else split(item)
            if missing is not _NOTHING:
                rest[key] = missing
        return row, rest or _NOTHING

    def join_map(row: Any, rest: Any) -> Any:
        missing = {} if rest is _NOTHING else rest
        return {key: _join_or_rest(join, item, missing.get(key, _NOTHING)) for key, item in row.items()}

    return split_map, join_map


def _join_or_rest(join: _Join, item: Any, rest: Any) -> Any:
    if item is None:
        return None if rest is _NOTHING else rest
    return join(item, rest)


def _split_string(value: Any) -> tuple[Any, Any]:
    return (value, _NOTHING) if isinstance(value, str) else (None, value)


def _split_boolean(value: Any) -> tuple[Any, Any]:
    return (value, _NOTHING) if isinstance(value, bool) else (None, value)


def _split_integer(value: Any) -> tuple[Any, Any]:
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT_INTEGER:
        return int(value), _NOTHING
    if isinstance(value, int) and not isinstance(value, bool) and value in _INT64:
        return value, _NOTHING
    return None, value


def _split_number(value: Any) -> tuple[Any, Any]:
    if isinstance(value, float):
        return value, _NOTHING
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT_INTEGER:
        return float(value), _NOTHING
    return None, value


def _split_text(value: Any) -> tuple[Any, Any]:
    return encode_text(value), _NOTHING


def _split_instant(value: Any) -> tuple[Any, Any]:
    us = instant_us(value)
    if us is None:
        return None, value
    return us, value if is_finer_than_microseconds(value) else _NOTHING


def _join_plain(item: Any, rest: Any) -> Any:
    return item if rest is _NOTHING else rest


def _join_number(item: Any, rest: Any) -> Any:
    if rest is not _NOTHING:
        return rest
    return int(item) if item.is_integer() and abs(item) < _EXACT_INTEGER else item


def _join_text(item: Any, rest: Any) -> Any:
    return decode_text(item) if rest is _NOTHING else rest


def _join_instant(item: Any, rest: Any) -> Any:
    if rest is not _NOTHING:
        return rest
    us = item if isinstance(item, int) else instant_us(item)
    return None if us is None else instant_text(us)
