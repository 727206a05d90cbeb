"""Dead letters, looked for in their log: events that a sink refused for good, and offering them to it once more."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from server.model.dead_letter import DeadLetter
from server.model.event import Event
from server.model.outcome import BEFORE_FIRST, Offset
from server.model.replay import Replay
from server.observe.newest import newest
from server.ports import EventLog, LogRecord


class Letter(NamedTuple):
    """One dead letter and where its record is in the topic ``dead-letters``."""

    offset: Offset
    letter: DeadLetter


class LetterPage(NamedTuple):
    """``letters``: the newest first. ``before``: where an older page begins; None when there is none."""

    letters: Sequence[Letter]
    before: Offset | None


class LetterReader:
    """Reads the topic ``dead-letters``. Records that cannot be decoded are passed over."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._decode = msgspec.json.Decoder(DeadLetter).decode

    async def page(self, *, sink: str = "", limit: int, before: Offset | None = None) -> LetterPage:
        """The newest of this sink (of all: empty), below the offset ``before`` if one is given."""
        found, older = await newest(
            self._log, self._decoded, lambda each: sink in ("", each.letter.sink), limit=limit, before=before
        )
        return LetterPage(found, older)

    async def find(self, offset: Offset) -> Letter | None:
        """The one at this offset; None when there is none, or it is gone or cannot be decoded."""
        records = await self._log.read(after=Offset(offset - 1), limit=1)
        return next((each for each in self._decoded(records, Offset(offset + 1)) if each.offset == offset), None)

    def _decoded(self, records: Sequence[LogRecord], below: Offset) -> Sequence[Letter]:
        found = []
        for record in records:
            if record.offset >= below:
                break
            try:
                found.append(Letter(record.offset, self._decode(record.value)))
            except (msgspec.DecodeError, UnicodeDecodeError):
                # Damage, or a newer version's record; the log's own reader reports damage.
                continue
        return found


def retry_of(letter: Letter, *, replayed_ms: int, replayed_by: str) -> Replay:
    """The record that makes the core offer the event to that one sink again, as it was processed."""
    processed = letter.letter.processed
    return Replay(
        **{name: getattr(processed.event, name) for name in Event.__struct_fields__},
        failed=BEFORE_FIRST,
        replayed_ms=replayed_ms,
        replayed_by=replayed_by,
        sink=letter.letter.sink,
        letter=letter.offset,
        additions=processed.additions,
    )
