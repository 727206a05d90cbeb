import json
from typing import Any

import pytest

from server.model.json import JsonObject
from server.paths import assets
from server.property.modules import Modules
from server.publish import load_fragments
from server.web.editor.mapping_rows import MappingWriter, with_field
from server.web.editor.rule_draft import draft_of, write_rule
from server.web.editor.xdm_fields import XdmFields
from tests.unit.property.factories import ROOT, a_mapping_rule, a_rule, fixture_modules, retail


def written(rule: JsonObject, modules: Modules | None = None) -> Any:
    draft = draft_of(rule, modules or fixture_modules())
    return write_rule(draft, MappingWriter({}, XdmFields()), modules or fixture_modules())


@pytest.mark.parametrize("rule", retail()["rules"], ids=lambda rule: rule["id"])
def test_a_rule_that_nobody_changed_is_written_as_it_was(rule: JsonObject) -> None:
    done = written(rule)

    assert done.rule == rule
    assert (done.elements, done.faults) == ({}, ())


def test_every_rule_of_the_demo_shop_is_written_as_it_was() -> None:
    modules = load_fragments(assets().static).modules
    document = json.loads((ROOT / "server/demo/property.json").read_text(encoding="utf-8"))

    for rule in document["rules"]:
        assert written(rule, modules).rule == rule


def test_notes_of_other_tools_stay_where_they_were() -> None:
    rule = a_rule(
        **{
            "x-team": 1,
            "sample": {"rate": 0.5},
            "limit": {"times": 1, "per": "page", "x-a": 2},
            "conditions": {"all": [{"value": "%pageName%", "is": "present", "x-b": 3}], "x-c": 4},
            "events": [{"type": "click", "target": "a", "x-d": 5, "notes": "n"}],
            "actions": [{"type": "send-event", "eventType": "e", "xdm": {"_s.a": 1, "x-e": 6}, "description": "d"}],
        }
    )

    assert written(rule).rule == rule


def test_a_field_of_a_list_brings_the_row_of_the_list_along() -> None:
    rows = with_field(with_field((), "productListItems[*].SKU"), "productListItems[*].name")

    assert [(row.path, row.shape, [inner.path for inner in row.rows]) for row in rows] == [
        ("productListItems[]", "one", ["SKU", "name"])
    ]
    assert with_field(rows, "productListItems[*].SKU") == rows


def test_a_row_without_a_field_and_a_second_one_of_the_same_are_told() -> None:
    draft = draft_of(a_mapping_rule({"_s.a": 1}), fixture_modules())
    rows = draft.actions[0].mappings["xdm"]
    writer = MappingWriter({}, XdmFields())

    mapping = writer.write((*rows, *rows, *with_field((), "")), pointer="/p", name="rows")

    assert mapping == {"_s.a": 1}
    assert [(fault.path, fault.message) for fault in writer.faults] == [
        ("#rows/1", "`_s.a` has a row already."),
        ("#rows/2", "The row names no field."),
    ]
