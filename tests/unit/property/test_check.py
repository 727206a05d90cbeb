# ruff: noqa: E501  (what is told is one line a fault, easier to read uncut)
"""Everything that can be wrong with a property: where it is said to be, in which words, and with which cure."""

import copy
import json
from typing import Any

import pytest

from server.model.json import JsonObject
from server.property.check import MAX_FAULTS, check_property
from server.property.modules import Modules
from tests.unit.property.factories import (
    a_mapping_rule,
    a_property,
    a_rule,
    a_send_event,
    fixture_modules,
    retail,
)


@pytest.fixture(scope="module")
def modules() -> Modules:
    return fixture_modules()


def told(document: Any, modules: Modules) -> list[str]:
    """`path: message cure`, a line a fault."""
    return [f"{fault.path}: {fault.message} {fault.cure}" for fault in check_property(document, modules)]


def with_rule(**keys: Any) -> JsonObject:
    return a_property(rules=[a_rule(**keys)])


def with_mapping(mapping: JsonObject, **sections: Any) -> JsonObject:
    return a_property(rules=[a_mapping_rule(mapping)], **sections)


def with_condition(condition: JsonObject) -> JsonObject:
    return with_rule(conditions=condition)


def with_element(element: JsonObject, **others: JsonObject) -> JsonObject:
    return a_property(dataElements={"pageName": element, **others})


def nested(depth: int) -> JsonObject:
    condition: JsonObject = {"value": "%pageName%", "is": "present"}
    for _ in range(depth):
        condition = {"all": [condition]}
    return condition


FINE: dict[str, JsonObject] = {
    "the least there is": a_property(),
    "no rules": a_property(rules=[], dataElements={}),
    "the retail site": retail(),
    "notes of other tools": a_property(
        **{"x-tool": {"any": ["thing"]}},
        property={"id": "shop", "name": "Shop", "x-colour": "red"},
        rules=[a_rule(**{"x-seen": True, "events": [{"type": "click", "target": "a", "x-a": 1}]})],
        dataElements={"x-group": ["pageName"], "pageName": {"from": "page", "get": "title", "x-b": 2}},
        xdm={"base": {"x-c": "%", "_shop.a": 1}},
    ),
    "words for people": a_property(
        property={"id": "shop", "name": "Shop", "description": "d", "notes": "n", "owner": "o"},
        dataElements={"pageName": {"from": "page", "get": "title", "description": "d", "notes": "n", "owner": "o"}},
        rules=[
            a_rule(
                name="A rule",
                description="d",
                notes="n",
                owner="o",
                events=[{"type": "click", "target": "a", "notes": "n", "description": "d"}],
            )
        ],
    ),
    "conditions nested": with_condition(nested(8)),
    "comparisons": with_condition(
        {
            "all": [
                {"value": "%this.href%", "op": "matches", "than": r"^https:\/\/", "ignoreCase": True},
                {"value": "%this[data-n] | number%", "op": "lte", "than": 1.5},
                {"value": "%pageName%", "op": "in", "than": ["a", 1, True]},
                {"value": "a %pageName%", "op": "eq", "than": "100% wool"},
                {"none": [{"value": "%event.title%", "op": "ne", "than": ""}]},
            ]
        }
    ),
    "a list in a list": with_mapping({"a[]": {"one": {"b[]": {"each": "%pageName%", "as": {"c": "%item%"}}}}}),
    "a line's own consent": with_mapping({"a": {"value": 1, "consent": "collect"}}),
    "an action's line instead of the base's": with_mapping({"a.b": 1}, xdm={"base": {"a.b": 2}}),
    "facts that two events share": with_rule(
        events=[{"type": "click", "target": "a"}, {"type": "page-ready"}], actions=[a_send_event(a="%event.url%")]
    ),
    "facts that nobody knows": with_rule(
        events=[{"type": "data-layer", "event": "e"}], actions=[a_send_event(a="%event.x.y% %old.z%")]
    ),
    "data elements in data elements": with_element(
        {"from": "query", "name": "%other%-id"}, other={"from": "const", "value": {"a": [1]}}
    ),
    "rules after others": a_property(rules=[a_rule(after=["b"]), a_rule(id="b", enabled=False)]),
    "environments": a_property(
        environments={"production": {"edge": "https://c.shop.example:8443", "datastream": "a:b.c"}, "staging": {}}
    ),
    "an edge on this machine": a_property(environments={"development": {"edge": "http://localhost:8000"}}),
    "consent dropped while pending": a_property(consent={"default": "denied", "whilePending": {"do": "drop"}}),
    "no consent": with_rule(consent=[]),
    "tests": a_property(tests=[{"name": "one", "steps": [{"click": "a"}], "expectNone": True}]),
}


