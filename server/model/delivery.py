"""A sink's answer for one event."""

from typing import TypeAlias

import msgspec


class Delivered(msgspec.Struct, frozen=True):
    """The destination has it, durably; or had it already; or wants none of its kind."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The destination has it not.

    ``retry_after_seconds``: None means never (a dead letter), else wait that long and offer it again.
    ``reason``: a sentence for the operator. ``cure``: another, which says what to do.
    """

    reason: str
    cure: str = ""
    retry_after_seconds: float | None = None


Delivery: TypeAlias = Delivered | Refused

DELIVERED = Delivered()
