from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model.outcome import Addition
from server.model.schema import Violation
from server.web.views.xdm_tree import MAX_NODES, MAX_VALUE_CHARACTERS, TreeNode, xdm_tree


def tree(
    xdm: Mapping[str, Any], *, additions: Sequence[Addition] = (), violations: Sequence[Violation] = ()
) -> dict[str, TreeNode]:
    """Every node by its dotted path."""
    return dict(flat(xdm_tree(xdm, additions=additions, violations=violations)))


def flat(nodes: Sequence[TreeNode], prefix: str = "") -> Iterator[tuple[str, TreeNode]]:
    for node in nodes:
        yield prefix + node.key, node
        yield from flat(node.children, f"{prefix}{node.key}.")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("text", "text", "text"),
        ("", "nothing", "empty"),
        (5, "number", "5"),
        (1.5, "number", "1.5"),
        (True, "flag", "true"),
        (False, "flag", "false"),
        (None, "nothing", "null"),
        ({}, "object", "empty"),
        ([], "list", "empty"),
    ],
)
def test_each_kind_of_value_is_shown_as_what_it_is(value: object, kind: str, text: str) -> None:
    node = tree({"x": value})["x"]

    assert (node.kind, node.value) == (kind, text)


def test_lists_and_objects_have_their_members_in_order() -> None:
    nodes = tree({"b": {"z": 1, "a": [10, {"c": 2}]}})

    assert list(nodes) == ["b", "b.z", "b.a", "b.a.0", "b.a.1", "b.a.1.c"]
    assert (nodes["b"].kind, nodes["b"].value, nodes["b.a"].kind) == ("object", "", "list")


def test_what_an_enrichment_added_is_labelled_at_the_fields_that_it_set() -> None:
    xdm = {"device": {"screenWidth": 1, "type": "mobile"}, "environment": {"browserDetails": {"name": "Chrome"}}}
    additions = [
        Addition(enrichment="user_agent", patch={"device": {"type": "desktop"}}),
        Addition(enrichment="client_hints", patch={"device": {"type": "mobile"}}),
        Addition(enrichment="user_agent", patch={"environment": {"browserDetails": {"name": "Chrome"}}}),
    ]

    added_by = {path: node.added_by for path, node in tree(xdm, additions=additions).items()}

    assert added_by == {
        "device": "",
        "device.screenWidth": "",
        "device.type": "client hints",
        "environment": "",
        "environment.browserDetails": "",
        "environment.browserDetails.name": "user agent",
    }


def test_all_of_a_list_that_an_enrichment_set_is_labelled() -> None:
    items = [{"name": "a"}]
    additions = [Addition(enrichment="geo", patch={"_shop": {"items": items}})]

    nodes = tree({"_shop": {"items": items}}, additions=additions)

    assert [nodes[path].added_by for path in ("_shop", "_shop.items", "_shop.items.0.name")] == ["", "geo", "geo"]


def test_violations_stand_at_the_field_that_they_are_about() -> None:
    violations = [
        Violation(path="/a~1b/0/c~0d", keyword="type", message="expected a number"),
        Violation(path="/a~1b/0/c~0d", keyword="minimum", message="a second one"),
        Violation(path="", keyword="required", message="of the whole"),
    ]

    nodes = tree({"a/b": [{"c~d": "x"}]}, violations=violations)

    assert nodes["a/b.0.c~d"].violation == "expected a number"
    assert nodes["a/b"].violation == nodes["a/b.0"].violation == ""


def test_only_web_addresses_are_links() -> None:
    nodes = tree({"good": "https://shop.example/", "bad": "javascript:alert(1)", "number": 5})

    assert nodes["good"].href == "https://shop.example/"
    assert nodes["bad"].href == nodes["number"].href == ""


def test_unseen_characters_are_shown_in_keys_values_and_messages() -> None:
    violation = Violation(path="/a\u202eb", keyword="type", message="found \u202e")
    [node] = xdm_tree({"a\u202eb": "c\nd"}, additions=(), violations=[violation])

    assert (node.key, node.value, node.violation) == ("a⟨U+202E⟩b", "c␊d", "found ⟨U+202E⟩")


def test_long_values_are_cut_and_say_so() -> None:
    node = tree({"x": "y" * (MAX_VALUE_CHARACTERS + 1500)})["x"]

    assert node.value.endswith("… (1,500 more characters)")
    assert len(node.value) < MAX_VALUE_CHARACTERS + 50


def test_a_tree_has_an_end_and_says_what_it_left_out() -> None:
    xdm = {f"k{index}": {"a": 1, "b": 2} for index in range(MAX_NODES)}

    nodes = list(flat(xdm_tree(xdm, additions=(), violations=())))

    assert len(nodes) <= MAX_NODES + 5
    assert nodes[-1][1].kind == "more"
    assert nodes[-1][1].value.endswith("more")


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ),
        max_size=4,
    )
)
def test_any_xdm_has_a_tree(xdm: dict[str, Any]) -> None:
    additions = [Addition(enrichment="any", patch=xdm)]

    nodes = list(flat(xdm_tree(xdm, additions=additions, violations=())))

    assert all(node.added_by == "any" for _, node in nodes if not node.children)
