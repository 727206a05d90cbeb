from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.registry import ChangeRefused, Registry, check_change, identity_reason
from tests.unit.schema.builders import demo_events, resolved

NS = "https://ns.example.com/"
PROFILE = "https://ns.adobe.com/xdm/context/profile"


def a_group(**properties: Any) -> JsonObject:
    return {
        "$id": f"{NS}group",
        "title": "Group",
        "meta:resourceType": "fieldgroups",
        "properties": {"_shop": {"type": "object", "properties": properties}},
    }


def a_schema(name: str = "schema", **more: Any) -> JsonObject:
    return {
        "$id": f"{NS}{name}",
        "title": name,
        "meta:resourceType": "schemas",
        "meta:class": PROFILE,
        "allOf": [{"$ref": PROFILE}, {"$ref": f"{NS}group"}],
        **more,
    }


def a_registry(*documents: JsonObject, used: frozenset[str] = frozenset()) -> Registry:
    components = {document["$id"]: document for document in documents}
    return Registry(builtins=builtin_documents(), components=components, descriptors={}, used=used)


def reasons(before: Registry, after: Registry) -> list[str]:
    with pytest.raises(ChangeRefused) as refused:
        check_change(before, after)
    return list(refused.value.reasons)


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
FOR_PROFILES: dict[str, Any] = {"meta:immutableTags": ["union"]}
USED = frozenset({f"{NS}schema"})


def test_a_field_group_may_change_as_it_likes_while_no_dataset_uses_it() -> None:
    before = a_registry(a_group(size=TEXT), a_schema())

    check_change(before, before.with_components([a_group(width=NUMBER)]))


def test_a_change_of_a_field_group_is_refused_for_the_sake_of_a_schema_with_data() -> None:
    before = a_registry(a_group(size=TEXT), a_schema(), used=USED)

    assert reasons(before, before.with_components([a_group(size=NUMBER)])) == [
        "'schema' has data. _shop.size: its type is string, and would be number: make a new field instead"
    ]


def test_a_field_group_of_a_schema_with_data_may_grow() -> None:
    before = a_registry(a_group(size=TEXT), a_schema(), used=USED)

    check_change(before, before.with_components([a_group(size=TEXT, width=NUMBER)]))


def test_a_component_that_cannot_be_resolved_is_refused() -> None:
    before = a_registry(a_group(size=TEXT))
    wrong = a_schema(allOf=[{"$ref": f"{NS}none"}])

    [reason] = reasons(before, before.with_components([wrong]))

    assert reason.startswith("'schema': no class, field group or data type is called https://ns.example.com/none.")


def test_a_component_that_is_used_cannot_be_deleted() -> None:
    before = a_registry(a_group(size=TEXT), a_schema())

    [reason] = reasons(before, before.without_component(f"{NS}group"))

    assert reason.startswith("'schema': no class, field group or data type is called https://ns.example.com/group")
    check_change(before, before.without_component(f"{NS}schema"))


def test_a_schema_of_a_dataset_cannot_be_deleted() -> None:
    before = a_registry(a_group(size=TEXT), a_schema(), used=USED)

    assert reasons(before, before.without_component(f"{NS}schema")) == [
        "a dataset is of the schema 'schema': delete the dataset first"
    ]


def test_titles_of_schemas_are_their_own_and_other_components_may_share_one() -> None:
    before = a_registry(a_group(size=TEXT), a_schema())
    other_group = {**a_group(size=TEXT), "$id": f"{NS}group2"}

    assert reasons(before, before.with_components([a_schema("other", title="schema")])) == [
        "there is already a schema with the title 'schema': choose another title"
    ]
    check_change(before, before.with_components([other_group]))


def test_a_schema_with_data_stays_for_profiles() -> None:
    tagged = a_schema(**FOR_PROFILES)
    before = a_registry(a_group(size=TEXT), tagged, used=USED)

    [reason] = reasons(before, before.with_components([a_schema()]))

    assert "has to stay so" in reason


def test_schemas_for_profiles_of_one_class_fit_together() -> None:
    before = a_registry(a_group(size=TEXT), a_schema(**FOR_PROFILES))
    clash = a_schema(
        "clash", allOf=[{"$ref": PROFILE}], properties={"_shop": {"properties": {"size": NUMBER}}}, **FOR_PROFILES
    )

    [reason] = reasons(before, before.with_components([clash]))

    assert reason.startswith("the schema 'clash' does not fit into the union of its class")


def test_the_union_of_a_class_is_found_by_any_of_its_ids() -> None:
    registry = a_registry(a_group(size=TEXT), a_schema(**FOR_PROFILES))

    ours = "https://ns.heliograph.dev/xdm/classes/profile"

    assert registry.union_classes() == [ours]
    assert registry.union(ours)["properties"]["_shop"] == registry.union(PROFILE)["properties"]["_shop"]


def test_a_descriptor_changes_a_schema_and_is_refused_when_data_forbids_it() -> None:
    registry = a_registry(a_group(size=TEXT), a_schema(), used=USED)
    primary = {
        "@id": "d1",
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceProperty": "/_shop/size",
        "xdm:namespace": "Size",
        "xdm:isPrimary": True,
    }
    described = registry.with_descriptors(f"{NS}schema", [primary])

    check_change(registry, described)

    assert described.resolved(f"{NS}schema")["required"] == ["_shop"]
    assert reasons(described, registry) == [
        "'schema' has data. _shop.size: it is the primary identity, of namespace Size, and has to stay it"
    ]
    assert (
        "no field `width`"
        in reasons(
            registry, registry.with_descriptors(f"{NS}schema", [{**primary, "xdm:sourceProperty": "/_shop/width"}])
        )[0]
    )


def test_nothing_changed_is_no_change() -> None:
    registry = a_registry(a_group(size=TEXT), a_schema(), used=USED)

    check_change(registry, registry.with_components([a_group(size=TEXT)]))


def test_profiles_need_to_know_whose_a_document_is() -> None:
    identity = {"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": "/a", "xdm:namespace": "A"}

    assert identity_reason(demo_events()) is None
    assert (
        identity_reason(resolved(properties={"a": TEXT}, **{"meta:descriptors": [{**identity, "xdm:isPrimary": True}]}))
        is None
    )
    reason = identity_reason(resolved(properties={"a": TEXT}, **{"meta:descriptors": [identity]}))
    assert reason is not None
    assert "no primary identity" in reason
