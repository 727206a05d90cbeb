"""Whatever a file holds, importing it gives components or says what is wrong."""

import json

from hypothesis import given
from hypothesis import strategies as st

from server.model.json import Json
from server.schema.builtins import builtin_documents
from server.schema.importing import ImportRefused, read_components
from server.schema.kinds import Kind
from server.schema.names import run_time_document, run_time_name

KEYWORDS = (
    *("$id", "$schema", "$ref", "title", "type", "properties", "required", "allOf", "items", "definitions", "enum"),
    *("meta:extends", "meta:class", "meta:resourceType", "meta:descriptors", "additionalProperties", "pattern"),
    *("minimum", "format", "patternProperties", "meta:intendedToExtend", "xdm:a", "@id", "dc:b", "anyOf"),
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(("", "#", "a", "https://a/b", "xdm:a"))
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=5),
    max_leaves=20,
)
BUILTINS = builtin_documents()


def outcome(text: bytes) -> str:
    """The kind of the component, or what is said of the file: nothing else is raised."""
    try:
        [component] = read_components({"a.json": text}, BUILTINS.get)
    except ImportRefused as refused:
        return " ".join(str(fault) for fault in refused.faults)
    return component.kind


@given(document=documents)
def test_any_document_is_imported_or_refused_with_its_file(document: Json) -> None:
    said = outcome(json.dumps(document).encode())

    assert said in list(Kind) or said.startswith("a.json")


@given(document=documents)
def test_a_component_is_imported_or_refused_whatever_its_parts_are(document: Json) -> None:
    parts = document if isinstance(document, dict) else {"properties": document}

    said = outcome(json.dumps({**parts, "$id": "https://ns.example.com/a", "title": "A"}).encode())

    assert said in list(Kind) or said.startswith("a.json")


@given(text=st.binary(max_size=200))
def test_any_bytes_are_refused_with_their_file(text: bytes) -> None:
    assert outcome(text).startswith("a.json")


@given(name=st.text(max_size=20))
def test_a_run_time_name_has_no_prefix_left(name: str) -> None:
    path = run_time_name(name)

    assert all(path) or path == (name,)
    assert len(path) in (1, 2)


@given(document=documents)
def test_a_document_keeps_its_values_and_gets_other_names(document: Json) -> None:
    assert run_time_document(document) is not None or document is None
