import pytest

from server.web.editor.branches import Branch, branches_of
from server.web.editor.changes import changed

FORM = [("events/0/type", "a"), ("events/1/type", "b"), ("events/4/type", "c"), ("name", "x")]


def types(form: Branch) -> list[str]:
    return [row.text("type") for row in form.at("events").rows()]


@pytest.mark.parametrize(
    ("action", "left", "focus"),
    [
        ("add:events", ["a", "b", "c", ""], "events/5"),
        ("remove:events/1", ["a", "c"], "events"),
        ("up:events/4", ["a", "c", "b"], "events/4"),
        ("down:events/0", ["b", "a", "c"], "events/0"),
        ("up:events/0", ["a", "b", "c"], "events/0"),
        ("up:events/x", ["a", "b", "c"], "events/x"),
        ("save", ["a", "b", "c"], ""),
    ],
)
def test_what_buttons_do_to_rows(action: str, left: list[str], focus: str) -> None:
    form, looked_at = changed(branches_of(FORM), action)

    assert (types(form), looked_at, form.text("name")) == (left, focus, "x")


def test_a_group_is_a_row_with_a_word() -> None:
    form, focus = changed(branches_of([]), "group:conditions/members")

    assert focus == "conditions/members/0"
    assert form.at("conditions").at("members").rows()[0].text("word") == "any"


def test_names_that_nest_without_end_are_left_out() -> None:
    assert branches_of([("a/" * 50 + "b", "x"), ("c", "y")]) == Branch(leaves={"c": ("y",)})
