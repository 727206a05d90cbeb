import pytest

from server.schema.draft.model import DraftField
from server.schema.draft.read import draft_of, type_of


@pytest.mark.parametrize(
    ("node", "type_"),
    [
        ({"$ref": "https://ns.example.com/x", "title": "X"}, "ref:https://ns.example.com/x"),
        ({"$ref": "#/definitions/x"}, "other"),
        ({"allOf": []}, "other"),
        ({"properties": {}}, "group"),
        ({"type": "object"}, "group"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "other"),
        ({"type": "object", "meta:xdmType": "map"}, "other"),
        ({"type": "array"}, "other"),
        ({"type": ["string", "null"]}, "other"),
        ({"type": "string", "format": "ipv4"}, "other"),
        ({"type": "string", "maxLength": 3}, "text"),
    ],
)
def test_a_field_that_a_form_cannot_say_is_of_another_kind(node: dict[str, object], type_: str) -> None:
    assert type_of(node) == type_


def test_fields_without_a_plain_name_or_a_description_have_no_row() -> None:
    document = {"properties": {"_shop": {"properties": {"a.b": {"type": "string"}, "anything": True, "a": {}}}}}

    assert draft_of(document, tenant="shop").fields == (DraftField(path="a", type="other"),)
