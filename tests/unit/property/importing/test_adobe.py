import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.property.check import check_property
from server.property.importing.adobe import from_adobe
from server.property.importing.report import Fit, Imported, NotAnExport
from tests.unit.property.importing.exports import real_modules

XDM = {
    "modulePath": "adobe-alloy/dist/lib/dataElements/xdmObject/index.js",
    "settings": {
        "data": {
            "commerce": {"order": {"purchaseID": "%Order ID%"}},
            "productListItems": [{"SKU": "%Order ID%"}],
            "eventType": "x",
        }
    },
}


def component(module: str, *, kind: str = "events", negate: bool = False, **settings: Any) -> dict[str, Any]:
    folder = "adobe-alloy/dist/lib" if module in ("sendEvent", "setConsent", "updateVariable") else "core/src/lib"
    made = {"modulePath": f"{folder}/{kind}/{module}.js", "settings": settings}
    return made | ({"negate": True} if negate else {})


def send(**settings: Any) -> dict[str, Any]:
    return component("sendEvent", kind="actions", **{"type": "commerce.purchases", **settings})


def a_container(
    *, events: Any = None, conditions: Any = (), actions: Any = None, elements: Any = None, name: str = "Rule"
) -> dict[str, Any]:
    rule = {
        "id": "RL1",
        "name": name,
        "events": [component("domReady")] if events is None else events,
        "conditions": list(conditions),
        "actions": [send()] if actions is None else actions,
    }
    return {"property": {"name": "My shop"}, "rules": [rule], "dataElements": elements or {}}


def imported(export: Any) -> Imported:
    found = from_adobe(export, real_modules())
    assert list(check_property(found.document, real_modules())) == []
    return found


def only_rule(**parts: Any) -> Any:
    found = imported(a_container(**parts))
    assert [each.told for each in found.of(Fit.IMPOSSIBLE)] == []
    [rule] = found.document["rules"]
    return rule


def test_a_rule_sends_what_its_xdm_object_holds() -> None:
    order = {"modulePath": "core/src/lib/dataElements/javascriptVariable.js", "settings": {"path": "order.id"}}

    rule = only_rule(actions=[send(xdm="%XDM%")], elements={"Order ID": order, "XDM": XDM})

    assert rule["actions"] == [
        {
            "type": "send-event",
            "eventType": "commerce.purchases",
            "xdm": {
                "commerce.order.purchaseID": "%orderID%",
                "productListItems[]": {"one": {"SKU": "%orderID%"}},
            },
        }
    ]


def test_a_variable_that_the_same_rule_fills_is_its_mapping() -> None:
    fill = component(
        "updateVariable",
        kind="actions",
        dataElementId="DE1",
        data={"xdm": {"web": {"webPageDetails": {"name": "Home"}}}},
    )
    variable = {"modulePath": "adobe-alloy/dist/lib/dataElements/variable/index.js", "settings": {}}

    rule = only_rule(actions=[fill, send(xdm="%V%")], elements={"V": variable})

    assert rule["actions"][0]["xdm"] == {"web.webPageDetails.name": "Home"}
    assert "in no other" in rule["notes"]


@pytest.mark.parametrize(
    ("event", "ours"),
    [
        (component("libraryLoaded"), {"type": "page-ready", "when": "immediately"}),
        (component("click", elementSelector=".buy"), {"type": "click", "target": ".buy"}),
        (component("click"), {"type": "click", "target": "*", "match": "exact"}),
        (component("submit"), {"type": "form-submit", "onlyIf": "any"}),
        (component("change", elementSelector="#f"), {"type": "field", "on": ["change"], "target": "#f"}),
        (component("directCall", identifier="go"), {"type": "direct-call", "name": "go"}),
        (
            component("entersViewport", elementSelector=".p", delay=500, frequency="everyEntry"),
            {"type": "element-visible", "target": ".p", "percent": 0, "frequency": "every-time", "for": "500ms"},
        ),
        (component("timeOnPage", timeOnPage=10), {"type": "time-on-page", "after": "10000ms", "clock": "visible"}),
        (component("historyChange"), {"type": "route-change"}),
        (component("mediaPlay"), {"type": "media", "on": ["play"]}),
        (component("tabBlur"), {"type": "tab", "to": "hidden"}),
    ],
    ids=lambda value: value.get("type", "") if isinstance(value, dict) else "",
)
def test_each_event_becomes_its_own(event: Any, ours: Any) -> None:
    assert only_rule(events=[event])["events"] == [ours]


def test_conditions_and_exceptions_compare_as_they_did() -> None:
    conditions = [
        component("path", kind="conditions", paths=[{"value": "/a"}, {"value": "^/b", "valueIsRegex": True}]),
        component(
            "valueComparison",
            kind="conditions",
            leftOperand="%event.detail.x%",
            comparison={"operator": "doesNotContain", "caseInsensitive": True},
            rightOperand="y",
        ),
        component("cookie", kind="conditions", negate=True, name="opt", cookieValues=[{"value": "out"}]),
    ]

    rule = only_rule(events=[component("customEvent", type="x")], conditions=conditions)

    assert rule["conditions"]["all"] == [
        {
            "any": [
                {"value": "%pagePath | string%", "op": "eq", "than": "/a"},
                {"value": "%pagePath%", "op": "matches", "than": "^/b"},
            ]
        },
        {"none": [{"value": "%event.detail.x%", "op": "contains", "than": "y", "ignoreCase": True}]},
    ]
    assert rule["exceptions"] == {"any": [{"value": "%cookie | string%", "op": "eq", "than": "out"}]}


