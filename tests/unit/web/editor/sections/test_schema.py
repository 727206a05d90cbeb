from collections.abc import Iterator

import pytest

from server.model.json import JsonObject
from server.web.editor.rule_draft import SHOWN_KEYS
from server.web.editor.sections.schema import Offered, section_schema
from server.web.editor.sections.topics import TOPICS
from server.web.editor.sections.words import WORDS, words_for
from server.web.forms.settings_workspace import CONDITIONS
from tests.unit.property.factories import fixture_modules

SCHEMA = fixture_modules().schema
OFFERED = Offered(purposes=["collect", "personalize"], datastreams={"web": "Web"})

NO_FORM = {
    "$schema": "for editors of files",
    "formatVersion": "there is one",
    "property/id": "part of addresses and of the embed code: chosen once, when the property is made",
    "consent/source/type": "there is one, and it is written with the purposes",
    "modules": "custom code is written, reviewed and approved as files",
    "tests": "played by heliograph property test",
}
"""What of a property file no form changes, and why. Whatever is added to the format needs a form or a line here."""

ELSEWHERE = {
    "dataElements": "the editor of a data element",
    "rules": "the editor of a rule",
    "xdm/base": "the page Every event",
}


def names_in(node: JsonObject, name: str) -> Iterator[str]:
    for key, each in node.get("properties", {}).items():
        here = f"{name}/{key}" if name else key
        inner = resolved(each)
        yield here
        if here not in NO_FORM and here not in ELSEWHERE:
            yield from names_in(inner, here)


def resolved(node: JsonObject) -> JsonObject:
    if "$ref" not in node:
        return node
    target: JsonObject = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]]
    return target


def fields_in(node: JsonObject, name: str) -> Iterator[str]:
    yield name
    for key, each in node.get("properties", {}).items():
        yield from fields_in(each, f"{name}/{key}")


SECTIONS = list(dict.fromkeys(section for topic in TOPICS for section in topic.sections))
FIELDS = [name for section in SECTIONS for name in fields_in(section_schema(SCHEMA, section, OFFERED), section)]


def test_whatever_a_property_file_can_say_has_a_form_or_a_reason() -> None:
    conditions = {f"{section}/{part}" for section, parts in CONDITIONS.items() for part in parts}
    edited = {*FIELDS, *conditions, *NO_FORM, *ELSEWHERE}

    assert {name for name in names_in(SCHEMA, "") if name not in edited} == set()


def test_no_reason_is_given_for_what_is_not_in_the_format() -> None:
    known = set(names_in(SCHEMA, ""))

    assert {name for name in (*NO_FORM, *ELSEWHERE) if name not in known} == set()


@pytest.mark.parametrize("part", ["rule", "limit", "sample", "batch"])
def test_every_key_of_a_rule_has_a_field_in_its_editor(part: str) -> None:
    assert {key for key in SCHEMA["$defs"][part]["properties"] if key not in SHOWN_KEYS[part]} == set()


def test_every_field_stands_on_a_page_with_words_of_its_own() -> None:
    shown = [name for topic in TOPICS for clause in topic.clauses for name in clause.fields]

    def is_shown(name: str) -> bool:
        return any(name == each or name.startswith(f"{each}/") for each in shown)

    holders = {name for name in FIELDS if any(each.startswith(f"{name}/") for each in shown)}
    assert {name for name in FIELDS if not is_shown(name) and name not in holders} == set()
    # Those of a purpose are called as the purpose is.
    own = [name for name in FIELDS if name not in holders and not name.startswith("consent/source/map/")]
    assert {name for name in own if words_for(name) is None} == set()


def test_no_words_are_left_of_what_is_not_there_any_more() -> None:
    environments = {name.replace(f"/{each}/", "/*/") for name in FIELDS for each in ("development",)}

    assert {name for name in WORDS if name not in {*FIELDS, *environments}} == set()


def test_purposes_and_datastreams_are_chosen_from_what_there_is() -> None:
    consent = section_schema(SCHEMA, "consent", OFFERED)["properties"]
    production = section_schema(SCHEMA, "environments", OFFERED)["properties"]["production"]["properties"]

    assert consent["gpc"]["properties"]["deny"]["items"]["enum"] == ["collect", "personalize"]
    assert list(consent["source"]["properties"]["map"]["properties"]) == ["collect", "personalize"]
    assert "enum" not in consent["purposes"]["items"]
    assert production["datastream"]["enum"] == ["web"]
