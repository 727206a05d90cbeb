import pytest

from server.property.edits import (
    find_rule,
    free_id,
    moved,
    put_element,
    put_rule,
    slug,
    switched,
    with_copy,
    without_element,
    without_rules,
)
from tests.unit.property.factories import a_property, a_rule


def three() -> dict[str, object]:
    return a_property(
        rules=[a_rule(id="a"), a_rule(id="b", after=["a"]), a_rule(id="c", after=["a", "b"])],
        tests=[{"name": "one", "rule": "a"}, {"name": "two", "rule": "b"}],
    )


def ids(document: dict[str, object]) -> list[str]:
    return [rule["id"] for rule in document["rules"]]  # type: ignore[attr-defined]


def test_no_edit_changes_the_document_it_is_made_of() -> None:
    document = three()

    put_rule(document, a_rule(id="d"))
    without_rules(document, ["a"])
    switched(document, ["a"], on=False)
    moved(document, "a", 1)

    assert document == three()


def test_a_renamed_rule_is_followed_by_those_who_wait_for_it_and_its_tests() -> None:
    renamed = put_rule(three(), a_rule(id="first"), replaces="a")

    assert ids(renamed) == ["first", "b", "c"]
    assert [rule.get("after") for rule in renamed["rules"]] == [None, ["first"], ["first", "b"]]
    assert [test["rule"] for test in renamed["tests"]] == ["first", "b"]


def test_nobody_waits_for_a_deleted_rule_and_its_tests_go_with_it() -> None:
    left = without_rules(three(), ["a"])

    assert ids(left) == ["b", "c"]
    assert [rule.get("after") for rule in left["rules"]] == [None, ["b"]]
    assert [test["name"] for test in left["tests"]] == ["two"]


def test_a_copy_stands_behind_its_original_switched_off_under_a_free_id() -> None:
    document, copy_id = with_copy(three(), "b")

    assert (copy_id, ids(document)) == ("b-2", ["a", "b", "b-2", "c"])
    assert find_rule(document, "b-2") == a_rule(id="b-2", after=["a"], name="b (copy)", enabled=False)


@pytest.mark.parametrize(
    ("rule", "by", "order"), [("a", 1, "bac"), ("a", -1, "abc"), ("c", -1, "acb"), ("c", 1, "abc")]
)
def test_a_rule_moves_and_stays_at_the_ends(rule: str, by: int, order: str) -> None:
    assert ids(moved(three(), rule, by)) == list(order)


def test_a_rule_that_is_not_there_cannot_be_moved() -> None:
    with pytest.raises(KeyError):
        moved(three(), "x", 1)


def test_switching_on_leaves_no_trace() -> None:
    off = switched(three(), ["a", "c"], on=False)

    assert [rule.get("enabled", True) for rule in off["rules"]] == [False, True, False]
    assert switched(off, ["a", "c"], on=True) == three()


@pytest.mark.parametrize(
    ("name", "found"),
    [("Add to cart!", "add-to-cart"), ("Größe & Preis", "groe-preis"), ("日本", ""), ("a" * 80, "a" * 64)],
)
def test_a_name_becomes_an_id(name: str, found: str) -> None:
    assert slug(name) == found


def test_an_id_that_is_taken_gets_a_number() -> None:
    assert free_id("Add to cart", ["add-to-cart", "add-to-cart-2"]) == "add-to-cart-3"
    assert free_id("日本", []) == "rule"


def test_data_elements_come_and_go() -> None:
    document = put_element(a_property(), "price", {"from": "const", "value": 1})

    assert list(document["dataElements"]) == ["pageName", "price"]
    assert without_element(document, "price") == a_property()
