"""Every example document of the official components, held against the component that it is an example of.

Names are normalised as on import. A class's example, and a field group's, also has fields of others: it is held against
a schema of its component, that component's class, and the field groups of the class that have the fields.
"""

import contextlib
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from server.model.json import Json, JsonObject
from server.schema.compile import SchemaValidator, compile_schema
from server.schema.compose import resolve_schema
from server.schema.errors import SchemaError
from server.schema.names import run_time_document
from tests.unit.schema.official import FOLDER, needs_official, official_documents

FAULTY: Mapping[str, Json] = json.loads((Path(__file__).parent / "faulty_examples.json").read_text(encoding="utf-8"))
"""Examples that do not conform to their own component, with what is wrong in each: where, and which rule."""

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "schemas.md"

pytestmark = needs_official


def documents(kind: str) -> list[str]:
    return [str(path.relative_to(FOLDER)) for path in sorted(FOLDER.rglob(f"*.{kind}.*.json"))]


def component_of(name: str) -> JsonObject:
    """The component whose file is called as the example begins: ``a-b.example.1`` is of ``a-b``, or else of ``a``."""
    path = FOLDER / name
    words = path.name.split(".")[0].split("-")
    files = [path.with_name(f"{'-'.join(words[:count])}.schema.json") for count in range(len(words), 0, -1)]
    schema = next(file for file in files if file.exists())
    return official_documents()[json.loads(schema.read_text(encoding="utf-8"))["$id"]]


@functools.cache
def made_for(extended: str) -> Sequence[str]:
    """The field groups that are meant for a class; what is no longer recommended comes last."""
    groups = [
        document for document in official_documents().values() if extended in document.get("meta:intendedToExtend", ())
    ]
    return [group["$id"] for group in sorted(groups, key=lambda group: group.get("meta:status") == "deprecated")]


@functools.cache
def field_names(identifier: str) -> frozenset[str]:
    return frozenset(resolve_schema(official_documents()[identifier], official_documents().get).get("properties", ()))


def composed(parts: Sequence[str]) -> JsonObject:
    return resolve_schema({"allOf": [{"$ref": name} for name in parts]}, official_documents().get)


def validator_for(component: JsonObject, example: JsonObject) -> SchemaValidator:
    """Of the component alone where that has all fields; otherwise with whatever of its class has the others."""
    parts = [component["$id"]]
    missing = example.keys() - field_names(parts[0])
    classes = component.get("meta:intendedToExtend", parts)
    others = [*classes, *(group for extended in classes for group in made_for(extended))]
    for other in others:
        if other in official_documents() and other not in parts and missing & field_names(other):
            # Two field groups may declare one field so that no value fits both: they cannot be in one schema.
            with contextlib.suppress(SchemaError):
                composed([*parts, other])
                parts.append(other)
    return compile_schema(composed(parts))


def violations(name: str) -> Iterator[tuple[str, str]]:
    example = run_time_document(json.loads((FOLDER / name).read_text(encoding="utf-8")))
    try:
        validator = validator_for(component_of(name), example)
    except SchemaError as error:
        yield error.path, error.message
        return
    for violation in validator.violations(example):
        yield violation.path, violation.keyword


@pytest.mark.parametrize("name", documents("example"))
def test_an_example_conforms_to_its_component_or_has_the_fault_that_is_listed(name: str) -> None:
    found = [list(violation) for violation in violations(name)]

    assert found == FAULTY.get(name, [])


@pytest.mark.parametrize("name", documents("invalid"))
def test_a_document_published_as_invalid_is_refused(name: str) -> None:
    assert list(violations(name))


def test_the_docs_say_how_many_conform_and_how_many_have_more_than_unknown_fields() -> None:
    """XDM's documents leave objects open, so whoever publishes them does not see a misspelt field; ingestion does."""
    rules = [{rule for _, rule in faults} - {"additionalProperties"} for faults in FAULTY.values()]
    count = len(documents("example"))

    page = " ".join(PAGE.read_text(encoding="utf-8").split())

    assert f"{count - len(FAULTY)} of {count} conform" in page
    assert f"and {sum(map(bool, rules))} break another rule" in page


def test_every_listed_example_exists() -> None:
    assert set(FAULTY) <= set(documents("example"))
