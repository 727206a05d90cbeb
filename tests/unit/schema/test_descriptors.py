import copy
from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.compose import resolve_schema
from server.schema.descriptors import check_descriptor, claim_identities, identities_in, identity_fields
from server.schema.errors import SchemaError
from server.schema.fields import fields
from tests.unit.schema.builders import NOTHING


def an_identity(path: str, **more: Any) -> JsonObject:
    return {"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": path, "xdm:namespace": "Email", **more}


def a_schema(*descriptors: Any) -> JsonObject:
    return {
        "properties": {
            "email": {
                "properties": {"address": {"type": "string"}, "label": {"type": "string"}},
                "required": ["label"],
            },
            "crm": {"type": "string"},
        },
        "meta:descriptors": list(descriptors),
    }


def test_the_primary_identity_and_its_parents_are_required() -> None:
    schema = resolve_schema(a_schema(an_identity("/email/address", **{"xdm:isPrimary": True})), NOTHING.get)

    assert schema["required"] == ["email"]
    assert schema["properties"]["email"]["required"] == ["label", "address"]


def test_another_identity_is_not_required() -> None:
    schema = resolve_schema(a_schema(an_identity("/crm")), NOTHING.get)

    assert "required" not in schema


def test_identities_are_marked_in_the_list_of_fields() -> None:
    schema = resolve_schema(a_schema(an_identity("/crm"), an_identity("/email/address")), NOTHING.get)

    assert [field.path for field in fields(schema) if field.is_identity] == ["email.address", "crm"]


def test_descriptors_of_another_kind_are_kept_and_left_alone() -> None:
    relationship = {"@type": "xdm:descriptorOneToOne", "xdm:sourceProperty": "/nowhere"}

    schema = resolve_schema(a_schema(relationship), NOTHING.get)

    assert schema["meta:descriptors"] == [relationship]
    assert not any(field.is_identity for field in fields(schema))


@pytest.mark.parametrize("path", ["/email/adress", "/crm/id", "/nothing", ""])
def test_a_descriptor_of_a_missing_field_is_refused_with_its_place(path: str) -> None:
    with pytest.raises(SchemaError, match=r"the schema has no field .*\(at /meta:descriptors/1\)"):
        resolve_schema(a_schema(an_identity("/crm"), an_identity(path)), NOTHING.get)


def test_a_descriptor_that_is_no_object_is_refused_with_its_place() -> None:
    with pytest.raises(SchemaError, match=r"expected a descriptor, an object \(at /meta:descriptors/0\)"):
        resolve_schema(a_schema("crm"), NOTHING.get)


@pytest.mark.parametrize("descriptors", [None, {}, "crm"])
def test_descriptors_are_a_list(descriptors: Any) -> None:
    with pytest.raises(SchemaError, match="expected a list of descriptors"):
        resolve_schema({"properties": {}, "meta:descriptors": descriptors}, NOTHING.get)


@pytest.mark.parametrize(
    ("descriptor", "message"),
    [
        (an_identity("/email"), "only a field that holds text"),
        (an_identity("/tags[*]"), "inside of a list"),
        (an_identity("/crm", **{"xdm:namespace": ""}), "give the identity its namespace"),
        (an_identity("/crm", **{"xdm:namespace": None}), "give the identity its namespace"),
        (an_identity("/crm", **{"xdm:namespace": "x" * 65}), "at most 64 characters"),
    ],
)
def test_a_field_that_cannot_be_an_identity_is_refused_with_its_place(descriptor: JsonObject, message: str) -> None:
    schema = a_schema(descriptor)
    schema["properties"]["tags"] = {"type": "array", "items": {"type": "string"}}

    with pytest.raises(SchemaError, match=rf"{message}.*\(at /meta:descriptors/0\)"):
        resolve_schema(schema, NOTHING.get)


def test_a_schema_has_one_primary_identity() -> None:
    one = an_identity("/crm", **{"xdm:isPrimary": True})
    other = an_identity("/email/address", **{"xdm:isPrimary": True})

    assert resolve_schema(a_schema(one, one), NOTHING.get)["required"] == ["crm"]
    with pytest.raises(SchemaError, match="/crm is the primary identity already"):
        resolve_schema(a_schema(one, other), NOTHING.get)


def test_the_identities_of_a_document_are_read_from_its_fields() -> None:
    schema = a_schema(
        an_identity("/crm", **{"xdm:namespace": "CRM", "xdm:isPrimary": True}), an_identity("/email/address")
    )
    document = {"crm": "c-1", "email": {"address": "kim@example.com"}}

    found = [
        (field.namespace, field.is_primary, value) for field, value in identities_in(identity_fields(schema), document)
    ]

    assert found == [("CRM", True, "c-1"), ("Email", False, "kim@example.com")]


@pytest.mark.parametrize("document", [{}, {"crm": ""}, {"crm": 7}, {"email": "kim@example.com"}, {"email": {}}])
def test_what_is_no_text_is_no_identity(document: JsonObject) -> None:
    schema = a_schema(an_identity("/crm"), an_identity("/email/address"))

    assert list(identities_in(identity_fields(schema), document)) == []


