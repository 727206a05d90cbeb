"""Checking: any document is answered, and what is let through can be compiled, built, told and compared."""

import copy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.container.encode import encode_literal
from server.model.container import as_json
from server.model.json import JsonObject
from server.property.check import MAX_FAULTS, check_property
from server.property.compile import compile_property
from server.property.diff import diff_properties
from server.property.files import join_files, split_document
from server.property.sentences import describe_rule, plain_text
from tests.unit.property.factories import a_mapping_rule, a_property, fixture_modules, retail

MODULES = fixture_modules()
RETAIL = retail()

# Words of the format: what chance would never put in a place where it means something.
FORMAT = (
    "value one each as all any none is op than consent type from id rules xdm present eq in matches click page collect "
    "%pageName% %event.order.id% %this% %item.x% a.b a[] x-a % [ (a+)+ 30m apply fallback default limit after ttl"
)
WORDS = st.sampled_from(FORMAT.split())
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | WORDS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something can be put in the place of something else."""
    found = [at]
    if isinstance(value, dict):
        found += [place for key, each in value.items() for place in places(each, (*at, key))]
    if isinstance(value, list):
        found += [place for index, each in enumerate(value) for place in places(each, (*at, index))]
    return found


PLACES = places(RETAIL)[1:]


@st.composite
def nearly_right(draw: st.DrawFn) -> JsonObject:
    """The retail site with one to three things in it replaced, added or taken away."""
    document: Any = copy.deepcopy(RETAIL)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(PLACES))
        owner: Any = document
        for key in way:
            owner = owner[key] if isinstance(owner, dict | list) and _has(owner, key) else None
        if isinstance(owner, dict) and draw(st.booleans()):
            owner[draw(WORDS)] = draw(VALUES)
        elif isinstance(owner, dict | list) and _has(owner, last):
            owner[last] = draw(VALUES)
    changed: JsonObject = document
    return changed


def _has(owner: Any, key: Any) -> bool:
    return key in owner if isinstance(owner, dict) else isinstance(key, int) and key < len(owner)


@given(VALUES)
def test_any_value_is_answered(value: Any) -> None:
    assert 0 <= len(check_property(value, MODULES)) <= MAX_FAULTS


@settings(max_examples=200, deadline=None)
@example(a_property(rules=[a_mapping_rule({"a": "%pageName%"})]))
@given(nearly_right())
def test_what_is_let_through_can_be_published_told_and_compared(document: JsonObject) -> None:
    faults = check_property(document, MODULES)

    assert all(fault.message and fault.cure for fault in faults)
    if faults:
        return
    container = compile_property(document, environment="production", org_id="O", datastream="d", modules=MODULES)
    assert encode_literal(as_json(container)).isascii()
    assert all(plain_text(describe_rule(rule, MODULES)).startswith("When ") for rule in document["rules"])
    assert join_files(split_document(document)) == document
    assert list(diff_properties(document, document)) == []
    assert isinstance(diff_properties(RETAIL, document), list)
