"""Reads profiles from the SQLite store. It only reads, so any number may, in any process, while one writes.

Commands use it as it is (``with open_reader(path) as reader: …``); processes with an event loop through
:class:`server.profile.store.AsyncProfileReader`. A reader is for the thread that opened it.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from server.model.identity import Identity, Namespace
from server.model.json import JsonObject
from server.model.outcome import Offset
from server.model.profile import ProfileEvent, ProfileId, ProfileView
from server.profile.connection import connect_reader, reported, transaction
from server.profile.fold import Attributes, describe
from server.profile.graph import DEFAULT_RULES, GraphRules, Node
from server.profile.record import MergedRecord, merge_fragments
from server.profile.rows import fragments_of_profile, nodes_of_profiles, profile_id, profile_key, quarantined_nodes
from server.profile.writer import committed_offset

# What one answer may hold; the platform's own default for the events of a profile. For more, query the lake.
MAX_EVENTS_PER_FIND = 1_000
MAX_PROFILES_PER_READ = 1_000

# What a person who knows a value, but not its namespace, looks through.
MAX_IDENTITIES_PER_SEARCH = 50

_NO_RECORD = MergedRecord({}, (), ())

_ATTRIBUTES = msgspec.json.Decoder(Attributes)
_XDM = msgspec.json.Decoder(JsonObject)

# Of a profile and all that it absorbed. The inner query reads nothing but an index, and of each of them no more than
# the limit; asked in one, SQLite reads whole events only to sort most of them away (12 times slower, ADR 0007).
_NEWEST_EVENTS = """
    SELECT id, dataset, timestamp_ms, xdm FROM events WHERE sequence IN (
        SELECT sequence FROM events
        WHERE profile IN (SELECT ? UNION ALL SELECT key FROM profiles WHERE merged_into = ?)
        ORDER BY timestamp_ms DESC, sequence DESC LIMIT ?
    ) ORDER BY timestamp_ms DESC, sequence DESC
"""


# The same, a page at a time, in either order. No text from outside is put in.
_PAGE = """
    SELECT sequence, id, dataset, timestamp_ms, xdm FROM events WHERE sequence IN (
        SELECT sequence FROM events
        WHERE profile IN (SELECT ? UNION ALL SELECT key FROM profiles WHERE merged_into = ?)
            AND timestamp_ms >= ? AND timestamp_ms < ? AND (timestamp_ms, sequence) {beyond} (?, ?)
        ORDER BY timestamp_ms {order}, sequence {order} LIMIT ?
    ) ORDER BY timestamp_ms {order}, sequence {order}
"""
_OLDEST_FIRST = _PAGE.format(beyond=">", order="ASC")
_NEWEST_FIRST = _PAGE.format(beyond="<", order="DESC")

_FIRST_MS, _LAST_MS = 0, (1 << 63) - 1


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a profile's events. ``since_ms`` is in it, ``until_ms`` is not; None is without limit.

    ``after``: where the page before this one ended; empty for the first. ``limit``: at most 1,000.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    after: str = ""
    limit: int = MAX_EVENTS_PER_FIND
    newest_first: bool = True


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """``next``: what ``after`` is for the page that follows; empty when none does."""

    events: tuple[ProfileEvent, ...]
    next: str


class Totals(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the store holds, and what it turned away: what names nobody usable, identities beyond a limit."""

    profiles: int = 0
    events: int = 0
    events_without_identity: int = 0
    records_without_identity: int = 0
    identities_refused: int = 0


def open_reader(path: Path, *, rules: GraphRules = DEFAULT_RULES) -> "ProfileReader":
    """Open the store at ``path``. Raises ProfileStoreMissing, ProfileStoreUnavailable, ProfileStoreTooNew."""
    return ProfileReader(path, connect_reader(path), rules)


