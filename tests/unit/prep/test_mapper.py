"""Mapping sets: raw objects in, XDM out, and what is said of lines that had no value."""

import copy
from typing import Any

import pytest

from server.model.json import Json, JsonObject
from server.model.mapping import MappingLine
from server.prep.mapper import Mapped, Mapper, faults
from server.prep.paths import parse_path
from tests.builders import NOON_MS
from tests.unit.schema.builders import demo_events, demo_profiles, resolved

SCHEMA = resolved(
    type="object",
    properties={
        "name": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "is_new": {"type": "boolean"},
        "count": {"type": "integer"},
        "total": {"type": "number"},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "address": {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}},
        "scores": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
)


def line(source: str, destination: str, source_type: Any = "ATTRIBUTE") -> MappingLine:
    return MappingLine(source_type=source_type, source=source, destination=destination)


def mapped(raw: JsonObject, *lines: MappingLine, schema: JsonObject = SCHEMA) -> Mapped:
    return Mapper(lines, schema).map(raw, received_ms=NOON_MS, seed="e-1")


def test_lines_fill_the_object_one_after_the_other() -> None:
    raw = {"full name": "Ada", "home": {"city": "Bern", "zip": None}, "plz": 3000, "n": "7"}

    found = mapped(
        raw,
        line("full name", "name"),
        line("home", "address"),
        line("plz", "address.zip"),
        line("n", "scores.math"),
        line("constant", "items[1].sku", "STATIC"),
        line('concat("x", 1)', "items[0].sku", "EXPRESSION"),
        line("missing", "total"),
    )

    assert found == (
        {
            "name": "Ada",
            "address": {"city": "Bern", "zip": "3000"},
            "scores": {"math": 7},
            "items": [{"sku": "x1"}, {"sku": "constant"}],
        },
        [],
    )


def test_the_raw_object_is_never_changed() -> None:
    raw = {"home": {"city": "Bern"}, "list": [{"sku": "a"}]}
    before = copy.deepcopy(raw)

    mapped(
        raw,
        line("home", "address"),
        line("x", "address.zip", "STATIC"),
        line("list", "items"),
        line("y", "items[0].sku", "STATIC"),
    )

    assert raw == before


def test_a_list_is_mapped_item_by_item() -> None:
    raw = {"lines": [{"id": 1}, {}, {"id": "c"}]}

    assert mapped(raw, line("lines[*].id", "items[*].sku")).xdm == {"items": [{"sku": "1"}, {}, {"sku": "c"}]}


@pytest.mark.parametrize(
    ("destination", "value", "expected"),
    [
        ("name", 5, "5"),
        ("name", 1.5, "1.5"),
        ("name", True, "true"),
        ("is_new", "YES", True),
        ("is_new", "off", False),
        ("count", "12", 12),
        ("count", 12.0, 12),
        ("count", "-3", -3),
        ("total", "1e2", 100.0),
        ("total", 5, 5),
        ("at", "2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("at", "2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000Z"),
        ("at", "1/31/2026 9:30:00 PM", "2026-01-31T21:30:00.000Z"),
        ("at", "31.Jan.2026", "2026-01-31T00:00:00.000Z"),
        ("at", 1_000, "1970-01-01T00:00:01.000Z"),
        ("day", "2026/01/31", "2026-01-31"),
    ],
)
def test_loose_values_become_what_the_field_takes(destination: str, value: Json, expected: Json) -> None:
    found = mapped({"v": value}, line("v", destination))

    assert found == ({destination: expected}, [])


@pytest.mark.parametrize(
    ("destination", "value", "message"),
    [
        ("name", ["a"], "expected a text"),
        ("is_new", "maybe", "expected true or false"),
        ("is_new", 1, "expected true or false"),
        ("count", 1.5, "expected a whole number"),
        ("count", 2**60, "expected a whole number"),
        ("count", "1_000", "expected a number"),
        ("total", True, "expected a number"),
        ("total", "inf", "expected a number"),
        ("at", "soon", "'soon' is no date that is known here: give its pattern"),
        ("at", False, "expected a date"),
        ("at", 1e300, "this is no time that there is"),
        ("items[*].sku", "a", "a list is needed for [*], and this is none"),
    ],
)
def test_what_cannot_be_is_left_out_and_said(destination: str, value: Json, message: str) -> None:
    found = mapped({"v": value, "w": "Ada"}, line("v", destination), line("w", "address.city"))

    assert found.xdm == {"address": {"city": "Ada"}}
    [warning] = found.warnings
    assert (warning.keyword, warning.message) == ("mapping", message)
    assert warning.path.startswith("/" + destination.partition("[")[0])


def test_a_faulty_line_warns_every_time_and_stops_no_other() -> None:
    found = mapped(
        {"a": "Ada"},
        line("concat(", "name", "EXPRESSION"),
        line("a", "nowhere"),
        line("a", "name"),
        line("a", "name.x"),
    )

    assert found.xdm == {"name": "Ada"}
    assert len(found.warnings) == 3


def test_generated_ids_are_the_same_again_and_of_each_line_another() -> None:
    lines = (line("uuid()", "name", "EXPRESSION"), line("uuid()", "address.city", "EXPRESSION"))

    first, again = mapped({}, *lines), mapped({}, *lines)

    assert first == again
    assert first.xdm["name"] != first.xdm["address"]["city"]


def test_faults_are_found_when_it_is_saved() -> None:
    lines = [
        line("a", "name"),
        line("a", "nowhere.x"),
        line("a..b", "name"),
        line("concat(", "name", "EXPRESSION"),
        line("a", "name.inside"),
        line("a", "items.sku"),
    ]

    found = faults(lines, SCHEMA)

    assert [fault.path for fault in found] == ["/1", "/2", "/3", "/4", "/5"]
    assert "the schema has no field 'nowhere' there" in found[0].message
    assert faults([line("a", "name")] * 1_001, SCHEMA)[0].message == "a mapping set has at most 1000 lines"


def test_it_knows_whether_events_come_out() -> None:
    assert Mapper((), demo_events()).is_of_events
    assert not Mapper((), demo_profiles()).is_of_events


@pytest.mark.parametrize("text", ["", ".", "a.", "a..b", "a[", "a[x]", "a]", "[0]", "a[0]b", "a[99999]", "${}"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"character \d+"):
        parse_path(text)


def test_a_trace_tells_each_line_what_it_came_to() -> None:
    lines = (line("home", "address"), line("plz", "address.zip"), line("n", "count"), line("none", "total"))
    raw = {"home": {"city": "Bern"}, "plz": 3000, "n": "many"}

    xdm, results = Mapper(lines, SCHEMA).trace(raw, received_ms=NOON_MS, seed="e-1")

    assert xdm == {"address": {"city": "Bern", "zip": "3000"}}
    assert xdm == mapped(raw, *lines).xdm
    assert [result.value for result in results] == [{"city": "Bern"}, "3000", None, None]
    assert [result.fault for result in results] == ["", "", "expected a number", ""]
