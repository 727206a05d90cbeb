"""From a batch of processed events to the rows of the data files to write, one file a day. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import pyarrow as pa

from server.lake.arrow import Layout, encode_row, read_lines, without_empty
from server.lake.errors import UnwritableEvents
from server.lake.instant import partition_date
from server.lake.table import EVENT_ID, LAKE, RECEIVED_TIMESTAMP, REST, TIMESTAMP
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed

# One file's lines are read in one piece, which has to stay far below the 2 GiB of Arrow's string columns.
MAX_FILE_LINES_BYTES: Final = 256 * 2**20

# Every file has these, so that every query may name them.
_ALWAYS_WRITTEN: Final = frozenset({EVENT_ID, TIMESTAMP, LAKE, REST})


def encode_batch(
    layout: Layout, events: Sequence[tuple[Offset, Processed]], *, partition: int
) -> list[tuple[date | None, pa.Table]]:
    """(day to file it under, rows) of each data file. Raises UnwritableEvents, naming all that are.

    The rows are without the columns that none of them fills: that makes a small commit several times cheaper, and to
    every reader of the table format they are null. ``partition``: of the topic that the offsets are from.
    """
    days: defaultdict[date | None, list[tuple[Offset, bytes]]] = defaultdict(list)
    faults: dict[Offset, str] = {}
    for offset, processed in events:
        try:
            day, line = _encode_event(layout, processed, partition=partition, offset=offset)
        except (TypeError, ValueError, RecursionError) as reason:
            faults[offset] = f"the event is no JSON that a row can hold: {reason}"
        else:
            days[day].append((offset, line))
    files: list[tuple[date | None, pa.Table]] = []
    for day, lines in days.items():
        for part in _parts(lines):
            try:
                rows = read_lines(layout, [line for _, line in part])
            except pa.ArrowInvalid:
                faults.update(_faults(layout, part))
            else:
                files.append((day, without_empty(rows, keep=_ALWAYS_WRITTEN)))
    if faults:
        raise UnwritableEvents(faults)
    return files


def _encode_event(layout: Layout, processed: Processed, *, partition: int, offset: Offset) -> tuple[date | None, bytes]:
    event = processed.event
    row, rest = layout.codec.split(event.xdm)
    day = partition_date(row.get(TIMESTAMP), received_ms=event.received_ms)
    row[LAKE] = _lake_facts(processed, partition=partition, offset=offset)
    return day, encode_row(layout, row, rest)


def _lake_facts(processed: Processed, *, partition: int, offset: Offset) -> JsonObject:
    event = processed.event
    return {
        RECEIVED_TIMESTAMP: event.received_ms * 1000,
        "datastreamId": event.datastream_id,
        "beaconId": event.beacon_id,
        "origin": event.client.origin or None,
        "originMismatch": event.origin_mismatch,
        "enrichments": [addition.enrichment for addition in processed.additions],
        "partition": partition,
        "offset": offset,
        "sourcePartition": processed.source.partition,
        "sourceOffset": processed.source.offset,
    }


def _parts(lines: Sequence[tuple[Offset, bytes]]) -> Iterator[Sequence[tuple[Offset, bytes]]]:
    start = size = 0
    for position, (_, line) in enumerate(lines):
        if size and size + len(line) > MAX_FILE_LINES_BYTES:
            yield lines[start:position]
            start, size = position, 0
        size += len(line)
    yield lines[start:]


def _faults(layout: Layout, lines: Sequence[tuple[Offset, bytes]]) -> dict[Offset, str]:
    """Which of the lines Arrow's reader cannot read, one by one: the others must not suffer for them."""
    faults: dict[Offset, str] = {}
    for offset, line in lines:
        try:
            read_lines(layout, [line])
        except pa.ArrowInvalid as reason:
            faults[offset] = f"the event does not fit the table: {reason}"
    return faults
