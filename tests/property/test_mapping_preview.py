"""Whatever somebody writes into the mapping editor, it answers: with a value or with words."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.prep.suggest import suggestions
from server.web.forms.mapping_form import Row, lines_of, read_sample
from server.web.forms.mapping_preview import preview, target_options, targets
from tests.builders import NOON_MS
from tests.unit.schema.builders import resolved

SCHEMA = resolved(
    type="object",
    properties={
        "_id": {"type": "string"},
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "scores": {"type": "object", "additionalProperties": {"type": "number"}},
    },
)

NAMES = st.sampled_from(["a", "name", "items", "sku", "count", "first name", "x.y", "$", "[", "é"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PIECES = st.sampled_from(
    ["a", "items[*].sku", "upper(", "iif(", ")", ",", "1", '"t"', "==", "+", "uuid()", "${first name}", "[*]", ".", " "]
)
SOURCES = st.text(max_size=30) | st.lists(PIECES, max_size=8).map("".join)
DESTINATIONS = st.text(max_size=20) | st.sampled_from(
    ["_id", "name", "count", "at", "items[*].sku", "scores.a", "items"]
)
ROWS = st.lists(
    st.builds(
        Row,
        source_type=st.sampled_from(["ATTRIBUTE", "STATIC", "EXPRESSION"]),
        source=SOURCES,
        destination=DESTINATIONS,
    ),
    max_size=6,
)


@given(rows=ROWS, sample=st.text(max_size=60) | VALUES.map(json.dumps))
def test_a_preview_has_a_result_for_every_row_and_never_raises(rows: list[Row], sample: str) -> None:
    seen = preview(rows, sample, schema=SCHEMA, result_of=lambda made: made, violations=lambda _xdm: (), now_ms=NOON_MS)

    assert len(seen.rows) == len(rows)
    assert all(not (result.value and result.fault) for result in seen.rows)
    assert bool(seen.xdm) == (read_sample(sample)[0] is not None)


@given(raw=st.dictionaries(NAMES, VALUES, max_size=5))
def test_every_suggestion_can_be_used_for_the_example_it_is_from(raw: dict[str, Any]) -> None:
    rows = [
        Row(source_type=line.source_type, source=line.source, destination=line.destination)
        for line in suggestions(raw, targets(SCHEMA), taken=())
    ]

    seen = preview(
        rows,
        json.dumps(raw),
        schema=SCHEMA,
        result_of=lambda made: made,
        violations=lambda _xdm: (),
        now_ms=NOON_MS,
    )

    assert len({row.destination for row in rows}) == len(lines_of(rows))
    assert {row.destination for row in rows} <= {path for path, _words in target_options(SCHEMA)}
    assert not [result.fault for result in seen.rows if "path" in result.fault or "schema has no" in result.fault]
