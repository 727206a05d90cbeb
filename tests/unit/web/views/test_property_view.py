from typing import Any

import pytest

from server.model.property import Piece
from server.property.sentences import plain_text
from server.web.views.property_view import base_lines, element_views
from tests.unit.property.factories import a_property, fixture_modules


def mapping(lines: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    """(path, source, depth, consent) of what is mapped into every event."""
    shown = base_lines(a_property(xdm={"base": lines}))
    return [(line.path, plain_text(line.source), line.depth, line.consent) for line in shown]


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
    [line] = base_lines(a_property(xdm={"base": {"_shop.x": "page %pageName%!"}}))

    assert tuple(line.source) == (Piece("page "), Piece("%pageName%", emphasised=True), Piece("!"))


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
    document = a_property(dataElements={"pageName": element, "x-note": "of another tool"})

    [shown] = element_views(document, fixture_modules())

    sources = [(title, [(name, plain_text(value)) for name, value in settings]) for title, settings in shown.sources]
    assert sources == [("Data layer", [("path", "page.name")]), ("Page", [("get", "title")])]
    assert shown.pipes == ("cleanText", "max(200)")
    assert shown.default == '["none"]'
    assert shown.description == "What the page is called."


def test_a_data_element_of_a_module_that_is_gone_is_left_out() -> None:
    document = a_property(dataElements={"odd": {"from": "noSuchModule"}})

    assert element_views(document, fixture_modules()) == ()
