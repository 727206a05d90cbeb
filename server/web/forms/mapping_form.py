"""The form of the mapping editor: lines of a mapping set as rows of fields, and an example of the raw data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args

import msgspec

from server.model.json import JsonObject
from server.model.mapping import MappingLine, SourceType
from server.prep.mapper import MAX_LINES
from server.web.forms.signed_form import Form
from server.wire.ingestion_limits import exceeded

# Three fields a row, and what is around them.
MAX_FIELDS = 3 * MAX_LINES + 20

MAX_SAMPLE_CHARACTERS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it was sent; ``line`` is None while nothing is in it."""

    source_type: SourceType
    source: str
    destination: str

    @property
    def line(self) -> MappingLine | None:
        if not self.source and not self.destination:
            return None
        return MappingLine(source_type=self.source_type, source=self.source, destination=self.destination)


EMPTY = Row(source_type="ATTRIBUTE", source="", destination="")


def rows_in(form: Form) -> Sequence[Row]:
    """In their order, with the empty ones."""
    fields = zip(form.getlist("source_type"), form.getlist("source"), form.getlist("destination"), strict=False)
    return [
        Row(
            source_type=cast(SourceType, kind) if kind in get_args(SourceType) else "ATTRIBUTE",
            source=source.strip() if kind != "STATIC" else source,
            destination=destination.strip(),
        )
        for kind, source, destination in fields
    ][:MAX_LINES]


def rows_of(lines: Sequence[MappingLine]) -> Sequence[Row]:
    return [Row(source_type=line.source_type, source=line.source, destination=line.destination) for line in lines]


def lines_of(rows: Sequence[Row]) -> Sequence[MappingLine]:
    """Of the rows with something in them."""
    return [line for row in rows if (line := row.line) is not None]


def read_sample(text: str) -> tuple[JsonObject | None, str]:
    """The example, or what is wrong with it in words; neither when there is none."""
    if not text.strip():
        return None, ""
    if len(text) > MAX_SAMPLE_CHARACTERS:
        return None, f"The example is longer than {MAX_SAMPLE_CHARACTERS:,} characters: cut it to one message."
    if exceeded(text.encode("utf-8", "replace")) is not None:
        return None, "Streaming connections take no message that nests so deep, or has so many values."
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return None, f"This is no JSON: {error}."
    if not isinstance(document, dict):
        return None, "Paste one message: an object, in braces."
    return document, ""
