"""Rows to Arrow: a line of JSON each, read in bulk by Arrow's JSON reader, then brought into shape. Pure.

That is three to nine times cheaper than making Arrow arrays of Python objects (reference page on performance, section
7). The reader knows neither maps nor, from numbers, timestamps: it is given lists of key and value, and integers, and
both are turned into the real types without copying a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import pyarrow as pa
import pyarrow.json as pa_json

from server.lake.row import RowCodec, compile_codec, encode_text
from server.lake.table import DATE, REST
from server.model.json import JsonObject


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything about a table's columns that making rows needs, worked out once.

    ``stored``: the columns as files have them, without ``date``, which is in the path. ``lines``: the same as the JSON
    reader is told. ``map_names``: those that are maps.
    """

    codec: RowCodec
    stored: pa.Schema
    lines: pa.Schema
    map_names: tuple[str, ...]


def compile_layout(columns: pa.Schema) -> Layout:
    """For a table with these columns (table.py)."""
    stored = pa.schema([field for field in columns if field.name != DATE])
    return Layout(
        codec=compile_codec(columns),
        stored=stored,
        lines=pa.schema([field.with_type(_line_type(field.type)) for field in stored]),
        map_names=tuple(field.name for field in stored if pa.types.is_map(field.type)),
    )


def encode_row(layout: Layout, row: JsonObject, rest: JsonObject) -> bytes:
    """The line of one row, which is used up. Raises TypeError, ValueError or RecursionError when it is no JSON."""
    for name in layout.map_names:
        if name in row:
            row[name] = [{"key": key, "value": value} for key, value in row[name].items()]
    if rest:
        row[REST] = encode_text(rest)
    return orjson.dumps(row)


def read_lines(layout: Layout, lines: Sequence[bytes]) -> pa.Table:
    """All rows, in all columns. Raises pyarrow.ArrowInvalid when a line does not fit."""
    text = b"\n".join(lines)
    table = pa_json.read_json(
        pa.BufferReader(text),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1),
        parse_options=pa_json.ParseOptions(explicit_schema=layout.lines, unexpected_field_behavior="error"),
    )
    arrays = [_shaped(_one_array(table.column(field.name)), field.type) for field in layout.stored]
    return pa.Table.from_arrays(arrays, schema=layout.stored)


def without_empty(table: pa.Table, *, keep: frozenset[str]) -> pa.Table:
    """The same rows without the columns and struct fields that none of them fills, but for those to ``keep``."""
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    for field, column in zip(table.schema, table.columns, strict=True):
        array = _one_array(column)
        if array.null_count < len(array) or field.name in keep:
            array = _filled(array)
            fields.append(field.with_type(array.type))
            arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _line_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_line_type(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_line_type(kind.value_type))
    if pa.types.is_map(kind):
        entry = [pa.field("key", pa.string()), pa.field("value", _line_type(kind.item_type))]
        return pa.list_(pa.struct(entry))
    return pa.int64() if pa.types.is_timestamp(kind) else kind


def _shaped(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """An array of ``_line_type(kind)`` as one of ``kind``. Maps and timestamps are at the top or in structs only."""
    if pa.types.is_timestamp(kind):
        return array.view(kind)
    if pa.types.is_map(kind):
        entries = array.values
        return pa.MapArray.from_arrays(array.offsets, entries.field(0), entries.field(1), type=kind, mask=_nulls(array))
    if pa.types.is_struct(kind) and array.type != kind:
        children = [_shaped(array.field(position), field.type) for position, field in enumerate(kind)]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=_nulls(array))
    return array


def _filled(array: pa.Array) -> pa.Array:
    """Structs without the fields that nobody fills; one stays when there is none other: Parquet has no empty struct."""
    if not pa.types.is_struct(array.type) or array.null_count == len(array):
        return array
    children = [(field, array.field(position)) for position, field in enumerate(array.type)]
    kept = [(field, _filled(child)) for field, child in children if child.null_count < len(child)] or children[:1]
    fields = [field.with_type(child.type) for field, child in kept]
    return pa.StructArray.from_arrays([child for _, child in kept], fields=fields, mask=_nulls(array))


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _nulls(array: pa.Array) -> pa.Array | None:
    return array.is_null() if array.null_count else None
