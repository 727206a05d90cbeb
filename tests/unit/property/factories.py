"""Properties for tests, and modules that stand still while those of static/snippet grow."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from server.model.json import JsonObject
from server.property.modules import Modules

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@cache
def fixture_modules() -> Modules:
    """Those of tests/unit/property/modules."""
    return Modules.of([json.loads(path.read_text()) for path in sorted((HERE / "modules").glob("*/*.json"))])


def retail() -> JsonObject:
    """A whole property: the retail site of tests/golden/container."""
    document: JsonObject = json.loads((ROOT / "tests/golden/container/retail.property.json").read_text())
    return document


def a_property(**sections: Any) -> JsonObject:
    """The least that can be published; ``sections`` are laid over its top level."""
    return {
        "formatVersion": 1,
        "property": {"id": "shop", "name": "Shop"},
        "dataElements": {"pageName": {"from": "page", "get": "title"}},
        "rules": [a_rule()],
    } | sections


def a_rule(**keys: Any) -> JsonObject:
    """A click that is sent."""
    return {
        "id": "a-rule",
        "events": [{"type": "click", "target": "button"}],
        "actions": [a_send_event()],
    } | keys


def a_send_event(**xdm: Any) -> JsonObject:
    """The action; ``xdm`` is its mapping."""
    return {"type": "send-event", "eventType": "shop.click", "xdm": xdm or {"_shop.name": "%pageName%"}}


def a_mapping_rule(mapping: JsonObject, **keys: Any) -> JsonObject:
    """A rule about its mapping."""
    return a_rule(actions=[{"type": "send-event", "eventType": "shop.click", "xdm": mapping}], **keys)