@pytest.mark.parametrize("name", FINE)
def test_what_can_be_published_has_no_fault(name: str, modules: Modules) -> None:
    assert told(FINE[name], modules) == []


def test_checking_changes_nothing(modules: Modules) -> None:
    document = retail()
    before = copy.deepcopy(document)

    check_property(document, modules)

    assert document == before


# name -> (document, the whole of what is told)
FAULTY: dict[str, tuple[Any, list[str]]] = {
    "no object": ([], [": The document must be an object `{…}`; it is `[]`. Write an object `{…}`."]),
    "nothing in it": (
        {},
        [
            ": The document lacks `formatVersion` and `property` and `dataElements` and `rules`. Add `formatVersion` and "
            "`property` and `dataElements` and `rules`."
        ],
    ),
    "another version": (
        a_property(formatVersion=2),
        ["/formatVersion: `formatVersion` must be `1`; it is `2`. Write `1`."],
    ),
    "a context that is none": (
        a_property(xdm={"context": ["web", "divice"]}),
        ["/xdm/context/1: Entry 2 of `context` cannot be `divice`. Did you mean `device`?"],
    ),
    "a key misspelt": (
        a_property(consnt={}),
        ["/consnt: `consnt` is not known here. Did you mean `consent`?"],
    ),
    "a rule's key misspelt": (
        {**a_property(), "rules": [{"id": "a", "event": [], "actions": [a_send_event()]}]},
        [
            "/rules/0: Entry 1 of `rules` lacks `events`. Add `events`.",
            "/rules/0/event: `event` is not known here. Did you mean `events`?",
        ],
    ),
    "a key that nothing is like": (
        with_rule(limit={"times": 1, "per": "page", "qqq": 1}),
        ["/rules/0/limit/qqq: `qqq` is not known here. Use one of `key`, `per`, `times`, `within`."],
    ),
    "keys for later": (
        a_property(
            property={"id": "a", "name": "a", "settings": {"strictTokens": True}},
            dataElements={"pageName": {"from": "page", "get": "title", "evaluate": "atSend"}},
        ),
        [
            f"{path}: `{path.split('/')[-1]}` is in the format, but this version does not act upon it. Remove it."
            for path in [
                "/property/settings/strictTokens",
                "/dataElements/pageName/evaluate",
            ]
        ],
    ),
    "more runs than can be remembered": (
        with_rule(limit={"times": 101, "per": "visitor", "within": "24h"}),
        [
            "/rules/0/limit/times: Of a limit within a time, the last runs are remembered: 100 at most. "
            "Write 100 or less, or leave out `within`."
        ],
    ),
    "a share that is none": (
        with_rule(sample={"rate": 0, "sticky": "tab"}),
        [
            "/rules/0/sample/rate: `rate` is too small: `0`. Write more than 0.",
            "/rules/0/sample/sticky: `sticky` cannot be `tab`. Use one of `page`, `route`, `session`, `visitor`.",
        ],
    ),
    "events that wait too long": (
        with_rule(batch={"window": "2m"}),
        ["/rules/0/batch/window: Events wait in the page's memory, for a minute at most. Write `60s` or less."],
    ),
    "a batch whose time cannot be read": (
        with_rule(batch={"window": "soon"}),
        [
            "/rules/0/batch/window: `soon` is no duration; write a whole number and ms, s, m, h or d, such as `800ms`. "
            "Write a duration, such as `800ms` or `30m`."
        ],
    ),
    "a default of another type": (
        a_property(dataElements={"pageName": {"from": "page", "get": "title", "type": "integer", "default": "1"}}),
        [
            "/dataElements/pageName/default: The default `1` is not of type `integer`. "
            "Write a default of that type, or another type."
        ],
    ),
    "a pattern for what is no text": (
        a_property(dataElements={"pageName": {"from": "page", "get": "title", "type": "number", "pattern": "(a+)+"}}),
        [
            "/dataElements/pageName/pattern: The part at 1 repeats something that can itself match in several ways: "
            "on some texts that takes for ever. Repeat one character or class, such as `[a-z,]+` for `([a-z]+,?)+`. "
            "Write a regular expression, such as `^/product/[^/]+$`.",
            "/dataElements/pageName/pattern: A pattern is for texts, and this is to be of type `number`. "
            "Remove it, or make the type `string`.",
        ],
    ),
    "purposes of a signal that do not exist": (
        a_property(consent={"gpc": {"deny": ["ads"]}, "dnt": {"deny": ["collect"]}}),
        ["/consent/gpc/deny/0: The property has no purpose `ads`. Use one of `collect`."],
    ),
    "a dialogue's purposes for one that the property has not": (
        a_property(consent={"source": {"type": "tcf2", "map": {"ads": [3], "collect": [1], "x-a": 1}}}),
        ["/consent/source/map/ads: The property has no purpose `ads`. Use one of `collect`."],
    ),
    "what is to be masked is no selector": (
        a_property(privacy={"mask": ["a["]}),
        [
            "/privacy/mask/0: The `[` in the selector is never closed. "
            "Write a CSS selector, such as `[data-testid=add-to-cart]`."
        ],
    ),
    "hosts that are none": (
        a_property(property={"id": "a", "name": "a", "domains": ["https://shop.example", "*.shop.example"]}),
        [
            "/property/domains/0: Entry 1 of `domains` cannot be `https://shop.example`. Write a host in small letters, "
            "such as `shop.example`; `*.shop.example` means it and all below."
        ],
    ),
    "the automatic collection beside a rule of its name": (
        a_property(
            linkClicks={
                "exceptions": {"value": "%event.nothing%", "is": "present"},
                "conditions": {"value": "%nobody%", "is": "present"},
                "consent": ["ads"],
            },
            rules=[a_rule(id="link-clicks")],
        ),
        [
            "/linkClicks: The rule of the automatic collection is called `link-clicks`, and there is another one. "
            "Give that rule another id.",
            "/linkClicks/conditions/value: There is no data element `nobody`. Use one of `pageName`.",
            "/linkClicks/exceptions/value: An event `link-click` has no `%event.nothing%`. "
            "Use one of `href`, `kind`, `path`, `title`, `url`.",
            "/linkClicks/consent/0: The property has no purpose `ads`. Use one of `collect`.",
        ],
    ),
    "a wrong type": (
        with_rule(enabled="yes"),
        ["/rules/0/enabled: `enabled` must be true or false; it is `yes`. Write true or false."],
    ),
    "an id that is none": (
        with_rule(id="Add To Cart"),
        [
            "/rules/0/id: `id` cannot be `Add To Cart`. Use small letters, digits and `-`, beginning with a letter or "
            "digit, at most 64."
        ],
    ),
    "an id with a line feed at its end": (
        with_rule(id="a\n"),
        [
            "/rules/0/id: `id` cannot be `a\n`. Use small letters, digits and `-`, beginning with a letter or "
            "digit, at most 64."
        ],
    ),
    "an empty list": (
        with_rule(actions=[]),
        ["/rules/0/actions: `actions` has too few entries. List at least 1."],
    ),
    "a list that says something twice": (
        with_rule(consent=["collect", "collect"]),
        ["/rules/0/consent: `consent` lists something twice. List each only once."],
    ),
    "a number too large": (
        with_rule(limit={"times": 0, "per": "page"}),
        ["/rules/0/limit/times: `times` is too small: `0`. Write 1 or more."],
    ),
    "a choice that is none": (
        with_rule(limit={"times": 1, "per": "pages"}),
        ["/rules/0/limit/per: `per` cannot be `pages`. Did you mean `page`?"],
    ),
    "a wrong name of a data element": (
        with_element({"from": "page", "get": "url"}, **{"page-name": {"from": "page", "get": "url"}}),
        [
            "/dataElements/page-name: `page-name` cannot be a name here. A data element's name is a letter, then letters, "
            "digits and `_`, at most 64."
        ],
    ),
    "an unknown module": (
        with_rule(events=[{"type": "clik"}]),
        ["/rules/0/events/0/type: There is no event of type `clik`. Did you mean `click`?"],
    ),
    "an unknown source": (
        with_element({"from": "page", "get": "url", "fallback": [{"from": "pages"}]}),
        ["/dataElements/pageName/fallback/0/from: There is no data element of type `pages`. Did you mean `page`?"],
    ),
    "a module's setting misspelt": (
        with_rule(events=[{"type": "click", "targt": "a"}]),
        [
            "/rules/0/events/0: Entry 1 of `events` lacks `target`. Add `target`.",
            "/rules/0/events/0/targt: `targt` is not known here. Did you mean `target`?",
        ],
    ),
    "a module's setting wrong": (
        with_element({"from": "page", "get": "titel"}),
        ["/dataElements/pageName/get: `get` cannot be `titel`. Did you mean `title`?"],
    ),
    "a module's setting with words of its own": (
        with_rule(events=[{"type": "link-click", "extensions": [".pdf"]}]),
        [
            "/rules/0/events/0/extensions/0: Entry 1 of `extensions` cannot be `.pdf`. Write the ending without its dot, "
            "such as `pdf`."
        ],
    ),
    "keys that a fallback has not": (
        with_element({"from": "page", "get": "url", "fallback": [{"from": "page", "get": "url", "default": 1}]}),
        [
            "/dataElements/pageName/fallback/0/default: `default` is not known here. Use one of `from`, `get`, `spa`."
        ],
    ),
    "a target that is neither": (
        with_rule(events=[{"type": "click", "target": 5}]),
        [
            "/rules/0/events/0/target: `target` has none of the forms it can have: `5`. Write a text or an object `{…}`."
        ],
    ),
    "a target whose alternative is wrong": (
        with_rule(events=[{"type": "click", "target": {"anyOf": [{"rol": "button"}]}}]),
        [
            "/rules/0/events/0/target/anyOf/0: Entry 1 of `anyOf` lacks `role`. Add `role`.",
            "/rules/0/events/0/target/anyOf/0/rol: `rol` is not known here. Did you mean `role`?",
        ],
    ),
    "a selector unbalanced": (
        with_rule(events=[{"type": "click", "target": "[a"}]),
        [
            "/rules/0/events/0/target: The `[` in the selector is never closed. Write a CSS selector, such as "
            "`[data-testid=add-to-cart]`."
        ],
    ),
    "a duration that is none": (
        with_rule(events=[{"type": "route-change", "settle": {"max": "1 s"}}]),
        [
            "/rules/0/events/0/settle/max: `1 s` is no duration; write a whole number and ms, s, m, h or d, such as "
            "`800ms`. Write a duration, such as `800ms` or `30m`."
        ],
    ),
    "a selector behind a reference": (
        with_element({"from": "dom", "selector": " "}),
        [
            "/dataElements/pageName/selector: The selector is empty. Write a CSS selector, such as "
            "`[data-testid=add-to-cart]`."
        ],
    ),
    "settings of the property": (
        a_property(consent={"whilePending": {"do": "queue", "ttl": "long"}}, privacy={"neverRead": ["[x]", ""]}),
        [
            "/consent/whilePending/ttl: `long` is no duration; write a whole number and ms, s, m, h or d, such as "
            "`800ms`. Write a duration, such as `800ms` or `30m`.",
            "/privacy/neverRead/1: The selector is empty. Write a CSS selector, such as `[data-testid=add-to-cart]`.",
        ],
    ),
    "an edge that is no origin": (
        a_property(environments={"production": {"edge": "http://shop.example/x"}}),
        [
            "/environments/production/edge: `edge` cannot be `http://shop.example/x`. Write `https://`, a host and nothing "
            "after it, such as `https://c.shop.example`; `http://` is for localhost only."
        ],
    ),
    "an environment that is none": (
        a_property(environments={"prod": {}}),
        ["/environments/prod: `prod` is not known here. Did you mean `production`?"],
    ),
    "a condition with nothing known in it": (
        with_condition({"qqq": []}),
        [
            '/rules/0/conditions: `conditions` has none of the forms it can have: `{"qqq": []}`. Write { all }, { any }, '
            "{ none }, { value, is } or { value, op, than }."
        ],
    ),
    "a condition in the words of programmers": (
        with_condition({"and": [{"value": "%pageName%", "is": "present"}]}),
        [
            "/rules/0/conditions: `conditions` lacks `all`. Add `all`.",
            "/rules/0/conditions/and: `and` is not known here. Did you mean `all`?",
        ],
    ),
    "a condition of two forms": (
        with_condition({"value": "%pageName%", "op": "eq"}),
        ["/rules/0/conditions: `conditions` lacks `than`. Add `than`."],
    ),
    "a condition with a wrong word": (
        with_condition({"any": [{"value": "%pageName%", "is": "presnt"}]}),
        ["/rules/0/conditions/any/0/is: `is` cannot be `presnt`. Did you mean `present`?"],
    ),
    "a condition about a text": (
        with_condition({"all": [{"value": "pageName", "is": "present"}]}),
        [
            "/rules/0/conditions/all/0/value: `pageName` is a text that never changes. Put the name between per cent "
            "signs, such as `%pageName%`."
        ],
    ),
    "comparisons that do not fit": (
        with_condition(
            {
                "all": [
                    {"value": "%pageName%", "op": "in", "than": "a"},
                    {"value": "%pageName%", "op": "eq", "than": ["a"]},
                    {"value": "%pageName%", "op": "gt", "than": "1"},
                    {"value": "%pageName%", "op": "lt", "than": True},
                    {"value": "%pageName%", "op": "contains", "than": 1},
                    {"value": "%pageName%", "op": "matches", "than": "(a+)+"},
                    {"value": "%pageName%", "op": "eq", "than": "%pageName%"},
                    {"value": "%pageName%", "op": "gt", "than": 1, "ignoreCase": True},
                ]
            }
        ),
        [
            "/rules/0/conditions/all/0/than: `in` needs a list, and every other `op` a single value. Write `[…]` for "
            "`in` only.",
            "/rules/0/conditions/all/1/than: `in` needs a list, and every other `op` a single value. Write `[…]` for "
            "`in` only.",
            "/rules/0/conditions/all/2/than: `gt` compares numbers. Write a number, without quotes.",
            "/rules/0/conditions/all/3/than: `lt` compares numbers. Write a number, without quotes.",
            "/rules/0/conditions/all/4/than: `contains` compares texts. Write a text in quotes.",
            "/rules/0/conditions/all/5/than: The regular expression cannot be used. The part at 1 repeats something that "
            "can itself match in several ways: on some texts that takes for ever. Repeat one character or class, such as "
            "`[a-z,]+` for `([a-z]+,?)+`.",
            "/rules/0/conditions/all/6/than: `than` is compared as it is written: tokens mean nothing in it. Write the "
            "text itself.",
            "/rules/0/conditions/all/7/ignoreCase: Numbers have no capitals. Remove it.",
        ],
    ),
    "an unknown data element": (
        with_mapping({"a": "%pageNme%"}),
        ["/rules/0/actions/0/xdm/a: There is no data element `pageNme`. Did you mean `pageName`?"],
    ),
    "a text that cannot be read": (
        with_mapping({"a": "50% off"}),
        [
            "/rules/0/actions/0/xdm/a: The text cannot be read from character 4 on: A name is missing after the `%`; a "
            "single per cent sign is written `%%`. A token is written like `%pageName%` or `%this[href] | stripQuery%`."
        ],
    ),
    "a pipe that is none": (
        with_mapping({"a": "%pageName | uper%"}),
        [
            "/rules/0/actions/0/xdm/a: The text cannot be read from character 13 on: There is no pipe `uper`. Did you "
            "mean `upper`?"
        ],
    ),
    "an unknown fact": (
        with_rule(
            events=[{"type": "page-ready"}, {"type": "link-click"}], actions=[a_send_event(a="%event.hrf%", b="%event.href%")]
        ),
        [
            "/rules/0/actions/0/xdm/a: An event `page-ready` has no `%event.hrf%`. Use one of `path`, `title`, `url`.",
            "/rules/0/actions/0/xdm/b: An event `page-ready` has no `%event.href%`. Use one of `path`, `title`, `url`.",
        ],
    ),
    "an item without a list": (
        with_mapping({"a": "%item.x%"}),
        [
            "/rules/0/actions/0/xdm/a: `%item%` means an entry of a list, and here is none. Use it inside of `each … as`."
        ],
    ),
    "an item in one": (
        with_mapping({"a[]": {"one": {"b": "%item%"}}}),
        [
            "/rules/0/actions/0/xdm/a[]/one/b: `%item%` means an entry of a list, and here is none. Use it inside of "
            "`each … as`."
        ],
    ),
    "an event's token in the base": (
        a_property(xdm={"base": {"a": "%event.url%", "b": "%this%", "c": "%old.x%"}}),
        [
            f"/xdm/base/{line}: `%{root}%` belongs to one event of a rule, and this place belongs to none. Use a data "
            "element here, or move the line into the rule."
            for line, root in [("a", "event"), ("b", "this"), ("c", "old")]
        ],
    ),
    "an element's token in a data element": (
        with_element({"from": "query", "name": "%this%"}),
        [
            "/dataElements/pageName/name: `%this%` belongs to one event of a rule, and this place belongs to none. Use a "
            "data element here, or move the line into the rule."
        ],
    ),
    "old values without a data layer": (
        with_mapping({"a": "%old.x%"}),
        [
            "/rules/0/actions/0/xdm/a: `%old%` is what the data layer was before; an event `click` has no such thing. Use "
            "`%event.…%`, or make a rule of its own for the data-layer event."
        ],
    ),
    "a template among a module's settings": (
        with_rule(actions=[{"type": "send-event", "eventType": "%x%"}]),
        ["/rules/0/actions/0/eventType: There is no data element `x`. Use one of `pageName`."],
    ),
    "a key of a limit": (
        with_rule(limit={"times": 1, "per": "page", "key": "%x%"}),
        ["/rules/0/limit/key: There is no data element `x`. Use one of `pageName`."],
    ),
    "paths that are none": (
        with_mapping({"a..b": 1, "": 1, "a b": 1, "__a.constructor": 1, ".".join("abcdefghijklmnopqrstuv"): 1}),
        [
            f"/rules/0/actions/0/xdm/{line}: `{line}` is no path of an XDM field. Write the keys with dots between them, "
            "such as `web.webPageDetails.name`; a list ends in `[]`."
            for line in ["a..b", "", "a b", "__a.constructor", ".".join("abcdefghijklmnopqrstuv")]
        ],
    ),
    "what the snippet gives": (
        with_mapping({"_id": "a", "timestamp": "b", "eventType": "c"}),
        [
            "/rules/0/actions/0/xdm/_id: `_id` is given by the snippet itself. Remove the line.",
            "/rules/0/actions/0/xdm/timestamp: `timestamp` is given by the snippet itself. Remove the line.",
            "/rules/0/actions/0/xdm/eventType: `eventType` is given by the snippet itself. Use the action's setting "
            "`eventType`.",
        ],
    ),
    "a field set twice": (
        with_mapping({"a": 1, "a[]": {"one": {"b": 1}}}),
        ["/rules/0/actions/0/xdm/a[]: `a[]` is set twice: here and as `a`. Keep one of the two."],
    ),
    "a field inside of a value": (
        with_mapping({"a.b": 1, "a.b.c": 1}),
        [
            "/rules/0/actions/0/xdm/a.b.c: `a.b` is given a value, and so is `a.b.c` inside of it. Keep one of the two."
        ],
    ),
    "an action against the base": (
        with_mapping({"a": 1, "b.c": 1}, xdm={"base": {"a.x": 1, "b": 1}}),
        [
            "/rules/0/actions/0/xdm/b.c: `b` is given a value, and so is `b.c` inside of it. Keep one of the two.",
            "/rules/0/actions/0/xdm: `a` is given a value, and so is `a.x` inside of it. Keep one of the two.",
        ],
    ),
    "lists not marked, and marked without being": (
        with_mapping({"a": {"one": {"b": 1}}, "c[]": 1}),
        [
            "/rules/0/actions/0/xdm/a: `a` makes a list, but is not marked as one. Write `a[]`.",
            "/rules/0/actions/0/xdm/c[]: `c[]` is marked as a list, but has a single value. Write `one` or `each … as`, or "
            "`c` for a value.",
        ],
    ),
    "a list of a text": (
        with_mapping({"a[]": {"each": "%pageName% x", "as": {"b": 1}}, "b[]": {"each": "%x%", "as": {"b": 1}}}),
        [
            "/rules/0/actions/0/xdm/a[]/each: `each` needs the list alone, not a text. Write one token, such as "
            "`%orderItems%`.",
            "/rules/0/actions/0/xdm/b[]/each: There is no data element `x`. Use one of `pageName`.",
        ],
    ),
    "a line of no form": (
        with_mapping({"a": None, "b": {"valu": 1}, "c": {"q": 1}}),
        [
            "/rules/0/actions/0/xdm/a: `a` has none of the forms it can have: `null`. Write a text, number, true or false, "
            "{ value, consent }, { one } or { each, as }.",
            "/rules/0/actions/0/xdm/b: `b` lacks `value`. Add `value`.",
            "/rules/0/actions/0/xdm/b/valu: `valu` is not known here. Did you mean `value`?",
            '/rules/0/actions/0/xdm/c: `c` has none of the forms it can have: `{"q": 1}`. Write a text, number, true or '
            "false, { value, consent }, { one } or { each, as }.",
        ],
    ),
    "a list without its entries": (
        with_mapping({"a[]": {"each": "%pageName%"}}),
        ["/rules/0/actions/0/xdm/a[]: `a[]` lacks `as`. Add `as`."],
    ),
    "a purpose that is none": (
        a_property(
            rules=[a_rule(consent=["personalise"]), a_mapping_rule({"a": {"value": 1, "consent": "colect"}}, id="b")],
            consent={"purposes": ["collect", "personalize"]},
        ),
        [
            "/rules/0/consent/0: The property has no purpose `personalise`. Did you mean `personalize`?",
            "/rules/1/actions/0/xdm/a/consent: The property has no purpose `colect`. Did you mean `collect`?",
        ],
    ),
    "purposes that cannot be read": (
        a_property(
            consent={"purposes": 1}, rules=[a_mapping_rule({"a": {"value": 1, "consent": "b"}}, consent=["a"])]
        ),
        ["/consent/purposes: `purposes` must be a list `[…]`; it is `1`. Write a list `[…]`."],
    ),
    "data elements in a circle": (
        a_property(
            dataElements={
                "pageName": {"from": "page", "get": "url", "fallback": [{"from": "query", "name": "%b%"}]},
                "b": {"from": "query", "name": "%pageName%"},
            }
        ),
        [
            "/dataElements/pageName: Data elements need each other in a circle: `pageName` → `b` → `pageName`. Take one of "
            "them out of the other's settings."
        ],
    ),
    "a data element's template that cannot be read": (
        with_element({"from": "query", "name": "50%"}),
        [
            "/dataElements/pageName/name: The text cannot be read from character 4 on: A name is missing after the `%`; a "
            "single per cent sign is written `%%`. A token is written like `%pageName%` or `%this[href] | stripQuery%`."
        ],
    ),
    "names of data elements": (
        a_property(
            dataElements={
                name: {"from": "page", "get": "url"} for name in ["pageName", "pagename", "event"]
            }
        ),
        [
            "/dataElements/event: `%event…%` has a meaning of its own. Give the data element another name.",
            "/dataElements/pagename: `pageName` and `pagename` differ only in their capitals. Give one of them another name.",
        ],
    ),
    "pipes of a data element": (
        with_element({"from": "page", "get": "url", "apply": ["lower", "max", "text"]}),
        [
            "/dataElements/pageName/apply/1: The pipe cannot be read from character 1 on. `max` takes one argument, as in "
            "`%this | text | max(100)%`.",
            "/dataElements/pageName/apply/2: `text` reads an element, and a data element's value is none. Remove it.",
        ],
    ),
    "ids that are there twice": (
        a_property(rules=[a_rule(), a_rule(id="b"), a_rule()]),
        ["/rules/2/id: Two rules have the id `a-rule`: rule 1 and rule 3. Give one of them another id."],
    ),
    "rules after nobody": (
        a_property(rules=[a_rule(after=["b-rul", "a-rule"]), a_rule(id="b-rule")]),
        [
            "/rules/0/after/0: There is no rule `b-rul`. Did you mean `b-rule`?",
            "/rules/0/after: Rules wait for each other in a circle: `a-rule` → `a-rule`. Take one of them out of `after`.",
        ],
    ),
    "a broken part is no reason for faults elsewhere": (
        a_property(
            rules=[a_rule(id="a", after=["b"]), a_rule(id="b", events=7)],
            dataElements={"pageName": {"from": "page"}},
            consent={"purposes": ["collect"], "nonsense": 1},
        ),
        [
            "/consent/nonsense: `nonsense` is not known here. Use one of `default`, `dnt`, `gpc`, `purposes`, `source`, `whenDenied`, "
            "`whilePending`.",
            "/rules/1/events: `events` must be a list `[…]`; it is `7`. Write a list `[…]`.",
            "/dataElements/pageName: `pageName` lacks `get`. Add `get`.",
        ],
    ),
    "no JSON": (
        a_property(rules=[a_rule(name=float("nan")), a_rule(name={1, 2})]),
        [
            "/rules/0/name: `name` is no finite number. Remove it.",
            "/rules/1/name: `name` is no JSON. Remove it.",
        ],
    ),
    "keys and texts that cannot be stored": (
        a_property(**{"__proto__": 1, "$": 1, "x-\ud800": 1, "$schema": "\ud800", "x-big": 2**60}),
        [
            ": The document has a key that is no text. Rename it.",
            "/__proto__: The key `__proto__` cannot be used. Rename it.",
            "/$: The key `$` cannot be used. Rename it.",
            "/$schema: `$schema` has a broken character in it. Write the text again.",
            "/x-big: `x-big` is a number that browsers cannot tell apart from others. Write it as a text.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_told_with_its_place_and_its_cure(name: str, modules: Modules) -> None:
    document, expected = FAULTY[name]

    lines = told(document, modules)

    assert sorted(lines) == sorted(expected)


@pytest.mark.parametrize(
    "document",
    [
        None,
        1,
        "x",
        [1],
        {"rules": 1, "dataElements": 1},
        {"rules": [1, {"events": [1], "actions": 1}]},
        {"dataElements": {"a": 1, "b": {"from": 1, "fallback": 1}}, "rules": [{"id": 1}]},
        {"consent": {"purposes": 1}},
    ],
)
def test_anything_at_all_is_answered_with_faults(document: Any, modules: Modules) -> None:
    assert check_property(document, modules)


def test_what_lies_too_deep_is_refused_and_never_recursed_over(modules: Modules) -> None:
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]

    lines = told(a_property(tests=deep), modules)

    assert len(lines) == 1
    assert "more than 32 levels deep" in lines[0]


def test_conditions_that_nest_as_deep_as_a_document_may_are_checked(modules: Modules) -> None:
    assert told(with_condition(nested(13)), modules) == []
    assert any("levels deep" in line for line in told(with_condition(nested(20)), modules))


def test_lists_nest_to_a_limit(modules: Modules) -> None:
    mapping: JsonObject = {"a": 1}
    for _ in range(6):
        mapping = {"a[]": {"one": mapping}}

    lines = told(with_mapping(mapping), modules)

    assert len(lines) == 1
    assert "Lists nest more than 5 deep." in lines[0]


def test_a_document_that_is_too_large_is_refused(modules: Modules) -> None:
    document = a_property(property={"id": "a", "name": "a", "notes": "é" * 500_000})

    assert told(document, modules) == [": The document is larger than 1,000,000 bytes. Split the property in two."]


def test_there_are_limits_to_rules_and_data_elements(modules: Modules) -> None:
    rules = [a_rule(id=f"r{index}") for index in range(501)]
    elements = {f"e{index}": {"from": "page", "get": "url"} for index in range(501)}

    lines = told(a_property(rules=rules, dataElements=elements), modules)

    assert any(line.startswith("/rules: `rules` has 501 entries.") for line in lines)
    assert any(line.startswith("/dataElements: `dataElements` has 501 keys.") for line in lines)


def test_the_number_of_faults_is_limited(modules: Modules) -> None:
    rules = [a_mapping_rule({"a": "%nobody%", "b": "%nothing%"}, id=f"r{index}") for index in range(200)]
    wrong = [{**rule, "nonsense": 1} for rule in rules]

    assert len(check_property(a_property(rules=rules), modules)) == MAX_FAULTS
    assert len(check_property(a_property(rules=wrong), modules)) == MAX_FAULTS
    assert len(check_property(a_property(tests=[float("inf")] * 200), modules)) == MAX_FAULTS


def test_every_fault_points_into_the_document(modules: Modules) -> None:
    for document, _ in FAULTY.values():
        for fault in check_property(document, modules):
            assert _parent_exists(document, fault.path), fault


def _parent_exists(document: Any, pointer: str) -> bool:
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for key in keys[:-1]:
        document = document[int(key)] if isinstance(document, list) else document.get(key)
        if document is None:
            return False
    return True


def test_faults_can_be_told_as_json(modules: Modules) -> None:
    faults = check_property({}, modules)

    assert json.dumps([[fault.path, fault.message, fault.cure] for fault in faults])
