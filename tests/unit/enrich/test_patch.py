from typing import Any

import pytest

from server.enrich.patch import fill, is_free, unit


@pytest.mark.parametrize(
    ("xdm", "free"),
    [
        ({}, True),
        ({"a": {}}, True),
        ({"a": {"b": {}}}, True),
        ({"a": {"b": {"d": 1}}}, True),
        ({"a": {"b": {"c": 1}}}, False),
        ({"a": {"b": {"c": None}}}, False),
        ({"a": {"b": {"c": {}}}}, False),
        ({"a": 5}, False),
        ({"a": None}, False),
        ({"a": {"b": ["c"]}}, False),
        ({"a": {"b": "c"}}, False),
    ],
)
def test_a_path_is_free_when_setting_it_overwrites_nothing(xdm: Any, free: bool) -> None:
    assert is_free(xdm, "a.b.c") is free


def test_fill_sets_what_is_known_and_free() -> None:
    patch = fill({"a": {"b": 1}, "d": 5}, {"a.b": 2, "a.c": 3, "d.e": 4, "f": None, "g.h.i": False})

    assert patch == {"a": {"c": 3}, "g": {"h": {"i": False}}}


BROWSER = {"name": "Chrome", "version": "141", "vendor": None}


@pytest.mark.parametrize(
    ("xdm", "values"),
    [
        ({}, BROWSER),
        ({"name": "Chrome"}, BROWSER),
        ({"version": "1"}, BROWSER),
        ({"name": "Firefox"}, {}),
        ({"name": None}, {}),
    ],
)
def test_a_unit_is_given_whole_or_not_at_all(xdm: Any, values: Any) -> None:
    assert unit(xdm, "name", BROWSER) == values


def test_a_unit_about_nothing_is_not_given() -> None:
    assert unit({}, "name", {"name": None, "version": "1"}) == {}
