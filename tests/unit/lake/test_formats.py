import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.lake import formats
from server.lake.formats import ExportFormat, Parquet, encode_pages
from server.lake.row import compile_codec
from server.lake.table import compile_columns
from server.model.json import JsonObject
from tests.builders import an_xdm
from tests.unit.lake.builders import INTEGER, NUMBER, STRING, WEB_EVENTS, a_list, a_map, an_object, event_id

SMALL = compile_columns(
    an_object(
        a=an_object(text=STRING, number=NUMBER, deep=an_object(count=INTEGER)), items=a_list(STRING), m=a_map(STRING)
    )
)


def encoded(form: str, *pages: Sequence[JsonObject], columns: pa.Schema | None = SMALL) -> bytes:
    async def all_pages() -> AsyncIterator[Sequence[JsonObject]]:
        for page in pages:
            yield page

    async def joined() -> bytes:
        return b"".join([piece async for piece in encode_pages(all_pages(), form, columns=columns)])

    return asyncio.run(joined())


def cells(*events: JsonObject) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(encoded("csv", events).decode(), newline="")))


def test_jsonl_is_a_line_an_event() -> None:
    events = [an_xdm(_id="a", n=2**70), an_xdm(_id="b\n", deep=[[{"é": None}]])]

    lines = encoded("jsonl", events[:1], events[1:]).decode().splitlines()

    assert [json.loads(line) for line in lines] == events


def test_ids_are_a_line_each_whatever_is_in_them() -> None:
    assert encoded("ids", [{"_id": "a"}, {"_id": "b\nc"}], [{"_id": "é"}]) == "a\nb\\nc\né\n".encode()


def test_csv_has_a_column_a_leaf_and_one_for_the_rest() -> None:
    header = encoded("csv").decode()

    assert header == "_id,timestamp,a.text,a.number,a.deep.count,items,m,_rest\r\n"


def test_csv_cells_are_plain_values_and_json_for_what_is_none() -> None:
    event = {
        "_id": "1",
        "timestamp": "2026-01-01T12:00:00.000Z",
        "a": {"text": 'say "x",\r\ny', "number": -1.5, "deep": {"count": 0}},
        "items": ["x", None],
        "m": {"k": "v"},
    }

    assert cells(event) == [
        {
            "_id": "1",
            "timestamp": "2026-01-01T12:00:00.000Z",
            "a.text": 'say "x",\r\ny',
            "a.number": "-1.5",
            "a.deep.count": "0",
            "items": '["x",null]',
            "m": '{"k":"v"}',
            "_rest": "",
        }
    ]


def test_csv_keeps_what_has_no_column_in_the_rest() -> None:
    [row] = cells({"_id": "1", "a": {"text": "t", "new": [1], "deep": "odd"}, "other": {"x": True}})

    assert row["a.text"] == "t"
    assert json.loads(row["_rest"]) == {"a": {"new": [1], "deep": "odd"}, "other": {"x": True}}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", " =1", "\ufeff=1", "\ufeff \t", "＝1", "＋1", "－1", "＠x", "\n=1"],
)
def test_csv_makes_formulas_harmless(text: str) -> None:
    assert cells({"_id": "1", "a": {"text": text}})[0]["a.text"] == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "'=1", "https://shop.example/?a=@b", "\u2212", " a"])
def test_csv_leaves_other_texts_as_they_are(text: str) -> None:
    assert cells({"_id": "1", "a": {"text": text}})[0]["a.text"] == text


def test_csv_makes_column_names_harmless_too() -> None:
    header = encoded("csv", columns=compile_columns(an_object(**{"@id": STRING}))).decode()

    assert header == "_id,timestamp,'@id,_rest\r\n"


def test_parquet_has_the_tables_columns_and_keeps_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parquet, "ROW_GROUP_EVENTS", 3)
    columns = compile_columns(WEB_EVENTS)
    codec = compile_codec(columns)
    pages = [[an_xdm(_id=event_id(n), new={"n": n}) for n in range(start, start + 2)] for start in (0, 2, 4)]

    file = pq.ParquetFile(io.BytesIO(encoded("parquet", *pages, columns=columns)))

    assert file.schema_arrow.names == [n for n in columns.names if n not in ("_heliograph", "date")]
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [4, 2]
    rows = file.read().to_pylist(maps_as_pydicts="strict")
    for row in rows:
        row["timestamp"] = row["timestamp"].isoformat()
    joined = [codec.join(row, json.loads(row.pop("_rest"))) for row in rows]
    assert [event["_id"] for event in joined] == [event_id(n) for n in range(6)]
    assert [event["new"] for event in joined] == [{"n": n} for n in range(6)]
    assert joined[0]["timestamp"] == "2026-01-01T12:00:00.000Z"


@pytest.mark.parametrize("form", list(ExportFormat))
def test_an_empty_export_is_a_file_of_its_format(form: ExportFormat) -> None:
    file = encoded(form, columns=None)

    match form:
        case ExportFormat.PARQUET:
            assert pq.ParquetFile(io.BytesIO(file)).metadata.num_rows == 0
        case ExportFormat.CSV:
            assert file == b"_id,timestamp,_rest\r\n"
        case _:
            assert file == b""


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="xlsx"):
        encoded("xlsx")


def test_what_was_given_out_of_a_parquet_file_is_let_go() -> None:
    encoder = Parquet(SMALL)
    encoder.begin()

    sizes = []
    for start in range(0, 60_000, 1_000):
        encoder.page([{"_id": event_id(start + n)} for n in range(1_000)])
        sizes.append(sum(map(len, encoder._out._pieces)))

    assert max(sizes) == 0
    assert isinstance(encoder._out, formats._Pipe)
