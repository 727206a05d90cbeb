import copy
from typing import Any

import pytest

from server.model.container import (
    AnyOf,
    Batch,
    Cap,
    Compare,
    DataElement,
    DataToken,
    Delegate,
    EachEntry,
    ElementToken,
    FactToken,
    Is,
    Limit,
    NoneOf,
    OneEntry,
    Sample,
    Text,
    ValueEntry,
    as_json,
)
from server.model.json import JsonObject
from server.property.compile import compile_property
from server.property.files import revision_of
from server.property.modules import Modules
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule, a_send_event, fixture_modules, retail


@pytest.fixture(scope="module")
def modules() -> Modules:
    return fixture_modules()


def compiled(document: JsonObject, modules: Modules, **over: str) -> Any:
    given = {"environment": "production", "org_id": "TEST@AdobeOrg", "datastream": "ds-given"}
    return compile_property(document, **{**given, **over}, modules=modules)


def test_the_container_says_what_it_is(modules: Modules) -> None:
    document = a_property()

    container = compiled(document, modules)

    assert as_json(container)["format"] == 1
    assert as_json(container)["property"] == {"id": "shop"}
    assert container.environment == "production"
    assert container.revision == revision_of(document)
    assert container.org_id == "TEST@AdobeOrg"
    assert container.base_path == "ee"


def test_the_datastream_is_the_environments_or_else_the_one_given(modules: Modules) -> None:
    document = a_property(environments={"staging": {"datastream": "ds-stg", "edge": "https://e.example"}})

    staging = compiled(document, modules, environment="staging")
    production = compiled(document, modules)

    assert (staging.datastream, staging.edge) == ("ds-stg", "https://e.example")
    assert (production.datastream, production.edge) == ("ds-given", None)
    assert "edge" not in as_json(production)


def test_an_environment_that_does_not_exist_is_refused(modules: Modules) -> None:
    with pytest.raises(ValueError, match="there are development, staging, production"):
        compiled(a_property(), modules, environment="prod")


def test_what_a_property_does_not_say_is_private_by_default(modules: Modules) -> None:
    container = as_json(compiled(a_property(), modules))

    assert container["consent"] == {
        "default": "pending",
        "purposes": ["collect"],
        "queueEvents": 50,
        "queueSeconds": 1800,
    }
    assert container["privacy"] == {"neverRead": [], "keepUrlParams": None}
    assert container["dataLayer"] == {"type": "acdl", "name": "adobeDataLayer", "resetOnRoute": []}
    assert container["base"] == []


def test_settings_reach_the_container(modules: Modules) -> None:
    document = a_property(
        consent={
            "default": "pending",
            "purposes": ["a", "b"],
            "whilePending": {"do": "queue", "max": 5, "ttl": "1500ms"},
        },
        privacy={"neverRead": ["[data-private]"], "urlParams": {"keep": ["utm_*"]}},
        dataLayer={"type": "gtm", "resetOnRoute": ["cart"]},
    )

    container = as_json(compiled(document, modules))

    assert container["consent"] == {"default": "pending", "purposes": ["a", "b"], "queueEvents": 5, "queueSeconds": 2}
    assert container["privacy"] == {"neverRead": ["[data-private]"], "keepUrlParams": ["utm_*"]}
    assert container["dataLayer"] == {"type": "gtm", "name": "dataLayer", "resetOnRoute": ["cart"]}


@pytest.mark.parametrize("consent", [{"whilePending": {"do": "drop"}}, {"default": "granted"}, {"default": "denied"}])
def test_no_payload_waits_where_none_is_pending_or_those_are_dropped(modules: Modules, consent: dict[str, str]) -> None:
    container = as_json(compiled(a_property(consent=consent), modules))

    assert "queueEvents" not in container["consent"]


def test_rules_that_are_switched_off_and_data_elements_that_nobody_reads_are_left_out(modules: Modules) -> None:
    document = a_property(
        dataElements={
            "pageName": {"from": "query", "name": "%inner% x"},
            "inner": {"from": "page", "get": "url", "fallback": [{"from": "query", "name": "%innermost%"}]},
            "innermost": {"from": "const", "value": "x"},
            "unread": {"from": "const", "value": "y"},
            "x-note": {"from": "nowhere"},
        },
        rules=[a_rule(), a_rule(id="off", enabled=False, actions=[a_send_event(a="%unread%")])],
    )

    container = compiled(document, modules)

    assert [rule.id for rule in container.rules] == ["a-rule"]
    assert list(container.data_elements) == ["inner", "innermost", "pageName"]


