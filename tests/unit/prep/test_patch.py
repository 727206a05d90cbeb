"""Edits in the mapping language."""

import copy

import pytest

from server.model.json import JsonObject
from server.prep.patch import MAX_LINES, Patch, Patched, PatchFault
from tests.builders import NOON_MS
from tests.unit.prep.test_mapper import SCHEMA


def patched(text: str, document: JsonObject, *, raw: bool = True) -> Patched:
    return Patch(text, None if raw else SCHEMA).apply(document, received_ms=NOON_MS, seed="e-1")


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("a = 1", {}, {"a": 1}),
        ("a.b[1].c = upper(x)", {"x": "y"}, {"x": "y", "a": {"b": [{}, {"c": "Y"}]}}),
        ("a = a + 1\n\n# again\na = a * 10", {"a": 1}, {"a": 20}),
        ("a = b == 2", {"b": 2}, {"b": 2, "a": True}),
        ("remove a", {"a": 1, "b": 2}, {"b": 2}),
        ("remove a.b", {"a": {"b": 1}}, {"a": {}}),
        ("remove a[0]", {"a": [1, 2]}, {"a": [2]}),
        ("remove a[*].x", {"a": [{"x": 1, "y": 2}, {"x": 3}, 7]}, {"a": [{"y": 2}, {}, 7]}),
        ("remove ${a.b}", {"a.b": 1}, {}),
        (
            "items[*].sku = items[*].id",
            {"items": [{"id": "1"}, {"id": "2"}]},
            {"items": [{"id": "1", "sku": "1"}, {"id": "2", "sku": "2"}]},
        ),
    ],
)
def test_lines_change_the_document_from_the_top_down(text: str, before: JsonObject, after: JsonObject) -> None:
    given = copy.deepcopy(before)

    assert patched(text, given) == Patched(after, [])
    assert given == before


def test_values_are_made_what_the_schema_s_field_takes() -> None:
    found = patched("count = count\nday = at", {"count": "7", "at": "2026-01-01T12:00:00Z"}, raw=False)

    assert found.document == {"count": 7, "day": "2026-01-01", "at": "2026-01-01T12:00:00Z"}


def test_a_line_without_a_value_changes_nothing_and_says_why() -> None:
    found = patched("a = missing\nremove b\ncount = x\nc = 1", {"x": "many"}, raw=True)

    assert found.document == {"x": "many", "count": "many", "c": 1}
    assert [(warning.path, warning.keyword) for warning in found.warnings] == [("1", "edit"), ("2", "edit")]


def test_generated_ids_are_the_same_whenever_it_is_applied() -> None:
    once, again = (patched("_id = uuid()", {}).document for _ in range(2))

    assert once == again
    assert len(once["_id"]) == 36


@pytest.mark.parametrize(
    ("text", "raw", "line", "part"),
    [
        ("", True, 1, "no line that changes"),
        ("# nothing", True, 1, "no line that changes"),
        ("a == 1", True, 1, "path = expression"),
        ("delete a", True, 1, "path = expression"),
        ("a = 1\nb = (", True, 2, "expected a value"),
        ("a = nosuch(1)", True, 1, "there is no function"),
        ("remove a..b", True, 1, "a name is missing"),
        ("unheard = 1", False, 1, "no field"),
        ("a = 1\n" * (MAX_LINES + 1), True, 1, "at most"),
        ("x" * 20_001, True, 1, "at most"),
    ],
)
def test_a_text_that_is_no_edit_is_refused_line_by_line(text: str, raw: bool, line: int, part: str) -> None:
    with pytest.raises(PatchFault) as refused:
        patched(text, {}, raw=raw)

    [(number, fault)] = refused.value.faults
    assert number == line
    assert part in fault


def test_something_in_the_way_is_said_and_not_overwritten() -> None:
    found = patched("a.b = 1", {"a": 5})

    assert found.document == {"a": 5}
    assert len(found.warnings) == 1
