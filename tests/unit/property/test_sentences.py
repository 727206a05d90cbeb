# ruff: noqa: E501  (what is told is one line, easier to read uncut)
from typing import Any

import pytest

from server.model.json import JsonObject
from server.model.property import Piece
from server.property.modules import Modules
from server.property.sentences import (
    MAX_VALUE_CHARACTERS,
    describe_condition,
    describe_rule,
    marked_text,
    plain_text,
)
from tests.unit.property.factories import a_rule, a_send_event, fixture_modules, retail


@pytest.fixture(scope="module")
def modules() -> Modules:
    return fixture_modules()


RETAIL = {
    "page-view": "When a page is ready or when the route changes, send `web.webpagedetails.pageViews` with 2 fields, only "
    "with consent `collect`.",
    "add-to-cart": "When someone clicks `Add to cart`, unless `%this[disabled]%` is present, send "
    "`commerce.productListAdds` with 6 fields, only with consent `collect`.",
    "outbound-link": "When someone follows a link of kind `exit`, send `web.webinteraction.linkClicks` with 4 fields, only "
    "with consent `collect`.",
    "draft": "When a page is ready, send `web.draft` with 1 field, only with consent `collect` and `personalize`. It is "
    "switched off.",
    "purchase": "When the data layer says `orderPlaced`, if `%event.order.id%` is present and (`%event.order.total%` is "
    "more than `0` or `%event.order.free%` is true), send `commerce.purchases` with 8 fields, only with consent `collect`, "
    "at most once per visitor for each `%event.order.id%`.",
}  # fmt: skip


def test_every_rule_of_the_retail_site_is_a_sentence(modules: Modules) -> None:
    document = retail()

    told = {
        rule["id"]: marked_text(describe_rule(rule, modules, purposes=document["consent"]["purposes"]))
        for rule in document["rules"]
    }

    assert told == RETAIL


def test_what_comes_out_of_the_rule_is_emphasised_and_nothing_else(modules: Modules) -> None:
    sentence = describe_rule(a_rule(actions=[{"type": "send-event", "eventType": "x"}]), modules)

    assert sentence == (
        Piece("When someone clicks "),
        Piece("button", emphasised=True),
        Piece(", send "),
        Piece("x", emphasised=True),
        Piece(", only with consent "),
        Piece("collect", emphasised=True),
        Piece("."),
    )
    assert plain_text(sentence) == "When someone clicks button, send x, only with consent collect."


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"events": [{"type": "link-click"}]}, "a link of kind `any`,"),
        ({"consent": []}, ", whatever the visitor consents to."),
        ({"limit": {"times": 2, "per": "route"}}, ", at most twice per page or route."),
        ({"limit": {"times": 1_000, "per": "page"}}, ", at most 1,000 times per page load."),
        ({"limit": {"times": 1, "per": "session"}}, ", at most once per session."),
        ({"limit": {"times": 1, "per": "visitor", "within": "24h"}}, ", at most once within 24h per visitor."),
        ({"sample": {"rate": 0.25, "sticky": "visitor"}}, ", for `25 %` of the visitors."),
        ({"sample": {"rate": 0.005}}, ", for `0.5 %` of the times."),
        ({"events": [{"type": "click", "target": {"anyOf": ["a", "b"]}}]}, "clicks `a`,"),
        ({"events": [{"type": "click", "target": {"anyOf": ["a", {"role": "link"}]}}]}, "clicks `a`,"),
        ({"events": [{"type": "click", "target": {"anyOf": [{"role": "link"}]}}]}, "clicks `link`,"),
        ({"events": [{"type": "click", "target": {"x": 1}}]}, """clicks `{"x": 1}`,"""),
        ({"events": [{"type": "click", "target": "x" * 99}]}, f"`{'x' * MAX_VALUE_CHARACTERS}…`"),
        ({"actions": [a_send_event(), a_send_event()]}, "1 field, then send `shop.click` with 1 field,"),
    ],
)
def test_a_rule_tells(keys: dict[str, Any], part: str, modules: Modules) -> None:
    assert part in marked_text(describe_rule(a_rule(**keys), modules))


def test_a_setting_that_is_not_there_leaves_no_gap() -> None:
    module = {
        "kind": "events",
        "type": "scroll",
        "title": "Scroll",
        "sentence": "someone scrolls in {of} down to {percent} today",
        "settings": {"type": "object", "properties": {"of": {}, "percent": {}}},
    }
    action = {"kind": "actions", "type": "send-event", "title": "", "sentence": "send {eventType}", "settings": {}}
    rule = a_rule(events=[{"type": "scroll", "percent": [25, 50, 75]}])

    sentence = describe_rule(rule, Modules.of([module, action]))

    assert marked_text(sentence).startswith("When someone scrolls in down to `25, 50 or 75` today, send `shop.click`,")


A = {"value": "%a%", "is": "present"}
B = {"value": "%b%", "op": "in", "than": [1, "x"]}
C = {"value": "%c%", "op": "matches", "than": "^x", "ignoreCase": True}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (A, "`%a%` is present"),
        (B, "`%b%` is one of `1 or x`"),
        (C, "`%c%` matches `^x` (capitals do not count)"),
        ({"all": [A]}, "`%a%` is present"),
        ({"all": [A, B]}, "`%a%` is present and `%b%` is one of `1 or x`"),
        ({"any": [A, {"all": [B, A]}]}, "`%a%` is present or (`%b%` is one of `1 or x` and `%a%` is present)"),
        ({"any": [{"all": [A, B]}]}, "`%a%` is present and `%b%` is one of `1 or x`"),
        ({"none": [A]}, "it is not so that `%a%` is present"),
        ({"none": [A, B]}, "not one of these: `%a%` is present or `%b%` is one of `1 or x`"),
        ({"all": [A, {"none": [A]}]}, "`%a%` is present and (it is not so that `%a%` is present)"),
        ({"value": "%a%", "op": "in", "than": [True]}, "`%a%` is one of `true`"),
        ({"value": "%a%", "op": "eq", "than": ""}, '`%a%` is `""`'),
    ],
)
def test_a_condition_is_told_in_words(condition: JsonObject, words: str) -> None:
    assert marked_text(describe_condition(condition)) == words
