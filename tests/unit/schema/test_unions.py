import pytest

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import compile_schema
from server.schema.errors import SchemaError
from server.schema.fields import fields
from server.schema.unions import is_for_profiles, union_schema

PROFILE = "https://ns.heliograph.dev/xdm/classes/profile"
EVENT = "https://ns.heliograph.dev/xdm/classes/experienceevent"


def a_member(title: str, **properties: JsonObject) -> JsonObject:
    return {"title": title, "meta:class": PROFILE, "allOf": [{"$ref": PROFILE}], "properties": properties}


def test_a_union_has_every_field_of_its_members_and_what_profiles_add() -> None:
    members = [a_member("One", one={"type": "string"}), a_member("Two", two={"type": "integer"})]

    union = union_schema(PROFILE, members, builtin_documents().get)

    names = {field.path for field in fields(union)}
    assert {"one", "two", "personID", "identityMap", "segmentMembership", "timeSeriesEvents"} <= names
    assert (union["$id"], union["title"]) == (f"{PROFILE}__union", "Union of Individual profile")


def test_nothing_in_a_union_is_required() -> None:
    union = union_schema(EVENT, [load_ready_schema("demo-events")], builtin_documents().get)

    assert not any(field.required for field in fields(union))
    assert "timeSeriesEvents" not in union["properties"]
    assert compile_schema(union).violations({}) == ()


def test_members_that_contradict_each_other_are_told_by_title_and_field() -> None:
    members = [a_member("One", a={"type": "string"}), a_member("Two", a={"type": "integer"})]

    with pytest.raises(SchemaError, match="the schema 'Two' does not fit into the union of its class") as refused:
        union_schema(PROFILE, members, builtin_documents().get)

    assert refused.value.path.endswith("/properties/a")


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ({"meta:immutableTags": ["union"]}, True),
        ({"meta:immutableTags": ["other"]}, False),
        ({"meta:immutableTags": "union"}, False),
        ({}, False),
    ],
)
def test_a_tag_says_that_a_schema_is_for_profiles(document: JsonObject, answer: bool) -> None:
    assert is_for_profiles(document) is answer
