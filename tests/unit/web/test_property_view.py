from typing import Any

import pytest

from server.model.property import Piece
from server.property.sentences import plain_text
from server.web.property_view import PropertyView, property_view
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule, fixture_modules, retail


def view(**sections: Any) -> PropertyView:
    shown = property_view(a_property(**sections), fixture_modules())
    assert shown.faults == ()
    return shown


def mapping(lines: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    """(path, source, depth, consent) of a rule's mapping."""
    [action] = view(rules=[a_mapping_rule(lines)]).rules[0].actions
    return [(line.path, plain_text(line.source), line.depth, line.consent) for line in action.lines]


def test_a_rule_is_a_sentence_with_its_mapping() -> None:
    rule = next(rule for rule in property_view(retail(), fixture_modules()).rules if rule.id == "purchase")

    assert plain_text(rule.sentence).startswith("When the data layer says orderPlaced, if %event.order.id% is present")
    assert "at most once per visitor for each %event.order.id%" in plain_text(rule.sentence)
    [action] = rule.actions
    assert (action.title, action.event_type) == ("Send event", "commerce.purchases")
    assert ("productListItems[]", 0) in {(line.path, line.depth) for line in action.lines}
    assert ("SKU", 1) in {(line.path, line.depth) for line in action.lines}


def test_a_rule_without_a_name_is_called_by_its_id() -> None:
    [rule] = view(rules=[a_rule(id="no-name", enabled=False)]).rules

    assert (rule.name, rule.is_enabled) == ("no-name", False)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("plain", "plain"),
        ("100%% wool", "100% wool"),
        (5, "5"),
        (True, "true"),
        ("%pageName | text | max(100)%", "%pageName | text | max(100)%"),
        ({"value": "%pageName%", "consent": "collect"}, "%pageName%"),
    ],
)
def test_where_a_field_gets_its_value(value: Any, source: str) -> None:
    [(path, shown, depth, consent)] = mapping({"_shop.x": value})

    assert (path, shown, depth) == ("_shop.x", source, 0)
    assert consent == ("collect" if isinstance(value, dict) else "")


def test_tokens_are_told_from_the_text_around_them() -> None:
    [action] = view(rules=[a_mapping_rule({"_shop.x": "page %pageName%!"})]).rules[0].actions

    assert tuple(action.lines[0].source) == (Piece("page "), Piece("%pageName%", emphasised=True), Piece("!"))


def test_lists_are_said_and_their_entries_stand_below() -> None:
    lines = {
        "_shop.one[]": {"one": {"a": "1", "_deep.b[]": {"one": {"c": "%pageName%"}}}, "consent": "collect"},
        "_shop.many[]": {"each": "%pageName%", "as": {"d": "%item.d%"}},
    }

    assert mapping(lines) == [
        ("_shop.one[]", "one entry", 0, "collect"),
        ("a", "1", 1, ""),
        ("_deep.b[]", "one entry", 1, ""),
        ("c", "%pageName%", 2, ""),
        ("_shop.many[]", "an entry for each of %pageName%", 0, ""),
        ("d", "%item.d%", 1, ""),
    ]


def test_a_data_element_says_where_it_comes_from_in_order() -> None:
    element = {
        "from": "dataLayer",
        "path": "page.name",
        "fallback": [{"from": "page", "get": "title"}],
        "apply": ["cleanText", "max(200)"],
        "default": ["none"],
        "description": "What the page is called.",
        "x-note": "of another tool",
    }

    [shown] = view(dataElements={"pageName": element, "x-note": "of another tool"}).elements

    sources = [(title, [(name, plain_text(value)) for name, value in settings]) for title, settings in shown.sources]
    assert sources == [("Data layer", [("path", "page.name")]), ("Page", [("get", "title")])]
    assert shown.pipes == ("cleanText", "max(200)")
    assert shown.default == '["none"]'
    assert shown.description == "What the page is called."


def test_a_data_element_says_where_it_is_used() -> None:
    elements = {
        "pageName": {"from": "page", "get": "title"},
        "inner": {"from": "query", "name": "%pageName%"},
        "idle": {"from": "const", "value": "100 %"},
    }
    rules = [
        a_mapping_rule({"_shop.a": "%pageName% and %pageName%"}, id="first", name="The first"),
        a_mapping_rule({"_shop.b": "1"}, id="second", conditions={"value": "%inner%", "is": "present"}),
        a_mapping_rule({"_shop.c": "1"}, id="third", limit={"times": 1, "per": "page", "key": "%pageName%"}),
    ]

    shown = view(dataElements=elements, rules=rules, xdm={"base": {"web.webPageDetails.name": "%pageName%"}})

    uses = {element.name: [(use.label, use.anchor) for use in element.uses] for element in shown.elements}
    assert uses == {
        "pageName": [
            ("every event", "base"),
            ("The first", "rule-first"),
            ("third", "rule-third"),
            ("inner", "element-inner"),
        ],
        "inner": [("second", "rule-second")],
        "idle": [],
    }


def test_a_document_with_faults_is_shown_with_them_instead() -> None:
    broken = a_property(rules=[{"id": "x", "events": [], "actions": [{"type": "no-such-action"}]}])

    shown = property_view(broken, fixture_modules())

    assert {fault.path for fault in shown.faults} >= {"/rules/0/events"}
    assert (shown.rules, shown.elements) == ((), ())


@pytest.mark.parametrize("document", [{}, {"rules": 5}, {"property": []}])
def test_even_what_is_no_property_is_shown(document: dict[str, Any]) -> None:
    assert property_view(document, fixture_modules()).faults
