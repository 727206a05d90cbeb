import json
import shlex

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.web.views.samples import curl, message_of, sample_entity

AT = "2026-01-01T12:00:00Z"


def _resolved(name: str) -> JsonObject:
    return resolve_schema(load_ready_schema(name), builtin_documents().get)


def test_an_example_of_a_schema_is_valid() -> None:
    for name in ("demo-events", "demo-profiles"):
        schema = _resolved(name)

        entity = sample_entity(schema, identifier="e-1", at=AT)

        assert list(compile_schema(schema).violations(entity)) == []
        assert entity["identityMap"]["Email"][0]["primary"] is True


def test_what_a_schema_requires_is_in_the_example() -> None:
    fields = {
        "kind": {"type": "string", "enum": ["b", "a"]},
        "when": {"type": "string", "format": "date-time"},
        "many": {"type": "integer", "minimum": 5},
        "yes": {"type": "boolean"},
        "list": {"type": "array"},
        "fixed": {"const": 7},
        "left": {"type": "string"},
    }
    inner = {"type": "object", "properties": fields, "required": [name for name in fields if name != "left"]}
    schema = {"type": "object", "properties": {"_shop": inner}, "required": ["_shop"]}

    entity = sample_entity(schema, identifier="e-1", at=AT)

    assert entity == {"_shop": {"kind": "b", "when": AT, "many": 5, "yes": True, "list": [], "fixed": 7}}


def test_what_somebody_gave_an_example_of_is_in_the_example() -> None:
    fields = {
        "tier": {"type": "string", "examples": ["gold"], "enum": ["silver", "gold"]},
        "wrong": {"type": "integer", "examples": ["many"]},
        "other": {"type": "string", "examples": ["tin"], "enum": ["silver"]},
        "left": {"type": "string"},
        "inner": {"type": "object", "properties": {"points": {"type": "integer", "examples": [7]}}},
        "tags": {"type": "array", "items": {"type": "string", "examples": ["new"]}},
    }

    entity = sample_entity({"type": "object", "properties": fields}, identifier="e-1", at=AT)

    assert entity == {"tier": "gold", "inner": {"points": 7}, "tags": ["new"]}


def test_a_command_is_one_for_the_shell_whatever_the_message_holds() -> None:
    message = message_of({"text": "it's $HOME `id`"}, schema_id="s", org_id="o", dataset_id="d", flow_id="f")

    words = shlex.split(curl("https://a.example/collection/1", message, requires_token=True).replace("\\\n", ""))

    assert words[:4] == ["curl", "-X", "POST", "https://a.example/collection/1"]
    assert "Authorization: Bearer TOKEN" in words
    assert json.loads(words[-1]) == message
