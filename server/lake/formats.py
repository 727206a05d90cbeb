"""The formats that events are exported in: pages of XDM objects to bytes. Pure: no file, no table."""

import csv
import io
import re
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from server.lake.arrow import compile_layout, encode_row, read_lines
from server.lake.row import encode_text
from server.lake.table import DATE, EVENT_ID, LAKE, REST, compile_columns, leaf_paths
from server.model.json import Json, JsonObject
from server.model.xdm import merge, nest

# What makes a spreadsheet take a cell for a formula, also behind white space or a byte order mark, or full-width.
_FORMULA: Final = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[ \ufeff]*[\t\r]")


class ExportFormat(StrEnum):
    """As on the command line. Each is described in docs/reference/lake.md."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    IDS = "ids"


async def encode_pages(
    pages: AsyncIterable[Sequence[JsonObject]], form: str, *, columns: pa.Schema | None
) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece, in memory that does not grow with it.

    ``form``: one of ExportFormat, else ValueError. ``columns``: of the dataset's table, None when it has none yet; they
    are the columns of CSV and Parquet, so that every file of a dataset has the same.
    """
    encoder = new_format_encoder(ExportFormat(form), compile_columns({}) if columns is None else columns)
    if piece := encoder.begin():
        yield piece
    async for page in pages:
        if piece := encoder.page(page):
            yield piece
    if piece := encoder.end():
        yield piece


class FormatEncoder(Protocol):
    """``begin()``, ``page(…)`` for each page, ``end()``: what they return, one after the other, is the file."""

    def begin(self) -> bytes: ...

    def page(self, events: Sequence[JsonObject]) -> bytes: ...

    def end(self) -> bytes: ...


def new_format_encoder(form: ExportFormat, columns: pa.Schema) -> FormatEncoder:
    """For one export of a table with these columns."""
    match form:
        case ExportFormat.JSONL:
            return JsonLines()
        case ExportFormat.IDS:
            return Ids()
        case ExportFormat.CSV:
            return Csv(columns)
        case ExportFormat.PARQUET:
            return Parquet(columns)


class JsonLines:
    """A line of JSON an event."""

    def begin(self) -> bytes:
        return b""

    def page(self, events: Sequence[JsonObject]) -> bytes:
        return b"".join(msgspec.json.encode(event) + b"\n" for event in events)

    def end(self) -> bytes:
        return b""


class Ids:
    """An event ``_id`` a line."""

    def begin(self) -> bytes:
        return b""

    def page(self, events: Sequence[JsonObject]) -> bytes:
        return "".join(f"{_one_line(str(event.get(EVENT_ID, '')))}\n" for event in events).encode()

    def end(self) -> bytes:
        return b""


class Csv:
    """RFC 4180 in UTF-8: a column a field, named by its dotted path; lists, maps and what is left over as JSON.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (reliability-security D2). Numbers of
    ours, negative ones included, are written as they are.
    """

    def __init__(self, columns: pa.Schema) -> None:
        self._paths = leaf_paths(columns)
        self._places: JsonObject = {}
        for place, path in enumerate(self._paths):
            self._places = merge(self._places, nest(path, place))

    def begin(self) -> bytes:
        return _csv([[*map(_harmless, self._paths), REST]])

    def page(self, events: Sequence[JsonObject]) -> bytes:
        return _csv([self._row(event) for event in events])

    def end(self) -> bytes:
        return b""

    def _row(self, event: JsonObject) -> list[str]:
        cells = [""] * len(self._paths)
        left = _fill(cells, self._places, event)
        return [*cells, _cell(left) if left else ""]


class Parquet:
    """The table's XDM columns and ``_rest``, in one Parquet file."""

    # Row groups of one page each would be mostly headers; larger ones would take much memory (about 2 kB an event).
    ROW_GROUP_EVENTS: Final = 20_000

    def __init__(self, columns: pa.Schema) -> None:
        self._layout = compile_layout(pa.schema([field for field in columns if field.name not in (LAKE, DATE)]))
        self._out = _Pipe()
        self._writer = pq.ParquetWriter(self._out, self._layout.stored, compression="zstd")
        self._waiting: list[JsonObject] = []

    def begin(self) -> bytes:
        return self._out.take()

    def page(self, events: Sequence[JsonObject]) -> bytes:
        self._waiting.extend(events)
        if len(self._waiting) >= self.ROW_GROUP_EVENTS:
            self._write_row_group()
        return self._out.take()

    def end(self) -> bytes:
        self._write_row_group()
        self._writer.close()
        return self._out.take()

    def _write_row_group(self) -> None:
        if self._waiting:
            lines = [encode_row(self._layout, *self._layout.codec.split(event)) for event in self._waiting]
            self._writer.write_table(read_lines(self._layout, lines))
            self._waiting.clear()


class _Pipe(io.RawIOBase):
    """A file that only ever grows, and lets go of what was taken from it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _fill(cells: list[str], places: JsonObject, event: JsonObject) -> JsonObject:
    """Put what has a column into its cell, and return what has none."""
    left: JsonObject = {}
    for name, value in event.items():
        match places.get(name):
            case int(place):
                cells[place] = _cell(value)
            case dict(below) if isinstance(value, dict):
                if beyond := _fill(cells, below, value):
                    left[name] = beyond
            case _:
                left[name] = value
    return left


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return _harmless(value) if isinstance(value, str) else encode_text(value)


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
