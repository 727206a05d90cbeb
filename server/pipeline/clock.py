"""Whether an event's own time can be true (reliability-security R14). Ours, when it came, is the truth beside it."""

from datetime import UTC, datetime
from typing import Literal, TypeAlias

from server.model.event import Event

Clock: TypeAlias = Literal["", "ahead", "behind"]
"""``ahead``: it says that it will happen. ``behind``: it says that it happened before anything that is kept. ``""``: it
can be true, or says nothing that is a time."""

# Time zones that were left out, and clocks that are set by hand, are off by less than this.
_DAY_MS = 86_400_000
_MOST_AHEAD_MS = _DAY_MS

# Events are kept for thirteen months unless somebody decides otherwise.
_MOST_BEHIND_MS = 395 * _DAY_MS


def clock_of(event: Event) -> Clock:
    said = event.xdm.get("timestamp")
    if not isinstance(said, str):
        return ""
    try:
        moment = datetime.fromisoformat(said)
        ahead_ms = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000 - event.received_ms
    except (ValueError, OverflowError):
        # Whether it is a time at all is for the schema to say.
        return ""
    if ahead_ms > _MOST_AHEAD_MS:
        return "ahead"
    return "behind" if -ahead_ms > _MOST_BEHIND_MS else ""
