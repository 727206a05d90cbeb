import pytest

from server.model.json import JsonObject
from server.schema.ownership import foreign_names


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"properties": {"_demo": {}}}, []),
        ({"properties": {"size": {}, "_demo": {}, "_other": {}}}, ["_other", "size"]),
        ({"definitions": {"a": {"properties": {"size": {}}}}, "allOf": [{"$ref": "#/definitions/a"}]}, ["size"]),
        ({"definitions": {"a": {"properties": {"size": {}}}}}, []),
        ({"allOf": [{"properties": {"size": {}}}, {"$ref": "https://ns.adobe.com/xdm/context/profile"}]}, ["size"]),
        ({"allOf": [{"$ref": "#/definitions/none"}]}, []),
        ({}, []),
    ],
)
def test_fields_that_a_component_declares_itself_are_below_the_tenant_s_name(
    document: JsonObject, names: list[str]
) -> None:
    assert foreign_names(document, "demo") == names
