import json
from collections.abc import Iterator
from typing import Any

import pytest

from server.container.source_map import FragmentMap, MappedFragment, source_map
from server.publish import container_of, load_fragments, mapped_script, script_of
from tests.unit.property.factories import ROOT, a_property

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def test_each_fragment_has_its_map_where_it_lies() -> None:
    first = MappedFragment(text="a();\n", map=FragmentMap(sources=("a.js",), mappings="AAAA", shift=3))
    second = MappedFragment(text="b();\n", map=FragmentMap(sources=("b.js", "<stdin>"), mappings="AACA"))

    made = json.loads(
        source_map("head;a();\nb();\nend", [first, second], read=lambda path: {"a.js": "A", "b.js": "B"}.get(path))
    )

    assert [section["offset"] for section in made["sections"]] == [
        {"line": 0, "column": 2},
        {"line": 1, "column": 0},
    ]
    assert [section["map"]["sourcesContent"] for section in made["sections"]] == [["A"], ["B", None]]
    assert [section["map"]["mappings"] for section in made["sections"]] == ["AAAA", "AACA"]


def test_a_fragment_that_is_not_in_the_build_is_an_error() -> None:
    fragment = MappedFragment(text="a();\n", map=FragmentMap(sources=("a.js",), mappings="AAAA"))

    with pytest.raises(ValueError, match="substring not found"):
        source_map("b();", [fragment], read=lambda _: None)


@pytest.mark.parametrize(
    ("sign", "source", "line"),
    [
        ("heliographMonitors", "monitor.js", "heliographMonitors"),
        ("general=in", "consent/consent.js", 'const IN = "general=in"'),
        ("isPageView:", "modules/actions/sendEvent.js", "isPageView"),
    ],
)
def test_a_place_in_a_real_build_leads_to_its_source(sign: str, source: str, line: str) -> None:
    fragments = load_fragments(ROOT / "static")
    container = container_of(a_property(), environment="production", fragments=fragments, org_id="O")
    script = script_of(container, fragments)

    made = json.loads(mapped_script(container, script, fragments, static=ROOT / "static"))

    found = _origin(made, script.decode(), script.decode().index(sign))
    assert found is not None
    assert found[0] == f"heliograph:///{source}"
    assert line in found[1]


def _origin(made: dict[str, Any], script: str, position: int) -> tuple[str, str] | None:
    """(source, its line) of the last mapping at or before the position."""
    at = (script.count("\n", 0, position), position - (script.rfind("\n", 0, position) + 1))
    found = None
    for section in made["sections"]:
        offset = section["offset"]
        for line, column, source, source_line in _segments(section["map"]["mappings"]):
            place = (offset["line"] + line, column + (offset["column"] if line == 0 else 0))
            if place <= at:
                content = section["map"]["sourcesContent"][source]
                found = (section["map"]["sources"][source], (content or "").split("\n")[source_line])
    return found


def _segments(mappings: str) -> Iterator[tuple[int, int, int, int]]:
    source = source_line = 0
    for line, segments in enumerate(mappings.split(";")):
        column = 0
        for segment in filter(None, segments.split(",")):
            fields = list(_numbers(segment))
            assert len(fields) in (1, 4), segment
            column += fields[0]
            if len(fields) == 4:
                source += fields[1]
                source_line += fields[2]
                yield line, column, source, source_line


def _numbers(segment: str) -> Iterator[int]:
    value = shift = 0
    for sign in segment:
        digit = _DIGITS.index(sign)
        value += (digit & 31) << shift
        shift += 5
        if digit < 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
