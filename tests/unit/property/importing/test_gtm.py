from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.property.check import check_property
from server.property.importing.gtm import from_gtm
from server.property.importing.report import Fit, Imported, NotAnExport
from tests.unit.property.importing.exports import (
    a_container,
    a_filter,
    a_tag,
    a_trigger,
    a_variable,
    an_event_trigger,
    parameter,
    real_modules,
    table,
)


def imported(**parts: Any) -> Imported:
    found = from_gtm(a_container(**parts), real_modules())
    assert list(check_property(found.document, real_modules())) == []
    return found


def only_rule(**parts: Any) -> Any:
    found = imported(**parts)
    assert [each.told for each in found.of(Fit.IMPOSSIBLE)] == []
    [rule] = found.document["rules"]
    return rule


def told_of(found: Imported, name: str) -> tuple[Fit, str]:
    [finding] = [each for each in found.findings if each.name == name]
    return finding.fit, " ".join(finding.told)


def test_a_purchase_becomes_a_rule_with_xdm_and_data_elements() -> None:
    rule = only_rule(
        tags=[
            a_tag(
                "GA4 purchase",
                event="purchase",
                parameter=[
                    parameter("eventName", "purchase"),
                    table(
                        "eventSettingsTable",
                        {"parameter": "transaction_id", "parameterValue": "{{DLV - Order ID}}"},
                        {"parameter": "value", "parameterValue": "{{DLV - total}}"},
                        {"parameter": "items", "parameterValue": "{{DLV - items}}"},
                        {"parameter": "coupon", "parameterValue": "x"},
                    ),
                ],
            )
        ],
        triggers=[an_event_trigger("1", "purchase")],
        variables=[
            a_variable("DLV - Order ID", "v", parameter("name", "ecommerce.transaction_id")),
            a_variable("DLV - total", "v", parameter("name", "ecommerce.value")),
            a_variable("DLV - items", "v", parameter("name", "ecommerce.items.0.list")),
        ],
    )

    assert rule["id"] == "ga4-purchase"
    assert rule["events"] == [{"type": "data-layer", "event": "purchase"}]
    assert rule["actions"][0]["eventType"] == "commerce.purchases"
    assert rule["actions"][0]["xdm"] == {
        "commerce.purchases.value": 1,
        "commerce.order.purchaseID": "%dlvOrderID%",
        "commerce.order.priceTotal": "%dlvTotal | number%",
        "productListItems[]": {
            "each": "%dlvItems%",
            "as": {
                "SKU": "%item.item_id | string%",
                "name": "%item.item_name | string%",
                "quantity": "%item.quantity | integer%",
                "priceTotal": "%item.price | number%",
            },
        },
    }
    assert "The parameter `coupon` is left out" in rule["notes"]


