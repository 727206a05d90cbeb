"""Names of fields that clash with Parquet's, SQL's or the lake's own: their values are kept, and come back."""

import asyncio
import json
from pathlib import Path

import pytest

from server.lake.formats import encode_pages
from server.lake.lake import DeltaLake
from server.lake.latest import read_latest
from server.model.json import JsonObject
from tests.builders import a_dataset, an_xdm
from tests.unit.lake.builders import INTEGER, STRING, WEB_EVENTS, an_entry, an_object

NAMES = (
    *("select", "from", "order", "table", "date", "DATE", "_rest", "_REST", "_heliograph", "timestamp2", "__proto__"),
    *("a.b", "a b", 'a"b', "a`b", "a'b", "a;b", "a,b", "a{b}", "a=b", "a(b)", "a\\b", "a/b", "a%b", "../a", "a*b", "ſ"),
    *("x'; DROP TABLE events; --", '"; DROP TABLE events; --', "a\nb", "a\tb", "", "Total", "total", "n" * 300),
)


def _schema() -> JsonObject:
    fields = dict.fromkeys(NAMES, STRING)
    properties = (
        WEB_EVENTS["properties"] | fields | {"nested": an_object(**fields), "clash": an_object(A=STRING, a=INTEGER)}
    )
    return {**WEB_EVENTS, "properties": properties}


VALUES = {name: f"value of {number}" for number, name in enumerate(NAMES)}
XDM = an_xdm(**VALUES, nested=VALUES, clash={"A": "x", "a": 1})


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "ids"])
def test_every_value_is_kept_and_exported_whatever_its_field_is_called(tmp_path: Path, form: str) -> None:
    async def scenario() -> bytes:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), _schema(), [an_entry(0, xdm=XDM)])
        pages = lake.export(a_dataset(), since_ms=None, until_ms=None)
        columns = await lake.columns(a_dataset())
        written = b"".join([bytes(piece) async for piece in encode_pages(pages, form, columns=columns)])
        await lake.close()
        return written

    written = asyncio.run(scenario())

    assert written
    if form == "jsonl":
        [event] = [json.loads(line) for line in written.splitlines()]
        assert {name: event[name] for name in NAMES} == VALUES
        assert event["nested"] == VALUES
        assert event["clash"] == {"A": "x", "a": 1}
    if form == "ids":
        assert written == b"e-1\n"


def test_the_newest_rows_are_read_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = DeltaLake(str(tmp_path))
        await lake.write(a_dataset(), _schema(), [an_entry(0, xdm=XDM)])
        await lake.close()

    asyncio.run(scenario())

    [event] = read_latest(str(tmp_path), a_dataset(), limit=5)
    assert event["nested"] == VALUES
    assert {name: event[name] for name in NAMES} == VALUES
