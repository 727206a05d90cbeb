from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.property.check import check_property
from server.property.importing.matomo import from_matomo
from server.property.importing.report import Fit, Imported, NotAnExport
from tests.unit.property.importing.exports import real_modules


def a_tag(name: str = "Tag", **more: Any) -> dict[str, Any]:
    usual = {"type": "Matomo", "parameters": {"trackingType": "pageview"}, "fire_trigger_ids": [1]}
    return {"name": name, **usual, **more}


def a_trigger(kind: str = "PageView", *, number: int = 1, conditions: Any = (), **parameters: Any) -> dict[str, Any]:
    return {
        "idtrigger": number,
        "name": f"Trigger {number}",
        "type": kind,
        "parameters": parameters,
        "conditions": list(conditions),
    }


def a_condition(actual: str, comparison: str, expected: str) -> dict[str, str]:
    return {"actual": actual, "comparison": comparison, "expected": expected}


def a_variable(kind: str, *, more: Any = None, **parameters: Any) -> dict[str, Any]:
    return {"name": "X", "type": kind, "parameters": parameters, **(more or {})}


def imported(**parts: Any) -> Imported:
    found = from_matomo({"name": "My shop", "tags": [], "triggers": [a_trigger()], **parts}, real_modules())
    assert list(check_property(found.document, real_modules())) == []
    return found


def only_rule(**parts: Any) -> Any:
    found = imported(**{"tags": [a_tag()], **parts})
    assert [each.told for each in found.of(Fit.IMPOSSIBLE)] == []
    [rule] = found.document["rules"]
    return rule


def test_a_page_view_becomes_a_rule_and_the_data_layer_is_theirs() -> None:
    tag = a_tag(parameters={"trackingType": "pageview", "documentTitle": "{{PageTitle}}"}, fire_limit="once_24hours")

    found = imported(tags=[tag])

    assert found.document["dataLayer"] == {"type": "gtm", "name": "_mtm"}
    [rule] = found.document["rules"]
    assert rule["events"] == [{"type": "page-ready", "when": "immediately"}]
    assert rule["limit"] == {"times": 1, "per": "visitor", "within": "24h"}
    assert rule["actions"][0]["xdm"] == {
        "web.webPageDetails.name": "%pageTitle%",
        "web.webPageDetails.pageViews.value": 1,
    }


def test_an_event_keeps_its_action_and_tells_what_has_no_place() -> None:
    rule = only_rule(tags=[a_tag(parameters={"trackingType": "event", "eventAction": "Sign up", "eventName": "Box"})])

    assert rule["actions"] == [
        {"type": "send-event", "eventType": "web.sign-up", "xdm": {"web.webInteraction.name": "Box"}}
    ]
    assert "category and value are left out" in rule["notes"]


@pytest.mark.parametrize(
    ("trigger", "event"),
    [
        (a_trigger("AllElementsClick"), {"type": "click", "target": "*", "match": "exact"}),
        (a_trigger("AllDownloadsClick", downloadExtensions="pdf, zip"),
         {"type": "link-click", "kind": "download", "extensions": ["pdf", "zip"]}),
        (a_trigger("ScrollReach", scrollType="verticalPercentage", percentage=50),
         {"type": "scroll-depth", "axis": "vertical", "percent": [50]}),
        (a_trigger("ElementVisibility", selectionMethod="cssSelector", cssSelector=".p", fireTriggerWhen="oncePage"),
         {"type": "element-visible", "target": ".p", "percent": 50, "frequency": "once-per-page"}),
        (a_trigger("Timer", triggerInterval=3000), {"type": "time-on-page", "after": "3000ms", "clock": "always",
                                                    "repeat": True}),
        (a_trigger("CustomEvent", eventName="go"), {"type": "data-layer", "event": "go"}),
        (a_trigger("WindowLeave"), {"type": "exit-intent"}),
    ],
    ids=lambda value: value["type"],
)  # fmt: skip
def test_each_trigger_becomes_its_event(trigger: Any, event: Any) -> None:
    assert only_rule(triggers=[trigger])["events"] == [event]


def test_comparisons_and_what_blocks_are_conditions() -> None:
    fires = a_trigger(conditions=[a_condition("PagePath", "equals", "/A"), a_condition("PageUrl", "not_contains", "x")])
    blocks = a_trigger(number=2, conditions=[a_condition("PagePath", "equals_exactly", "/t")])

    rule = only_rule(tags=[a_tag(block_trigger_ids=[2])], triggers=[fires, blocks])

    assert rule["conditions"]["all"] == [
        {"value": "%pagePath | string%", "op": "eq", "than": "/A", "ignoreCase": True},
        {"none": [{"value": "%pageUrl%", "op": "contains", "than": "x"}]},
    ]
    assert rule["exceptions"] == {"any": [{"all": [{"value": "%pagePath | string%", "op": "eq", "than": "/t"}]}]}


@pytest.mark.parametrize(
    ("variable", "element"),
    [
        (a_variable("DataLayer", dataLayerName="order.id"), {"from": "dataLayer", "path": "order.id"}),
        (a_variable("MetaContent", metaName="author"),
         {"from": "dom", "selector": "meta[name='author']", "get": "@content"}),
        (a_variable("UrlParameter", parameterName="q", more={"default_value": "none"}),
         {"from": "query", "name": "q", "default": "none"}),
        (a_variable("Cookie", cookieName="c", more={"lookup_table": [{"match_value": "1", "out_value": "one",
                                                                      "comparison": "equals_exactly"}]}),
         {"from": "table", "value": "%xAsRead | string%", "rows": [{"op": "eq", "than": "1", "then": "one"}]}),
    ],
)  # fmt: skip
def test_each_variable_becomes_its_data_element(variable: Any, element: Any) -> None:
    assert imported(variables=[variable]).document["dataElements"]["x"] == element


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"tags": [a_tag(type="CustomHtml")]}, "Custom HTML"),
        ({"tags": [a_tag(type="LinkedinInsight")]}, "another service"),
        ({"tags": [a_tag(parameters={"trackingType": "goal"})]}, "goal"),
        ({"tags": [a_tag(fire_trigger_ids=[])]}, "No trigger"),
        ({"tags": [a_tag(fire_trigger_ids=[9])]}, "not in the export"),
        (
            {"tags": [a_tag(block_trigger_ids=[2])], "triggers": [a_trigger(), a_trigger("Timer", number=2)]},
            "blocks it",
        ),
        ({"variables": [a_variable("CustomJsFunction")]}, "custom JavaScript"),
    ],
)
def test_what_cannot_be_taken_over_is_told_and_left_out(parts: Any, told: str) -> None:
    [finding] = imported(**parts).of(Fit.IMPOSSIBLE)

    assert told in " ".join(finding.told)


@pytest.mark.parametrize("export", [None, [], {}, {"tags": "x"}])
def test_anything_else_is_no_export(export: Any) -> None:
    with pytest.raises(NotAnExport, match="Matomo"):
        from_matomo(export, real_modules())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["{{PageUrl}}", "%", "PageView"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "parameters", "conditions", "actual", "fire_trigger_ids", "idtrigger"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(tags=st.lists(_JSON, max_size=3), triggers=st.lists(_JSON, max_size=3), variables=st.lists(_JSON, max_size=3))
def test_whatever_a_file_holds_what_comes_out_can_be_checked_in(tags: Any, triggers: Any, variables: Any) -> None:
    export = {"tags": tags, "triggers": [a_trigger(), *triggers], "variables": variables}

    found = from_matomo(export, real_modules())

    assert list(check_property(found.document, real_modules())) == []
