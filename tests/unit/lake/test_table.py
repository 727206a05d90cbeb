from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from server.lake import table
from server.lake.errors import SchemaConflict
from server.lake.table import INSTANT, compile_columns, is_json_text, leaf_paths, widen
from server.lake.table_format import columns_of
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compose import resolve_schema
from tests.unit.lake.builders import (
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    NUMBER,
    RECORDS,
    STRING,
    WEB_EVENTS,
    a_list,
    a_map,
    an_object,
)

OWN = ["_heliograph", "_rest", "date"]


def compiled(**properties: Any) -> pa.Schema:
    return compile_columns(an_object(**properties))


def field(columns: pa.Schema, path: str) -> pa.Field:
    first, *names = path.split(".")
    found = columns.field(first)
    for name in names:
        found = found.type.field(name)
    return found


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (STRING, pa.string()),
        (INTEGER, pa.int64()),
        (NUMBER, pa.float64()),
        (BOOLEAN, pa.bool_()),
        (DATE_TIME, pa.string()),
        ({"type": ["string", "null"]}, pa.string()),
        ({"type": "string", "enum": ["a", "b"]}, pa.string()),
        (an_object(a=STRING, b=an_object(c=INTEGER)), pa.struct({"a": pa.string(), "b": pa.struct({"c": pa.int64()})})),
        ({"properties": {"a": STRING}}, pa.struct({"a": pa.string()})),
        (a_list(STRING), pa.list_(pa.string())),
        (a_list(a_list(NUMBER)), pa.list_(pa.list_(pa.float64()))),
        (a_list(an_object(a=STRING)), pa.list_(pa.struct({"a": pa.string()}))),
        (a_map(NUMBER), pa.map_(pa.string(), pa.float64())),
        (a_map(a_list(an_object(id=STRING))), pa.map_(pa.string(), pa.list_(pa.struct({"id": pa.string()})))),
    ],
)
def test_a_field_gets_the_column_of_its_type(schema: Any, expected: pa.DataType) -> None:
    column = compiled(f=schema).field("f")

    assert column.type == expected
    assert not is_json_text(column)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        {"type": "object"},
        {"type": "object", "properties": {}},
        {"type": "object", "additionalProperties": True},
        {"type": ["string", "integer"]},
        {"enum": ["a", 1]},
        {"type": "array"},
        a_list({"type": "object"}),
        a_map({}),
        a_map(a_list({})),
    ],
)
def test_what_has_no_one_shape_is_json_text(schema: Any) -> None:
    column = compiled(f=schema).field("f")

    assert column.type == pa.string()
    assert is_json_text(column)


def test_a_nested_map_is_json_text() -> None:
    assert is_json_text(field(compiled(a=an_object(labels=a_map(STRING))), "a.labels"))


def test_every_table_has_id_timestamp_and_the_lakes_own_columns() -> None:
    columns = compiled(eventType=STRING, _id=INTEGER)

    assert columns.names == ["_id", "timestamp", "eventType", *OWN]
    assert columns.field("_id").type == pa.string()
    assert columns.field("timestamp").type == INSTANT
    assert compile_columns({}).names == ["_id", "timestamp", *OWN]


def test_the_top_level_received_timestamp_is_an_instant_and_nested_date_times_stay_text() -> None:
    columns = compiled(receivedTimestamp=DATE_TIME, placeContext=an_object(timestamp=DATE_TIME))

    assert columns.field("receivedTimestamp").type == INSTANT
    assert field(columns, "placeContext.timestamp").type == pa.string()


@pytest.mark.parametrize("name", ["a b", "a,b", "a;b", "a=b", "a.b", "a\nb", "a(b)", "{a}", 'a"b', "é", "", "x" * 129])
def test_a_name_that_is_no_plain_word_gets_no_column(name: str) -> None:
    columns = compile_columns(an_object(**{name: STRING, "o": an_object(**{name: STRING, "fine": STRING})}))

    assert columns.names == ["_id", "timestamp", "o", *OWN]
    assert [child.name for child in columns.field("o").type] == ["fine"]


def test_the_lakes_own_names_and_those_that_differ_only_by_case_get_no_column() -> None:
    columns = compiled(date=STRING, _REST=STRING, sku=STRING, SKU=STRING, o=an_object(id=STRING, ID=STRING))

    assert columns.names == ["_id", "timestamp", "sku", "o", *OWN]
    assert [child.name for child in columns.field("o").type] == ["id"]


def test_what_is_nested_too_deep_is_json_text() -> None:
    schema: Any = STRING
    for _ in range(40):
        schema = an_object(below=schema)

    kind, depth = compiled(below=schema).field("below"), 1
    while not is_json_text(kind):
        kind, depth = kind.type.field("below"), depth + 1

    assert depth == table.MAX_DEPTH_LEVELS


