from collections.abc import Iterator
from importlib.resources import files

import pytest

from server.model.json import JsonObject
from server.schema import builtins
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.errors import SchemaError

OURS_ALONE = {"pageerror", "propositions", "webvitals"}
"""What XDM has no published component for."""

COMPONENTS = {document["$id"]: document for document in builtin_documents().values()}


def nodes(node: JsonObject, path: str) -> Iterator[tuple[str, JsonObject]]:
    """Every declared field of a component, by path."""
    for name, child in node.get("properties", {}).items():
        yield f"{path}.{name}", child
        yield from nodes(child, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from nodes(node[keyword], f"{path}[*]")


@pytest.mark.parametrize("identifier", COMPONENTS)
def test_every_component_is_complete_and_compiles(identifier: str) -> None:
    document = COMPONENTS[identifier]

    assert identifier.startswith("https://ns.heliograph.dev/xdm/")
    assert identifier.rpartition("/")[2] in OURS_ALONE or document["meta:xdmId"].startswith("https://ns.adobe.com/xdm/")
    assert document["meta:resourceType"] in ("behaviors", "classes", "fieldgroups", "datatypes")
    assert document["title"]
    assert document["description"].endswith(".")
    assert document["type"] == "object"
    compile_schema(resolve_schema(document, builtin_documents().get))


@pytest.mark.parametrize("identifier", COMPONENTS)
def test_every_field_says_what_it_is(identifier: str) -> None:
    for path, node in nodes(COMPONENTS[identifier], identifier):
        assert "type" in node or "$ref" in node, path
        assert "$ref" in node or (node["title"] and node["description"]), path
        if "enum" in node:
            assert list(node["meta:enum"]) == node["enum"], path


def test_every_field_group_says_what_classes_it_is_for() -> None:
    classes = {identifier for identifier, document in COMPONENTS.items() if document["meta:resourceType"] == "classes"}

    for identifier, document in COMPONENTS.items():
        if document["meta:resourceType"] == "fieldgroups":
            assert set(document["meta:intendedToExtend"]) <= classes, identifier


def test_components_are_found_by_the_ids_of_xdm_too() -> None:
    by_our_id = {"allOf": [{"$ref": "https://ns.heliograph.dev/xdm/mixins/web"}]}
    by_theirs = {"allOf": [{"$ref": "https://ns.adobe.com/xdm/context/experienceevent-web"}]}

    find = builtin_documents().get

    assert resolve_schema(by_our_id, find) == resolve_schema(by_theirs, find)


def test_every_ready_schema_names_its_class_first_and_compiles() -> None:
    folder = files("server.schema") / "builtin" / "schemas"
    names = [entry.name.removesuffix(".json") for entry in folder.iterdir()]

    assert sorted(names) == ["demo-events", "demo-profiles"]
    for name in names:
        schema = load_ready_schema(name)
        assert schema["$id"] == f"https://ns.heliograph.dev/demo/schemas/{name}"
        assert schema["allOf"][0] == {"$ref": schema["meta:class"]}
        compile_schema(resolve_schema(schema, builtin_documents().get))


def test_two_components_of_one_name_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "COMPONENTS", ("classes", "classes"))

    with pytest.raises(SchemaError, match="two built-in components are called"):
        builtin_documents()
