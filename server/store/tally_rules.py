"""The table of `tallies.db` that says how often each rule fired. Each function is given the connection."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from server.observe.rule_counts import RuleCount, RuleKey, RuleSlot

TABLE: Final = """
CREATE TABLE IF NOT EXISTS rules (
    slot_ms INTEGER NOT NULL, connection TEXT NOT NULL, rule TEXT NOT NULL,
    fired INTEGER NOT NULL, failed INTEGER NOT NULL, warned INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    PRIMARY KEY (slot_ms, connection, rule)
) WITHOUT ROWID;
"""

_ADD: Final = """
INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    fired = fired + excluded.fired, failed = failed + excluded.failed, warned = warned + excluded.warned,
    last_ms = max(last_ms, excluded.last_ms)
"""


def add_rules(connection: sqlite3.Connection, counts: Mapping[RuleSlot, RuleCount]) -> None:
    """To what is there."""
    connection.executemany(_ADD, [(slot.start_ms, *slot.key, *count) for slot, count in counts.items()])


def rule_keys(connection: sqlite3.Connection) -> frozenset[RuleKey]:
    """The rules that are told apart."""
    return frozenset(RuleKey(*row) for row in connection.execute("SELECT DISTINCT connection, rule FROM rules"))


def rules(connection: sqlite3.Connection, since_ms: int) -> Mapping[RuleSlot, RuleCount]:
    """Slots that begin then or later."""
    rows = connection.execute("SELECT * FROM rules WHERE slot_ms >= ?", (since_ms,))
    return {RuleSlot(row[0], RuleKey(row[1], row[2])): RuleCount(*row[3:]) for row in rows}
