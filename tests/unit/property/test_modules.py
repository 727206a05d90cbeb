from typing import Any

import pytest

from server.model.json import JsonObject
from server.property.modules import Modules
from tests.unit.property.factories import fixture_modules


def a_module(**keys: Any) -> JsonObject:
    return {"kind": "events", "type": "a", "title": "A", "sentence": "a happens", "settings": {"type": "object"}} | keys


def test_modules_are_found_by_kind_and_type() -> None:
    modules = fixture_modules()

    found = modules.find("events", "click")

    assert found is not None
    assert found.title == "Click"
    assert not found.has_open_facts
    assert modules.find("actions", "click") is None
    assert modules.types("actions") == ["send-event"]


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([{"kind": "events", "type": "a"}], "module events/a lacks title, sentence, settings"),
        ([a_module(kind="triggers")], "module triggers/a is of no known kind"),
        ([a_module(settings={"type": "objekt"})], "module events/a has settings that are no JSON Schema"),
        ([a_module(settings={"properties": {"a": {"$ref": "https://x.example/y"}}})], "refers to https://x.example/y"),
        ([a_module(settings={"anyOf": [{"$ref": "other.json"}]})], "refers to other.json"),
        ([a_module(settings={"properties": {"type": {}}})], "settings whose names are taken: type"),
        ([a_module(), a_module()], "two modules of kind events are called a"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused_at_start(documents: list[JsonObject], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Modules.of(documents)
