"""The lake's twin in memory, for tests of what uses a lake: same contract, same rules for columns and values."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from server.lake.errors import UnwritableEvents
from server.lake.instant import instant_us
from server.lake.row import RowCodec, compile_codec, decode_text, encode_text
from server.lake.table import EVENT_ID, TIMESTAMP, compile_columns, widen
from server.model.datastream import Dataset, DatasetId
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST, Offset, Processed

PAGE_EVENTS: Final = 1_000


class MemoryLake:
    """Forgets everything with the process."""

    def __init__(self) -> None:
        self._columns: dict[DatasetId, pa.Schema] = {}
        self._events: dict[DatasetId, list[tuple[int, str, JsonObject]]] = {}
        self._covered: dict[DatasetId, Offset] = {}

    async def write(
        self, dataset: Dataset, schema: Mapping[str, object], batch: Sequence[tuple[Offset, Processed]]
    ) -> None:
        """As DeltaLake. Raises SchemaConflict and UnwritableEvents, and is never unavailable."""
        wanted = compile_columns(schema)
        columns = widen(self._columns.get(dataset.id, wanted), wanted)
        codec = compile_codec(columns)
        covered = self._covered.get(dataset.id, BEFORE_FIRST)
        events: list[tuple[int, str, JsonObject]] = []
        faults: dict[Offset, str] = {}
        for offset, processed in batch:
            if offset <= covered or processed.duplicate:
                continue
            try:
                events.append(_stored(codec, processed))
            except (TypeError, ValueError, RecursionError) as reason:
                faults[offset] = f"the event is no JSON that a row can hold: {reason}"
        if faults:
            raise UnwritableEvents(faults)
        self._columns[dataset.id] = columns
        self._events.setdefault(dataset.id, []).extend(events)
        if batch:
            self._covered[dataset.id] = max(covered, batch[-1][0])

    async def committed(self, dataset: Dataset) -> Offset:
        """BEFORE_FIRST until something was written."""
        return self._covered.get(dataset.id, BEFORE_FIRST)

    async def columns(self, dataset: Dataset) -> pa.Schema | None:
        """None until something was written."""
        return self._columns.get(dataset.id)

    async def export(
        self, dataset: Dataset, *, since_ms: int | None, until_ms: int | None
    ) -> AsyncGenerator[Sequence[JsonObject], None]:
        """As DeltaLake."""
        wanted = [
            xdm
            for happened_us, _, xdm in sorted(self._events.get(dataset.id, []), key=lambda event: event[:2])
            if (since_ms is None or since_ms * 1000 <= happened_us)
            and (until_ms is None or happened_us < until_ms * 1000)
        ]
        for start in range(0, len(wanted), PAGE_EVENTS):
            yield [decode_text(encode_text(xdm)) for xdm in wanted[start : start + PAGE_EVENTS]]

    async def close(self) -> None:
        """Nothing to let go of."""


def _stored(codec: RowCodec, processed: Processed) -> tuple[int, str, JsonObject]:
    xdm: JsonObject = decode_text(encode_text(codec.join(*codec.split(processed.event.xdm))))
    happened_us = instant_us(xdm.get(TIMESTAMP))
    received_us = processed.event.received_ms * 1000
    return (received_us if happened_us is None else happened_us, str(xdm.get(EVENT_ID, "")), xdm)
