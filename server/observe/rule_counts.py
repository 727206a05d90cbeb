"""How often each rule's events came, by quarters of a day: whether it still fires, and whether what it sends is valid.

Rules are told apart by the datastream and the id that their events name. Both are what somebody outside says: their
number has a limit, and what is no id is not counted.
"""

import re
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from server.observe.glance import DUPLICATE, PROCESSED, Glanced

SLOT_MS = 6 * 3600 * 1000
"""Four numbers a day: a curve of weeks needs no more, and five weeks of a rule are 140 rows."""

MAX_RULES = 1_000
"""So many rules are told apart, of all properties together; a stranger who invents ids shall not fill the disk."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class RuleKey(NamedTuple):
    """``connection``: id of the datastream or inlet that its events came by."""

    connection: str
    rule: str


class RuleSlot(NamedTuple):
    start_ms: int
    key: RuleKey


class RuleCount(NamedTuple):
    """``fired``: events that got an outcome, duplicates and replays apart. ``failed``, ``warned``: of these.

    ``last_ms``: when the newest of them was received.
    """

    fired: int = 0
    failed: int = 0
    warned: int = 0
    last_ms: int = 0

    def plus(self, other: "RuleCount") -> "RuleCount":
        """Both together."""
        return RuleCount(
            self.fired + other.fired,
            self.failed + other.failed,
            self.warned + other.warned,
            max(self.last_ms, other.last_ms),
        )


def rule_counts(glanced: Sequence[Glanced], *, known: Set[RuleKey]) -> Mapping[RuleSlot, RuleCount]:
    """``known``: counted before."""
    keys, counts = set(known), dict[RuleSlot, RuleCount]()
    for each in glanced:
        event = each.seen.event
        if event is None or each.seen.outcome == DUPLICATE or each.seen.is_replay or not _ID.fullmatch(event.rule):
            continue
        key = RuleKey(event.datastream_id, event.rule)
        if key not in keys and len(keys) >= MAX_RULES:
            continue
        keys.add(key)
        slot = RuleSlot(each.at_ms - each.at_ms % SLOT_MS, key)
        one = RuleCount(1, int(each.seen.reason != PROCESSED), int(event.is_warned), each.at_ms)
        counts[slot] = counts.get(slot, RuleCount()).plus(one)
    return counts
