"""Which failed events were replayed, and by whom: the topic ``replays``, read as it grows."""

import base64
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from server.model.event import Event
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Offset
from server.model.replay import Replay
from server.observe.failures import Failure
from server.ports import EventLog

_PIECE_RECORDS = 1_000

# The latest so many failed events that were replayed are known: 20 MB. Older ones can be replayed again, which does
# no harm.
_MAX_KNOWN = 100_000


class Replayed(NamedTuple):
    """The latest replay of a failed event. ``is_waiting``: it has no outcome yet. ``edit``: empty for none."""

    replayed_ms: int
    replayed_by: str
    is_waiting: bool
    edit: str = ""


class _Known(msgspec.Struct, frozen=True, rename="camel"):
    """What is remembered of a record."""

    failed: Offset
    replayed_ms: int
    replayed_by: str
    edit: str = ""


class Replays:
    """Remembers what it has read: one for as long as the process lives."""

    def __init__(self, log: EventLog, *, processor: str) -> None:
        """``processor``: the consumer of the topic that gives the events their outcomes."""
        self._log = log
        self._processor = processor
        self._decode = msgspec.json.Decoder(_Known).decode
        self._read_to = BEFORE_FIRST
        self._known: dict[Offset, tuple[Offset, _Known]] = {}

    async def find(self, failed: Sequence[Offset]) -> Mapping[Offset, Replayed]:
        """Of these failed events, those that were replayed."""
        await self._catch_up()
        done = await self._log.committed(self._processor)
        found = {offset: self._known[offset] for offset in failed if offset in self._known}
        return {
            offset: Replayed(known.replayed_ms, known.replayed_by, is_waiting=at > done, edit=known.edit)
            for offset, (at, known) in found.items()
        }

    async def _catch_up(self) -> None:
        while records := await self._log.read(after=self._read_to, limit=_PIECE_RECORDS):
            self._read_to = records[-1].offset
            for record in records:
                known = self._decode(record.value)
                # Taken out first: the latest is the last.
                self._known.pop(known.failed, None)
                self._known[known.failed] = (record.offset, known)
            while len(self._known) > _MAX_KNOWN:
                self._known.pop(next(iter(self._known)))


def event_of(failed: FailedEvent) -> Event | None:
    """What failed, as far as it got; None where nobody knows what it was."""
    if failed.event is not None or failed.reason is not FailureReason.CRASHED:
        return failed.event
    try:
        return msgspec.json.decode(base64.b64decode(failed.raw), type=Event)
    except (ValueError, RecursionError):
        # Of base64, of text that is no UTF-8, of JSON: its record was damaged as well.
        return None


def replay_of(
    failure: Failure, *, replayed_ms: int, replayed_by: str, event: Event | None = None, edit: str = ""
) -> Replay | None:
    """The record that makes the core decide the event again; None for one that could not be read.

    ``event``: as it is to be decided, where an ``edit`` changed it.
    """
    event = event or event_of(failure.failed)
    if event is None:
        return None
    return Replay(
        **{name: getattr(event, name) for name in Event.__struct_fields__},
        failed=failure.offset,
        replayed_ms=replayed_ms,
        replayed_by=replayed_by,
        origin=failure.failed.origin,
        edit=edit,
    )
