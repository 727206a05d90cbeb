import pytest

from server.model.json import JsonObject
from server.schema.errors import SchemaError
from server.schema.merge import merge_nodes


@pytest.mark.parametrize(
    ("near", "far", "merged"),
    [
        ({}, {"type": "string"}, {"type": "string"}),
        ({"title": "Near"}, {"title": "Far", "description": "d"}, {"title": "Near", "description": "d"}),
        ({"type": "integer"}, {"type": "number"}, {"type": "integer"}),
        ({"type": ["number"]}, {"type": "integer"}, {"type": "integer"}),
        ({"minimum": 1, "maximum": 9}, {"minimum": 3, "maximum": 12}, {"minimum": 3, "maximum": 9}),
        ({"minLength": 1}, {"minLength": 2}, {"minLength": 2}),
        ({"maxItems": 5}, {"maxItems": 4}, {"maxItems": 4}),
        ({"uniqueItems": False}, {"uniqueItems": True}, {"uniqueItems": True}),
        ({"required": ["b", "a"]}, {"required": ["a", "c"]}, {"required": ["b", "a", "c"]}),
        ({"enum": ["a", "b", "c"]}, {"enum": ["c", "b"]}, {"enum": ["b", "c"]}),
        ({"pattern": "^a"}, {"pattern": "^a"}, {"pattern": "^a"}),
        ({"items": {"type": "string"}}, {"items": {"title": "T"}}, {"items": {"type": "string", "title": "T"}}),
        ({"additionalProperties": True}, {"additionalProperties": False}, {"additionalProperties": False}),
        # What a map says of every value, it says of a field that the other declares.
        (
            {"additionalProperties": {"type": "string"}, "properties": {"a": {"type": "integer"}}},
            {"properties": {"a": {}, "b": {"minLength": 1}}},
            {
                "additionalProperties": {"type": "string"},
                "properties": {"a": {"type": "integer"}, "b": {"type": "string", "minLength": 1}},
            },
        ),
        (
            {"additionalProperties": True},
            {"additionalProperties": {"type": "string"}},
            {"additionalProperties": {"type": "string"}},
        ),
        (
            {"additionalProperties": {"type": "string"}},
            {"additionalProperties": True},
            {"additionalProperties": {"type": "string"}},
        ),
        (
            {"additionalProperties": {"type": "string"}},
            {"additionalProperties": {"minLength": 1}},
            {"additionalProperties": {"type": "string", "minLength": 1}},
        ),
        (
            {"properties": {"a": {"type": "string"}}},
            {"properties": {"a": {"format": "uri"}, "b": {}}},
            {"properties": {"a": {"type": "string", "format": "uri"}, "b": {}}},
        ),
        (
            {"patternProperties": {"^a": {}}},
            {"patternProperties": {"^b": {}}},
            {"patternProperties": {"^a": {}, "^b": {}}},
        ),
    ],
)
def test_merge_accepts_what_both_accept(near: JsonObject, far: JsonObject, merged: JsonObject) -> None:
    assert merge_nodes(near, far, "") == merged


@pytest.mark.parametrize(
    ("near", "far", "keyword"),
    [
        ({"type": "string"}, {"type": "integer"}, "type"),
        ({"enum": ["a"]}, {"enum": ["b"]}, "enum"),
        ({"pattern": "^a"}, {"pattern": "^b"}, "pattern"),
        ({"format": "uri"}, {"format": "email"}, "format"),
        ({"const": 1}, {"const": 2}, "const"),
    ],
)
def test_merge_refuses_declarations_that_contradict_each_other(near: JsonObject, far: JsonObject, keyword: str) -> None:
    with pytest.raises(SchemaError, match=f"declared twice, with `{keyword}`.*at /properties/x"):
        merge_nodes({"properties": {"x": near}}, {"properties": {"x": far}}, "")


def test_merge_never_changes_its_inputs() -> None:
    near: JsonObject = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    far: JsonObject = {"properties": {"a": {"minLength": 1}, "b": {}}, "required": ["b"]}

    merge_nodes(near, far, "")

    assert near == {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert far == {"properties": {"a": {"minLength": 1}, "b": {}}, "required": ["b"]}


def test_a_map_and_patterns_of_names_are_refused_with_the_place() -> None:
    with pytest.raises(SchemaError, match="a map is declared twice") as refused:
        merge_nodes({"patternProperties": {"^a": {}}}, {"additionalProperties": {"type": "string"}}, "/properties/x")

    assert refused.value.path == "/properties/x"
