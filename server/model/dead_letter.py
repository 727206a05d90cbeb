"""A processed event that a sink will never take."""

import msgspec

from server.model.outcome import Processed


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One record of the topic ``dead-letters``.

    ``offset``: of the event in the topic ``processed``. ``reason``: a sentence for the operator. ``cure``: what to do,
    before it is offered to the sink again; empty in records of older versions. ``refused_ms``: server's clock,
    milliseconds since the epoch; 0 in those.
    """

    sink: str
    offset: int
    reason: str
    processed: Processed
    cure: str = ""
    refused_ms: int = 0
