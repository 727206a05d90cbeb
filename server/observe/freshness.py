"""How far behind each sink is in time: when the oldest event that it still has before it was received."""

from collections.abc import Iterable, Mapping

import msgspec

from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import EventLog


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    received_ms: int


class _Processed(msgspec.Struct, frozen=True, rename="camel"):
    """All that is looked at of a record."""

    event: _Event


_decode = msgspec.json.Decoder(_Processed).decode


async def oldest_waiting_ms(processed: EventLog, consumers: Iterable[str]) -> Mapping[str, int | None]:
    """By consumer of ``processed``: the server's clock when that event was received; None when there is none."""
    return {consumer: await _received_ms(processed, await processed.committed(consumer)) for consumer in consumers}


async def newest_ms(processed: EventLog) -> int | None:
    """When the last event that was processed was received; None when none ever was."""
    end = await processed.end()
    return None if end == BEFORE_FIRST else await _received_ms(processed, Offset(end - 1))


async def _received_ms(processed: EventLog, after: Offset) -> int | None:
    for record in await processed.read(after=after, limit=1):
        try:
            return _decode(record.value).event.received_ms
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Damaged, or of a newer version: nobody knows when it came.
            return None
    return None
