from typing import Any

import pytest

from server.container.fragments import used_fragments
from server.model.container import Container
from server.property.compile import compile_property
from tests.unit.property.factories import a_property, a_rule, a_send_event, fixture_modules

# The least that a page gets: from `a_property`, which collects without asking.
LEAST = ["actions/send-event", "dataElements/page", "events/click"]


def a_container(**sections: Any) -> Container:
    sections = {"consent": {"default": "granted"}} | sections
    return compile_property(
        a_property(**sections), environment="production", org_id="O", datastream="d", modules=fixture_modules()
    )


def test_only_modules_that_are_used_are_named() -> None:
    container = a_container(
        dataElements={
            "pageName": {"from": "dataLayer", "path": "a", "fallback": [{"from": "dom", "selector": "h1"}]},
            "unread": {"from": "query", "name": "q"},
        },
        rules=[
            a_rule(events=[{"type": "page-ready"}, {"type": "page-ready"}]),
            a_rule(id="b", enabled=False, actions=[a_send_event(a="%unread%")]),
        ],
    )

    assert used_fragments(container) == [
        "actions/send-event",
        "dataElements/dataLayer",
        "dataElements/dom",
        "events/page-ready",
    ]


def test_pipes_are_those_of_tokens_and_data_elements_wherever_they_stand() -> None:
    container = a_container(
        dataElements={"pageName": {"from": "page", "get": "title", "apply": ["lower"]}},
        rules=[
            a_rule(
                conditions={"any": [{"value": "%pageName | trim%", "is": "present"}]},
                actions=[
                    a_send_event(
                        **{
                            "_shop.list[]": {"one": {"id": "a %this[data-id] | upper%"}},
                            "_shop.name": "%pageName | default('-') | max(3)%",
                        }
                    )
                ],
            )
        ],
    )

    assert [name for name in used_fragments(container) if name.startswith("pipes/")] == [
        "pipes/lower",
        "pipes/max",
        "pipes/trim",
        "pipes/upper",
    ]


def a_limit(per: str) -> dict[str, Any]:
    return {"rules": [a_rule(limit={"times": 1, "per": per})]}


def a_target(target: Any) -> dict[str, Any]:
    return {"rules": [a_rule(events=[{"type": "click", "target": target}])]}


def an_element(**keys: Any) -> dict[str, Any]:
    return {"dataElements": {"pageName": {"from": "page", "get": "title", **keys}}}


@pytest.mark.parametrize(
    ("sections", "parts"),
    [
        ({}, []),
        ({"consent": {"default": "pending"}}, ["pending"]),
        ({"consent": {"default": "pending", "whilePending": {"do": "drop"}}}, []),
        ({"consent": {"default": "denied"}}, []),
        ({"privacy": {"urlParams": {"keep": []}}}, ["filterUrl"]),
        ({"xdm": {"context": ["web", "highEntropyUserAgentHints"]}}, ["hints"]),
        (a_limit("route"), ["limits"]),
        (a_limit("session"), ["limits", "session"]),
        ({"rules": [a_rule(limit={"times": 1, "per": "visitor", "within": "1h"})]}, ["cap"]),
        ({"rules": [a_rule(limit={"times": 1, "per": "session", "within": "1h"})]}, ["cap", "session"]),
        ({"rules": [a_rule(sample={"rate": 0.5})]}, ["sample"]),
        ({"rules": [a_rule(sample={"rate": 0.5, "sticky": "session"})]}, ["sample", "session"]),
        ({"rules": [a_rule(batch={"window": "2s"})]}, ["batch"]),
        ({"consent": {"default": "granted", "gpc": {"deny": ["collect"]}}}, ["optOut"]),
        ({"consent": {"default": "granted", "dnt": {"deny": ["collect"]}}}, ["optOut"]),
        ({"consent": {"default": "granted", "source": {"type": "tcf2", "map": {"collect": [1]}}}}, ["tcf"]),
        ({"privacy": {"mask": [".name"]}}, ["mask"]),
        ({"privacy": {"cookieless": True}}, ["cookieless"]),
        ({"property": {"id": "shop", "name": "Shop", "domains": ["shop.example"]}}, ["handOver"]),
        ({"linkClicks": {}}, ["clicks"]),
        (an_element(store="visitor"), ["store"]),
        (an_element(store="session"), ["session", "store"]),
        (an_element(type="string", pattern="a"), ["typed"]),
        (a_target({"anyOf": ["a", "b"]}), []),
        (a_target({"anyOf": ["a", {"role": "button"}]}), ["roles"]),
        ({"rules": [a_rule(conditions={"none": [{"value": "%pageName%", "op": "eq", "than": 1}]})]}, ["compare"]),
        ({"rules": [a_rule(exceptions={"value": "%pageName%", "is": "true"})]}, []),
    ],
    ids=str,
)
def test_parts_are_those_that_the_property_can_make_use_of(sections: dict[str, Any], parts: list[str]) -> None:
    container = a_container(**sections)

    assert [name for name in used_fragments(container) if name.startswith("parts/")] == [f"parts/{p}" for p in parts]


def test_what_a_fragment_needs_comes_with_it_once() -> None:
    needs = {"events/click": ["parts/link"], "actions/send-event": ["parts/link"], "events/other": ["parts/other"]}

    assert used_fragments(a_container(), needs=needs) == [*LEAST, "parts/link"]


def test_what_a_part_needs_comes_with_it_too() -> None:
    needs = {"events/click": ["parts/a"], "parts/a": ["parts/b"], "parts/b": ["parts/a"]}

    assert used_fragments(a_container(), needs=needs) == [*LEAST, "parts/a", "parts/b"]


def test_a_constant_that_looks_like_a_pipe_is_none() -> None:
    container = a_container(dataElements={"pageName": {"from": "const", "value": {"pipe": [["lower"]], "role": "x"}}})

    assert used_fragments(container) == ["actions/send-event", "dataElements/const", "events/click"]
