from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.authoring import author, for_profiles
from server.schema.builtins import builtin_documents
from server.schema.importing import ImportRefused
from server.schema.kinds import Kind
from server.schema.registry import ChangeRefused, Registry

EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
ID = "https://ns.adobe.com/shop/schemas/1"


def a_registry(**components: JsonObject) -> Registry:
    return Registry(
        builtins=builtin_documents(),
        components={document["$id"]: document for document in components.values()},
        descriptors={},
        used=frozenset(),
    )


def a_schema(**fields: Any) -> JsonObject:
    return {"title": "Orders", "allOf": [{"$ref": EVENT}]} | fields


def authored(body: JsonObject, registry: Registry | None = None, kind: Kind = Kind.SCHEMAS) -> JsonObject:
    return author(registry or a_registry(), body, kind=kind, identifier=ID, tenant="shop").document


def test_what_the_registry_says_itself_is_not_taken_from_a_client() -> None:
    document = authored(
        a_schema(**{"$id": "https://else.example/x", "version": "9.9", "imsOrg": "X", "meta:altId": "x"})
    )

    assert document["$id"] == ID
    assert document["meta:class"] == EVENT
    assert document.keys().isdisjoint({"version", "imsOrg", "meta:altId"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (a_schema(title=" "), "give it a `title`"),
        ({"allOf": []}, "give it a `title`"),
        (a_schema(properties={"tier": {"type": "string"}}), "move `tier` there"),
        (a_schema(allOf=[]), "exactly one class"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_cure(body: JsonObject, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        authored(body)


def test_a_data_type_and_what_was_there_before_may_have_fields_anywhere() -> None:
    properties = {"tier": {"type": "string"}}
    before = {"$id": ID, "meta:resourceType": "schemas", **a_schema(properties=properties)}

    assert authored({"title": "Tier", "properties": properties}, kind=Kind.DATA_TYPES)["properties"] == properties
    assert authored(a_schema(properties=properties), a_registry(before=before))["properties"] == properties


def test_a_schema_without_an_identity_is_not_made_one_for_profiles_later_and_none_is_ever_taken_back() -> None:
    plain = {
        "$id": ID,
        "meta:resourceType": "schemas",
        "title": "P",
        "meta:class": PROFILE,
        "allOf": [{"$ref": PROFILE}],
    }

    with pytest.raises(ChangeRefused, match="no primary identity"):
        authored(for_profiles(plain), a_registry(before=plain))
    with pytest.raises(ChangeRefused, match="stays"):
        authored(plain, a_registry(before=for_profiles(plain)))


def test_being_for_profiles_is_said_once() -> None:
    once = for_profiles({"meta:immutableTags": ["other"]})

    assert once == {"meta:immutableTags": ["other", "union"]}
    assert for_profiles(once) == once
