from collections.abc import Mapping
from typing import Any

from server.model.json import Json, JsonObject
from server.property.settings import rewrite, settings_of

SCHEMA: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "x-template": True},
        "list": {"type": "array", "items": {"$ref": "#/$defs/a~1b"}},
        "either": {"oneOf": [{"type": "number"}, {"type": "string", "format": "selector"}, True], "title": "kept"},
        "open": {"type": "object"},
        "map": {"x-mapping": True},
    },
    "$defs": {"a/b": {"anyOf": [{"type": "string", "x-template": True}, {"type": "integer", "format": "whole"}]}},
}


def test_every_marked_or_plain_place_is_visited_and_replaced() -> None:
    seen: list[tuple[str, Json, Any]] = []

    def visit(at: str, value: Json, node: Mapping[str, Any]) -> Json:
        seen.append((at, value, node.get("format") or node.get("x-template") or node.get("x-mapping")))
        return "!"

    settings = {
        "text": "t",
        "list": ["a", 1],
        "either": "e",
        "open": {"x-kept": True},
        "map": {"a": 1},
        "x-note": "gone",
    }

    rewritten = rewrite(settings, SCHEMA, visit, at="/at")

    assert rewritten == {"text": "!", "list": ["!", "!"], "either": "!", "open": {"x-kept": "!"}, "map": "!"}
    assert sorted(seen, key=lambda each: each[0]) == [
        ("/at/either", "e", "selector"),
        ("/at/list/0", "a", True),
        ("/at/list/1", 1, "whole"),
        ("/at/map", {"a": 1}, True),
        ("/at/open/x-kept", True, None),
        ("/at/text", "t", True),
    ]


def test_an_alternative_that_says_nothing_is_followed_too() -> None:
    assert rewrite({"either": [1]}, SCHEMA, lambda at, value, node: (at, value)) == {"either": [("/either/0", 1)]}


def test_the_settings_of_a_component_are_what_the_format_itself_does_not_know() -> None:
    assert settings_of({"type": "a", "notes": "n", "x": 1}, "events") == {"x": 1}
    assert settings_of({"from": "a", "default": 1, "get": "b"}, "dataElements") == {"get": "b"}
