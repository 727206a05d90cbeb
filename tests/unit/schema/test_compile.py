import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.schema.compile import MAX_EXPLAINED_VALUES, MAX_VIOLATIONS, compile_schema
from server.schema.errors import SchemaError
from tests.builders import an_xdm
from tests.unit.schema.builders import demo_events, demo_profiles, resolved


def violations(document: Any, **schema: Any) -> list[Violation]:
    return list(compile_schema(resolved(**schema)).violations(document))


def messages(value: Json, **field: Any) -> list[str]:
    """What is said of a value of one field."""
    return [violation.message for violation in violations({"x": value}, properties={"x": field})]


def test_a_page_view_conforms_to_the_demo_schema() -> None:
    assert compile_schema(demo_events()).violations(an_xdm()) == ()


def test_a_customer_conforms_to_the_demo_schema() -> None:
    customer = {
        "_id": "customer-1",
        "person": {"name": {"firstName": "Kim"}, "birthDate": "1990-05-04"},
        "personalEmail": {"address": "kim@example.com"},
        "identityMap": {"Email": [{"id": "kim@example.com", "primary": True}]},
    }

    assert compile_schema(demo_profiles()).violations(customer) == ()


def test_violations_are_given_in_the_order_of_the_document_with_what_is_missing_last() -> None:
    event = an_xdm(device={"screenHeight": 1.5, "colour": 8}, web={"webPageDetails": {"pageViews": {}}}, unheard=1)
    del event["timestamp"]

    found = compile_schema(demo_events()).violations(event)

    assert [(violation.path, violation.keyword) for violation in found] == [
        ("/web/webPageDetails/pageViews/value", "required"),
        ("/device/screenHeight", "type"),
        ("/device/colour", "additionalProperties"),
        ("/unheard", "additionalProperties"),
        ("/timestamp", "required"),
    ]


def test_lists_are_ordered_by_number_and_not_as_text() -> None:
    found = violations({"x": ["a"] * 12}, properties={"x": {"type": "array", "items": {"type": "integer"}}})

    assert [violation.path for violation in found] == [f"/x/{index}" for index in range(12)]


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        (5, {"type": "string"}, "expected a string, found the number 5"),
        ("5", {"type": "integer"}, 'expected a whole number, found the string "5"'),
        (1.5, {"type": "integer"}, "expected a whole number, found the number 1.5"),
        (True, {"type": "number"}, "expected a number, found the boolean true"),
        ([1, 2], {"type": "object"}, "expected an object, found a list of 2"),
        ({"a": 1}, {"type": "array"}, "expected a list, found an object"),
        ("x", {"type": ["boolean", "null"]}, 'expected null or true or false, found the string "x"'),
        (None, {"type": "string"}, "expected a string, found null; leave the field out when there is no value"),
        ("c", {"enum": ["a", "b"]}, 'the string "c" is none of the allowed values: `a`, `b`'),
        (3, {"enum": list(range(10, 30))}, "the number 3 is none of the allowed values: "),
        ("b", {"const": "a"}, 'expected "a", found the string "b"'),
        ("de", {"pattern": "^[A-Z]{2}$"}, 'the string "de" does not match the pattern ^[A-Z]{2}$'),
        (1, {"minimum": 2}, "expected at least 2, found 1"),
        (3, {"maximum": 2}, "expected at most 2, found 3"),
        (2, {"exclusiveMinimum": 2}, "expected more than 2, found 2"),
        (2, {"exclusiveMaximum": 2}, "expected less than 2, found 2"),
        (5, {"multipleOf": 2}, "expected a multiple of 2, found 5"),
        ("abc", {"maxLength": 2}, 'expected at most 2 characters, found 3: the string "abc"'),
        ("", {"minLength": 1}, 'expected at least 1 characters, found 0: the string ""'),
        ([1], {"type": "array", "minItems": 2}, "expected at least 2 items, found 1"),
        ([1, 2, 3], {"type": "array", "maxItems": 2}, "expected at most 2 items, found 3"),
        ([1, 1], {"type": "array", "uniqueItems": True}, "an item is in the list more than once"),
        ({}, {"minProperties": 1, "meta:xdmType": "map", "type": "object"}, "expected at least 1 fields, found 0"),
        (2**53, {"type": "integer"}, "expected at most 9007199254740991, found 9007199254740992"),
    ],
)
def test_messages_say_what_was_expected_and_what_was_found(value: Json, field: JsonObject, message: str) -> None:
    [said] = messages(value, **field)

    assert said.startswith(message)


