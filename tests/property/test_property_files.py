"""Properties as text: whatever they hold, they come back as they were."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.model.json import JsonObject
from server.property.files import canonical_text, decode_document, join_files, revision_of, split_document

TEXTS = st.text(st.characters(codec="utf-8"), max_size=10)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}|x-[a-z]{1,4}", fullmatch=True)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> JsonObject:
    rules = [{**draw(OBJECTS), "id": each} for each in draw(st.lists(IDS, unique=True, max_size=4))]
    elements = draw(st.dictionaries(NAMES, OBJECTS, max_size=4))
    return {**draw(OBJECTS), "rules": rules, "dataElements": elements}


@given(documents())
def test_a_property_split_into_files_and_joined_is_the_same(document: JsonObject) -> None:
    files = split_document(document)

    assert join_files(files) == document
    assert split_document(join_files(files)) == files


@given(JSON)
def test_canonical_text_is_the_value_and_is_canonical_itself(value: Any) -> None:
    text = canonical_text(value)

    assert decode_document(text.encode()) == value
    assert canonical_text(decode_document(text.encode())) == text


@given(OBJECTS, st.randoms(use_true_random=False))
def test_the_revision_does_not_depend_on_the_order_of_keys(document: JsonObject, random: Any) -> None:
    keys = list(document)
    random.shuffle(keys)

    assert revision_of({key: document[key] for key in keys}) == revision_of(document)
