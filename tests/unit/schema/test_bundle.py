from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.bundle import bundle
from server.schema.compose import resolve_schema
from server.schema.references import mentioned, reachable, references
from tests.unit.schema.builders import NOTHING

NS = "https://ns.example.com/"
OWN: dict[str, JsonObject] = {
    f"{NS}group": {"$id": f"{NS}group", "properties": {"_shop": {"properties": {"size": {"$ref": f"{NS}size"}}}}},
    f"{NS}size": {"$id": f"{NS}size", "type": "string"},
    f"{NS}other": {"$id": f"{NS}other"},
}
SCHEMA: JsonObject = {
    "$id": f"{NS}schema",
    "meta:class": "https://ns.adobe.com/xdm/context/experienceevent",
    "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/experienceevent"}, {"$ref": f"{NS}group"}],
}


def test_a_bundled_schema_resolves_where_only_what_is_built_in_is_known() -> None:
    bundled = bundle(SCHEMA, OWN.get)

    resolved = resolve_schema(bundled, builtin_documents().get)

    assert resolved["properties"]["_shop"]["properties"]["size"] == {"type": "string"}
    assert set(bundled["meta:components"]) == {f"{NS}group", f"{NS}size"}
    assert "meta:components" not in resolved


def test_what_is_bundled_goes_before_what_is_built_in() -> None:
    name = "https://ns.adobe.com/xdm/context/experienceevent-web"
    own: JsonObject = {"$id": name, "properties": {"web": {"type": "string"}}}

    bundled = bundle({"allOf": [{"$ref": name}]}, {name: own}.get)

    assert resolve_schema(bundled, builtin_documents().get)["properties"]["web"] == {"type": "string"}


def test_a_schema_of_built_in_parts_is_left_as_it_is() -> None:
    assert bundle({"allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}]}, OWN.get) == {
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}]
    }


def test_references_name_components_and_the_class_but_not_the_document_itself() -> None:
    document = {
        "meta:class": f"{NS}class",
        "properties": {"a": {"$ref": "#/definitions/b"}, "c": {"items": {"$ref": f"{NS}d#/definitions/e"}}},
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/common/extensible#/definitions/@context"}],
    }

    assert sorted(references(document)) == [f"{NS}class", f"{NS}d"]


def test_what_is_missing_is_mentioned_and_not_reachable() -> None:
    document = {"allOf": [{"$ref": f"{NS}group"}, {"$ref": f"{NS}gone"}]}

    assert set(reachable(document, OWN.get)) == {f"{NS}group", f"{NS}size"}
    assert mentioned(document, OWN.get) == {f"{NS}group", f"{NS}size", f"{NS}gone"}
    assert mentioned({"$ref": f"{NS}a"}, NOTHING.get) == {f"{NS}a"}


def test_components_that_refer_to_each_other_are_each_found_once() -> None:
    circle = {f"{NS}a": {"$ref": f"{NS}b"}, f"{NS}b": {"$ref": f"{NS}a"}}

    assert set(reachable({"$ref": f"{NS}a"}, circle.get)) == {f"{NS}a", f"{NS}b"}