def test_frequency_and_sampling_are_the_rules_own() -> None:
    conditions = [
        component("maxFrequency", kind="conditions", count=2, unit="week"),
        component("sampling", kind="conditions", rate=0.25, persistCohort=True),
    ]

    rule = only_rule(conditions=conditions)

    assert rule["limit"] == {"times": 1, "per": "visitor", "within": "14d"}
    assert rule["sample"] == {"rate": 0.25, "sticky": "visitor"}


@pytest.mark.parametrize(
    ("element", "ours"),
    [
        (
            {"modulePath": "core/src/lib/dataElements/cookie.js", "settings": {"name": "c"}},
            {"from": "cookie", "name": "c"},
        ),
        (
            {
                "modulePath": "core/src/lib/dataElements/domAttribute.js",
                "settings": {"elementSelector": "h1", "elementProperty": "text"},
                "cleanText": True,
                "forceLowerCase": True,
                "storageDuration": "visitor",
            },
            {"from": "dom", "selector": "h1", "apply": ["string", "cleanText", "lower"], "store": "visitor"},
        ),
        (
            {"modulePath": "core/src/lib/dataElements/pageInfo.js", "settings": {"attribute": "title"}},
            {"from": "page", "get": "title"},
        ),
        (
            {"modulePath": "core/src/lib/dataElements/visitorBehavior.js", "settings": {"attribute": "isNewVisitor"}},
            {"from": "visitor", "get": "isNew"},
        ),
    ],
)
def test_each_data_element_becomes_its_own(element: Any, ours: Any) -> None:
    assert imported(a_container(elements={"X": element})).document["dataElements"]["x"] == ours


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"events": [component("customCode")]}, "Custom code"),
        ({"events": []}, "no event"),
        ({"events": [component("keyDown")]}, "`core/keydown`"),
        ({"actions": [component("customCode", kind="actions")]}, "Custom code"),
        ({"actions": [send(type="")]}, "no type of event"),
        ({"conditions": [component("customCode", kind="conditions")]}, "Custom code"),
        ({"conditions": [component("path", kind="conditions", paths=[{"value": "(a+)+", "valueIsRegex": True}])]}, ""),
        (
            {"conditions": [component("valueComparison", kind="conditions", leftOperand="%No%", comparison={})]},
            "comparison",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_told_and_left_out(parts: Any, told: str) -> None:
    found = imported(a_container(**parts))

    assert found.document["rules"] == []
    [finding] = found.of(Fit.IMPOSSIBLE)
    assert told in " ".join(finding.told)


def test_what_else_a_rule_does_is_taken_over() -> None:
    rule = only_rule(actions=[component("customCode", kind="actions"), send()])

    assert len(rule["actions"]) == 1
    assert "The rule's other actions are." in rule["notes"]


def test_resources_of_the_api_say_the_same() -> None:
    def resource(kind: str, number: str, **attributes: Any) -> dict[str, Any]:
        owner = {"relationships": {"rules": {"data": [{"id": "RL1", "type": "rules"}]}}}
        return {"type": kind, "id": number, "attributes": attributes} | (owner if kind == "rule_components" else {})

    resources = [
        resource("properties", "PR1", name="My shop"),
        resource("rules", "RL1", name="Go", enabled=False),
        resource(
            "rule_components",
            "RC2",
            delegate_descriptor_id="adobe-alloy::actions::send-event",
            settings=json.dumps({"type": "a.b"}),
            order=2,
        ),
        resource(
            "rule_components",
            "RC1",
            delegate_descriptor_id="core::events::direct-call",
            settings=json.dumps({"identifier": "go"}),
            order=1,
        ),
        resource(
            "data_elements",
            "DE1",
            name="Lang",
            delegate_descriptor_id="core::dataElements::local-storage",
            settings=json.dumps({"name": "lang"}),
            default_value="en",
        ),
    ]

    found = imported({"data": resources})

    assert found.document["property"] == {"id": "my-shop", "name": "My shop"}
    assert found.document["rules"] == [
        {
            "id": "go",
            "name": "Go",
            "events": [{"type": "direct-call", "name": "go"}],
            "enabled": False,
            "actions": [{"type": "send-event", "eventType": "a.b"}],
        }
    ]
    assert found.document["dataElements"]["lang"] == {
        "from": "storage",
        "area": "local",
        "key": "lang",
        "default": "en",
    }


@pytest.mark.parametrize("export", [None, [], {}, {"data": [{}]}, {"rules": "x"}, "container"])
def test_anything_else_is_no_export(export: Any) -> None:
    with pytest.raises(NotAnExport, match="Adobe Tags"):
        from_adobe(export, real_modules())


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["%X%", "%this.x%", "core/src/lib/events/click.js"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["modulePath", "name", "settings", "events", "actions", "data", "attribute", "negate"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(rules=st.lists(_JSON, max_size=3), elements=st.dictionaries(st.text(max_size=6), _JSON, max_size=3))
def test_whatever_a_file_holds_what_comes_out_can_be_checked_in(rules: Any, elements: Any) -> None:
    found = from_adobe({"rules": rules, "dataElements": elements}, real_modules())

    assert list(check_property(found.document, real_modules())) == []
