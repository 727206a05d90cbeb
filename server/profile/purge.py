"""What profiles hold of a dataset taken away for good, in small transactions: it may be interrupted and begun again.

Who is who stays known: identities belong to persons, not to datasets. What a profile's events say of its person is
folded again from those that are left.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.profile.connection import transaction
from server.profile.fold import Attributes, combine, facts

# A profile has seldom more than a thousand events: a transaction of so many stays below a second.
_PROFILES_AT_ONCE = 20
_FRAGMENTS_AT_ONCE = 1_000

_ENCODE = msgspec.json.Encoder().encode
_XDM = msgspec.json.Decoder(JsonObject)


def purge_some(connection: sqlite3.Connection, dataset_id: DatasetId) -> bool:
    """One transaction; whether there was anything to take away."""
    with transaction(connection, "BEGIN IMMEDIATE"):
        events = _purge_events(connection, dataset_id)
        fragments = connection.execute(
            "DELETE FROM fragments WHERE key IN (SELECT key FROM fragments WHERE dataset = ? LIMIT ?)",
            (dataset_id, _FRAGMENTS_AT_ONCE),
        ).rowcount
        connection.execute("UPDATE counters SET value = value - ? WHERE name = 'events'", (events,))
    return events + fragments > 0


def _purge_events(connection: sqlite3.Connection, dataset_id: DatasetId) -> int:
    """Of some profiles; how many events."""
    keys = [
        key
        for (key,) in connection.execute(
            """
            SELECT DISTINCT coalesce(merged_into, key) FROM profiles
            WHERE key IN (SELECT profile FROM events WHERE dataset = ? LIMIT ?)
            """,
            (dataset_id, _PROFILES_AT_ONCE),
        )
    ]
    deleted = 0
    for key in keys:
        deleted += connection.execute(
            """
            DELETE FROM events WHERE dataset = ?
            AND profile IN (SELECT ? UNION ALL SELECT key FROM profiles WHERE merged_into = ?)
            """,
            (dataset_id, key, key),
        ).rowcount
        left = Attributes()
        for event in _events(connection, key):
            left = combine(left, facts(event))
        connection.execute("UPDATE profiles SET attributes = ? WHERE key = ?", (_ENCODE(left), key))
    return deleted


def _events(connection: sqlite3.Connection, key: int) -> Iterator[Event]:
    """As far as facts are made of them. When it happened is in its row: never after it was received."""
    rows = connection.execute(
        """
        SELECT id, dataset, timestamp_ms, xdm FROM events
        WHERE profile IN (SELECT ? UNION ALL SELECT key FROM profiles WHERE merged_into = ?)
        """,
        (key, key),
    )
    for event_id, dataset, timestamp_ms, xdm in rows:
        yield Event(
            id=EventId(event_id),
            datastream_id=DatastreamId(""),
            dataset_id=DatasetId(dataset),
            received_ms=timestamp_ms,
            beacon_id="",
            client=ClientInfo(),
            xdm=_XDM.decode(xdm),
        )
