from typing import Any

import pytest

from server.model.json import JsonObject
from server.schema.evolution import breaches
from tests.unit.schema.builders import resolved


def field(**keywords: Any) -> JsonObject:
    return resolved(properties={"a": keywords})


def said(before: JsonObject, after: JsonObject) -> list[str]:
    return [str(breach) for breach in breaches(before, after)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # More fields, at any depth.
        (resolved(properties={}), field(type="string")),
        (field(type="object", properties={}), field(type="object", properties={"b": {"type": "string"}})),
        # Words, suggestions, deprecation.
        (field(type="string"), field(type="string", title="A", description="B", **{"meta:enum": {"x": "X"}})),
        (field(type="string"), field(type="string", **{"meta:status": "deprecated"})),
        # More values.
        (field(type="string", enum=["x"]), field(type="string", enum=["x", "y"])),
        (field(type="string", enum=["x"]), field(type="string")),
        (field(type="string", pattern="^a"), field(type="string")),
        (field(type="string", format="email"), field(type="string")),
        (field(type="string", maxLength=5), field(type="string", maxLength=6)),
        (field(type="string", minLength=5), field(type="string", minLength=4)),
        (field(type="number", minimum=1), field(type="number")),
        (
            field(type="array", items={"type": "string"}, uniqueItems=True),
            field(type="array", items={"type": "string"}),
        ),
        # `required` may come and go.
        (resolved(properties={"a": {}}, required=["a"]), resolved(properties={"a": {}})),
        (resolved(properties={"a": {}}), resolved(properties={"a": {}}, required=["a"])),
    ],
)
def test_what_adds_or_relaxes_is_no_breach(before: JsonObject, after: JsonObject) -> None:
    assert said(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (field(type="string"), resolved(properties={"b": {}}), "a: it would be gone. A renamed field is a new one"),
        (field(type="string"), field(type="integer"), "a: its type is string, and would be integer"),
        (field(type="integer"), field(type="number"), "a: its type is integer, and would be number"),
        (
            field(type="string"),
            field(type="string", format="date-time"),
            "a: its type is string, and would be date-time",
        ),
        (field(), field(type="string"), "a: its type is any, and would be string"),
        (
            field(type="object", additionalProperties={"type": "string"}),
            field(type="object", properties={}),
            "a: its type is map, and would be object",
        ),
        (
            field(type="string"),
            field(type="string", enum=["x"]),
            "a: it takes any value, and would take those of a list",
        ),
        (
            field(type="string", enum=["x", "y"]),
            field(type="string", enum=["x"]),
            "a: it would refuse `y`, which it takes now",
        ),
        (field(type="string"), field(type="string", pattern="^a"), "a: it would have another `pattern`, ^a"),
        (
            field(type="string", pattern="^b"),
            field(type="string", pattern="^a"),
            "a: it would have another `pattern`, ^a",
        ),
        (field(type="string"), field(type="string", format="email"), "a: it would have the format email"),
        (field(type="string"), field(type="string", maxLength=6), "a: its `maxLength` is none, and would be 6"),
        (field(type="number", minimum=1), field(type="number", minimum=2), "a: its `minimum` is 1, and would be 2"),
        (field(type="number", maximum=2), field(type="number", maximum=1), "a: its `maximum` is 2, and would be 1"),
        (
            field(type="array", items={"type": "string"}),
            field(type="array", items={"type": "string"}, uniqueItems=True),
            "a: it would refuse lists with an item twice",
        ),
        (
            field(type="array", items={"type": "string"}),
            field(type="array", items={"type": "integer"}),
            "a[*]: its type is string, and would be integer",
        ),
        (field(type="array"), field(type="array", items={}), "a: it holds values of any kind, and would hold one"),
        (
            field(type="object", additionalProperties={"type": "string"}),
            field(type="object", additionalProperties={"type": "boolean"}),
            "a.*: its type is string, and would be boolean",
        ),
        (
            field(type="object", properties={"b": {"properties": {"c": {"type": "string"}}}}),
            field(type="object", properties={"b": {"properties": {}}}),
            "a.b.c: it would be gone",
        ),
    ],
)
def test_what_data_forbids_is_told_with_field_and_reason(before: JsonObject, after: JsonObject, message: str) -> None:
    [breach] = said(before, after)

    assert breach.startswith(message)


def test_all_breaches_are_told_at_once() -> None:
    before = resolved(properties={"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}})

    assert (
        len(said(before, resolved(properties={"a": {"type": "integer"}, "c": {"type": "string", "maxLength": 1}}))) == 3
    )


def test_a_schema_keeps_its_class_and_its_primary_identity() -> None:
    def a_schema(class_id: str, field_name: str | None, namespace: str = "Email") -> JsonObject:
        descriptors = [
            {
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceProperty": f"/{name}",
                "xdm:namespace": namespace,
                "xdm:isPrimary": True,
            }
            for name in (field_name,)
            if name
        ]
        return {"meta:class": class_id, "meta:descriptors": descriptors}

    before = a_schema("https://ns.example.com/a", "mail")

    assert said(before, before) == []
    assert said(before, a_schema("https://ns.example.com/b", "mail")) == [
        "it is of the class https://ns.example.com/a, and a schema keeps its class"
    ]
    for changed in (None, "crm"):
        assert said(before, a_schema("https://ns.example.com/a", changed)) == [
            "mail: it is the primary identity, of namespace Email, and has to stay it"
        ]
    assert said(before, a_schema("https://ns.example.com/a", "mail", "CRM"))
    assert said(a_schema("https://ns.example.com/a", None), before) == []