class ProfileReader:
    """Each method reads one consistent state. Raises ProfileStoreUnavailable when the file cannot be read."""

    def __init__(self, path: Path, connection: sqlite3.Connection, rules: GraphRules) -> None:
        self._path = path
        self._connection = connection
        self._rules = rules

    def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        """The profile that this identity belongs to, with ``limit_events`` (at most 1,000) of its newest events."""
        with self._reading():
            row = self._connection.execute(
                "SELECT profile FROM identities WHERE namespace = ? AND id = ?", (identity.namespace, identity.id)
            ).fetchone()
            return self._view(row[0], limit_events) if row else None

    def load(self, profile: ProfileId, *, limit_events: int) -> ProfileView | None:
        """The profile of this id, or the one that it is part of by now. None when there never was one."""
        with self._reading():
            row = self._connection.execute(
                "SELECT coalesce(merged_into, key) FROM profiles WHERE key = ?", (profile_key(profile),)
            ).fetchone()
            return self._view(row[0], limit_events) if row else None

    def events(self, profile: ProfileId, query: EventQuery) -> EventPage:
        """A page of the events of this profile, or of the one that it is part of by now; empty when there is none."""
        limit = _clamped(query.limit, MAX_EVENTS_PER_FIND)
        start = _position(query.after) or ((_LAST_MS, _LAST_MS) if query.newest_first else (-1, -1))
        since_ms = _FIRST_MS if query.since_ms is None else query.since_ms
        until_ms = _LAST_MS if query.until_ms is None else query.until_ms
        with self._reading():
            row = self._connection.execute(
                "SELECT coalesce(merged_into, key) FROM profiles WHERE key = ?", (profile_key(profile),)
            ).fetchone()
            key = row[0] if row else -1
            rows = self._connection.execute(
                _NEWEST_FIRST if query.newest_first else _OLDEST_FIRST,
                (key, key, since_ms, until_ms, *start, limit + 1),
            ).fetchall()
        there = rows[:limit]
        return EventPage(
            events=tuple(
                ProfileEvent(id=event_id, dataset_id=dataset, timestamp_ms=timestamp_ms, xdm=_XDM.decode(xdm))
                for _sequence, event_id, dataset, timestamp_ms, xdm in there
            ),
            next=f"{there[-1][3]}.{there[-1][0]}" if there and len(rows) > limit else "",
        )

    def search(self, value: str) -> Sequence[Identity]:
        """The identities with this id in whatever namespace, by namespace; at most 50."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT namespace, id FROM identities WHERE id = ? ORDER BY namespace LIMIT ?",
                (value, MAX_IDENTITIES_PER_SEARCH),
            )
            return [Identity(namespace=Namespace(namespace), id=text) for namespace, text in rows]

    def recent_profiles(self, *, limit: int) -> Sequence[ProfileView]:
        """Up to ``limit`` (at most 1,000) profiles, the last heard of first; without their events and records."""
        with self._reading():
            rows = self._connection.execute(
                """
                SELECT key, attributes FROM profiles WHERE last_seen_ms IS NOT NULL
                ORDER BY last_seen_ms DESC, key DESC LIMIT ?
                """,
                (_clamped(limit, MAX_PROFILES_PER_READ),),
            ).fetchall()
            nodes: dict[str, dict[Identity, Node]] = {}
            for identity, node in nodes_of_profiles(self._connection, (key for key, _ in rows)).items():
                nodes.setdefault(node.profile, {})[identity] = node
            return [self._compose(key, encoded, nodes.get(profile_id(key), {}), ()) for key, encoded in rows]

    def count_profiles(self) -> int:
        """How many profiles there are; those that became part of another are not counted."""
        return self.totals().profiles

    def totals(self) -> Totals:
        """Counts over the whole store, at no cost that grows with it."""
        with self._reading():
            counted = dict(self._connection.execute("SELECT name, value FROM counters"))
        return Totals(**{name: counted[name] for name in Totals.__struct_fields__ if name in counted})

    def quarantined(self, *, limit: int) -> Mapping[Identity, Node]:
        """Up to ``limit`` (at most 1,000) identities that were found to be shared, the newest first."""
        with self._reading():
            return quarantined_nodes(self._connection, limit=_clamped(limit, MAX_PROFILES_PER_READ))

    def committed(self) -> Offset:
        """The offset in ``processed`` up to which events have been applied."""
        with self._reading():
            return committed_offset(self._connection)

    def close(self) -> None:
        """Let go. Harmless twice."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _view(self, key: int, limit_events: int) -> ProfileView:
        (encoded,) = self._connection.execute("SELECT attributes FROM profiles WHERE key = ?", (key,)).fetchone()
        events = self._events(key, _clamped(limit_events, MAX_EVENTS_PER_FIND))
        merged = merge_fragments(fragments_of_profile(self._connection, key))
        return self._compose(key, encoded, nodes_of_profiles(self._connection, [key]), events, merged)

    def _compose(
        self,
        key: int,
        encoded: bytes,
        nodes: Mapping[Identity, Node],
        events: tuple[ProfileEvent, ...],
        merged: MergedRecord = _NO_RECORD,
    ) -> ProfileView:
        attributes = _ATTRIBUTES.decode(encoded)
        return ProfileView(
            id=profile_id(key),
            identities=tuple(sorted(nodes)),
            attributes=describe(attributes, nodes, unique_namespaces=self._rules.unique_namespaces),
            events=events,
            event_count=attributes.event_count,
            record=merged.record,
            attribute_sources=merged.attribute_sources,
            record_sources=merged.record_sources,
        )

    def _events(self, key: int, limit: int) -> tuple[ProfileEvent, ...]:
        rows = self._connection.execute(_NEWEST_EVENTS, (key, key, limit))
        return tuple(
            ProfileEvent(id=event_id, dataset_id=dataset, timestamp_ms=timestamp_ms, xdm=_XDM.decode(xdm))
            for event_id, dataset, timestamp_ms, xdm in rows
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with reported(self._path), transaction(self._connection, "BEGIN"):
            yield


def _position(after: str) -> tuple[int, int] | None:
    """Time and sequence number of the last event of a page; None for what is none."""
    at_ms, _, sequence = after.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (at_ms, sequence)):
        return None
    return int(at_ms), int(sequence)


def _clamped(limit: int, most: int) -> int:
    return max(0, min(limit, most))  # SQLite takes a negative limit for none