def test_columns_are_bounded_whatever_the_schema_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_LEAF_COLUMNS", 21)

    columns = compile_columns(an_object(**{f"f{n}": an_object(a=STRING, b=STRING) for n in range(100)}))

    leaves = sum(len(column.type) if pa.types.is_struct(column.type) else 1 for column in columns)
    assert leaves == 21
    assert not is_json_text(columns.field("f0"))
    assert is_json_text(columns.field(len(columns) - 4))


def test_widening_with_the_same_columns_changes_nothing() -> None:
    columns = compile_columns(WEB_EVENTS)

    assert widen(columns, columns).equals(columns, check_metadata=True)


def test_widening_adds_fields_behind_those_that_are_there() -> None:
    present = compiled(a=an_object(x=STRING), items=a_list(an_object(sku=STRING)), m=a_map(an_object(x=STRING)))
    wanted = compiled(
        b=STRING,
        a=an_object(y={}, x=STRING),
        items=a_list(an_object(q=INTEGER)),
        m=a_map(an_object(y=NUMBER)),
    )

    widened = widen(present, wanted)

    assert widened.names == ["_id", "timestamp", "a", "items", "m", *OWN, "b"]
    assert [child.name for child in widened.field("a").type] == ["x", "y"]
    assert is_json_text(field(widened, "a.y"))
    assert widened.field("items").type == pa.list_(pa.struct({"sku": pa.string(), "q": pa.int64()}))
    assert widened.field("m").type.item_type == pa.struct({"x": pa.string(), "y": pa.float64()})


def test_widening_keeps_what_the_schema_no_longer_has() -> None:
    assert widen(compiled(a=STRING, b=STRING), compiled(b=STRING)).names == ["_id", "timestamp", "a", "b", *OWN]


def test_json_text_and_typed_columns_go_together_and_the_tables_own_stays() -> None:
    text, typed = compiled(f={"type": "object"}), compiled(f=an_object(a=STRING))

    assert widen(text, typed).field("f").equals(text.field("f"), check_metadata=True)
    assert widen(typed, text).field("f").type == pa.struct({"a": pa.string()})


def test_a_new_field_that_differs_only_by_case_gets_no_column() -> None:
    widened = widen(compiled(sku=STRING, o=an_object(id=STRING)), compiled(SKU=INTEGER, o=an_object(ID=INTEGER)))

    assert widened.names == ["_id", "timestamp", "sku", "o", *OWN]
    assert [child.name for child in widened.field("o").type] == ["id"]


@pytest.mark.parametrize(
    ("present", "wanted", "message"),
    [
        (STRING, INTEGER, "f is a string in the table and an integer in the schema"),
        (INTEGER, NUMBER, "f is an integer in the table and a number in the schema"),
        (an_object(a=an_object(b=STRING)), an_object(a=an_object(b=BOOLEAN)), r"f\.a\.b is a string .* and a boolean"),
        (a_list(STRING), a_list(NUMBER), r"f\[\] is a string in the table and a number"),
        (an_object(a=STRING), a_list(STRING), "f is an object in the table and an array"),
        (a_map(a_list(STRING)), a_map(STRING), r"f\.\* is an array in the table and a string"),
        (a_map(STRING), an_object(a=STRING), "f is a map in the table and an object"),
    ],
)
def test_a_changed_type_is_refused_by_its_path(present: Any, wanted: Any, message: str) -> None:
    with pytest.raises(SchemaConflict, match=message):
        widen(compiled(f=present), compiled(f=wanted))


@pytest.mark.parametrize("schema", [WEB_EVENTS, RECORDS])
def test_the_table_itself_says_how_its_columns_are_read(tmp_path: Path, schema: Any) -> None:
    columns = compile_columns(schema)

    stored = columns_of(DeltaTable.create(str(tmp_path), schema=columns, partition_by=["date"]))

    assert stored == columns
    assert widen(stored, columns) == stored
    assert [path for path in leaf_paths(stored) if is_json_text(field(stored, path))] == [
        path for path in leaf_paths(columns) if is_json_text(field(columns, path))
    ]


@pytest.mark.parametrize(("name", "nested_maps"), [("demo-events", []), ("demo-profiles", ["segmentMembership"])])
def test_the_schemas_that_ship_with_the_product_have_typed_columns(name: str, nested_maps: list[str]) -> None:
    columns = compile_columns(resolve_schema(load_ready_schema(name), builtin_documents().get))

    assert pa.types.is_map(columns.field("identityMap").type)
    as_text = [path for path in leaf_paths(columns) if "." not in path and is_json_text(field(columns, path))]
    assert as_text == nested_maps


def test_leaf_paths_are_those_of_xdm_fields() -> None:
    columns = compiled(a=an_object(b=STRING, c=an_object(d=INTEGER)), items=a_list(an_object(x=STRING)))

    assert leaf_paths(columns) == ("_id", "timestamp", "a.b", "a.c.d", "items")