def test_a_rule_without_words_of_its_own_is_named() -> None:
    found = compile_schema({"properties": {"x": {"not": {"type": "string"}}}}).violations({"x": "a"})

    assert [violation.message for violation in found] == ['the string "a" breaks the schema\'s rule `not`']


def test_a_long_list_of_allowed_values_is_cut() -> None:
    [message] = messages("x", enum=[f"v{index}" for index in range(20)])

    assert message.endswith("`v10`, `v11`, …")


def test_a_value_of_the_wrong_type_is_said_once() -> None:
    found = violations({"x": None}, properties={"x": {"type": "string", "enum": ["a"], "minLength": 1}})

    assert [violation.keyword for violation in found] == ["type"]


@pytest.mark.parametrize(
    ("name", "guess"),
    [("webb", "web"), ("Web", "web"), ("xdm:web", "web"), ("@id", "_id"), ("commerse", "commerce")],
)
def test_an_unknown_field_is_named_with_a_guess_of_what_was_meant(name: str, guess: str) -> None:
    [found] = compile_schema(demo_events()).violations(an_xdm(**{name: {}}))

    assert found.path == f"/{name}"
    assert found.message == f"`{name}` is not a field of this schema here; did you mean `{guess}`?"


@pytest.mark.parametrize("name", ["zzzzzz", "w" * 5000])
def test_an_unknown_field_like_no_other_is_named_without_a_guess(name: str) -> None:
    [found] = compile_schema(demo_events()).violations(an_xdm(**{name: 1}))

    assert found.message.endswith("is not a field of this schema here")
    assert len(found.message) < 200


def test_pointers_escape_what_means_something_in_them() -> None:
    found = violations({"a/b": {"c~d": 1}}, properties={"a/b": {"properties": {"c~d": {"type": "string"}}}})

    assert [violation.path for violation in found] == ["/a~1b/c~0d"]


@pytest.mark.parametrize(
    ("format_", "good", "bad"),
    [
        ("date-time", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00"),
        ("date-time", "2026-01-31T09:30:00.123456789+14:00", "2026-01-31T09:30:00.1234567890Z"),
        ("date-time", "2024-02-29T23:59:59-11:30", "2026-02-29T23:59:59Z"),
        ("date-time", "2026-01-31T09:30:00-00:00", "2026-01-31T09:30:00+0100"),
        ("date-time", "1000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("date-time", "2026-12-31T23:59:59Z", "2026-12-31T23:59:60Z"),
        ("date-time", "2026-12-31T23:59:59Z", "2026-12-31t23:59:59z"),
        ("date-time", "2026-12-31T23:59:59Z", "2026-12-31 23:59:59Z"),
        ("date-time", "2026-12-31T23:59:59Z", "2026-12-31T24:00:00Z"),
        ("date", "2026-01-31", "2026-02-30"),
        ("date", "1000-01-01", "0000-01-01"),
        ("email", "kim@example.com", "kim"),
        ("email", "kim@example.com", "Kim <kim@example.com>"),
        ("uri", "https://example.com/a?b=c#d", "/a"),
        ("uri-reference", "123e4567-e89b-42d3-a456-426614174000", "a b"),
        ("ipv4", "192.0.2.0", "192.0.2"),
        ("ipv6", "2001:db8::", "192.0.2.0"),
        ("uuid", "123e4567-e89b-42d3-a456-426614174000", "123e4567"),
        ("hostname", "www.example.com", "a b"),
        ("time", "09:30:00Z", "9:30"),
    ],
)
def test_formats_are_checked_and_explained(format_: str, good: str, bad: str) -> None:
    assert messages(good, format=format_) == []

    [found] = violations({"x": bad}, properties={"x": {"type": "string", "format": format_}})

    assert (found.path, found.keyword) == ("/x", "format")
    assert found.message.startswith(f'the string "{bad}" is not a')
    assert (
        found.message.endswith("characters percent-encoded")
        or "write it like" in found.message
        or "percent-encode" in found.message
    )


def test_a_format_without_words_of_its_own_is_named() -> None:
    assert messages("(", format="regex") == ['the string "(" is not of the format regex']


def test_a_format_that_nobody_defined_is_not_checked() -> None:
    assert messages("anything", format="url") == []


def test_a_message_shows_at_most_200_characters_of_what_the_client_sent() -> None:
    huge = "x" * 100_000
    fields: JsonObject = {
        "type": {"type": "integer"},
        "enum": {"enum": ["a"]},
        "const": {"const": "a"},
        "pattern": {"pattern": "^a"},
        "format": {"format": "uri"},
        "maxLength": {"maxLength": 3},
    }

    found = violations(dict.fromkeys([*fields, huge], huge), properties=fields)

    assert len(found) == len(fields) + 1
    assert all(violation.message.count("x") < 200 for violation in found)


def test_at_most_fifty_violations_are_listed() -> None:
    many_items = violations({"x": ["a"] * 1000}, properties={"x": {"type": "array", "items": {"type": "integer"}}})
    many_fields = violations({f"f{index}": 1 for index in range(1000)}, properties={"x": {}})

    assert len(many_items) == MAX_VIOLATIONS
    assert len(many_fields) == MAX_VIOLATIONS


def test_of_a_document_with_very_many_values_one_violation_is_listed() -> None:
    garbage = {"x": ["a"] * (MAX_EXPLAINED_VALUES + 1)}

    found = violations(garbage, properties={"x": {"type": "array", "items": {"type": "integer"}}})

    assert [violation.path for violation in found] == ["/x/0"]


def test_a_validator_knows_which_part_of_a_patch_its_schema_has_fields_for() -> None:
    validator = compile_schema(resolved(properties={"device": {"properties": {"type": {"type": "string"}}}}))

    known = validator.known({"device": {"type": "tablet", "model": "X"}, "environment": {"ipV4": "192.0.2.0"}})

    assert known == {"device": {"type": "tablet"}}


def test_nesting_beyond_every_limit_is_a_violation() -> None:
    nested: JsonObject = {}
    for _ in range(100_000):
        nested = {"a": nested}

    found = violations(nested, properties={"x": {}})

    assert [violation.keyword for violation in found] == ["unreadable"]


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "[", "a{1000}{1000}"])
def test_compile_refuses_patterns_that_are_not_linear_or_not_patterns(pattern: str) -> None:
    with pytest.raises(SchemaError, match=r"linear time.*\(at /properties/x/pattern\)"):
        compile_schema(resolved(properties={"x": {"pattern": pattern}}))


