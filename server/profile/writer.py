"""One batch into the SQLite profile store: graph, attributes, events and offset in one transaction, or none of it.

An event that the store has is skipped as a whole, so a batch may be offered any number of times. What is not in the
transaction's statements is decided by pure functions (:mod:`server.profile.changes`).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import compress

import msgspec

from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.model.profile import ProfileId
from server.profile.changes import Changes, NewEvent, changes, read_event
from server.profile.connection import transaction
from server.profile.fold import Attributes, combine
from server.profile.graph import GraphRules, IdentityGraph
from server.profile.rows import marks, nodes_of_profiles, parts, profile_id, profile_key, profiles_of_identities

CONSUMER = "profile"

_DECODER = msgspec.json.Decoder(Attributes)
_ENCODER = msgspec.json.Encoder()


def apply_batch(
    connection: sqlite3.Connection, batch: Sequence[tuple[Offset, Processed]], *, rules: GraphRules
) -> None:
    """Apply the events that are neither flagged as duplicates nor in the store, in order."""
    if not batch:
        return
    with transaction(connection, "BEGIN IMMEDIATE"):
        committed = committed_offset(connection)
        fresh = [(offset, read_event(processed.event, rules)) for offset, processed in _unknown(connection, batch)]
        if fresh:
            _apply(connection, fresh, committed, rules)
        _save_offset(connection, max(committed, *(offset for offset, _processed in batch)))


def committed_offset(connection: sqlite3.Connection) -> Offset:
    """The highest offset that was applied, or BEFORE_FIRST."""
    row = connection.execute("SELECT last_offset FROM progress WHERE consumer = ?", (CONSUMER,)).fetchone()
    return Offset(row[0]) if row else BEFORE_FIRST


def _apply(
    connection: sqlite3.Connection, fresh: Sequence[tuple[Offset, NewEvent]], committed: Offset, rules: GraphRules
) -> None:
    events = [event for _offset, event in fresh]
    first_key = _count(connection, "profile_keys") + 1
    next_key = first_key

    def new_id() -> ProfileId:
        nonlocal next_key
        next_key += 1
        return profile_id(next_key - 1)

    touched = profiles_of_identities(connection, (identity for each in events for identity in each.identities))
    before = IdentityGraph(nodes_of_profiles(connection, touched))
    changed = changes(before, events, new_id=new_id, rules=rules)

    added = _save_profiles(connection, changed, first_key)
    _save_graph(connection, before, changed.graph)
    _save_events(connection, events, changed.profiles)

    owned = [profile is not None for profile in changed.profiles]
    # What nobody owns is not stored, so only its offset tells that it was counted already.
    counted = [is_owned or offset > committed for is_owned, (offset, _event) in zip(owned, fresh, strict=True)]
    _add(connection, "profile_keys", next_key - first_key)
    _add(connection, "profiles", added)
    _add(connection, "events", sum(owned))
    _add(connection, "events_without_identity", sum(counted) - sum(owned))
    _add(connection, "identities_refused", sum(each.refused for each in compress(events, counted)))


def _unknown(
    connection: sqlite3.Connection, batch: Sequence[tuple[Offset, Processed]]
) -> list[tuple[Offset, Processed]]:
    """The events to apply, each once: the first of its dataset and id."""
    offered: dict[tuple[str, str], tuple[Offset, Processed]] = {}
    ids: dict[str, list[str]] = {}
    for offset, processed in batch:
        name = (processed.event.dataset_id, processed.event.id)
        if not processed.duplicate and name not in offered:
            offered[name] = (offset, processed)
            ids.setdefault(name[0], []).append(name[1])
    known = {
        (dataset, event_id)
        for dataset, of_dataset in ids.items()
        for some in parts(of_dataset)
        for (event_id,) in connection.execute(
            f"SELECT id FROM events WHERE dataset = ? AND id IN ({marks(some)})",  # noqa: S608
            (dataset, *some),
        )
    }
    return [each for name, each in offered.items() if name not in known]


def _save_profiles(connection: sqlite3.Connection, changed: Changes, first_key: int) -> int:
    """Write attributes and mergers; how many profiles there are more than before.

    Profiles that began and were merged in this very batch have never existed on disk, and do not begin to now.
    """
    merged = {profile_key(loser): profile_key(survivor) for loser, survivor in changed.graph.merged.items()}
    absorbed = {loser: survivor for loser, survivor in merged.items() if loser < first_key}
    gained = {profile_key(profile): attributes for profile, attributes in changed.gained.items()}
    begun = {key for node in changed.graph.nodes.values() if (key := profile_key(node.profile)) >= first_key}
    touched = begun | gained.keys() | set(absorbed.values())

    present = _attributes(connection, (key for key in touched | absorbed.keys() if key < first_key))
    attributes = {key: combine(present.get(key, Attributes()), gained.get(key, Attributes())) for key in touched}
    for loser, survivor in absorbed.items():
        attributes[survivor] = combine(attributes[survivor], present[loser])

    connection.executemany(
        """
        INSERT INTO profiles (key, last_seen_ms, attributes) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET last_seen_ms = excluded.last_seen_ms, attributes = excluded.attributes
        """,
        [
            (key, facts.last_seen_ms if facts.event_count else None, _ENCODER.encode(facts))
            for key, facts in sorted(attributes.items())
        ],
    )
    connection.executemany(
        "UPDATE profiles SET merged_into = ?, last_seen_ms = NULL, attributes = NULL WHERE key = ?",
        [(survivor, loser) for loser, survivor in absorbed.items()],
    )
    connection.executemany(
        "UPDATE profiles SET merged_into = ? WHERE merged_into = ?",
        [(survivor, loser) for loser, survivor in absorbed.items()],
    )
    return sum(key >= first_key for key in touched) - len(absorbed)


def _attributes(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Attributes]:
    found: dict[int, Attributes] = {}
    for some in parts(sorted(keys)):
        query = f"SELECT key, attributes FROM profiles WHERE key IN ({marks(some)})"  # noqa: S608
        found.update((key, _DECODER.decode(encoded)) for key, encoded in connection.execute(query, some))
    return found


def _save_graph(connection: sqlite3.Connection, before: IdentityGraph, after: IdentityGraph) -> None:
    connection.executemany(
        "DELETE FROM identities WHERE namespace = ? AND id = ?",
        [(gone.namespace, gone.id) for gone in before.nodes if gone not in after.nodes],
    )
    connection.executemany(
        """
        INSERT INTO identities (namespace, id, profile, seen_ms, person_ms, quarantined_ms) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (namespace, id) DO UPDATE SET
            profile = excluded.profile, seen_ms = excluded.seen_ms,
            person_ms = excluded.person_ms, quarantined_ms = excluded.quarantined_ms
        """,
        [
            (identity.namespace, identity.id, profile_key(node.profile), *node[1:])
            for identity, node in after.nodes.items()
            if before.nodes.get(identity) != node
        ],
    )


def _save_events(
    connection: sqlite3.Connection, events: Sequence[NewEvent], profiles: Sequence[ProfileId | None]
) -> None:
    connection.executemany(
        "INSERT INTO events (dataset, id, profile, timestamp_ms, xdm) VALUES (?, ?, ?, ?, ?)",
        [
            (new.event.dataset_id, new.event.id, profile_key(profile), new.link.at_ms, _ENCODER.encode(new.event.xdm))
            for new, profile in zip(events, profiles, strict=True)
            if profile is not None
        ],
    )


def _save_offset(connection: sqlite3.Connection, offset: Offset) -> None:
    connection.execute(
        """
        INSERT INTO progress (consumer, last_offset) VALUES (?, ?)
        ON CONFLICT (consumer) DO UPDATE SET last_offset = excluded.last_offset
        """,
        (CONSUMER, offset),
    )


def _count(connection: sqlite3.Connection, name: str) -> int:
    row: tuple[int] | None = connection.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return row[0] if row else 0


def _add(connection: sqlite3.Connection, name: str, more: int) -> None:
    if more:
        connection.execute(
            """
            INSERT INTO counters (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
            """,
            (name, more),
        )