@pytest.mark.parametrize(
    "rule",
    [
        a_rule(conditions={"all": [{"value": "%found%", "is": "present"}]}),
        a_rule(exceptions={"none": [{"value": "%found%", "op": "eq", "than": 1}]}),
        a_rule(limit={"times": 1, "per": "page", "key": "a %found%"}),
        a_mapping_rule({"a[]": {"each": "%found%", "as": {"b": 1}}}),
        a_mapping_rule({"a[]": {"one": {"b[]": {"each": "%event%", "as": {"c": "%found%"}}}}}),
        a_rule(actions=[{"type": "send-event", "eventType": "x.%found%"}]),
    ],
)
def test_a_data_element_is_found_wherever_a_rule_reads_it(rule: JsonObject, modules: Modules) -> None:
    elements = {"found": {"from": "const", "value": 1}, "pageName": {"from": "const", "value": 1}}

    container = compiled(a_property(dataElements=elements, rules=[rule]), modules)

    assert "found" in container.data_elements


def test_a_data_element_is_compiled_with_its_fallbacks_pipes_and_default(modules: Modules) -> None:
    element = {
        "from": "page",
        "get": "title",
        "fallback": [{"from": "dom", "selector": "h1", "x-note": 1}],
        "apply": ["cleanText", "max(9)"],
        "default": 0,
        "notes": "n",
    }

    container = compiled(a_property(dataElements={"pageName": element}), modules)

    assert container.data_elements["pageName"] == DataElement(
        module="page",
        settings={"get": "title"},
        fallback=(Delegate(module="dom", settings={"selector": "h1"}),),
        pipe=(("cleanText",), ("max", 9)),
        default=0,
    )


def test_a_rule_is_compiled_with_everything_parsed(modules: Modules) -> None:
    document = a_property(
        rules=[
            a_rule(
                name="A name",
                events=[{"type": "click", "target": {"anyOf": ["a", {"role": "link", "name": "x"}]}, "x-a": 1}],
                conditions={"any": [{"value": "%this%", "op": "eq", "than": "a", "ignoreCase": True}]},
                exceptions={"none": [{"value": "%event.url%", "is": "absent"}]},
                limit={"times": 2.0, "per": "session", "key": "%this.href%"},
            )
        ]
    )

    rule = compiled(document, modules).rules[0]

    assert "A name" not in str(rule), "what people call it, the page need not know"
    assert rule.events == (
        Delegate(module="click", settings={"target": {"anyOf": ["a", {"name": "x", "role": "link"}]}}),
    )
    assert rule.conditions == AnyOf((Compare(value=ElementToken(), op="eq", than="a", ignore_case=True),))
    assert rule.exceptions == NoneOf((Is(value=FactToken(root="event", path=("url",)), state="absent"),))
    assert rule.limit == Limit(times=2, per="session", key=ElementToken(path=("href",)))
    assert rule.consent == ("collect",)


def test_a_rule_that_names_no_consent_needs_all_and_one_that_names_none_needs_none(modules: Modules) -> None:
    document = a_property(
        consent={"purposes": ["collect", "personalize"]}, rules=[a_rule(), a_rule(id="open", consent=[])]
    )

    silent, open_rule = compiled(document, modules).rules

    assert silent.consent == ("collect", "personalize")
    assert open_rule.consent == ()


def test_mapping_lines_are_in_the_order_of_their_paths(modules: Modules) -> None:
    rule = a_mapping_rule(
        {
            "b": "%% of %pageName%",
            "a.c[]": {"one": {"z": True, "y": 1.5}, "consent": "collect"},
            "a.b[]": {"each": "%event%", "as": {"x": "%item%"}},
            "c": {"value": "%item%", "consent": "collect"},
            "x-note": 1,
        }
    )

    settings = compiled(a_property(rules=[rule]), modules).rules[0].actions[0].settings

    assert settings["xdm"] == (
        EachEntry(
            path=("a", "b"),
            each=FactToken(root="event"),
            entries=(ValueEntry(path=("x",), value=FactToken(root="item")),),
        ),
        OneEntry(
            path=("a", "c"),
            one=(ValueEntry(path=("y",), value=1.5), ValueEntry(path=("z",), value=True)),
            consent="collect",
        ),
        ValueEntry(path=("b",), value=Text(("% of ", DataToken(name="pageName")))),
        ValueEntry(path=("c",), value=FactToken(root="item"), consent="collect"),
    )


def test_rules_come_after_those_they_name_and_else_in_file_order(modules: Modules) -> None:
    rules = [a_rule(id="a", after=["c", "off"]), a_rule(id="b"), a_rule(id="c"), a_rule(id="off", enabled=False)]

    container = compiled(a_property(rules=rules), modules)

    assert [rule.id for rule in container.rules] == ["b", "c", "a"]


def test_the_order_of_keys_and_compiling_again_change_nothing(modules: Modules) -> None:
    document = retail()
    before = copy.deepcopy(document)
    turned = {key: document[key] for key in reversed(document)}

    assert as_json(compiled(document, modules)) == as_json(compiled(turned, modules))
    assert document == before


def test_the_context_is_the_one_asked_for_or_else_the_snippets_own(modules: Modules) -> None:
    asked = as_json(compiled(a_property(xdm={"context": ["web"]}), modules))
    silent = as_json(compiled(a_property(), modules))

    assert asked["context"] == ["web"]
    assert "context" not in silent


