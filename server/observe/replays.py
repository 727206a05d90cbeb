"""Which failed events and dead letters were replayed, and by whom: the topic ``replays``, read as it grows."""

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

# The latest so many of each kind that were replayed are known: 20 MB. Older ones can be replayed again, which does
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
    letter: Offset | None = None


class Replays:
    """Remembers what it has read: one for as long as the process lives."""

    def __init__(self, log: EventLog, *, processor: str) -> None:
        """``processor``: the consumer of the topic that gives the events their outcomes."""
        self._log = log
        self._processor = processor
        self._decode = msgspec.json.Decoder(_Known).decode
        self._read_to = BEFORE_FIRST
        self._known: dict[Offset, tuple[Offset, _Known]] = {}
        self._letters: dict[Offset, tuple[Offset, _Known]] = {}

    async def find(self, failed: Sequence[Offset]) -> Mapping[Offset, Replayed]:
        """Of these failed events, those that were replayed."""
        await self._catch_up()
        return await self._found(self._known, failed)

    async def find_letters(self, letters: Sequence[Offset]) -> Mapping[Offset, Replayed]:
        """Of these dead letters, those that were offered to their sink again."""
        await self._catch_up()
        return await self._found(self._letters, letters)

    async def _found(
        self, known: Mapping[Offset, tuple[Offset, _Known]], wanted: Sequence[Offset]
    ) -> Mapping[Offset, Replayed]:
        done = await self._log.committed(self._processor)
        found = {offset: known[offset] for offset in wanted if offset in known}
        return {
            offset: Replayed(each.replayed_ms, each.replayed_by, is_waiting=at > done, edit=each.edit)
            for offset, (at, each) in found.items()
        }

    async def _catch_up(self) -> None:
        while records := await self._log.read(after=self._read_to, limit=_PIECE_RECORDS):
            self._read_to = records[-1].offset
            for record in records:
                known = self._decode(record.value)
                of, key = (self._known, known.failed) if known.letter is None else (self._letters, known.letter)
                # Taken out first: the latest is the last.
                of.pop(key, None)
                of[key] = (record.offset, known)
            for each in (self._known, self._letters):
                while len(each) > _MAX_KNOWN:
                    each.pop(next(iter(each)))


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
