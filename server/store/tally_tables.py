"""The tables of `tallies.db`, and every statement on them. Each function is given the connection and a transaction.

Traffic, latencies and failures are kept by a few minutes for a day, and then by the hour: the minutes of a day and the
hours of five weeks are few rows, however much comes. What comes late, because it was replayed or counted again, is
added to the hour.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from server.model.outcome import BEFORE_FIRST, Offset
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.tally import DUPLICATE, PROCESSED, FailedSlot, First, Kind, Milestone, Tally
from server.observe.traffic import HOUR_MS, Latency, Numbers, Slot, Way
from server.store import tally_rules

FORMAT: Final = 1
"""Of the file. One of an older format is emptied, and counted again from the log."""

FINE_MS: Final = 24 * HOUR_MS
"""For so long minutes are told apart."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS counts (
    slot_ms INTEGER NOT NULL, dataset TEXT NOT NULL, outcome TEXT NOT NULL, event_type TEXT NOT NULL,
    events INTEGER NOT NULL, PRIMARY KEY (slot_ms, dataset, outcome, event_type)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS firsts (
    milestone TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS traffic (
    slot_ms INTEGER NOT NULL, connection TEXT NOT NULL, flow TEXT NOT NULL, dataset TEXT NOT NULL,
    received INTEGER NOT NULL, ingested INTEGER NOT NULL, failed INTEGER NOT NULL, skipped INTEGER NOT NULL,
    repaired INTEGER NOT NULL, warned INTEGER NOT NULL, size_bytes INTEGER NOT NULL, latency_ms INTEGER NOT NULL,
    least_ms INTEGER, most_ms INTEGER, PRIMARY KEY (slot_ms, connection, flow, dataset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latencies (
    slot_ms INTEGER NOT NULL, connection TEXT NOT NULL, flow TEXT NOT NULL, dataset TEXT NOT NULL,
    stage TEXT NOT NULL, up_to_ms INTEGER NOT NULL, events INTEGER NOT NULL,
    PRIMARY KEY (slot_ms, connection, flow, dataset, stage, up_to_ms)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    slot_ms INTEGER NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL, keyword TEXT NOT NULL, rule TEXT NOT NULL,
    page TEXT NOT NULL, dataset TEXT NOT NULL, connection TEXT NOT NULL,
    events INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, newest INTEGER NOT NULL,
    PRIMARY KEY (slot_ms, reason, field, keyword, rule, page, dataset, connection)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (topic TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
"""

_ADD_TRAFFIC: Final = """
INSERT INTO traffic VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    received = received + excluded.received, ingested = ingested + excluded.ingested,
    failed = failed + excluded.failed, skipped = skipped + excluded.skipped, repaired = repaired + excluded.repaired,
    warned = warned + excluded.warned, size_bytes = size_bytes + excluded.size_bytes,
    latency_ms = latency_ms + excluded.latency_ms,
    least_ms = coalesce(min(least_ms, excluded.least_ms), least_ms, excluded.least_ms),
    most_ms = coalesce(max(most_ms, excluded.most_ms), most_ms, excluded.most_ms)
"""
_ADD_LATENCY: Final = (
    "INSERT INTO latencies VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"
)
_ADD_FAILURE: Final = """
INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    events = events + excluded.events, first_ms = min(first_ms, excluded.first_ms),
    last_ms = max(last_ms, excluded.last_ms), newest = max(newest, excluded.newest)
"""

# The hour up to which minutes were put together; a row of `progress`, which no topic is called.
_COARSE: Final = "coarse below ms"


def open_tables(connection: sqlite3.Connection) -> None:
    """Make what is missing; empty what an older version counted otherwise. What happened first stays."""
    connection.executescript(_TABLES + tally_rules.TABLE)
    with connection:
        # Before anybody counts: several processes open the file at the same time.
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            for table in ("counts", "traffic", "latencies", "failures", "rules", "progress"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  # of the names above
            connection.execute(f"PRAGMA user_version = {FORMAT}")


def progress(connection: sqlite3.Connection, topic: str) -> Offset:
    row = connection.execute("SELECT position FROM progress WHERE topic = ?", (topic,)).fetchone()
    return Offset(row[0]) if row else BEFORE_FIRST


def set_progress(connection: sqlite3.Connection, topic: str, position: int) -> None:
    connection.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (topic, position))


def add(connection: sqlite3.Connection, tally: Tally) -> None:
    coarse_ms = max(0, progress(connection, _COARSE))
    connection.executemany(
        "INSERT INTO counts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events",
        [(*kind, events) for kind, events in tally.counts.items()],
    )
    connection.executemany(
        "INSERT INTO firsts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, "
        "detail = excluded.detail WHERE excluded.at_ms < at_ms",
        [(milestone.value, *first) for milestone, first in tally.firsts.items()],
    )
    connection.executemany(
        _ADD_TRAFFIC,
        [(_start(slot, coarse_ms), *slot.way, *numbers) for slot, numbers in tally.traffic.items()],
    )
    connection.executemany(
        _ADD_LATENCY,
        [
            (_start(latency.slot, coarse_ms), *latency.slot.way, latency.stage, latency.up_to_ms, events)
            for latency, events in tally.latencies.items()
        ],
    )
    connection.executemany(
        _ADD_FAILURE,
        [(_start(slot, coarse_ms), *slot.group, *count) for slot, count in tally.failures.items()],
    )
    tally_rules.add_rules(connection, tally.rules)


def coarsen(connection: sqlite3.Connection, *, now_ms: int) -> None:
    """Put minutes together that are older than FINE_MS: once an hour, the hours that got so old in it."""
    before, below = max(0, progress(connection, _COARSE)), (now_ms - FINE_MS) // HOUR_MS * HOUR_MS
    if below <= before:
        return
    span = (before, below)
    traffic = connection.execute("SELECT * FROM traffic WHERE slot_ms >= ? AND slot_ms < ?", span).fetchall()
    latencies = connection.execute("SELECT * FROM latencies WHERE slot_ms >= ? AND slot_ms < ?", span).fetchall()
    failures = connection.execute("SELECT * FROM failures WHERE slot_ms >= ? AND slot_ms < ?", span).fetchall()
    for table in ("traffic", "latencies", "failures"):
        connection.execute(f"DELETE FROM {table} WHERE slot_ms >= ? AND slot_ms < ?", span)  # noqa: S608
    for statement, rows in ((_ADD_TRAFFIC, traffic), (_ADD_LATENCY, latencies), (_ADD_FAILURE, failures)):
        connection.executemany(statement, [(slot_ms - slot_ms % HOUR_MS, *rest) for slot_ms, *rest in rows])
    set_progress(connection, _COARSE, below)


def forget(connection: sqlite3.Connection, *, before_ms: int, failures_before_ms: int) -> None:
    """Counts that are older; what was found at failing events, which may name pages, has a time of its own."""
    for table in ("counts", "traffic", "latencies", "rules"):
        connection.execute(f"DELETE FROM {table} WHERE slot_ms < ?", (before_ms,))  # noqa: S608
    connection.execute("DELETE FROM failures WHERE slot_ms < ?", (failures_before_ms,))


def event_types(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT DISTINCT event_type FROM counts"))


def groups(connection: sqlite3.Connection) -> frozenset[FailureGroup]:
    rows = connection.execute("SELECT DISTINCT reason, field, keyword, rule, page, dataset, connection FROM failures")
    return frozenset(FailureGroup(*row) for row in rows)


def counts(connection: sqlite3.Connection, since_ms: int) -> Mapping[Kind, int]:
    rows = connection.execute("SELECT * FROM counts WHERE slot_ms >= ?", (since_ms,))
    return {Kind(*row[:4]): row[4] for row in rows}


def failed(connection: sqlite3.Connection, since_ms: int, until_ms: int) -> Mapping[FailedSlot, int]:
    rows = connection.execute(
        "SELECT slot_ms, dataset, outcome, sum(events) FROM counts WHERE slot_ms >= ? AND slot_ms < ? "
        "AND outcome NOT IN (?, ?) GROUP BY slot_ms, dataset, outcome",
        (since_ms, until_ms, PROCESSED, DUPLICATE),
    )
    return {FailedSlot(*row[:3]): row[3] for row in rows}


def firsts(connection: sqlite3.Connection) -> Mapping[Milestone, First]:
    rows = connection.execute("SELECT milestone, at_ms, detail FROM firsts")
    known = {milestone.value for milestone in Milestone}
    return {Milestone(name): First(at_ms, detail) for name, at_ms, detail in rows if name in known}


def traffic(connection: sqlite3.Connection, since_ms: int, until_ms: int) -> Mapping[Slot, Numbers]:
    rows = connection.execute("SELECT * FROM traffic WHERE slot_ms >= ? AND slot_ms < ?", (since_ms, until_ms))
    return {Slot(row[0], Way(*row[1:4])): Numbers(*row[4:]) for row in rows}


def latencies(connection: sqlite3.Connection, since_ms: int, until_ms: int) -> Mapping[Latency, int]:
    rows = connection.execute("SELECT * FROM latencies WHERE slot_ms >= ? AND slot_ms < ?", (since_ms, until_ms))
    return {Latency(Slot(row[0], Way(*row[1:4])), row[4], row[5]): row[6] for row in rows}


def failures(connection: sqlite3.Connection, since_ms: int, until_ms: int) -> Mapping[FailureSlot, FailureCount]:
    rows: Iterable[tuple[int, str, str, str, str, str, str, str, int, int, int, int]] = connection.execute(
        "SELECT * FROM failures WHERE slot_ms >= ? AND slot_ms < ?", (since_ms, until_ms)
    )
    return {
        FailureSlot(row[0], FailureGroup(*row[1:8])): FailureCount(row[8], row[9], row[10], Offset(row[11]))
        for row in rows
    }


def _start(slot: Slot | FailureSlot, coarse_ms: int) -> int:
    return slot.start_ms if slot.start_ms >= coarse_ms else slot.start_ms - slot.start_ms % HOUR_MS
