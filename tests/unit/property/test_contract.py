from typing import Any

from server.property.contract import contract_faults
from server.schema.lookup import XdmFields
from tests.unit.property.factories import a_mapping_rule, a_property

SCHEMA = {
    "type": "object",
    "properties": {
        "web": {"type": "object", "properties": {"name": {"type": "string"}}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"SKU": {"type": "string"}}}},
        "free": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"id": {"type": "string"}}},
        },
        "any": {},
    },
}


def paths(mapping: dict[str, Any], **sections: Any) -> list[str]:
    document = a_property(rules=[a_mapping_rule(mapping)], **sections)
    return [fault.path for fault in contract_faults(document, XdmFields.of(SCHEMA), dataset="events")]


def test_fields_of_the_schema_are_fine_in_lists_maps_and_open_objects() -> None:
    mapping = {
        "web.name": "x",
        "items[]": {"each": "%list%", "as": {"SKU": "%item.sku%"}},
        "free.shoe.id": "x",
        "any.deep.down": "x",
        "x-note": "for people",
    }

    assert paths(mapping) == []


def test_each_field_that_is_not_there_is_told_with_its_place() -> None:
    mapping = {"web.nmae": "x", "items[]": {"one": {"sku": "x"}}}

    assert paths(mapping) == ["/rules/0/actions/0/xdm/web.nmae", "/rules/0/actions/0/xdm/items[]/one/sku"]


def test_what_every_event_has_counts_too_and_rules_that_are_off_do_not() -> None:
    document = a_property(rules=[a_mapping_rule({"nope": "x"}, enabled=False)], xdm={"base": {"neither": "x"}})

    [fault] = contract_faults(document, XdmFields.of(SCHEMA), dataset="events")

    assert fault.path == "/xdm/base/neither"
    assert fault.message == "The schema of `events` has no field `neither`."
