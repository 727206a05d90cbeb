from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.schema.json_patch import PatchRefused, apply_patch

DOCUMENT = {"a": {"b": [1, 2, 3]}, "c/d": {"~": 1}}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "add", "path": "/e", "value": 1}, {**DOCUMENT, "e": 1}),
        ({"op": "ADD", "path": "/a/b/1", "value": 9}, {**DOCUMENT, "a": {"b": [1, 9, 2, 3]}}),
        ({"op": "add", "path": "/a/b/-", "value": 9}, {**DOCUMENT, "a": {"b": [1, 2, 3, 9]}}),
        ({"op": "add", "path": "/a/b/3", "value": 9}, {**DOCUMENT, "a": {"b": [1, 2, 3, 9]}}),
        ({"op": "add", "path": "", "value": 7}, 7),
        ({"op": "replace", "path": "/a/b/0", "value": 9}, {**DOCUMENT, "a": {"b": [9, 2, 3]}}),
        ({"op": "replace", "path": "/c~1d/~0", "value": 2}, {**DOCUMENT, "c/d": {"~": 2}}),
        ({"op": "replace", "path": "", "value": 7}, 7),
        ({"op": "remove", "path": "/a/b/1"}, {**DOCUMENT, "a": {"b": [1, 3]}}),
        ({"op": "remove", "path": "/a"}, {"c/d": {"~": 1}}),
        ({"op": "move", "from": "/a/b", "path": "/b"}, {"a": {}, "b": [1, 2, 3], "c/d": {"~": 1}}),
        ({"op": "copy", "from": "/a/b/0", "path": "/x"}, {**DOCUMENT, "x": 1}),
        ({"op": "test", "path": "/a/b/2", "value": 3}, DOCUMENT),
    ],
)
def test_an_operation_changes_a_copy(operation: Any, changed: Any) -> None:
    assert apply_patch(DOCUMENT, [operation]) == changed
    assert DOCUMENT == {"a": {"b": [1, 2, 3]}, "c/d": {"~": 1}}


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("add", "it is no object"),
        ({"op": "put", "path": "/a"}, "`op` is 'put'"),
        ({"op": "add", "path": "a", "value": 1}, "`path` is no JSON pointer"),
        ({"op": "add", "path": "/a"}, "`value` is missing"),
        ({"op": "add", "path": "/x/y", "value": 1}, "there is no 'x' where the path leads"),
        ({"op": "add", "path": "/a/b/4", "value": 1}, "'4' is no place in that list"),
        ({"op": "replace", "path": "/a/b/01", "value": 1}, "'01' is no place in that list"),
        ({"op": "replace", "path": "/x", "value": 1}, "there is no 'x'"),
        ({"op": "replace", "path": "/a/b/-", "value": 1}, "'-' is no place in that list"),
        ({"op": "remove", "path": "/a/b/0/z"}, "there is no 'z'"),
        ({"op": "remove", "path": ""}, "the whole document cannot be removed"),
        ({"op": "test", "path": "/a/b/0", "value": 2}, "/a/b/0 has another value"),
        ({"op": "move", "from": "/a", "path": "/a/b/0"}, "nothing can be moved into itself"),
        ({"op": "copy", "path": "/a"}, "`from` is no JSON pointer"),
    ],
)
def test_an_operation_that_cannot_be_carried_out_is_named_with_the_reason(operation: Any, message: str) -> None:
    with pytest.raises(PatchRefused, match="operation 1: ") as refused:
        apply_patch(DOCUMENT, [{"op": "test", "path": "", "value": DOCUMENT}, operation])

    assert message in str(refused.value)


@pytest.mark.parametrize("operations", [None, {}, [{}] * 1_001])
def test_operations_are_a_bounded_list(operations: Any) -> None:
    with pytest.raises(PatchRefused, match="a list of at most 1000 operations"):
        apply_patch({}, operations)


json_values = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(("a", "b")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "b", "0")), inner, max_size=3),
    max_leaves=8,
)
pointers = st.lists(st.sampled_from(("a", "b", "0", "1", "-")), max_size=3).map(
    lambda names: "".join(f"/{n}" for n in names)
)


@given(
    document=json_values,
    operations=st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(("add", "remove", "replace", "move", "copy", "test")), "path": pointers},
            optional={"from": pointers, "value": json_values},
        ),
        max_size=4,
    ),
)
def test_any_patch_gives_a_document_or_a_reason(document: Any, operations: Any) -> None:
    try:
        apply_patch(document, operations)
    except PatchRefused as refused:
        reason = str(refused)
        assert reason.startswith("operation ")


@given(document=json_values, path=pointers, value=json_values)
def test_what_was_added_is_there_and_can_be_removed_again(document: Any, path: str, value: Any) -> None:
    whole = {"x": document, "y": []}

    added = apply_patch(whole, [{"op": "add", "path": "/y/-", "value": value}])

    assert added["y"] == [value]
    assert apply_patch(added, [{"op": "remove", "path": "/y/0"}]) == whole