def test_base_lines_are_compiled(modules: Modules) -> None:
    container = compiled(a_property(rules=[], xdm={"base": {"a.b": "%pageName%"}}), modules)

    assert container.base == (ValueEntry(path=("a", "b"), value=DataToken(name="pageName")),)
    assert list(container.data_elements) == ["pageName"]


def test_settings_are_what_the_page_reads_durations_in_ms_and_nothing_that_goes_without_saying(
    modules: Modules,
) -> None:
    settle = {"until": "title-or-h1-change", "max": "2s"}
    events = [{"type": "route-change", "settle": settle}, {"type": "link-click", "kind": "any"}]
    document = a_property(rules=[a_rule(events=events)])

    route, link = compiled(document, modules).rules[0].events

    assert route.settings == {"settle": {"until": "title-or-h1-change", "max": 2000}}
    assert link.settings == {}


def test_a_data_element_that_is_kept_writes_before_its_pipes_and_reads_after_its_fallbacks(modules: Modules) -> None:
    element = {
        "from": "page",
        "get": "title",
        "fallback": [{"from": "query", "name": "q"}],
        "store": "session",
        "apply": ["lower"],
        "type": "string",
        "pattern": "^a",
    }

    compiled_element = compiled(a_property(dataElements={"pageName": element}), modules).data_elements["pageName"]

    assert compiled_element.fallback[1:] == (
        Delegate(module="@stored", settings={"scope": "session", "name": "pageName"}),
    )
    assert compiled_element.pipe == (
        ("@store", "session", "pageName"),
        ("lower",),
        ("@type", "pageName", "string", "^a"),
    )


def test_sample_and_batch_are_numbers(modules: Modules) -> None:
    rules = [
        a_rule(sample={"rate": 0.25, "sticky": "visitor"}, batch={"window": "2s", "max": 5}),
        a_rule(id="b", sample={"rate": 1}, batch={"window": "1m"}),
    ]

    one, other = compiled(a_property(rules=rules), modules).rules

    assert (one.sample, one.batch) == (Sample(rate=0.25, sticky="visitor"), Batch(ms=2000, events=5))
    assert (other.sample, other.batch) == (Sample(rate=1), Batch(ms=60_000, events=20))


def test_a_limit_within_a_time_is_another_thing_than_one_for_the_whole_scope(modules: Modules) -> None:
    limit = {"times": 2, "per": "visitor", "within": "24h", "key": "%pageName%"}

    [rule] = compiled(a_property(rules=[a_rule(limit=limit)]), modules).rules

    assert rule.cap == Cap(times=2, per="visitor", ms=86_400_000, key=DataToken(name="pageName"))
    assert rule.limit is None


def test_signals_cookies_and_hosts_are_told_where_there_are_any(modules: Modules) -> None:
    document = a_property(
        property={"id": "shop", "name": "Shop", "domains": ["*.shop.example"]},
        consent={
            "purposes": ["collect", "ads"],
            "gpc": {"deny": ["ads"]},
            "dnt": {"deny": ["collect", "ads"]},
            "source": {"type": "tcf2", "map": {"collect": [1, 7], "x-note": "a"}},
        },
        privacy={"cookieless": True, "mask": [".name"]},
    )

    told, untold = as_json(compiled(document, modules)), as_json(compiled(a_property(), modules))

    assert (told["consent"]["gpc"], told["consent"]["dnt"]) == (["ads"], ["collect", "ads"])
    assert told["consent"]["tcf"] == {"collect": [1, 7]}
    assert told["privacy"]["cookieless"] is True
    assert told["privacy"]["mask"] == [".name"]
    assert told["domains"] == ["*.shop.example"]
    assert not {"gpc", "dnt", "tcf"} & untold["consent"].keys()
    assert not {"cookieless", "mask"} & untold["privacy"].keys()
    assert "domains" not in untold


def test_clicks_on_links_are_a_rule_after_the_propertys_own(modules: Modules) -> None:
    exceptions = {"value": "%this[data-no-track]%", "is": "present"}
    settings = {
        "collect": ["external", "download"],
        "extensions": ["pdf"],
        "group": "page-view",
        "exceptions": exceptions,
    }

    *_, rule = compiled(a_property(linkClicks=settings), modules).rules

    assert rule.id == "link-clicks"
    assert [event.settings["kind"] for event in rule.events] == ["exit", "mailto", "tel", "download"]
    assert {tuple(event.settings["extensions"]) for event in rule.events} == {("pdf",)}
    assert rule.actions == (Delegate(module="@click", settings={"group": True}),)
    assert rule.exceptions is not None
    assert rule.consent == ("collect",)


def test_clicks_on_links_are_all_of_them_when_nothing_else_is_said(modules: Modules) -> None:
    *_, rule = compiled(a_property(linkClicks={}), modules).rules

    assert [event.settings["kind"] for event in rule.events] == ["other", "exit", "mailto", "tel", "download"]
    assert rule.actions == (Delegate(module="@click", settings={"group": False}),)