@pytest.mark.parametrize(
    ("trigger", "events"),
    [
        (a_trigger("1", "PAGEVIEW"), [{"type": "page-ready", "when": "immediately"}]),
        (a_trigger("1", "WINDOW_LOADED"), [{"type": "page-ready", "when": "window-loaded"}]),
        (a_trigger("1", "LINK_CLICK"), [{"type": "link-click", "kind": "any"}]),
        (
            a_trigger("1", "FORM_SUBMISSION", checkValidation={"type": "BOOLEAN", "value": "true"}),
            [{"type": "form-submit", "onlyIf": "valid-and-not-prevented"}],
        ),
        (
            a_trigger(
                "1",
                "SCROLL_DEPTH",
                parameter=[
                    parameter("verticalThresholdOn", "true"),
                    parameter("verticalThresholdUnits", "PERCENT"),
                    parameter("verticalThresholdsPercent", "25, 50,90"),
                ],
            ),
            [{"type": "scroll-depth", "axis": "vertical", "percent": [25, 50, 90]}],
        ),
        (
            a_trigger(
                "1",
                "ELEMENT_VISIBILITY",
                parameter=[
                    parameter("selectorType", "ID"),
                    parameter("elementId", "promo"),
                    parameter("firingFrequency", "ONCE"),
                    parameter("onScreenRatio", "40"),
                    parameter("useOnScreenDuration", "true"),
                    parameter("onScreenDuration", "1500"),
                ],
            ),
            [
                {
                    "type": "element-visible",
                    "target": "#promo",
                    "percent": 40,
                    "frequency": "once-per-page",
                    "for": "1500ms",
                }
            ],
        ),
        (a_trigger("1", "HISTORY_CHANGE"), [{"type": "route-change"}]),
        (a_trigger("1", "JS_ERROR"), [{"type": "js-error", "include": ["error"]}]),
        (
            a_trigger("1", "CUSTOM_EVENT", customEventFilter=[a_filter("MATCH_REGEX", "{{_event}}", "^add_")]),
            [{"type": "data-layer-pattern", "pattern": "^add_"}],
        ),
        (
            a_trigger(
                "1",
                "CLICK",
                filter=[a_filter("CSS_SELECTOR", "{{Click Element}}", ".buy, .buy *")],
            ),
            [{"type": "click", "target": ".buy, .buy *", "match": "exact"}],
        ),
        (
            a_trigger(
                "1",
                "YOU_TUBE_VIDEO",
                parameter=[
                    parameter("captureComplete", "true"),
                    parameter("captureProgress", "true"),
                    parameter("progressThresholdsPercent", "50"),
                ],
            ),
            [{"type": "youtube", "on": ["ended"], "percent": [50]}],
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_each_trigger_becomes_its_event(trigger: Any, events: Any) -> None:
    assert only_rule(tags=[a_tag()], triggers=[trigger])["events"] == events


def test_a_timer_repeats_as_often_as_it_did() -> None:
    trigger = a_trigger("1", "TIMER", interval=parameter("interval", "5000"), limit=parameter("limit", "3"))

    rule = only_rule(tags=[a_tag()], triggers=[trigger])

    assert rule["events"] == [{"type": "time-on-page", "after": "5000ms", "clock": "always", "repeat": True}]
    assert rule["limit"] == {"times": 3, "per": "page"}


def test_filters_become_conditions_that_compare_as_they_did() -> None:
    filters = [
        a_filter("EQUALS", "{{Page Path}}", "/cart"),
        a_filter("CONTAINS", "{{Page URL}}", "utm_", negate="true"),
        a_filter("MATCH_REGEX", "{{Page Hostname}}", "^shop", ignore_case="true"),
        a_filter("GREATER", "{{DLV}}", "10"),
    ]

    rule = only_rule(
        tags=[a_tag()],
        triggers=[a_trigger("1", "PAGEVIEW", filter=filters)],
        variables=[a_variable("DLV", "v", parameter("name", "total"))],
    )

    assert rule["conditions"]["all"] == [
        {"value": "%pagePath | string%", "op": "eq", "than": "/cart"},
        {"none": [{"value": "%pageURL%", "op": "contains", "than": "utm_"}]},
        {"value": "%pageHostname%", "op": "matches", "than": "^shop", "ignoreCase": True},
        {"value": "%dlv%", "op": "gt", "than": 10.0},
    ]


def test_a_blocking_trigger_of_the_same_event_is_an_exception_and_any_other_never_blocked() -> None:
    blocks = an_event_trigger("2", "purchase", filter=[a_filter("EQUALS", "{{Page Path}}", "/test")])
    other = a_trigger("3", "CLICK", filter=[a_filter("EQUALS", "{{Page Path}}", "/x")])

    rule = only_rule(
        tags=[a_tag(event="purchase", blockingTriggerId=["2", "3"])],
        triggers=[an_event_trigger("1", "purchase"), blocks, other],
    )

    assert rule["exceptions"] == {"any": [{"all": [{"value": "%pagePath | string%", "op": "eq", "than": "/test"}]}]}


def test_a_tag_with_two_triggers_becomes_two_rules() -> None:
    found = imported(
        tags=[a_tag("Lead", event="generate_lead", firing=("1", "2"), tagFiringOption="ONCE_PER_LOAD")],
        triggers=[a_trigger("1", "PAGEVIEW"), a_trigger("2", "JS_ERROR")],
    )

    assert [each["id"] for each in found.document["rules"]] == ["lead-trigger-1", "lead-trigger-2"]
    assert [each["limit"] for each in found.document["rules"]] == [{"times": 1, "per": "page"}] * 2
    assert "once for each of its triggers" in found.document["rules"][0]["notes"]


def test_what_is_paused_stays_off_and_what_is_scheduled_waits() -> None:
    rule = only_rule(
        tags=[a_tag(paused=True, scheduleStartMs="1767225600000")],
        triggers=[a_trigger("1", "PAGEVIEW")],
    )

    assert rule["enabled"] is False
    assert rule["conditions"]["all"] == [{"value": "%eventSchedule%", "is": "true"}]


def test_all_pages_is_a_trigger_that_no_export_has() -> None:
    assert only_rule(tags=[a_tag(firing=("2147479553",))])["events"] == [{"type": "page-ready", "when": "immediately"}]


@pytest.mark.parametrize(
    ("variable", "element"),
    [
        (a_variable("X", "k", parameter("name", "session")), {"from": "cookie", "name": "session"}),
        (a_variable("X", "c", parameter("value", "50 %")), {"from": "const", "value": "50 %"}),
        (a_variable("X", "j", parameter("name", "app.user.id")), {"from": "jsPath", "path": "app.user.id"}),
        (
            a_variable("X", "u", parameter("component", "QUERY"), parameter("queryKey", "q")),
            {"from": "url", "get": "parameter", "name": "q"},
        ),
        (
            a_variable("X", "d", parameter("selectorType", "CSS"), parameter("elementSelector", "h1")),
            {"from": "dom", "selector": "h1"},
        ),
        (
            a_variable("X", "smm", parameter("input", "{{Page Path}}"), table("map", {"key": "/", "value": "home"})),
            {"from": "table", "value": "%pagePath | string%", "rows": [{"than": "/", "then": "home"}]},
        ),
        (
            a_variable("X", "v", parameter("name", "p"), formatValue={"caseConversionType": "LOWERCASE"}),
            {"from": "dataLayer", "path": "p", "apply": ["string", "lower"]},
        ),
    ],
    ids=lambda value: value.get("type", "") if isinstance(value, dict) else "",
)
def test_each_variable_becomes_its_data_element(variable: Any, element: Any) -> None:
    assert imported(variables=[variable]).document["dataElements"]["x"] == element


@pytest.mark.parametrize(
    ("parts", "name", "told"),
    [
        ({"tags": [a_tag("T", type="html")], "triggers": [a_trigger("1", "PAGEVIEW")]}, "T", "Custom HTML"),
        ({"tags": [a_tag("T", type="awct")], "triggers": [a_trigger("1", "PAGEVIEW")]}, "T", "another service"),
        ({"tags": [a_tag("T")], "triggers": [a_trigger("1", "TRIGGER_GROUP")]}, "T", "`TRIGGER_GROUP`"),
        ({"tags": [a_tag("T", firing=())]}, "T", "No trigger fires it"),
        ({"tags": [a_tag("T", firing=("9",))]}, "T", "not in the export"),
        ({"variables": [a_variable("T", "jsm")]}, "T", "Custom JavaScript"),
        ({"variables": [a_variable("T", "smm", parameter("input", "{{T}}"))]}, "T", "the variable “T”"),
        ({"variables": [a_variable("T", "d", parameter("elementSelector", "h1["))]}, "T", "selector"),
        (
            {
                "tags": [a_tag("T")],
                "triggers": [a_trigger("1", "PAGEVIEW", filter=[a_filter("EQUALS", "{{Error Message}}", "x")])],
            },
            "T",
            "has no `%event.message%`",
        ),
        (
            {
                "tags": [a_tag("T")],
                "triggers": [a_trigger("1", "PAGEVIEW", filter=[a_filter("MATCH_REGEX", "{{Page URL}}", "(a+)+")])],
            },
            "T",
            "",
        ),
        (
            {"tags": [a_tag("X")], "triggers": [a_trigger("1", "PAGEVIEW"), a_trigger("T", "CLICK")]},
            "Trigger T",
            "No tag",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_told_and_left_out(parts: Any, name: str, told: str) -> None:
    fit, words = told_of(imported(**parts), name)

    assert fit is Fit.IMPOSSIBLE
    assert told in words


def test_each_kind_of_finding_is_counted_once_a_part() -> None:
    found = imported(
        tags=[a_tag("One"), a_tag("Two", type="html")],
        triggers=[a_trigger("1", "PAGEVIEW")],
        variables=[a_variable("V", "c", parameter("value", "1"))],
    )

    assert [(each.kind, each.name, each.fit) for each in found.findings] == [
        ("container", "My shop", Fit.CHANGED),
        ("variable", "V", Fit.EXACT),
        ("tag", "One", Fit.CHANGED),
        ("tag", "Two", Fit.IMPOSSIBLE),
    ]


@pytest.mark.parametrize("export", [None, [], {}, {"containerVersion": {}}, {"containerVersion": {"tag": "x"}}])
def test_anything_else_is_no_export(export: Any) -> None:
    with pytest.raises(NotAnExport, match="Google Tag Manager"):
        from_gtm(export, real_modules())


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["{{Page URL}}", "%", "CLICK", "v"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "parameter", "key", "value", "list", "map", "filter", "firingTriggerId"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(tags=st.lists(_JSON, max_size=3), triggers=st.lists(_JSON, max_size=3), variables=st.lists(_JSON, max_size=3))
def test_whatever_a_file_holds_what_comes_out_can_be_checked_in(tags: Any, triggers: Any, variables: Any) -> None:
    try:
        found = from_gtm(a_container(tags=tags, triggers=triggers, variables=variables), real_modules())
    except NotAnExport:
        return

    assert list(check_property(found.document, real_modules())) == []
