import pytest

from server.model.json import JsonObject
from server.schema.compose import MAX_DEPTH_NODES, MAX_NODES, MAX_SAFE_INTEGER, resolve_schema
from server.schema.errors import SchemaError
from tests.unit.schema.builders import NOTHING, demo_events, resolved

CLASS = "https://ns.example/class"
GROUP = "https://ns.example/group"
TYPE = "https://ns.example/type"


def a_document(*references: str, **more: object) -> JsonObject:
    return {"$id": "https://ns.example/s", "allOf": [{"$ref": reference} for reference in references], **more}


def test_resolve_makes_one_plain_tree_of_class_field_groups_and_data_types() -> None:
    components: dict[str, JsonObject] = {
        CLASS: {"$id": CLASS, "properties": {"_id": {"type": "string"}}, "required": ["_id"]},
        GROUP: {"$id": GROUP, "properties": {"web": {"title": "Web", "$ref": TYPE}}},
        TYPE: {"$id": TYPE, "title": "Type", "description": "Of pages", "properties": {"URL": {"type": "string"}}},
    }

    schema = resolve_schema(a_document(CLASS, GROUP), components.get)

    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://ns.example/s",
        "type": "object",
        "properties": {
            "_id": {"type": "string"},
            "web": {
                "title": "Web",
                "description": "Of pages",
                "type": "object",
                "properties": {"URL": {"type": "string"}},
                "additionalProperties": False,
            },
        },
        "required": ["_id"],
        "additionalProperties": False,
    }


def test_resolve_never_changes_its_input() -> None:
    group: JsonObject = {"$id": GROUP, "properties": {"a": {"properties": {"b": {"type": "integer"}}}}}
    document = a_document(GROUP, GROUP)

    resolve_schema(document, {GROUP: group}.get)

    assert group == {"$id": GROUP, "properties": {"a": {"properties": {"b": {"type": "integer"}}}}}
    assert document == a_document(GROUP, GROUP)


def test_resolve_merges_field_groups_that_add_to_one_object() -> None:
    first: JsonObject = {"properties": {"web": {"type": "object", "properties": {"page": {"type": "string"}}}}}
    second: JsonObject = {"properties": {"web": {"type": "object", "properties": {"form": {"type": "string"}}}}}

    schema = resolve_schema(a_document("a", "b"), {"a": first, "b": second}.get)

    assert list(schema["properties"]["web"]["properties"]) == ["page", "form"]


def test_resolve_names_a_reference_that_nobody_knows_and_where_it_is() -> None:
    with pytest.raises(SchemaError, match=r"is called https://ns\.example/nowhere.*\(at /allOf/0\)"):
        resolve_schema(a_document("https://ns.example/nowhere"), NOTHING.get)


def test_resolve_follows_references_inside_a_document() -> None:
    document: JsonObject = {
        "definitions": {"a/b": {"type": "string"}, "c~d": {"type": "boolean"}},
        "properties": {"x": {"$ref": "#/definitions/a~1b"}, "y": {"$ref": "#/definitions/c~0d"}},
    }

    schema = resolve_schema(document, NOTHING.get)

    assert schema["properties"] == {"x": {"type": "string"}, "y": {"type": "boolean"}}


def test_resolve_takes_a_reference_inside_a_component_from_that_component() -> None:
    component: JsonObject = {
        "$id": GROUP,
        "definitions": {"thing": {"properties": {"a": {"type": "string"}}}},
        "allOf": [{"$ref": "#/definitions/thing"}],
    }

    schema = resolve_schema(a_document(GROUP), {GROUP: component}.get)

    assert list(schema["properties"]) == ["a"]


@pytest.mark.parametrize(
    "document",
    [
        {"$ref": "#"},
        {"properties": {"a": {"$ref": "#"}}},
        {"definitions": {"a": {"properties": {"child": {"$ref": "#/definitions/a"}}}}, "$ref": "#/definitions/a"},
    ],
)
def test_resolve_refuses_a_schema_that_contains_itself(document: JsonObject) -> None:
    with pytest.raises(SchemaError, match="contains itself"):
        resolve_schema(document, NOTHING.get)


def test_resolve_refuses_components_that_contain_each_other() -> None:
    components: dict[str, JsonObject] = {
        "a": {"$id": "a", "properties": {"b": {"$ref": "b"}}},
        "b": {"$id": "b", "properties": {"a": {"$ref": "a"}}},
    }

    with pytest.raises(SchemaError, match="a# contains itself, by way of a# -> b#"):
        resolve_schema(a_document("a"), components.get)


def test_resolve_refuses_a_schema_that_is_too_deep() -> None:
    document: JsonObject = {"type": "string"}
    for _ in range(MAX_DEPTH_NODES + 1):
        document = {"properties": {"a": document}}

    with pytest.raises(SchemaError, match="levels deep"):
        resolve_schema(document, NOTHING.get)


def test_resolve_takes_a_schema_as_deep_as_the_limit() -> None:
    document: JsonObject = {"type": "string"}
    for _ in range(MAX_DEPTH_NODES):
        document = {"properties": {"a": document}}

    assert resolve_schema(document, NOTHING.get)["type"] == "object"


def test_resolve_refuses_references_that_multiply() -> None:
    """Eight names, each ten times the one before: a hundred million fields in a kilobyte (S2)."""
    components: dict[str, JsonObject] = {"0": {"type": "string"}}
    for level in range(1, 9):
        components[str(level)] = {"properties": {f"f{index}": {"$ref": str(level - 1)} for index in range(10)}}

    with pytest.raises(SchemaError, match=f"more than {MAX_NODES}"):
        resolve_schema(a_document("8"), components.get)


