"""What the core looks at of a record of the topic ``replays``, beside the event in it."""

import msgspec

from server.model.outcome import Addition, Offset, Processed
from server.ports import LogRecord


class _HasOrigin(msgspec.Struct, frozen=True):
    failed: Offset
    origin: Offset | None = None


class LetterAgain(msgspec.Struct, frozen=True):
    """``sink``: the one that it is offered to again; empty for a failed event."""

    sink: str = ""
    letter: Offset | None = None
    additions: tuple[Addition, ...] = ()


def origin_of(record: LogRecord) -> Offset | None:
    """Where its event failed first; None for a record that says nothing of it."""
    try:
        replay = msgspec.json.decode(record.value, type=_HasOrigin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if replay.failed < 0:
        return None
    return replay.failed if replay.origin is None else replay.origin


def letter_of(record: LogRecord) -> LetterAgain:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(record.value, type=LetterAgain)


def repaired_name(outcome: Processed, record: LogRecord) -> str:
    """What may be repaired once: a failed event, or a dead letter."""
    return f"letter/{letter_of(record).letter}" if outcome.only else f"failed/{origin_of(record)}"
