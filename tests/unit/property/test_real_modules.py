"""The modules that the snippet really has, and the properties that are really published with them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.node import node_command
from server.container.fragments import used_fragments
from server.container.pointer import pointer_script
from server.model.json import JsonObject
from server.property.check import check_property
from server.property.compile import compile_property
from server.property.modules import OPEN_FACTS, Module, Modules
from server.property.pipes import PIPES
from server.property.sentences import describe_rule, plain_text
from server.publish import build, load_fragments
from tests.unit.property.factories import ROOT, a_property, a_rule, retail

FILES = sorted((ROOT / "static/snippet/modules").glob("*/*.json"))
DOCUMENTS: list[JsonObject] = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
EXAMPLES = [(document, example) for document in DOCUMENTS for example in document["examples"]]


@pytest.fixture(scope="module")
def modules() -> Modules:
    return Modules.of(DOCUMENTS)


def demo() -> JsonObject:
    document: JsonObject = json.loads((ROOT / "server/demo/property.json").read_text(encoding="utf-8"))
    return document


def test_there_is_every_module_of_the_first_version(modules: Modules) -> None:
    assert {"page-ready", "route-change", "click", "link-click", "data-layer"} <= set(modules.types("events"))
    assert {"const", "dataLayer", "page", "query", "dom", "cookie", "jsPath"} <= set(modules.types("dataElements"))
    assert {"send-event"} <= set(modules.types("actions"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_description_lies_in_the_folder_of_its_kind_beside_its_code(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8"))["kind"] == path.parent.name
    assert path.with_suffix(".js").exists()


def _all(modules: Modules) -> list[Module]:
    return [module for kind in modules.by_kind.values() for module in kind.values()]


def test_every_placeholder_of_a_sentence_is_a_setting_that_is_there(modules: Modules) -> None:
    for module in _all(modules):
        properties = module.settings["properties"]
        for name in re.findall(r"\{(\w+)\}", module.sentence):
            assert name in properties, module.type
            assert name in module.settings.get("required", ()) or "default" in properties[name], module.type


def test_every_setting_has_a_title_and_a_description_for_the_forms(modules: Modules) -> None:
    for module in _all(modules):
        for name, node in module.settings["properties"].items():
            assert node.get("title"), (module.type, name)
            assert node.get("description"), (module.type, name)


def test_only_known_formats_are_named(modules: Modules) -> None:
    for document in DOCUMENTS:
        formats = set(re.findall(r'"format": "([^"]*)"', json.dumps(document["settings"])))

        assert formats <= {"selector", "duration", "regex"}


def _as_property(document: JsonObject, example: JsonObject) -> JsonObject:
    settings, others = example["settings"], example["context"].get("dataElements", {})
    if document["kind"] == "dataElements":
        return a_property(dataElements={**others, "pageName": {"from": document["type"], **settings}})
    events = [{"type": "data-layer", "event": "e"}]
    elements = {"pageName": {"from": "page", "get": "title"}, **others}
    rule = {
        "events": a_rule(events=[{"type": document["type"], **settings}]),
        "actions": a_rule(events=events, actions=[{"type": document["type"], **settings}]),
    }[document["kind"]]
    modules = {"modules": example["context"]["modules"]} if "modules" in example["context"] else {}
    named = {"id": "shop", "name": "Shop", **({"settings": {"customCode": "reviewed"}} if modules else {})}
    return a_property(property=named, dataElements=elements, rules=[rule], **modules)


@pytest.mark.parametrize(("document", "example"), EXAMPLES, ids=lambda each: each.get("type") or each.get("name"))
def test_the_settings_of_every_example_can_be_published(
    document: JsonObject, example: JsonObject, modules: Modules
) -> None:
    published = _as_property(document, example)

    assert check_property(published, modules) == []
    compile_property(published, environment="production", org_id="O", datastream="d", modules=modules)


@pytest.mark.parametrize("document", [retail(), demo()], ids=["retail", "demo"])
def test_a_real_property_can_be_published(document: JsonObject, modules: Modules) -> None:
    assert check_property(document, modules) == []

    container = compile_property(document, environment="production", org_id="O", datastream="d", modules=modules)

    assert len(container.rules) == sum(rule.get("enabled", True) for rule in document["rules"])
    assert set(used_fragments(container)) <= set(load_fragments(ROOT / "static").scripts)


DIST = ROOT / "static/dist"


def test_the_build_of_the_demo_is_ascii_in_the_frame_that_its_fragments_expect() -> None:
    text = the_build_of(demo()).decode("ascii")

    assert text.startswith('!function(){"use strict";var $h={};')
    assert text.endswith("}();\n")
    assert "</script" not in text


@pytest.mark.node
@pytest.mark.parametrize("document", [retail(), demo()], ids=["retail", "demo"])
def test_a_build_of_the_real_fragments_is_javascript(document: JsonObject, tmp_path: Path) -> None:
    node = node_command("node")
    script = tmp_path / "build.js"
    script.write_bytes(the_build_of(document))

    done = subprocess.run([*node, "--check", script], capture_output=True, text=True, timeout=30)

    assert done.returncode == 0, done.stderr


def test_the_real_pointer_takes_the_path_of_a_build() -> None:
    template = (DIST / "pointer.js").read_text(encoding="utf-8")

    script = pointer_script(template, "/tags/builds/0123456789abcdef0123456789abcdef.js")

    assert b'"/tags/builds/0123456789abcdef0123456789abcdef.js"' in script


def the_build_of(document: JsonObject) -> bytes:
    fragments = load_fragments(ROOT / "static")
    assert all(script.endswith((";", "\n")) for script in [fragments.runtime, *fragments.scripts.values()])
    return build(document, environment="production", fragments=fragments, org_id="O")[0]


def test_every_part_that_a_module_needs_is_there() -> None:
    fragments = load_fragments(ROOT / "static")

    assert {part for parts in fragments.needs.values() for part in parts} <= set(fragments.scripts)


def test_every_pipe_but_the_engines_own_is_a_fragment() -> None:
    scripts = load_fragments(ROOT / "static").scripts

    assert {name.removeprefix("pipes/") for name in scripts if name.startswith("pipes/")} == set(PIPES) - {"default"}


def test_the_demo_has_the_rules_that_its_page_promises(modules: Modules) -> None:
    ids = [rule["id"] for rule in demo()["rules"]]

    assert {"page-view", "route-view", "add-to-cart", "outbound-link", "purchase"} <= set(ids)


def test_every_rule_of_the_demo_is_a_sentence(modules: Modules) -> None:
    for rule in demo()["rules"]:
        told = plain_text(describe_rule(rule, modules))

        assert told.startswith("When ")
        assert told.endswith(".")
        assert "{" not in told


def test_facts_are_words_for_people(modules: Modules) -> None:
    for module in _all(modules):
        facts: dict[str, Any] = dict(module.facts)
        assert all(isinstance(words, str) and words for words in facts.values())
        assert OPEN_FACTS not in facts or len(facts) == 1
