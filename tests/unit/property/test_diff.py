import copy
from typing import Any

import pytest

from server.property.diff import diff_properties
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule, a_send_event, retail

OLD_LIST = {"items[]": {"each": "%pageName%", "as": {"sku": "%item.sku%"}}}
NEW_LIST = {"items[]": {"each": "%pageName%", "as": {"sku": "%item.id%", "name": "%item.name%"}}}


def rules(*given: Any) -> dict[str, Any]:
    return a_property(rules=list(given))


CASES: dict[str, tuple[Any, Any, list[str]]] = {
    "nothing": (a_property(), a_property(), []),
    "a setting": (
        a_property(consent={"default": "pending"}),
        a_property(consent={"default": "granted", "purposes": ["a"]}),
        [
            "Consent: `default` is now `granted`; it was `pending`.",
            'Consent: `purposes` is set to `["a"]`.',
        ],
    ),
    "clicks on links": (
        a_property(),
        a_property(linkClicks={"group": "page-view"}),
        [
            "Clicks on links are now collected without a rule.",
            "Clicks on links: `group` is set to `page-view`.",
        ],
    ),
    "custom code": (
        a_property(modules={"m": {"code": "export default () => 1;", "author": "ada"}}),
        a_property(modules={"m": {"code": "export default () => 2;", "author": "bob"}}),
        [
            "Custom code: `m.author` is now `bob`; it was `ada`.",
            "Custom code: `m.code` is now `export default () => 2;`; it was `export default () => 1;`.",
        ],
    ),
    "clicks on links no more": (
        a_property(linkClicks={}),
        a_property(),
        ["Clicks on links are no longer collected without a rule."],
    ),
    "a setting gone": (
        a_property(environments={"production": {"edge": "https://a"}}),
        a_property(),
        ["Environments: `production` is no longer set."],
    ),
    "the base": (
        a_property(xdm={"schema": "a", "base": {"a": 1}}),
        a_property(xdm={"schema": "b", "base": {"a": 2}}),
        ["XDM of every event: `a` now is `2`.", "XDM of every event: `schema` is now `b`; it was `a`."],
    ),
    "tests": (a_property(tests=[{"name": "a"}]), a_property(tests=[]), ["Tests changed."]),
    "data elements": (
        a_property(dataElements={"a": {"from": "page", "get": "url"}, "b": {"from": "page", "get": "url"}, "x-a": 1}),
        a_property(dataElements={"b": {"from": "page", "get": "title"}, "c": {"from": "page", "get": "url"}, "x-a": 2}),
        [
            "Data element `a` is gone.",
            "Data element b: `get` is now `title`; it was `url`.",
            "Data element `c` is new: it comes from `page`.",
        ],
    ),
    "rules": (
        rules(a_rule(id="a"), a_rule(id="b"), a_rule(id="c")),
        rules(a_rule(id="d"), a_rule(id="c"), a_rule(id="a")),
        ["Rule d is new.", "Rule b is gone.", "The rules now run in this order: d, c, a."],
    ),
    "rules switched": (
        rules(a_rule(id="a"), a_rule(id="b", enabled=False)),
        rules(a_rule(id="a", enabled=False), a_rule(id="b", enabled=True)),
        ["Rule a is switched off.", "Rule b is switched on."],
    ),
    "a mapping line": (
        rules(a_mapping_rule({"a": "%pageName%", "b": 1, "c": 1, "d": 1})),
        rules(a_mapping_rule({"a": "%pageUrl%", "b": True, "e": {"value": "x", "consent": "collect"}, "d": 1})),
        [
            "Rule a-rule: `a` now comes from `%pageUrl%`.",
            "Rule a-rule: `b` now is `true`.",
            "Rule a-rule: `c` is no longer sent.",
            "Rule a-rule: `e` is `x`, with consent `collect`.",
        ],
    ),
    "lines of a list": (
        rules(a_mapping_rule(OLD_LIST)),
        rules(a_mapping_rule(NEW_LIST)),
        [
            "Rule a-rule: `items[].name` comes from `%item.name%`.",
            "Rule a-rule: `items[].sku` now comes from `%item.id%`.",
        ],
    ),
    "another list": (
        rules(a_mapping_rule({"a[]": {"each": "%a%", "as": {"b": 1}}, "c[]": {"one": {"d": 1}}})),
        rules(a_mapping_rule({"a[]": {"each": "%b%", "as": {"b": 1}}, "c[]": {"one": {"d": 1}, "consent": "x"}})),
        [
            "Rule a-rule: `a[]` now has an entry for each of `%b%`.",
            "Rule a-rule: `c[]` now has one entry, with consent `x`.",
        ],
    ),
    "the words of a rule": (
        rules(
            a_rule(
                conditions={"value": "%a%", "is": "present"},
                exceptions={"value": "%a%", "is": "present"},
                limit={"times": 1, "per": "page"},
                consent=["a"],
                name="Old",
            )
        ),
        rules(
            a_rule(
                conditions={"value": "%a%", "is": "absent"},
                limit={"times": 2, "per": "visitor", "key": "%a%"},
                consent=["a", "b"],
                name="New",
            )
        ),
        [
            "Rule a-rule: now it runs only if `%a%` is missing.",
            "Rule a-rule: now it has no exceptions.",
            "Rule a-rule: now runs at most twice per visitor for each `%a%`.",
            "Rule a-rule: now needs consent `a` and `b`.",
            "Rule a-rule: `name` is now `New`; it was `Old`.",
        ],
    ),
    "what a rule no longer says": (
        rules(a_rule(limit={"times": 1, "per": "page"}, consent=["a"]), a_rule(id="b")),
        rules(a_rule(), a_rule(id="b", consent=[])),
        [
            "Rule a-rule: now runs as often as its events happen.",
            "Rule a-rule: now needs all consent there is.",
            "Rule b: now needs no consent.",
        ],
    ),
    "events and actions": (
        rules(
            a_rule(events=[{"type": "click", "target": "a"}, {"type": "page-ready"}, {"type": "page-ready"}]),
            a_rule(id="b"),
        ),
        rules(
            a_rule(events=[{"type": "click", "target": {"anyOf": ["b"]}}, {"type": "route-change"}]),
            a_rule(id="b", actions=[a_send_event(), a_send_event()]),
        ),
        [
            'Rule a-rule, event click: `target` is now `{"anyOf": ["b"]}`; it was `a`.',
            "Rule a-rule: event `page-ready` became `route-change`.",
            "Rule a-rule: event `page-ready` is gone.",
            "Rule b: new action `send-event`.",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_in_sentences(name: str) -> None:
    old, new, sentences = CASES[name]

    assert list(diff_properties(old, new)) == sentences


def test_the_line_of_the_retail_site_that_changed_is_told() -> None:
    new = copy.deepcopy(retail())
    new["rules"][1]["actions"][0]["xdm"]["productListItems[]"]["one"]["priceTotal"] = "%this[data-price] | number%"

    assert list(diff_properties(retail(), new)) == [
        "Rule add-to-cart: `productListItems[].priceTotal` now comes from `%this[data-price] | number%`."
    ]
