from typing import Any

import pytest

from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compose import resolve_schema
from server.schema.descriptors import with_descriptors
from server.schema.fields import fields
from server.schema.outline import Outline, count, field_sources, find_field, matching, outline, type_words
from tests.unit.schema.builders import demo_events, resolved

TREE = {
    "plain": {
        "type": "string",
        "title": "Plain",
        "description": "Nothing else.",
        "maxLength": 8,
        "enum": ["a", "b"],
        "meta:enum": {"a": "A"},
        "examples": ["a"],
    },
    "list": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "properties": {"sku": {"type": "string", "meta:enum": {"x": "X"}}}},
    },
    "map": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "object", "properties": {"id": {}}}},
    },
    "old": {"type": "integer", "meta:status": "deprecated", "minimum": 3},
    "fixed": {"const": 7},
}


def tree(descriptors: list[dict[str, Any]] | None = None, **more: Any) -> list[Outline]:
    schema = resolved(**{"properties": TREE, "required": ["list"]} | more)
    schema = resolve_schema(with_descriptors(schema, descriptors or []), {}.get)  # type: ignore[arg-type]  # knows nothing
    return list(outline(schema, {"plain": "A group"}))


def test_a_field_has_its_words_its_rules_and_where_it_is_from() -> None:
    plain = tree()[0]

    assert (plain.name, plain.path, plain.pointer, plain.type) == ("plain", "plain", "/plain", "text")
    assert (plain.title, plain.description, plain.example, plain.source) == ("Plain", "Nothing else.", "a", "A group")
    assert plain.values == {"a": "A", "b": ""}
    assert plain.rules == ["at most 8 characters"]
    assert (plain.is_required, plain.is_text, plain.is_deprecated) == (False, True, False)


def test_what_is_in_a_list_or_a_map_is_below_it() -> None:
    _, items, entries, *_ = tree()

    assert (items.type, items.is_required, items.rules) == ("list of groups", True, ["at least 1 items"])
    assert [(child.path, child.pointer) for child in items.children] == [("list[*].sku", "/list[*]/sku")]
    assert items.children[0].suggested == {"x": "X"}
    assert entries.type == "map of lists of groups"
    assert [(child.path, child.pointer) for child in entries.children] == [("map.*[*].id", "")]


def test_deprecated_and_fixed_fields_say_so() -> None:
    *_, old, fixed = tree()

    assert (old.is_deprecated, old.rules) == (True, ["at least 3"])
    assert fixed.values == {"7": ""}


def test_identities_and_references_are_marked_where_descriptors_say() -> None:
    schema, plain = "https://ns.example.com/s", "/plain"
    identity = {"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": plain, "xdm:namespace": "CRMID"}
    relation = {
        "@type": "xdm:descriptorOneToOne",
        "xdm:sourceProperty": "/list[*]/sku",
        "xdm:destinationSchema": schema,
    }
    found = tree([identity | {"xdm:isPrimary": True}, relation])

    assert (found[0].namespace, found[0].is_primary, found[0].is_required) == ("CRMID", True, True)
    assert found[1].children[0].refers_to == [schema]
    assert (found[3].namespace, found[3].is_primary) == ("", False)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({}, "anything"),
        ({"type": "array"}, "list of anything"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "list of lists of numbers"),
        ({"type": "array", "items": {"type": "string", "format": "uri"}}, "list of web addresses"),
        ({"type": "object", "additionalProperties": True}, "map of anything"),
        ({"type": ["null", "string"], "format": "uuid"}, "UUID"),
        ({"type": "string", "format": "date-time"}, "date and time"),
    ],
)
def test_types_are_words(node: dict[str, Any], words: str) -> None:
    assert type_words(node) == words


def test_the_outline_of_the_demo_has_every_field_once_and_says_where_it_is_from() -> None:
    document, schema = load_ready_schema("demo-events"), demo_events()
    found = outline(schema, field_sources(document, builtin_documents().get))

    # Items of lists and values of maps are no fields of their own here.
    named = [field.path for field in fields(schema) if not field.path.endswith(("[*]", ".*"))]
    assert sorted(each.path for each in _all(found)) == sorted(named)
    assert count(found) == len(named)
    assert {each.source for each in _all(found)} >= {"Web details", "Commerce details", "Experience event"}
    assert {each.path.partition(".")[0] for each in _all(found) if not each.source} == set(document["properties"])


def test_parts_that_are_not_there_or_cannot_be_read_are_from_nowhere() -> None:
    document = {"allOf": [{"$ref": "gone"}, {"$ref": "#/x"}, {"properties": {}}, {"$ref": "bad"}]}

    assert field_sources(document, {"bad": {"not": {}}}.get) == {}


def test_a_field_is_found_by_its_pointer() -> None:
    found = tree()
    sku = find_field(found, "/list[*]/sku")

    assert sku is not None
    assert sku.path == "list[*].sku"
    assert find_field(found, "/list/sku") is None
    assert find_field(found, "/none") is None


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("", ["plain", "list", "list[*].sku", "map", "map.*[*].id", "old", "fixed"]),
        ("SKU", ["list", "list[*].sku"]),
        ("nothing ELSE", ["plain"]),
        ("map", ["map", "map.*[*].id"]),
        ("nowhere", []),
    ],
)
def test_searching_keeps_what_a_found_field_is_in(query: str, paths: list[str]) -> None:
    assert [each.path for each in _all(matching(tree(), query))] == paths


def _all(members: Any) -> list[Outline]:
    return [each for member in members for each in (member, *_all(member.children))]
