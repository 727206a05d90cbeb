import json
from collections.abc import Mapping
from typing import Any

import pytest

from server.schema import importing
from server.schema.builtins import builtin_documents
from server.schema.compose import resolve_schema
from server.schema.importing import Component, ImportRefused, read_components
from server.schema.kinds import Kind
from tests.unit.schema.official import FOLDER, needs_official

NS = "https://ns.example.com/"
EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
TIME_SERIES = "https://ns.adobe.com/xdm/data/time-series"


def files(**documents: Any) -> dict[str, bytes]:
    return {f"{name}.json": json.dumps(document).encode() for name, document in documents.items()}


def imported(content: Mapping[str, bytes]) -> Mapping[str, Component]:
    return {component.id.rpartition("/")[2]: component for component in read_components(content, builtins().get)}


def builtins() -> Mapping[str, Any]:
    return builtin_documents()


def faults(content: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    with pytest.raises(ImportRefused) as refused:
        read_components(content, builtins().get)
    return [(fault.file, fault.path, fault.message) for fault in refused.value.faults]


def test_components_refer_to_each_other_in_any_order_and_to_what_is_built_in() -> None:
    found = imported(
        files(
            schema={
                "$id": f"{NS}schemas/visits",
                "title": "Visits",
                "allOf": [{"$ref": EVENT}, {"$ref": f"{NS}mixins/visit"}],
            },
            group={
                "$id": f"{NS}mixins/visit",
                "$schema": "http://json-schema.org/draft-06/schema#",
                "meta:intendedToExtend": [EVENT],
                "definitions": {"visit": {"properties": {"xdm:visit": {"$ref": f"{NS}datatypes/counts"}}}},
                "allOf": [{"$ref": "#/definitions/visit"}],
            },
            datatype={"$id": f"{NS}datatypes/counts", "properties": {"xdm:pages": {"type": "integer"}}},
        )
    )

    assert {name: component.kind for name, component in found.items()} == {
        "visits": Kind.SCHEMAS,
        "visit": Kind.FIELD_GROUPS,
        "counts": Kind.DATA_TYPES,
    }
    assert found["visits"].document["meta:class"] == EVENT


def test_names_are_those_of_events() -> None:
    found = imported(
        files(a={"$id": f"{NS}a", "properties": {"xdm:web": {"type": "string"}, "@id": {"type": "string"}}})
    )

    assert list(found["a"].document["properties"]) == ["web", "_id"]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"meta:resourceType": "datatypes", "allOf": [{"$ref": EVENT}]}, Kind.DATA_TYPES),
        ({"meta:intendedToExtend": [EVENT]}, Kind.FIELD_GROUPS),
        ({"allOf": [{"$ref": TIME_SERIES}]}, Kind.CLASSES),
        ({"allOf": [{"$ref": EVENT}]}, Kind.SCHEMAS),
        ({"meta:class": EVENT}, Kind.SCHEMAS),
        ({}, Kind.DATA_TYPES),
    ],
)
def test_a_component_is_what_it_says_or_what_it_looks_like(document: dict[str, Any], kind: Kind) -> None:
    found = imported(files(a={"$id": f"{NS}a", **document}))["a"]

    assert found.kind is kind
    assert found.document["meta:resourceType"] == kind


def test_a_class_says_what_its_documents_are() -> None:
    found = imported(
        files(
            event={"$id": f"{NS}event", "allOf": [{"$ref": TIME_SERIES}]},
            thing={"$id": f"{NS}thing", "allOf": [{"$ref": "https://ns.adobe.com/xdm/data/record"}]},
            deeper={"$id": f"{NS}deeper", "meta:resourceType": "classes", "allOf": [{"$ref": f"{NS}event"}]},
        )
    )

    assert [found[name].document["meta:behavior"] for name in ("event", "thing", "deeper")] == [
        "time-series",
        "record",
        "time-series",
    ]


def test_what_a_component_extends_without_composing_it_is_composed() -> None:
    found = imported(
        files(
            base={"$id": f"{NS}base", "properties": {"a": {"type": "string"}}},
            more={"$id": f"{NS}more", "meta:extends": [f"{NS}base"], "properties": {"b": {"type": "string"}}},
            same={"$id": f"{NS}same", "meta:extends": [f"{NS}more"], "allOf": [{"$ref": f"{NS}more"}]},
        )
    )

    assert found["more"].document["allOf"] == [{"$ref": f"{NS}base"}]
    assert resolve_schema(found["same"].document, lambda name: found[name.rpartition("/")[2]].document)[
        "properties"
    ] == {
        "a": {"type": "string"},
        "b": {"type": "string"},
    }


