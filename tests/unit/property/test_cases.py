from typing import Any

import pytest

from server.property.cases import MATCHERS, CaseError, judge, parse_case
from tests.unit.property.factories import ROOT

RULES = frozenset({"a-rule"})


def a_case(**keys: Any) -> dict[str, Any]:
    return {"name": "a case", **keys}


def faults(case: dict[str, Any], *sent: dict[str, Any]) -> list[str]:
    return list(judge(parse_case(case, rule_ids=RULES), sent))


ADD = {"eventType": "add", "productListItems": [{"SKU": "A1", "priceTotal": 19.9}], "web": {"name": "list"}}


@pytest.mark.parametrize(
    "xdm",
    [
        {},
        {"web.name": "list"},
        {"web": {"name": "list"}},
        {"productListItems.0.SKU": "A1"},
        {"productListItems": [{"SKU": "A1"}]},
        {"productListItems.0.priceTotal": {"$gt": 19}},
        {"productListItems.1": {"$absent": True}},
    ],
)
def test_an_event_that_holds_what_is_expected_is_right_whatever_else_it_holds(xdm: dict[str, Any]) -> None:
    assert faults(a_case(expect=[{"eventType": "add", "xdm": xdm}]), ADD) == []


def test_what_is_different_is_told_with_its_path() -> None:
    case = a_case(expect=[{"eventType": "add", "xdm": {"productListItems": [{"SKU": "B2"}]}}])

    assert "Expected `productListItems.0.SKU` to be `B2`, got `A1`." in faults(case, ADD)[0]


def test_a_list_may_not_hold_more() -> None:
    case = a_case(expect=[{"xdm": {"productListItems": []}}])

    assert faults(case, ADD)


def test_what_nobody_expects_must_not_be_sent() -> None:
    case = a_case(expect=[{"eventType": "add"}])

    assert faults(case, ADD, {"eventType": "other"}) == ["Nobody expected `other`, and it was sent."]
    assert faults(a_case(expectNone=True), ADD) == ["Expected nothing to be sent, but `add` was."]
    assert faults(a_case(expectNone=True)) == []


def test_so_many_are_so_many() -> None:
    case = a_case(expect=[{"eventType": "add", "count": 2}])

    assert faults(case, ADD, ADD) == []
    assert faults(case, ADD) == ["Expected 2 of `add`, and there was 1. Sent was `add`."]
    assert faults(a_case(expect=[{"eventType": "add"}])) == [
        "Expected at least one of `add`, and there were 0. Sent was nothing."
    ]


def test_an_order_is_one_when_it_matters() -> None:
    other = {"eventType": "other"}
    case = a_case(order="strict", expect=[{"eventType": "other"}, {"eventType": "add", "count": 2}])

    assert faults(case, other, ADD, ADD) == []
    assert faults(case, ADD, other, ADD) == [
        "Event 1: Expected `other`, got `add`.",
        "Event 2: Expected `add`, got `other`.",
    ]
    assert faults(case, other, ADD) == ["Expected `add` as event 3, but only 2 were sent."]
    assert faults(case, other, ADD, ADD, other) == ["Nobody expected `other`, and it was sent."]


@pytest.mark.parametrize(
    ("matcher", "than", "fits", "does_not"),
    [
        ("$any", True, 0, None),
        ("$absent", True, None, 0),
        ("$gt", 1, 2, 1),
        ("$gte", 1, 1, 0.5),
        ("$lt", 1, 0, "0"),
        ("$lte", 1, 1, True),
        ("$between", [1, 2], 1.5, 3),
        ("$regex", "^a", "ab", 1),
        ("$contains", "b", ["a", "b"], "ac"),
        ("$uuid", True, "01234567-89ab-4def-8123-456789abcdef", "x"),
        ("$iso", True, "2026-01-02T03:04:05.678Z", "2026-01-02"),
    ],
)
def test_each_matcher_fits_what_it_says(matcher: str, than: Any, fits: Any, does_not: Any) -> None:
    case = a_case(expect=[{"eventType": "e", "xdm": {"x": {matcher: than}}}])

    assert faults(case, {"eventType": "e", "x": fits}) == []
    assert faults(case, {"eventType": "e", "x": does_not})


def test_every_matcher_is_documented() -> None:
    page = (ROOT / "docs/reference/property.md").read_text(encoding="utf-8")

    assert [name for name in MATCHERS if name not in page] == []


def test_true_is_not_one() -> None:
    case = a_case(expect=[{"xdm": {"x": 1}}])

    assert faults(case, {"x": 1.0}) == []
    assert faults(case, {"x": True})


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (a_case(rule="nothing", expectNone=True), "no rule `nothing`"),
        (a_case(), "either `expect`"),
        (a_case(expect=[{}], expectNone=True), "either `expect`"),
        (a_case(expectNone=True, step=[]), "`step` is not known in the case"),
        (a_case(expectNone=True, fixture={"body": ""}), "`body` is not known in the fixture"),
        (a_case(expectNone=True, steps=["click"]), "one key"),
        (a_case(expectNone=True, steps=[{"clik": "a"}]), "no step `clik`"),
        (a_case(expectNone=True, steps=[{"click": True}]), "needs a selector"),
        (a_case(expectNone=True, steps=[{"grant": "collect"}]), "needs a list of purposes"),
        (a_case(expectNone=True, steps=[{"push": []}]), "needs an entry of the data layer"),
        (a_case(expectNone=True, steps=[{"wait": "soon"}]), "`soon` is no duration"),
        (a_case(expect=["add"]), "an expectation is an object"),
        (a_case(expect=[{"type": "add"}]), "`type` is not known in an expectation"),
    ],
)
def test_a_case_that_cannot_be_played_says_why(case: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        parse_case(case, rule_ids=RULES)
