"""Schemas that are made to cost: each is refused with place and cure, or compiled within bounds (S1, S2)."""

import json
import resource
import time
from typing import Any

import pytest

from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.importing import ImportRefused, read_components

NS = "https://ns.example.com/"

# Processor time, so that other work on the machine does not count; each takes a second at most.
LONGEST_SECONDS = 8.0


def refusals(*documents: dict[str, Any]) -> list[tuple[str, str]]:
    """(path, message) of what an import of these is refused for; empty where it is not."""
    files = {f"{number}.json": json.dumps(document).encode() for number, document in enumerate(documents)}
    began = time.process_time()
    try:
        read_components(files, builtin_documents().get)
    except ImportRefused as refused:
        return [(fault.path, fault.message) for fault in refused.faults]
    finally:
        assert time.process_time() - began < LONGEST_SECONDS
    return []


def of_fields(**properties: Any) -> dict[str, Any]:
    return {"$id": f"{NS}a", "properties": properties}


def test_references_that_fan_out_are_refused_before_they_are_followed() -> None:
    levels = [
        {"$id": f"{NS}l{level}", "properties": {f"p{number}": {"$ref": f"{NS}l{level + 1}"} for number in range(10)}}
        for level in range(8)
    ]

    found = refusals(*levels, {"$id": f"{NS}l8", "properties": {"x": {"type": "string"}}})

    assert found
    assert all("more than 20000 fields" in message for _, message in found)


def test_parts_that_fan_out_are_refused_before_they_are_followed() -> None:
    levels = [{"$id": f"{NS}l{level}", "allOf": [{"$ref": f"{NS}l{level + 1}"}] * 10} for level in range(8)]

    found = refusals(*levels, {"$id": f"{NS}l8", "properties": {"x": {"type": "string"}}})

    assert all("more than 20000 fields" in message for _, message in found)
    assert found


@pytest.mark.parametrize(
    "documents",
    [
        [{"$id": f"{NS}x", "allOf": [{"$ref": f"{NS}y"}]}, {"$id": f"{NS}y", "allOf": [{"$ref": f"{NS}x"}]}],
        [of_fields(a={"$ref": "#"})],
        [
            {
                "$id": f"{NS}a",
                "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}},
                "properties": {"x": {"$ref": "#/definitions/a"}},
            }
        ],
    ],
    ids=["of components", "of itself", "of definitions"],
)
def test_a_cycle_is_refused(documents: list[dict[str, Any]]) -> None:
    assert all("contains itself" in message for _, message in refusals(*documents))
    assert refusals(*documents)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//host/x", "urn:x"])
def test_a_reference_elsewhere_is_a_name_that_is_not_there(address: str) -> None:
    [(path, message)] = refusals(of_fields(a={"$ref": address}))

    assert path == "/properties/a"
    assert "references are never fetched" in message


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<!a)b", r"(a)\1", "a{1000}{1000}", "(a{0,1000}){0,1000}", "["])
def test_a_pattern_that_cannot_be_matched_in_linear_time_is_refused(pattern: str) -> None:
    [(path, message)] = refusals(of_fields(a={"type": "string", "pattern": pattern}))

    assert path == "/properties/a/pattern"
    assert "no look-around" in message
    assert refusals({"$id": f"{NS}a", "patternProperties": {pattern: {"type": "string"}}})


def test_nested_repetition_takes_linear_time() -> None:
    validator = compile_schema(resolve_schema(of_fields(a={"type": "string", "pattern": "(a+)+$"}), lambda _: None))
    began = time.process_time()

    assert validator.violations({"a": "a" * 50_000 + "!"})
    assert time.process_time() - began < LONGEST_SECONDS


def test_thousands_of_patterns_share_what_one_schema_may_take() -> None:
    pattern = "[a-z]{1,900}[0-9]{1,900}"
    many = {f"f{number}": {"type": "string", "pattern": f"{pattern}{number}"} for number in range(2_000)}
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    [(path, message)] = refusals(of_fields(**many))

    assert path.endswith("/pattern")
    assert "fewer or simpler patterns" in message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 150_000
    # One of them, or one a thousand times, is no harm; nor are a thousand that are as patterns usually are.
    assert refusals(of_fields(**{name: {"type": "string", "pattern": pattern} for name in many})) == []
    usual = {name: {"type": "string", "pattern": f"^[0-9a-f]{{8}}-{name}$"} for name in many}
    assert refusals(of_fields(**usual)) == []


def test_ten_thousand_fields_compile_and_their_events_are_checked_at_once() -> None:
    wide = of_fields(**{f"f{number}": {"type": "string"} for number in range(10_000)})
    assert refusals(wide) == []
    validator = compile_schema(resolve_schema(wide, lambda _: None))
    began = time.process_time()

    for _ in range(100):
        assert not validator.violations({"f9999": "x"})
    assert [each.path for each in validator.violations({"f9999": 1, "none": 1})] == ["/f9999", "/none"]

    assert time.process_time() - began < LONGEST_SECONDS


def test_more_fields_than_a_schema_may_have_and_deeper_ones_are_refused() -> None:
    [(_, message)] = refusals(of_fields(**{f"f{number}": {"type": "string"} for number in range(25_000)}))
    assert "more than 20000 fields" in message

    deep: dict[str, Any] = {"type": "string"}
    for _ in range(100):
        deep = {"type": "object", "properties": {"x": deep}}
    [(_, message)] = refusals(of_fields(x=deep))
    assert "deep" in message


@pytest.mark.parametrize(
    "rule",
    [{"type": "number", "multipleOf": 0}, {"type": "string", "minLength": -1}, {"type": "nonsense"}, {"enum": "a"}],
)
def test_a_rule_that_is_none_is_refused_with_its_place(rule: dict[str, Any]) -> None:
    [(path, message)] = refusals(of_fields(a=rule))

    assert path.startswith("/properties/a")
    assert message


@pytest.mark.parametrize(
    "values",
    [
        [number + 0.5 for number in range(50_000)],
        [{"a": number} for number in range(50_000)],
        [*map(str, range(25_000)), *range(25_000)],
        [True, *range(50_000)],
    ],
    ids=["numbers", "objects", "several kinds", "with a truth value"],
)
def test_values_that_are_compared_one_by_one_are_few(values: list[Any]) -> None:
    [(path, message)] = refusals(of_fields(a={"enum": values}))

    assert path == "/properties/a"
    assert "50" in message
    assert "use texts" in message
    assert refusals(of_fields(a={"enum": values[-20:]})) == []


@pytest.mark.parametrize("values", [[f"v{number}" for number in range(50_000)], list(range(50_000))])
def test_any_number_of_texts_or_whole_numbers_is_looked_up(values: list[Any]) -> None:
    schema = of_fields(a={"type": "array", "items": {"enum": values}})
    assert refusals(schema) == []
    validator = compile_schema(resolve_schema(schema, lambda _: None))
    began = time.process_time()

    assert not validator.violations({"a": [values[-1]] * 50_000})
    assert validator.violations({"a": ["none"] * 50_000})
    assert time.process_time() - began < LONGEST_SECONDS
