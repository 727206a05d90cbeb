import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model.xdm import get, leaves, merge, nest, value_at

_objects = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.integers() | st.lists(st.integers(), max_size=2), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(), max_size=3),
)


def test_objects_merge_deeply_and_lists_are_replaced() -> None:
    merged = merge({"a": {"b": 1, "c": [1, 2]}, "d": 1}, {"a": {"c": [3]}, "d": {"e": 2}})

    assert merged == {"a": {"b": 1, "c": [3]}, "d": {"e": 2}}


@given(_objects, _objects)
def test_merge_never_changes_its_inputs_and_has_a_unit(base: dict[str, object], over: dict[str, object]) -> None:
    before = copy.deepcopy((base, over))

    merge(base, over)

    assert (base, over) == before
    assert merge(base, {}) == base
    assert merge({}, over) == over


@given(_objects, _objects)
def test_what_lies_over_wins(base: dict[str, object], over: dict[str, object]) -> None:
    merged = merge(base, over)

    for path, value in leaves(over):
        assert get(merged, path) == value or (value == {} and isinstance(get(merged, path), dict))


def test_get_walks_objects_only() -> None:
    assert get({"a": {"b": 1}}, "a.b") == 1
    assert get({"a": [1]}, "a.0") is None
    assert get({}, "a.b") is None


def test_nest_is_the_inverse_of_get() -> None:
    assert nest("a.b.c", 5) == {"a": {"b": {"c": 5}}}
    assert get(nest("a.b.c", 5), "a.b.c") == 5


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((), {"a": [{"b": 1}], "m": {"": [2]}}),
        (("a", "0", "b"), 1),
        (("m", "0"), 2),
        (("m", "", "0"), 2),
        (("a", "0", "c"), None),
        (("x", "y"), None),
        (("a", "7"), None),
        (("a", ""), None),
    ],
)
def test_the_value_at_a_violations_place_is_found_past_members_without_a_name(
    place: tuple[str, ...], value: object
) -> None:
    assert value_at({"a": [{"b": 1}], "m": {"": [2]}}, place) == value
