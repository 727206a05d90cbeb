"""A sink's answers for one batch become a decision: how far to commit, what is dead, how long to wait."""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from server.model.delivery import Delivered, Delivery, Refused


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """``done``: how many of the batch, from its start, are finished, one way or the other.

    ``dead``: (index in the batch, its answer) of those among them that the sink will never take.
    ``wait_seconds``: before the rest is offered again; 0 when nothing is left.
    ``reason``: why it has to wait.
    """

    done: int
    dead: tuple[tuple[int, Refused], ...]
    wait_seconds: float
    reason: str = ""


def settle(deliveries: Sequence[Delivery]) -> Settlement:
    """Everything before the first event that has to wait is done; the rest is offered again, which is harmless."""
    dead: list[tuple[int, Refused]] = []
    for index, delivery in enumerate(deliveries):
        match delivery:
            case Delivered():
                continue
            case Refused(retry_after_seconds=None):
                dead.append((index, delivery))
            case Refused(reason=reason, retry_after_seconds=seconds):
                return Settlement(done=index, dead=tuple(dead), wait_seconds=seconds or 0.0, reason=reason)
            case _:
                assert_never(delivery)
    return Settlement(done=len(deliveries), dead=tuple(dead), wait_seconds=0.0)