def test_a_pattern_that_backtracks_elsewhere_takes_no_time_here() -> None:
    """``(a+)+$`` blocks backtracking engines for 0.6 s at 24 characters and doubles with each (I14)."""
    assert len(messages("a" * 50_000 + "!", pattern="^(a+)+$")) == 1


@pytest.mark.parametrize(
    "schema",
    [{"properties": {"x": {"type": "strin"}}}, {"required": [1]}, {"items": {"minimum": "one"}}],
)
def test_compile_refuses_what_is_no_json_schema(schema: JsonObject) -> None:
    with pytest.raises(SchemaError, match="this is no JSON Schema"):
        compile_schema(schema)


def test_compile_says_when_the_library_cannot_read_the_schema() -> None:
    with pytest.raises(SchemaError, match="the schema cannot be compiled"):
        compile_schema({"properties": {"x": {"const": "\ud800"}}})


@contextmanager
def a_canary() -> Iterator[tuple[str, list[object]]]:
    """The address of a listener on loopback, and who called it: complete once the block has been left."""
    calls: list[object] = []
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def listen() -> None:
            while True:
                try:
                    connection, caller = listener.accept()
                except TimeoutError:
                    if is_over.is_set():
                        return
                    continue
                calls.append(caller)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/schema", calls
        finally:
            is_over.set()
            thread.join()


@pytest.mark.parametrize("keyword", ["$ref", "$schema", "$id", "$dynamicRef", "$recursiveRef"])
def test_nothing_is_ever_fetched(keyword: str) -> None:
    """S1: by default the library fetches a remote reference while it compiles."""
    with a_canary() as (address, calls):
        for schema in ({keyword: address}, {"properties": {"x": {keyword: address}}}):
            with suppress(SchemaError):
                compile_schema(schema).violations({"x": 1})
            with suppress(SchemaError):
                resolved(**schema)

    assert calls == []


def test_a_field_that_is_there_and_not_allowed_is_not_called_missing() -> None:
    validator = compile_schema(resolved(properties={"b": {}}, required=["a"]))

    assert [(found.path, found.keyword) for found in validator.violations({"a": 1})] == [("/a", "additionalProperties")]
    assert [(found.path, found.keyword) for found in validator.violations({})] == [("/a", "required")]


def test_an_unknown_field_of_an_object_without_fields_is_named() -> None:
    validator = compile_schema(resolved(properties={"a": {"type": "object"}}))

    assert [(found.path, found.keyword) for found in validator.violations({"a": {"b": 1, "c": 2}})] == [
        ("/a/b", "additionalProperties"),
        ("/a/c", "additionalProperties"),
    ]
