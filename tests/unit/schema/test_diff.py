from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.diff import field_changes
from tests.unit.schema.builders import resolved

TEXT: JsonObject = {"type": "string"}


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(field_changes(resolved(properties=before), resolved(properties=after)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": TEXT}, {"a": TEXT}, []),
        ({}, {"a": TEXT, "b": {"type": "string", "format": "date"}}, ["+ a string", "+ b date"]),
        ({"a": TEXT}, {}, ["- a"]),
        ({}, {"a": {"properties": {"b": TEXT}}}, ["+ a object"]),
        ({"a": {"properties": {"b": TEXT}}}, {"a": {"properties": {"c": TEXT}}}, ["+ a.c string", "- a.b"]),
        ({"a": {"properties": {"b": TEXT}}}, {}, ["- a"]),
        ({"a": {"type": "array"}}, {"a": {"type": "array", "items": TEXT}}, ["+ a[*] string"]),
        ({"a": TEXT}, {"a": {"type": "integer"}}, ["~ a string is integer"]),
        ({"a": TEXT}, {"a": {**TEXT, "meta:status": "deprecated", "title": "A"}}, ["~ a deprecated, other words"]),
        ({"a": {**TEXT, "meta:enum": {"x": "X"}}}, {"a": TEXT}, ["~ a other suggested values"]),
        (
            {"a": {"properties": {"b": TEXT}, "required": ["b"]}},
            {"a": {"properties": {"b": TEXT}}},
            ["~ a.b not required"],
        ),
    ],
)
def test_changes_are_told_field_by_field(before: dict[str, Any], after: dict[str, Any], said: list[str]) -> None:
    assert changes(before, after) == said


def test_an_identity_is_told() -> None:
    identity = {"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": "/a", "xdm:namespace": "A"}
    plain, described = (
        resolved(properties={"a": TEXT}),
        resolved(properties={"a": TEXT}, **{"meta:descriptors": [identity]}),
    )

    assert list(field_changes(plain, described)) == ["~ a an identity"]