def test_a_schema_that_only_names_its_class_is_made_of_it() -> None:
    schema = imported(files(a={"$id": f"{NS}a", "meta:class": EVENT}))["a"].document

    assert schema["allOf"] == [{"$ref": EVENT}]


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (b'{"$id": "https://ns.example.com/a",\n "title": }', "", "line 2, column 11 is no JSON"),
        (b"\xff\xfe", "", "not UTF-8"),
        (b"[]", "", "a component is a JSON object"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"$id": "https://ns.example.com/a", "minimum": NaN}', "", "NaN is no JSON number"),
        (b'{"title": "a"}', "/$id", "give it a `$id`"),
        (b'{"$id": "mixins/a"}', "/$id", "give it a `$id`"),
        (b'{"$id": "https://ns.heliograph.dev/xdm/mixins/web"}', "/$id", "choose another"),
        (b'{"$id": "https://ns.example.com/a", "title": ""}', "/title", "give it a `title`"),
        (
            b'{"$id": "https://ns.example.com/a", "$schema": "http://json-schema.org/draft-03/schema#"}',
            "/$schema",
            "write it in one of draft-06",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"b": {"$ref": "https://ns.example.com/c"}}}',
            "/properties/b",
            "Import it first; references are never fetched",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"b": {"$ref": "#"}}}',
            "/properties/b/properties/b",
            "contains itself",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"b": {"type": "string", "pattern": "(?=a)"}}}',
            "/properties/b/pattern",
            "no look-around",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"b": {"anyOf": []}}}',
            "/properties/b",
            "describe one plain field instead",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "properties": {"a": {}, "xdm:a": {}}}',
            "/properties/xdm:a",
            "both called",
        ),
        (
            b'{"$id": "https://ns.example.com/a", "meta:resourceType": "schemas", "allOf": []}',
            "/allOf",
            "exactly one class",
        ),
    ],
)
def test_a_fault_names_file_place_and_cure(text: bytes, path: str, message: str) -> None:
    [(file, at, said)] = faults({"bad.json": text})

    assert (file, at) == ("bad.json", path)
    assert message in said


def test_all_faults_of_all_files_are_told_at_once_in_the_files_order() -> None:
    content = {
        **files(b={"$id": f"{NS}b", "properties": {"x": {"$ref": f"{NS}none"}}}),
        "a.json": b"{",
        **files(good={"$id": f"{NS}good"}, again={"$id": f"{NS}good"}),
    }

    found = faults(content)

    assert [(file, path) for file, path, _ in found] == [
        ("b.json", "/properties/x"),
        ("a.json", ""),
        ("again.json", "/$id"),
    ]
    assert "is in good.json too" in found[2][2]


def test_a_fault_reads_as_one_line() -> None:
    with pytest.raises(ImportRefused, match=r"^bad\.json at /title: give it a `title`"):
        read_components(files(bad={"$id": f"{NS}a", "title": 1}), builtins().get)


def test_a_file_and_a_folder_have_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_FILE_BYTES", 40)
    monkeypatch.setattr(importing, "MAX_FILES", 1)

    assert "40 are read" in faults(files(a={"$id": f"{NS}a", "title": "a" * 40}))[0][2]
    assert "import a part" in faults({"a": b"", "b": b""})[0][2]


@needs_official
def test_the_whole_official_folder_is_imported_and_everything_is_what_its_folder_says() -> None:
    content = {str(path.relative_to(FOLDER)): path.read_bytes() for path in sorted(FOLDER.rglob("*.schema.json"))}
    kinds = {"behaviors": Kind.BEHAVIORS, "classes": Kind.CLASSES, "fieldgroups": Kind.FIELD_GROUPS}
    # Made for a class, whatever its folder.
    misplaced = "datatypes/data/record-timeseries-events.schema.json"

    found = {component.id: component.kind for component in read_components(content, builtins().get)}

    assert len(found) == len(content) - 1  # JSON-LD's frame has no fields
    for name, text in content.items():
        identifier = json.loads(text)["$id"]
        if identifier in found and name != misplaced:
            assert found[identifier] is kinds.get(name.split("/")[0], Kind.DATA_TYPES), name


@needs_official
def test_one_official_file_needs_nothing_but_what_is_built_in() -> None:
    path = FOLDER / "fieldgroups" / "profile" / "profile-work-details.schema.json"

    [component] = read_components({path.name: path.read_bytes()}, builtins().get)

    assert component.kind is Kind.FIELD_GROUPS
