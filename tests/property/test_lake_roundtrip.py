"""Whatever JSON an event holds comes back from the lake as it went in, but for the three normalisations of row.py."""

import asyncio
import math
import string
import tempfile
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.lake.lake import DeltaLake
from server.lake.row import compile_codec
from server.lake.table import compile_columns
from server.model.json import JsonObject
from tests.builders import a_dataset
from tests.unit.lake.builders import WEB_EVENTS, an_entry

CODEC = compile_codec(compile_columns(WEB_EVENTS))

# What the wire lets in: no lone surrogates, no NaN; integers of any size.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
integers = st.integers(-(2**70), 2**70)
numbers = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | integers | numbers | texts
anything = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3), max_leaves=8
)
instants = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat) | st.sampled_from(
    [
        "2026-01-01T12:00:00+14:00",
        "2026-01-01T12:00:00.5-03:30",
        "2026-01-01T12:00:00.123456789Z",
        "2026-01-01T23:59:60Z",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-01-01",
        "2026-01-01T12:00:00",
    ]
)


def values_of(schema: JsonObject) -> st.SearchStrategy[Any]:
    """Mostly what the schema says, and now and then anything at all."""
    match schema.get("type"):
        case "string":
            fitting: st.SearchStrategy[Any] = instants if schema.get("format") == "date-time" else texts
        case "integer":
            fitting = integers | st.integers(-5, 5).map(float)
        case "number":
            fitting = numbers | st.integers(-(2**54), 2**54)
        case "boolean":
            fitting = st.booleans()
        case "array":
            fitting = st.lists(values_of(schema["items"]), max_size=3)
        case "object" if "properties" in schema:
            fitting = objects_of(schema)
        case "object" if "additionalProperties" in schema:
            fitting = st.dictionaries(texts, values_of(schema["additionalProperties"]), max_size=3)
        case _:
            fitting = anything
    return st.integers(0, 9).flatmap(lambda dice: anything if dice == 0 else fitting)


def objects_of(schema: JsonObject) -> st.SearchStrategy[JsonObject]:
    known = st.fixed_dictionaries({}, optional={name: values_of(child) for name, child in schema["properties"].items()})
    unknown = st.dictionaries(st.text(string.ascii_letters + "_ .", min_size=1, max_size=6), anything, max_size=2)
    return st.builds(lambda extra, fields: extra | fields, unknown, known)


xdms = objects_of(WEB_EVENTS)


@settings(max_examples=300, deadline=None)
@given(xdm=xdms)
def test_join_undoes_split(xdm: JsonObject) -> None:
    joined = CODEC.join(*CODEC.split(xdm))

    assert normalised(joined) == normalised(xdm)


@settings(max_examples=60, deadline=None)
@given(batch=st.lists(xdms, min_size=1, max_size=5))
def test_what_is_written_is_exported(batch: list[JsonObject]) -> None:
    events = {f"e-{position}": xdm | {"_id": f"e-{position}"} for position, xdm in enumerate(batch)}

    exported = asyncio.run(_written_and_exported(list(events.values())))

    assert {xdm["_id"]: normalised(xdm) for xdm in exported} == {
        identifier: normalised(xdm) for identifier, xdm in events.items()
    }


async def _written_and_exported(xdms: list[JsonObject]) -> list[JsonObject]:
    with tempfile.TemporaryDirectory() as folder:
        lake = DeltaLake(folder)
        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(offset, xdm=xdm) for offset, xdm in enumerate(xdms)])
        exported = [xdm async for page in lake.export(a_dataset(), since_ms=None, until_ms=None) for xdm in page]
        await lake.close()
    return exported


def normalised(xdm: JsonObject) -> Any:
    """A form that is equal for what counts as the same: instants in UTC, and 1.0 as 1 where a column is numeric."""
    form = {
        name: _instant(value) if name in ("timestamp", "receivedTimestamp") else value for name, value in xdm.items()
    }
    return _typed(form)


def _instant(value: Any) -> Any:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    if at.tzinfo is None or "123456789" in value:
        return value
    try:
        return ("instant", at.timestamp())
    except OverflowError:
        return value


def _typed(value: Any) -> Any:
    """True is not 1 here, as it is to ``==``; 1.0 is 1, as in JSON Schema."""
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return ("number", int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", value)
    return (type(value).__name__, value)


def test_the_strategy_makes_events_that_a_collector_could_have_taken() -> None:
    """The rest of this file would prove little if nothing typed were in them."""

    @settings(max_examples=50, deadline=None, database=None)
    @given(xdm=xdms)
    def is_json(xdm: JsonObject) -> None:
        assert msgspec.json.decode(msgspec.json.encode(xdm)) is not None

    is_json()
