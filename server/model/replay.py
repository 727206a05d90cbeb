"""Processing a failed event once more."""

from server.model.event import Event
from server.model.outcome import Offset

REPLAYS_PARTITION = -1
"""Of the ``source`` of an outcome whose event was replayed; its offset is then one of the topic ``replays``."""


class Replay(Event, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The event as it failed, to be decided again. The value of one record of the topic ``replays``.

    Whoever needs no more reads it as an :class:`Event`. ``failed``: its offset in the topic ``failed``.
    ``replayed_ms``: server's clock, milliseconds since the epoch. ``replayed_by``: the name of who asked for it.
    ``origin``: where it failed first; None when that is ``failed``. ``edit``: the patch that was applied to it, as it
    was written; empty for one that is replayed as it is.
    """

    failed: Offset
    replayed_ms: int
    replayed_by: str
    origin: Offset | None = None
    edit: str = ""
