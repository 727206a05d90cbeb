from datetime import date
from typing import Any

import pytest

from server.lake import batch as batch_module
from server.lake.arrow import compile_layout, encode_row
from server.lake.batch import encode_batch
from server.lake.errors import UnwritableEvents
from server.lake.table import compile_columns
from server.model.outcome import Addition
from tests.builders import NOON_MS, an_xdm
from tests.unit.lake.builders import WEB_EVENTS, an_entry, event_id, some_entries

LAYOUT = compile_layout(compile_columns(WEB_EVENTS))


def test_there_is_one_file_a_day() -> None:
    timestamps = [
        "2026-01-01T23:59:59.999Z",
        "2026-01-02T00:00:00.000Z",
        "2026-01-01T01:00:00+02:00",
        "1999-01-01T00:00:00Z",
    ]
    entries = [an_entry(o, xdm=an_xdm(_id=event_id(o), timestamp=text)) for o, text in enumerate(timestamps)]

    files = encode_batch(LAYOUT, entries, partition=0)

    assert {day: rows.column("_id").to_pylist() for day, rows in files} == {
        date(2026, 1, 1): [event_id(0)],
        date(2026, 1, 2): [event_id(1)],
        date(2025, 12, 31): [event_id(2)],
        None: [event_id(3)],
    }


def test_rows_say_where_they_are_from() -> None:
    additions = (Addition(enrichment="geo", patch={}), Addition(enrichment="bot", patch={}))
    entry = an_entry(7, additions=additions, origin_mismatch=True)

    [(_, rows)] = encode_batch(LAYOUT, [entry], partition=3)

    facts = rows.column("_heliograph").to_pylist()[0]
    assert facts.pop("receivedTimestamp").timestamp() * 1000 == NOON_MS + 7000
    assert facts == {
        "datastreamId": "test",
        "beaconId": "b-1",
        "originMismatch": True,
        "enrichments": ["geo", "bot"],
        "partition": 3,
        "offset": 7,
        "sourcePartition": 0,
        "sourceOffset": 7,
    }


def test_columns_that_no_event_fills_are_not_written_but_those_that_queries_name_are() -> None:
    [(_, rows)] = encode_batch(LAYOUT, [an_entry(0, xdm={"_id": "a", "eventType": "x"})], partition=0)

    assert rows.column_names == ["_id", "timestamp", "eventType", "_heliograph", "_rest"]


def test_a_day_too_large_for_one_file_gets_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "MAX_FILE_LINES_BYTES", 2_000)

    files = encode_batch(LAYOUT, some_entries(0, 9), partition=0)

    assert len(files) > 1
    assert [i for _, rows in files for i in rows.column("_id").to_pylist()] == [event_id(o) for o in range(10)]


def test_nothing_to_write_is_no_file() -> None:
    assert encode_batch(LAYOUT, [], partition=0) == []


@pytest.mark.parametrize("odd", ["\ud800", object()])
def test_events_that_are_no_json_are_all_named(odd: Any) -> None:
    entries = [an_entry(o, xdm=an_xdm(_id="x", web={"webPageDetails": {"name": odd}}, new=odd)) for o in (1, 3)]

    with pytest.raises(UnwritableEvents, match=r"offset 1: .*offset 3: ") as raised:
        encode_batch(LAYOUT, [an_entry(0), entries[0], an_entry(2), entries[1]], partition=0)

    assert list(raised.value.faults) == [1, 3]


def test_an_event_that_arrow_cannot_read_is_found_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that split makes is like that, as far as is known: so one is made by hand."""
    odd = an_entry(1, xdm=an_xdm(_id="odd"))
    monkeypatch.setattr(
        batch_module,
        "encode_row",
        lambda layout, row, rest: b'{"_id":5}' if row["_id"] == "odd" else encode_row(layout, row, rest),
    )

    with pytest.raises(UnwritableEvents) as raised:
        encode_batch(LAYOUT, [an_entry(0), odd, an_entry(2)], partition=0)

    assert list(raised.value.faults) == [1]