@pytest.mark.parametrize(
    "keyword",
    [
        "anyOf",
        "oneOf",
        "not",
        "if",
        "contains",
        "dependentRequired",
        "propertyNames",
        "unevaluatedProperties",
        "$dynamicRef",
    ],
)
def test_resolve_refuses_keywords_that_no_field_can_express(keyword: str) -> None:
    with pytest.raises(SchemaError, match=rf"`{keyword.replace('$', '.')}` cannot be part.*\(at /properties/a\)"):
        resolved(properties={"a": {keyword: {}}})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"properties": []}, r"expected an object \(at /properties\)"),
        ({"properties": {"a": 5}}, r"expected a schema, an object \(at /properties/a\)"),
        ({"properties": {"a": False}}, r"expected a schema, an object \(at /properties/a\)"),
        ({"items": False}, r"expected a schema, an object \(at /items\)"),
        ({"allOf": {}}, r"expected a list \(at /allOf\)"),
        ({"$ref": 5}, "`.ref` must be a string"),
        ({"required": "a"}, "`required` cannot be 'a'"),
        ({"properties": {"a": {"minimum": "1"}}}, r"`minimum` cannot be '1' \(at /properties/a\)"),
        ({"properties": {"a": {"exclusiveMinimum": True}}}, "`exclusiveMinimum` cannot be 'True'"),
        ({"$ref": "#/definitions/none"}, "this document has nothing at #/definitions/none"),
    ],
)
def test_resolve_says_what_is_wrong_with_a_malformed_document(schema: JsonObject, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        resolve_schema(schema, NOTHING.get)


def test_resolve_closes_every_object_but_maps() -> None:
    schema = resolved(
        properties={
            "closed": {"type": "object", "properties": {"a": {"type": "string"}}},
            "empty": {"type": "object"},
            "nullable": {"type": ["object", "null"]},
            "listed": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "string"}}}},
            "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"c": {}}}},
            "free": {"type": "object", "meta:xdmType": "map"},
        }
    )["properties"]

    assert schema["closed"]["additionalProperties"] is False
    assert schema["empty"]["additionalProperties"] is False
    assert schema["nullable"]["additionalProperties"] is False
    assert schema["listed"]["items"]["additionalProperties"] is False
    assert schema["map"]["additionalProperties"]["additionalProperties"] is False
    assert schema["free"]["additionalProperties"] is True


def test_resolve_gives_whole_numbers_the_range_of_a_long() -> None:
    schema = resolved(
        properties={
            "plain": {"type": "integer"},
            "byte": {"type": "integer", "minimum": -128, "maximum": 127},
            "positive": {"type": "integer", "exclusiveMinimum": 0},
            "negative": {"type": "integer", "exclusiveMaximum": 0},
            "either": {"type": ["integer", "null"]},
            "number": {"type": "number"},
        }
    )["properties"]

    long = {"minimum": -MAX_SAFE_INTEGER, "maximum": MAX_SAFE_INTEGER}
    assert schema["plain"] == {"type": "integer", **long}
    assert schema["byte"] == {"type": "integer", "minimum": -128, "maximum": 127}
    assert schema["positive"] == {"type": "integer", "exclusiveMinimum": 0, "maximum": MAX_SAFE_INTEGER}
    assert schema["negative"] == {"type": "integer", "exclusiveMaximum": 0, "minimum": -MAX_SAFE_INTEGER}
    assert schema["either"] == {"type": ["integer", "null"], **long}
    assert schema["number"] == {"type": "number"}


def test_resolve_keeps_labels_without_making_them_a_closed_list() -> None:
    schema = resolved(properties={"type": {"type": "string", "meta:enum": {"a": "A"}}})

    assert schema["properties"]["type"] == {"type": "string", "meta:enum": {"a": "A"}}


def test_resolve_keeps_the_examples_of_a_plain_field_and_no_whole_documents() -> None:
    tier = {"type": "string", "examples": ["gold"]}
    schema = resolved(properties={"tier": tier, "none": tier | {"examples": []}}, examples=[{"tier": "gold"}])

    assert schema["properties"] == {"tier": tier, "none": {"type": "string"}}
    assert "examples" not in schema


def test_resolve_says_what_the_schemas_records_are() -> None:
    schema = demo_events()

    assert schema["meta:class"] == "https://ns.heliograph.dev/xdm/classes/experienceevent"
    assert schema["meta:behavior"] == "time-series"


def test_resolve_leaves_out_the_behavior_of_a_class_that_says_none() -> None:
    assert "meta:behavior" not in resolve_schema({"meta:class": "c"}, {"c": {}}.get)
    assert "meta:behavior" not in resolve_schema({"meta:class": "c"}, NOTHING.get)


def test_resolve_keeps_true_and_pattern_properties() -> None:
    schema = resolved(
        properties={"any": True, "list": {"items": True}}, patternProperties={"^x": {"type": "integer", "maximum": 1}}
    )

    assert schema["properties"] == {"any": {}, "list": {"items": {}}}
    assert schema["patternProperties"]["^x"]["minimum"] == -MAX_SAFE_INTEGER


def test_resolve_leaves_out_annotations_that_cannot_be_read() -> None:
    schema = resolved(
        properties={"a": {"type": "string", "title": 7, "meta:enum": None, "meta:status": {}, "default": 1}}
    )

    assert schema["properties"]["a"] == {"type": "string", "default": 1}
