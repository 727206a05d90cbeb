from typing import Any

import pytest

from server.lake.row import compile_codec, decode_text, encode_text
from server.lake.table import compile_columns
from server.model.json import JsonObject
from tests.builders import NOON_MS
from tests.unit.lake.builders import WEB_EVENTS

CODEC = compile_codec(compile_columns(WEB_EVENTS))


@pytest.mark.parametrize(
    ("xdm", "row"),
    [
        ({}, {}),
        ({"eventType": "x"}, {"eventType": "x"}),
        ({"timestamp": "2026-01-01T12:00:00.000Z"}, {"timestamp": NOON_MS * 1000}),
        ({"device": {"screenHeight": 5}}, {"device": {"screenHeight": 5}}),
        ({"device": {"screenHeight": 5.0}}, {"device": {"screenHeight": 5}}),
        ({"device": {}}, {"device": {}}),
        ({"commerce": {"order": {"priceTotal": 5}}}, {"commerce": {"order": {"priceTotal": 5.0}}}),
        ({"productListItems": [None, {}, {"SKU": "a"}]}, {"productListItems": [None, {}, {"SKU": "a"}]}),
        ({"identityMap": {"ECID": [{"id": "1"}], "X": None}}, {"identityMap": {"ECID": [{"id": "1"}], "X": None}}),
        ({"consents": {"a": [1]}}, {"consents": '{"a":[1]}'}),
        ({"_tenant": {"mixed": "5", "anything": 5}}, {"_tenant": {"mixed": '"5"', "anything": "5"}}),
    ],
)
def test_what_fits_is_in_the_row_and_nothing_is_left(xdm: JsonObject, row: JsonObject) -> None:
    assert CODEC.split(xdm) == (row, {})


@pytest.mark.parametrize(
    ("xdm", "row", "rest"),
    [
        ({"new": 1}, {}, {"new": 1}),
        ({"eventType": None}, {}, {"eventType": None}),
        ({"eventType": 5}, {}, {"eventType": 5}),
        ({"web": "x"}, {}, {"web": "x"}),
        ({"web": {"new": {"a": 1}}}, {"web": {}}, {"web": {"new": {"a": 1}}}),
        ({"device": {"screenHeight": 2**63}}, {"device": {}}, {"device": {"screenHeight": 2**63}}),
        ({"device": {"screenHeight": 5.5}}, {"device": {}}, {"device": {"screenHeight": 5.5}}),
        ({"device": {"screenHeight": True}}, {"device": {}}, {"device": {"screenHeight": True}}),
        ({"commerce": {"purchases": {"value": 2**53 + 1}}}, {"commerce": {"purchases": {}}}, None),
        (
            {"productListItems": [{"SKU": "a", "x": 1}, "odd", {"SKU": "b"}]},
            {"productListItems": [{"SKU": "a"}, None, {"SKU": "b"}]},
            {"productListItems": {"0": {"x": 1}, "1": "odd"}},
        ),
        ({"productListItems": {"0": {}}}, {}, {"productListItems": {"0": {}}}),
        (
            {"identityMap": {"ECID": [{"id": 5}], "A": "x"}},
            {"identityMap": {"ECID": [{}], "A": None}},
            {"identityMap": {"ECID": {"0": {"id": 5}}, "A": "x"}},
        ),
        ({"timestamp": "yesterday"}, {}, {"timestamp": "yesterday"}),
        (
            {"timestamp": "2026-01-01T12:00:00.0000001Z"},
            {"timestamp": NOON_MS * 1000},
            {"timestamp": "2026-01-01T12:00:00.0000001Z"},
        ),
        ({"date": "2026", "_rest": "x", "_heliograph": {}}, {}, {"date": "2026", "_rest": "x", "_heliograph": {}}),
    ],
)
def test_what_does_not_fit_is_left_in_its_place_and_comes_back(
    xdm: JsonObject, row: JsonObject, rest: JsonObject | None
) -> None:
    split_row, split_rest = CODEC.split(xdm)

    assert split_row == row
    assert split_rest == (xdm if rest is None else rest)
    assert CODEC.join(split_row, split_rest) == xdm


def test_the_rest_counts_where_the_table_has_got_a_column_since() -> None:
    rest = {"productListItems": [{"SKU": "a"}], "web": {"webReferrer": "was a string"}}

    assert CODEC.join({"eventType": "x"}, rest) == {"eventType": "x", **rest}


def test_the_rest_counts_where_the_row_has_a_value_as_well() -> None:
    row = {"eventType": "x", "commerce": {"purchases": {"value": 1.0}}, "consents": "{}"}
    rest = {"eventType": 5, "commerce": {"purchases": {"value": "one"}}, "consents": None}

    assert CODEC.join(row, rest) == rest


def test_nulls_of_a_row_are_no_values_but_in_lists_and_maps() -> None:
    row = {"eventType": None, "web": None, "productListItems": [None], "identityMap": {"X": None}}

    assert CODEC.join(row, {}) == {"productListItems": [None], "identityMap": {"X": None}}


@pytest.mark.parametrize(("stored", "text"), [(5.0, "5"), (-2.0, "-2"), (0.1, "0.1"), (2.0**53, "9007199254740992.0")])
def test_numbers_come_back_as_javascript_writes_them(stored: float, text: str) -> None:
    joined = CODEC.join({"commerce": {"purchases": {"value": stored}}}, {})

    assert repr(joined["commerce"]["purchases"]["value"]) == text


def test_instants_come_back_in_utc_from_numbers_and_from_text() -> None:
    expected = {"timestamp": "2026-01-01T12:00:00.000Z"}

    assert CODEC.join({"timestamp": NOON_MS * 1000}, {}) == expected
    assert CODEC.join({"timestamp": "2026-01-01 12:00:00+00"}, {}) == expected


def test_split_changes_nothing_of_the_event() -> None:
    xdm = {"identityMap": {"ECID": [{"id": 5}]}, "productListItems": [{"SKU": "a", "x": {}}], "new": {"a": []}}
    before = encode_text(xdm)

    CODEC.split(xdm)

    assert encode_text(xdm) == before


@pytest.mark.parametrize("value", [2**70, -(2**70), "\x00", [[[]]], {"a": None}, 1e300])
def test_json_text_holds_any_json(value: Any) -> None:
    assert decode_text(encode_text(value)) == value