def test_a_friendly_name_replaces_words_and_suggested_values() -> None:
    schema = a_schema(
        {
            "@type": "xdm:alternateDisplayInfo",
            "xdm:sourceProperty": "/email/label",
            "xdm:title": {"en_us": "Kind"},
            "xdm:description": {"en_us": "Whose address it is."},
            "meta:enum": {"home": "Private"},
            "xdm:excludeMetaEnum": {"work": "Work"},
        }
    )
    schema["properties"]["email"]["properties"]["label"] = {
        "type": "string",
        "title": "Label",
        "meta:enum": {"work": "Work", "home": "Home"},
    }

    assert resolve_schema(schema, NOTHING.get)["properties"]["email"]["properties"]["label"] == {
        "type": "string",
        "title": "Kind",
        "description": "Whose address it is.",
        "meta:enum": {"home": "Private"},
    }


def test_a_friendly_name_reaches_the_items_of_a_list() -> None:
    schema = a_schema(
        {"@type": "xdm:alternateDisplayInfo", "xdm:sourceProperty": "/lines[*]/sku", "xdm:title": {"en_us": "Article"}}
    )
    schema["properties"]["lines"] = {
        "type": "array",
        "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
    }

    resolved = resolve_schema(schema, NOTHING.get)

    assert resolved["properties"]["lines"]["items"]["properties"]["sku"]["title"] == "Article"


def test_a_field_can_be_deprecated_from_outside() -> None:
    schema = a_schema({"@type": "xdm:descriptorDeprecated", "xdm:sourceProperty": "/crm"})

    assert resolve_schema(schema, NOTHING.get)["properties"]["crm"]["meta:status"] == "deprecated"


OTHER: JsonObject = {"properties": {"sku": {"type": "string"}}}


def check(**more: Any) -> None:
    schema = resolve_schema(a_schema(), NOTHING.get)
    found = {"https://ns.example.com/a": schema, "https://ns.example.com/b": OTHER}
    check_descriptor(
        {
            "@type": "xdm:descriptorOneToOne",
            "xdm:sourceSchema": "https://ns.example.com/a",
            "xdm:sourceProperty": "/crm",
            "xdm:destinationSchema": "https://ns.example.com/b",
            "xdm:destinationProperty": "/sku",
            **more,
        },
        found.get,
    )


def test_a_descriptor_names_schemas_and_fields_that_are_there() -> None:
    check()
    check(**{"xdm:destinationProperty": None})
    check(**{"@type": "xdm:descriptorReferenceIdentity", "xdm:destinationSchema": "anything"})
    check(**{"@type": "xdm:alternateDisplayInfo", "xdm:title": {"en_us": "Customer"}})


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"@type": "xdm:other"}, "/@type", "make it one of"),
        ({"xdm:sourceSchema": "https://ns.example.com/c"}, "/xdm:sourceSchema", "there is no schema"),
        ({"xdm:sourceSchema": None}, "/xdm:sourceSchema", "there is no schema"),
        ({"xdm:destinationSchema": []}, "/xdm:destinationSchema", "there is no schema"),
        ({"xdm:sourceProperty": "crm"}, "/xdm:sourceProperty", "begin with a slash"),
        ({"xdm:sourceProperty": "/crm/"}, "/xdm:sourceProperty", "begin with a slash"),
        ({"xdm:sourceProperty": None}, "/xdm:sourceProperty", "begin with a slash"),
        ({"xdm:sourceProperty": "/properties/crm"}, "/xdm:sourceProperty", "leave `properties` out"),
        ({"xdm:destinationProperty": "/size"}, "/xdm:destinationProperty", "no field `size` there"),
        ({"@type": "xdm:alternateDisplayInfo"}, "", "says at least one of xdm:title"),
    ],
)
def test_a_descriptor_that_cannot_be_kept_is_refused_with_place_and_cure(
    changes: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(SchemaError, match=message) as refused:
        check(**changes)

    assert refused.value.path == path


PRIMARY = an_identity("/crm", **{"xdm:namespace": "CRM", "xdm:isPrimary": True})


def claimed(document: JsonObject) -> Any:
    before = copy.deepcopy(document)

    after = claim_identities(document, identity_fields(a_schema(PRIMARY, an_identity("/email/address"))))

    assert document == before
    return after.get("identityMap")


def test_identities_of_fields_are_claimed_like_those_of_the_map() -> None:
    assert claimed({"crm": "c-1", "email": {"address": "kim@example.com"}}) == {
        "CRM": [{"id": "c-1", "primary": True}],
        "Email": [{"id": "kim@example.com"}],
    }


def test_the_map_goes_before_the_fields() -> None:
    ecid = {"ECID": [{"id": "1", "primary": True}]}

    assert claimed({"crm": "c-1", "identityMap": ecid}) == {**ecid, "CRM": [{"id": "c-1"}]}
    assert claimed({"crm": "c-1", "identityMap": {"CRM": [{"id": "c-1"}]}}) == {"CRM": [{"id": "c-1"}]}
    assert claimed({"crm": "c-1", "identityMap": {"CRM": [{"id": "c-0"}]}}) == {
        "CRM": [{"id": "c-0"}, {"id": "c-1", "primary": True}]
    }


@pytest.mark.parametrize(
    "document", [{}, {"identityMap": {"ECID": [{"id": "1"}]}}, {"crm": "c-1", "identityMap": "odd"}]
)
def test_where_there_is_nothing_to_claim_the_document_is_the_same(document: JsonObject) -> None:
    assert claim_identities(document, identity_fields(a_schema(PRIMARY))) is document


def test_a_malformed_map_hinders_nobody() -> None:
    assert claimed({"crm": "c-1", "identityMap": {"CRM": "odd", "X": [1]}}) == {"CRM": "odd", "X": [1]}
