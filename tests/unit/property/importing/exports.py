"""Exports of other tag managers, as small as a test needs them, and the modules that this version has."""

import json
from functools import cache
from typing import Any

from server.model.json import JsonObject
from server.property.modules import Modules
from tests.unit.property.factories import ROOT


@cache
def real_modules() -> Modules:
    """Those of static/snippet."""
    paths = sorted((ROOT / "static/snippet/modules").glob("*/*.json"))
    return Modules.of([json.loads(path.read_text()) for path in paths])


def parameter(key: str, value: str, kind: str = "TEMPLATE") -> JsonObject:
    return {"type": kind, "key": key, "value": value}


def table(key: str, *rows: dict[str, str]) -> JsonObject:
    made = [{"type": "MAP", "map": [parameter(*cell) for cell in row.items()]} for row in rows]
    return {"type": "LIST", "key": key, "list": made}


def a_filter(kind: str, left: str, right: str, **more: str) -> JsonObject:
    pairs = {"arg0": left, "arg1": right, **more}
    return {"type": kind, "parameter": [parameter(*each) for each in pairs.items()]}


def a_trigger(number: str, kind: str, **more: Any) -> JsonObject:
    return {"triggerId": number, "name": f"Trigger {number}", "type": kind, **more}


def an_event_trigger(number: str, event: str, **more: Any) -> JsonObject:
    return a_trigger(number, "CUSTOM_EVENT", customEventFilter=[a_filter("EQUALS", "{{_event}}", event)], **more)


def a_tag(
    name: str = "Event", *, event: str = "page_view", firing: tuple[str, ...] = ("1",), **more: Any
) -> JsonObject:
    usual = {"type": "gaawe", "parameter": [parameter("eventName", event)], "firingTriggerId": list(firing)}
    return {"name": name, **usual, **more}


def a_variable(name: str, kind: str, *parameters: JsonObject, **more: Any) -> JsonObject:
    return {"name": name, "type": kind, "parameter": list(parameters), **more}


def a_container(
    *, tags: list[Any] | None = None, triggers: list[Any] | None = None, variables: list[Any] | None = None
) -> JsonObject:
    return {
        "exportFormatVersion": 2,
        "containerVersion": {
            "container": {"name": "My shop", "publicId": "GTM-ABC"},
            "tag": tags or [],
            "trigger": triggers or [],
            "variable": variables or [],
        },
    }
