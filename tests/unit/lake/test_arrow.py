import pyarrow as pa
import pytest

from server.lake.arrow import compile_layout, encode_row, read_lines, without_empty
from server.lake.table import INSTANT, compile_columns
from server.model.json import JsonObject
from tests.builders import NOON_MS, an_xdm
from tests.unit.lake.builders import WEB_EVENTS

LAYOUT = compile_layout(compile_columns(WEB_EVENTS))


def rows_of(*xdms: JsonObject) -> pa.Table:
    return read_lines(LAYOUT, [encode_row(LAYOUT, *LAYOUT.codec.split(xdm)) for xdm in xdms])


def test_rows_have_every_column_of_the_table_but_the_partition() -> None:
    assert rows_of(an_xdm()).schema == LAYOUT.stored
    assert "date" not in LAYOUT.stored.names


def test_maps_lists_structs_and_instants_are_real_ones() -> None:
    rows = rows_of(an_xdm(identityMap={"ECID": [{"id": "1"}], "X": None}, productListItems=[None, {"SKU": "a"}]), {})

    assert pa.types.is_map(rows.schema.field("identityMap").type)
    assert rows.column("identityMap").to_pylist() == [
        [("ECID", [{"id": "1", "authenticatedState": None, "primary": None}]), ("X", None)],
        None,
    ]
    assert rows.schema.field("timestamp").type == INSTANT
    assert rows.column("timestamp").cast(pa.int64()).to_pylist() == [NOON_MS * 1000, None]
    assert rows.column("productListItems").to_pylist()[0][0] is None


def test_an_instant_inside_a_struct_is_one_too() -> None:
    row: JsonObject = {"_heliograph": {"receivedTimestamp": 5, "offset": 7}}

    rows = read_lines(LAYOUT, [encode_row(LAYOUT, row, {}), encode_row(LAYOUT, {}, {})])

    assert pa.types.is_timestamp(rows.schema.field("_heliograph").type.field("receivedTimestamp").type)
    facts = rows.column("_heliograph").combine_chunks()
    assert facts.is_null().to_pylist() == [False, True]
    assert facts.field("receivedTimestamp").cast(pa.int64()).to_pylist() == [5, None]


def test_columns_and_struct_fields_that_nobody_fills_can_be_left_out() -> None:
    rows = rows_of({"_id": "a", "web": {"webReferrer": {"URL": "u"}}, "device": {}}, {"_id": "b"})

    filled = without_empty(rows, keep=frozenset({"timestamp"}))

    assert filled.column_names == ["_id", "timestamp", "web", "device"]
    assert filled.column("web").to_pylist() == [{"webReferrer": {"URL": "u"}}, None]
    assert filled.column("device").to_pylist() == [{"type": None}, None]


@pytest.mark.parametrize("line", [b'{"eventType":5}', b'{"unheardOf":5}', b'{"web":[]}'])
def test_a_line_that_does_not_fit_is_refused(line: bytes) -> None:
    with pytest.raises(pa.ArrowInvalid):
        read_lines(LAYOUT, [line])
