from typing import Any

import pytest

from server.model.json import JsonObject
from server.property.check import check_property
from server.web.editor.branches import branches_of
from server.web.editor.fields import FormField
from server.web.editor.sections.form import put_sections, read_sections, sections_form, sections_of
from server.web.editor.sections.schema import Offered
from server.web.editor.sections.topics import TOPICS, Topic
from tests.unit.property.factories import a_property, fixture_modules, retail

MODULES = fixture_modules()
OFFERED = Offered(purposes=["collect", "personalize"])


def topic_of(section: str) -> Topic:
    return next(topic for topic in TOPICS if section in topic.sections)


def sent(field: FormField) -> list[tuple[str, str]]:
    """What a browser sends of a field that nobody has touched."""
    if field.fields:
        return [pair for each in field.fields for pair in sent(each)]
    if field.kind == "choices":
        return [(field.name, ""), *((field.name, each.value) for each in field.choices if each.is_chosen)]
    if field.kind == "choice":
        return [(field.name, each.value) for each in field.choices if each.is_chosen]
    if field.kind == "flag":
        return [(field.name, "1")] if field.value else []
    return [(field.name, field.value)]


def after(document: JsonObject, section: str, **said: str) -> JsonObject:
    """The document after a form of its topic with some other values; ``__`` in a name stands for ``/``."""
    topic = topic_of(section)
    form = sections_form(topic, sections_of(document, topic.sections), (), schema=MODULES.schema, offered=OFFERED)
    pairs = [pair for clause in form.clauses for field in clause.fields for pair in sent(field)]
    wanted = {name.replace("__", "/"): value for name, value in said.items()}
    pairs = [(name, value) for name, value in pairs if name not in wanted]
    pairs += [(name, value) for name, value in wanted.items() if value]
    read = read_sections(branches_of(pairs), topic, document, schema=MODULES.schema, offered=OFFERED)
    return put_sections(document, topic.sections, read)


FULL: JsonObject = a_property(
    property={
        "id": "shop",
        "name": "Shop",
        "owner": "Ada",
        "domains": ["shop.example"],
        "x-note": 1,
        "settings": {"runtimeBudgetKb": 20, "customCode": "off"},
    },
    environments={"production": {"edge": "https://c.shop.example", "x-note": {"a": 1}}, "staging": {}},
    consent={
        "default": "pending",
        "purposes": ["collect", "personalize"],
        "whilePending": {"do": "queue", "max": 20},
        "whenDenied": "drop",
        "gpc": {"deny": ["personalize"]},
        "dnt": {"deny": ["personalize", "collect"]},
        "source": {"type": "tcf2", "map": {"collect": [1, 7, 8], "personalize": [3]}},
        "x-note": "n",
    },
    privacy={"neverRead": [".a", ".b, .c"], "mask": [".m"], "cookieless": False, "urlParams": {"keep": []}},
    dataLayer={"type": "gtm", "name": "layer", "resetOnRoute": ["product"]},
    linkClicks={"collect": ["download", "internal"], "conditions": {"value": "%this%", "is": "present"}},
    xdm={"context": ["device", "web"], "base": {"_shop.name": "%pageName%"}},
)


@pytest.mark.parametrize("document", [FULL, retail(), a_property(), a_property(linkClicks={})])
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_form_that_is_sent_as_it_came_changes_nothing(document: JsonObject, topic: Topic) -> None:
    offered = Offered(purposes=document.get("consent", {}).get("purposes", ["collect"]))
    form = sections_form(topic, sections_of(document, topic.sections), (), schema=MODULES.schema, offered=offered)
    pairs = [pair for clause in form.clauses for field in clause.fields for pair in sent(field)]

    read = read_sections(branches_of(pairs), topic, document, schema=MODULES.schema, offered=offered)

    assert put_sections(document, topic.sections, read) == document


CASES: list[tuple[str, dict[str, str], Any]] = [
    ("consent", {"consent__default": "denied"}, {"default": "denied"}),
    ("consent", {"consent__whilePending__max": "100"}, {"whilePending": {"do": "queue", "max": 100}}),
    ("consent", {"consent__whilePending__do": "drop"}, {"whilePending": {"do": "drop"}}),
    ("consent", {"consent__gpc__deny": "collect"}, {"gpc": {"deny": ["collect"]}}),
    ("consent", {"consent__gpc__deny": "of-nobody"}, None),
    ("consent", {"consent__source__map__collect": "1, 7"}, {"source": {"type": "tcf2", "map": {"collect": [1, 7]}}}),
    ("consent", {"consent__purposes": "collect\nads"}, {"purposes": ["collect", "ads"]}),
    ("privacy", {"privacy__neverRead": ".a\n.b"}, {"neverRead": [".a", ".b"]}),
    ("privacy", {"privacy__urlParams__on": "1"}, {"urlParams": {"keep": []}}),
    ("privacy", {"privacy__urlParams__on": "1", "privacy__urlParams__keep": "q"}, {"urlParams": {"keep": ["q"]}}),
    ("privacy", {"privacy__urlParams__keep": "utm_*"}, None),
    ("privacy", {"privacy__cookieless": "1"}, {"cookieless": True}),
    ("dataLayer", {"dataLayer__type": "gtm", "dataLayer__name": ""}, {"type": "gtm"}),
    ("linkClicks", {"linkClicks__on": "1"}, {}),
    ("linkClicks", {"linkClicks__on": "1", "linkClicks__group": "page-view"}, {"group": "page-view"}),
    ("linkClicks", {"linkClicks__group": "page-view"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("section", "said", "expected"), CASES)
def test_what_is_said_is_written_and_nothing_else(section: str, said: dict[str, str], expected: Any) -> None:
    document = after(a_property(), section, **said)

    assert document.get(section) == expected
    if "ads" not in str(expected):
        assert check_property(document, MODULES) == []


def test_what_is_switched_off_is_gone_whole() -> None:
    without_links = after(FULL, "linkClicks", linkClicks__on="")
    without_limit = after(FULL, "privacy", privacy__urlParams__on="")

    assert "linkClicks" not in without_links
    assert "urlParams" not in without_limit["privacy"]


def test_a_section_of_which_nothing_is_left_is_no_section() -> None:
    document = after(a_property(dataLayer={"name": "layer"}), "dataLayer", dataLayer__name="")

    assert "dataLayer" not in document


def test_what_a_form_does_not_show_stays() -> None:
    changed = after(FULL, "property", property__name="Other", xdm__schema="https://ns.example/s")

    assert changed["property"] == FULL["property"] | {"name": "Other"}
    assert changed["xdm"] == FULL["xdm"] | {"schema": "https://ns.example/s"}
    assert changed["environments"] == FULL["environments"]


def test_a_purpose_that_is_taken_away_leaves_nothing_behind_in_the_section() -> None:
    offered = Offered(purposes=["collect"])
    topic = topic_of("consent")
    form = sections_form(topic, sections_of(FULL, topic.sections), (), schema=MODULES.schema, offered=OFFERED)
    pairs = [pair for clause in form.clauses for field in clause.fields for pair in sent(field)]
    pairs = [(name, "collect" if name == "consent/purposes" else value) for name, value in pairs]

    read = read_sections(branches_of(pairs), topic, FULL, schema=MODULES.schema, offered=offered)

    consent = read["consent"]
    assert (consent["dnt"], "gpc" in consent) == ({"deny": ["collect"]}, False)
    assert consent["source"]["map"] == {"collect": [1, 7, 8]}
