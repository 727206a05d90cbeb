import pytest

from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.errors import SchemaError
from server.schema.normalize import normalize_schema
from tests.unit.schema.builders import NOTHING


def test_fields_are_called_as_in_events() -> None:
    published = {"properties": {"xdm:web": {"properties": {"@id": {"type": "string"}}}, "plain": {"type": "integer"}}}

    assert normalize_schema(published) == {
        "properties": {"web": {"properties": {"_id": {"type": "string"}}}, "plain": {"type": "integer"}}
    }


def test_another_vocabulary_s_fields_are_grouped() -> None:
    published = {"properties": {"dc:title": {"type": "string"}, "dc:language": {"type": "string"}}}

    assert normalize_schema(published) == {
        "properties": {
            "_dc": {"type": "object", "properties": {"title": {"type": "string"}, "language": {"type": "string"}}}
        }
    }


def test_a_required_field_of_another_vocabulary_is_required_inside_its_group() -> None:
    published = {
        "required": ["schema:name", "xdm:unit"],
        "allOf": [{"properties": {"schema:name": {"type": "string"}, "xdm:unit": {"type": "string"}}}],
    }

    validator = compile_schema(resolve_schema(normalize_schema(published), NOTHING.get))

    assert validator.violations({"_schema": {"name": "n"}, "unit": "m"}) == ()
    assert [found.path for found in validator.violations({"_schema": {}, "unit": "m"})] == ["/_schema/name"]


def test_items_maps_parts_and_definitions_are_normalized_and_values_are_not() -> None:
    published = {
        "definitions": {"xdm:part": {"properties": {"xdm:a": {"const": {"xdm:a": 1}}}}},
        "allOf": [{"$ref": "#/definitions/xdm:part"}, {"items": {"properties": {"xdm:b": {"enum": ["xdm:b"]}}}}],
        "additionalProperties": {"properties": {"xdm:c": {}}},
        "patternProperties": {"^xdm:": {"properties": {"xdm:d": {}}}},
    }

    assert normalize_schema(published) == {
        "definitions": {"xdm:part": {"properties": {"a": {"const": {"xdm:a": 1}}}}},
        "allOf": [{"$ref": "#/definitions/xdm:part"}, {"items": {"properties": {"b": {"enum": ["xdm:b"]}}}}],
        "additionalProperties": {"properties": {"c": {}}},
        "patternProperties": {"^xdm:": {"properties": {"d": {}}}},
    }


def test_references_to_the_json_ld_frame_are_left_out() -> None:
    frame = "https://ns.adobe.com/xdm/common/extensible#/definitions/@context"

    assert normalize_schema({"allOf": [{"$ref": frame}, {"properties": {"a": {}}}], "$ref": frame}) == {
        "allOf": [{"properties": {"a": {}}}]
    }


def test_references_and_descriptors_name_fields_as_events_do() -> None:
    published = {
        "properties": {
            "xdm:a": {"properties": {"dc:b": {"type": "string"}}},
            "xdm:same": {"$ref": "#/properties/xdm:a/properties/dc:b"},
        },
        "meta:descriptors": [{"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": "/xdm:a/dc:b"}, "odd"],
    }

    normal = normalize_schema(published)

    assert normal["properties"]["same"] == {"$ref": "#/properties/a/properties/_dc/properties/b"}
    assert normal["meta:descriptors"][0]["xdm:sourceProperty"] == "/a/_dc/b"
    assert resolve_schema({**normal, "meta:descriptors": []}, NOTHING.get)["properties"]["same"] == {"type": "string"}


def test_two_fields_that_events_would_call_the_same_are_refused_with_the_path() -> None:
    with pytest.raises(SchemaError, match="both called `web`") as refused:
        normalize_schema({"allOf": [{"properties": {"web": {}, "xdm:web": {}}}]})

    assert refused.value.path == "/allOf/0/properties/xdm:web"
