# ruff: noqa: E501  (what is told is one line, easier to read uncut)
"""Every keyword that a module's schema may use has its own words."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.model.json import JsonObject
from server.property.phrases import explain, list_words, quote


def told(instance: Any, schema: JsonObject) -> list[str]:
    return [
        f"{fault.path}: {fault.message} {fault.cure}"
        for error in Draft202012Validator(schema).iter_errors(instance)
        for fault in explain(error, base="/x")
    ]


@pytest.mark.parametrize(
    ("instance", "schema", "lines"),
    [
        (5, {"type": ["string", "null"]}, ["/x: `x` must be a text or null; it is `5`. Write a text or null."]),
        (5, {"enum": [1, 2]}, ["/x: `x` cannot be `5`. Write `1` or `2`."]),
        ("", {"minLength": 1}, ["/x: `x` is too short. Write at least 1 character(s)."]),
        ("abc", {"maxLength": 2}, ["/x: `x` has 3 characters. Write at most 2."]),
        (5, {"maximum": 4}, ["/x: `x` is too large: `5`. Write 4 or less."]),
        (5, {"exclusiveMinimum": 5}, ["/x: `x` is too small: `5`. Write more than 5."]),
        (5, {"exclusiveMaximum": 5}, ["/x: `x` is too large: `5`. Write less than 5."]),
        ({}, {"minProperties": 1}, ["/x: `x` has too few keys. Write at least 1."]),
        (5, {"multipleOf": 2}, ["/x: `x` is not as it must be: `5`. See the reference of the property file."]),
        (5, {"multipleOf": 2, "description": "An even one."}, ["/x: `x` is not as it must be: `5`. An even one."]),
        (5, {"multipleOf": 2, "examples": [4]}, ["/x: `x` is not as it must be: `5`. For example `4`."]),
        ("x", {"pattern": "^y", "x-cure": "Write y."}, ["/x: `x` cannot be `x`. Write y."]),
        (5, {"allOf": [{"maximum": 4}]}, ["/x: `x` is too large: `5`. Write 4 or less."]),
        (
            True,
            {"anyOf": [{"enum": ["a"]}, {"const": 2}, {"type": ["string", "number"]}, {"title": "a dot", "type": "null"}]},
            ["/x: `x` has none of the forms it can have: `true`. Write `a`, `2`, a text or a number or a dot."],
        ),
        (5, {"oneOf": [{"type": "number"}, {"minimum": 1}]}, ["/x: `x` fits more than one form. Keep the keys of one form."]),
        ("x", {"anyOf": [{"pattern": "y", "x-cure": "Write y."}, {"type": "null"}]}, ["/x: `x` cannot be `x`. Write y."]),
        (
            {"a": 1},
            {"anyOf": [{"type": "object", "properties": {"b": {}}, "required": ["b"]}, {"properties": {"c": {}}, "required": ["c"]}]},
            ['/x: `x` has none of the forms it can have: `{"a": 1}`. Write an object `{…}` or an object `{…}`.'],
        ),
        ({"b": 1}, {"unevaluatedProperties": False}, ['/x: `x` is not as it must be: `{"b": 1}`. See the reference of the property file.']),
    ],
)  # fmt: skip
def test_a_fault_has_words(instance: Any, schema: JsonObject, lines: list[str]) -> None:
    assert told(instance, schema) == lines


def test_a_value_is_cut_when_it_is_quoted() -> None:
    assert quote("x" * 61) == f"`{'x' * 60}…`"
    assert quote({"a": None}) == '`{"a": null}`'


def test_words_are_listed() -> None:
    assert list_words(["a"]) == "a"
    assert list_words(["a", "b", "c"]) == "a, b or c"
