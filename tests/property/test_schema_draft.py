"""A form that changes nothing changes nothing, whatever the schema is; and no schema that is kept breaks the form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.compose import resolve_schema
from server.schema.diff import field_changes
from server.schema.draft.model import DraftRefused
from server.schema.draft.read import draft_of
from server.schema.draft.write import document_of
from server.schema.errors import SchemaError
from server.schema.evolution import breaches
from server.schema.outline import count, field_sources, outline

BUILTINS = builtin_documents()
ADDRESS = "https://ns.heliograph.dev/xdm/datatypes/address"

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "gold", "#/definitions/a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(["tier", "Tier", "card", "odd-name", "a.b", "_x", "ü"])
PLAIN = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "number", "boolean", "object", "array", ["string", "null"]])},
    optional={
        "title": st.sampled_from(["", "Tier"]),
        "format": st.sampled_from(["date", "date-time", "email", "uri", "ipv4"]),
        "enum": st.lists(st.sampled_from(["gold", "silver", 1]), max_size=2),
        "meta:enum": ANYTHING,
        "examples": ANYTHING,
        "maxLength": st.integers(1, 9),
        "meta:status": st.sampled_from(["deprecated", "stable"]),
        "meta:xdmType": st.sampled_from(["map", "object"]),
        "additionalProperties": st.sampled_from([False, True, {"type": "string"}, {"type": "integer"}]),
    },
)
NODES: st.SearchStrategy[Any] = st.recursive(
    PLAIN | st.just({"$ref": ADDRESS, "title": "Home"}) | st.just(True),
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries(
            {"properties": st.dictionaries(NAMES, inner, max_size=3)},
            optional={"required": st.lists(NAMES, max_size=2), "title": st.just("Group")},
        )
    ),
    max_leaves=6,
)
OWN = st.fixed_dictionaries(
    {"properties": st.dictionaries(NAMES, NODES, max_size=4)},
    optional={"title": st.just("Ours"), "required": st.lists(NAMES, max_size=2)},
)
DOCUMENTS = st.fixed_dictionaries(
    {"title": st.just("Orders"), "properties": st.fixed_dictionaries({}, optional={"_shop": OWN, "_other": NODES})},
    optional={
        "allOf": st.lists(st.sampled_from([True, {}, {"$ref": ADDRESS}, {"$ref": "#/definitions/a"}]), max_size=3),
        "definitions": st.just({"a": {"properties": {"_more": {"type": "string"}}}}) | ANYTHING,
        "meta:intendedToExtend": ANYTHING,
    },
)


@given(DOCUMENTS)
def test_a_form_that_changes_nothing_changes_nothing(document: JsonObject) -> None:
    try:
        before = resolve_schema(document, BUILTINS.get)
    except SchemaError:
        return
    try:
        written = document_of(draft_of(document, tenant="shop"), document, tenant="shop")
    except DraftRefused:
        return

    after = resolve_schema(written, BUILTINS.get)

    # But for what a form leaves out: empty titles, and a group where there was nothing in it.
    assert [line for line in field_changes(before, after) if "_shop required" not in line] == []
    assert breaches(before, after) == []


@given(DOCUMENTS)
def test_whatever_resolves_is_shown(document: JsonObject) -> None:
    try:
        resolved = resolve_schema(document, BUILTINS.get)
    except SchemaError:
        return

    assert count(outline(resolved, field_sources(document, BUILTINS.get))) >= 0


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_built_in_component_has_a_form_that_changes_nothing(name: str) -> None:
    document = BUILTINS[name]

    written = document_of(draft_of(document, tenant="shop"), document, tenant="shop")

    assert resolve_schema(written, BUILTINS.get) == resolve_schema(document, BUILTINS.get)
