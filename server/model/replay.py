"""Processing a failed event once more, or offering a processed one to the sink that refused it."""

from server.model.event import Event
from server.model.outcome import Addition, Offset

REPLAYS_PARTITION = -1
"""Of the ``source`` of an outcome whose event was replayed; its offset is then one of the topic ``replays``."""


class Replay(Event, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The event as it failed, to be decided again. The value of one record of the topic ``replays``.

    Whoever needs no more reads it as an :class:`Event`. ``failed``: its offset in the topic ``failed``.
    ``replayed_ms``: server's clock, milliseconds since the epoch. ``replayed_by``: the name of who asked for it.
    ``origin``: where it failed first; None when that is ``failed``. ``edit``: the patch that was applied to it, as it
    was written; empty for one that is replayed as it is.

    ``sink``: of a dead letter, the sink that it is offered to again; empty for a failed event. Then ``letter`` is its
    offset in the topic ``dead-letters``, ``additions`` are what enrichments added, and ``failed`` is BEFORE_FIRST.
    """

    failed: Offset
    replayed_ms: int
    replayed_by: str
    origin: Offset | None = None
    edit: str = ""
    sink: str = ""
    letter: Offset | None = None
    additions: tuple[Addition, ...] = ()
