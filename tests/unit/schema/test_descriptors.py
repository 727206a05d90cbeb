from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.compose import resolve_schema
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
