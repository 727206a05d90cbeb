"""One batch into the SQLite profile store: graph, facts, events, fragments and offset in one transaction, or nothing.

An event that the store has is skipped as a whole, and a record joins what is there, which changes nothing the second
time: so a batch may be offered any number of times. What is not in the transaction's statements is decided by pure
functions (:mod:`server.profile.changes`).
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

import msgspec

from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.model.profile import ProfileId, Record
from server.ports import ProfileEntry
from server.profile.changes import Changes, FragmentKey, New, NewEvent, NewRecord, changes, read_event, read_record
from server.profile.connection import transaction
from server.profile.fold import Attributes, combine
from server.profile.fragment import Fragment, join
from server.profile.graph import GraphRules, IdentityGraph
from server.profile.rows import marks, nodes_of_profiles, parts, profile_id, profile_key, profiles_of_identities

CONSUMER = "profile"

_DECODER = msgspec.json.Decoder(Attributes)
_FRAGMENTS = msgspec.json.Decoder(Fragment)
_ENCODER = msgspec.json.Encoder()


class _Present(NamedTuple):
    """What a profile's row holds. ``heard_ms``: when it was last heard of; None for never."""

    attributes: Attributes
    heard_ms: int | None


_NOTHING = _Present(Attributes(), None)


def apply_batch(
    connection: sqlite3.Connection, batch: Sequence[tuple[Offset, ProfileEntry]], *, rules: GraphRules
) -> None:
    """Apply records, and the events that are neither flagged as duplicates nor in the store, in order."""
    if not batch:
        return
    with transaction(connection, "BEGIN IMMEDIATE"):
        committed = committed_offset(connection)
        unknown = {offset for offset, _ in _unknown(connection, batch)}
        fresh: list[tuple[Offset, New]] = []
        for offset, entry in batch:
            if isinstance(entry, Record):
                fresh.append((offset, read_record(entry, rules)))
            elif offset in unknown:
                unknown.remove(offset)
                fresh.append((offset, read_event(entry.event, rules)))
        if fresh:
            _apply(connection, fresh, committed, rules)
        _save_offset(connection, max(committed, *(offset for offset, _entry in batch)))


def committed_offset(connection: sqlite3.Connection) -> Offset:
    """The highest offset that was applied, or BEFORE_FIRST."""
    row = connection.execute("SELECT last_offset FROM progress WHERE consumer = ?", (CONSUMER,)).fetchone()
    return Offset(row[0]) if row else BEFORE_FIRST


def _apply(
    connection: sqlite3.Connection, fresh: Sequence[tuple[Offset, New]], committed: Offset, rules: GraphRules
) -> None:
    new = [each for _offset, each in fresh]
    first_key = _count(connection, "profile_keys") + 1
    next_key = first_key

    def new_id() -> ProfileId:
        nonlocal next_key
        next_key += 1
        return profile_id(next_key - 1)

    touched = profiles_of_identities(connection, (identity for each in new for identity in each.identities))
    before = IdentityGraph(nodes_of_profiles(connection, touched))
    changed = changes(before, new, new_id=new_id, rules=rules)

    added = _save_profiles(connection, changed, first_key)
    _save_graph(connection, before, changed.graph)
    _save_events(connection, new, changed.profiles)
    _save_fragments(connection, changed.fragments)

    events = [isinstance(each, NewEvent) for each in new]
    stored = [is_event and profile is not None for is_event, profile in zip(events, changed.profiles, strict=True)]
    # What is not stored as a row of its own tells by its offset alone that it was counted already.
    counted = [is_stored or offset > committed for is_stored, (offset, _each) in zip(stored, fresh, strict=True)]
    lost = [
        each
        for each, profile in compress(zip(new, changed.profiles, strict=True), counted)
        if (profile if isinstance(each, NewEvent) else each.primary) is None
    ]
    _add(connection, "profile_keys", next_key - first_key)
    _add(connection, "profiles", added)
    _add(connection, "events", sum(stored))
    _add(connection, "events_without_identity", sum(isinstance(each, NewEvent) for each in lost))
    _add(connection, "records_without_identity", sum(isinstance(each, NewRecord) for each in lost))
    _add(connection, "identities_refused", sum(each.refused for each in compress(new, counted)))


def _unknown(
    connection: sqlite3.Connection, batch: Sequence[tuple[Offset, ProfileEntry]]
) -> list[tuple[Offset, Processed]]:
    """The events to apply, each once: the first of its dataset and id."""
    offered: dict[tuple[str, str], tuple[Offset, Processed]] = {}
    ids: dict[str, list[str]] = {}
    for offset, processed in batch:
        if isinstance(processed, Record):
            continue
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
    heard_ms = {profile_key(profile): at_ms for profile, at_ms in changed.heard_ms.items()}
    touched = begun | gained.keys() | heard_ms.keys() | set(absorbed.values())

    present = _present(connection, (key for key in touched | absorbed.keys() if key < first_key))
    after = {
        key: _both(present.get(key, _NOTHING), _Present(gained.get(key, Attributes()), heard_ms.get(key)))
        for key in touched
    }
    for loser, survivor in absorbed.items():
        after[survivor] = _both(after[survivor], present[loser])

    connection.executemany(
        """
        INSERT INTO profiles (key, last_seen_ms, attributes) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET last_seen_ms = excluded.last_seen_ms, attributes = excluded.attributes
        """,
        [(key, row.heard_ms, _ENCODER.encode(row.attributes)) for key, row in sorted(after.items())],
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


def _present(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, _Present]:
    found: dict[int, _Present] = {}
    for some in parts(sorted(keys)):
        query = f"SELECT key, attributes, last_seen_ms FROM profiles WHERE key IN ({marks(some)})"  # noqa: S608
        for key, encoded, heard_ms in connection.execute(query, some):
            found[key] = _Present(_DECODER.decode(encoded), heard_ms)
    return found


def _both(one: _Present, other: _Present) -> _Present:
    heard = [each.heard_ms for each in (one, other) if each.heard_ms is not None]
    return _Present(combine(one.attributes, other.attributes), max(heard, default=None))


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


def _save_events(connection: sqlite3.Connection, new: Sequence[New], profiles: Sequence[ProfileId | None]) -> None:
    connection.executemany(
        "INSERT INTO events (dataset, id, profile, timestamp_ms, xdm) VALUES (?, ?, ?, ?, ?)",
        [
            (
                each.event.dataset_id,
                each.event.id,
                profile_key(profile),
                each.link.at_ms,
                _ENCODER.encode(each.event.xdm),
            )
            for each, profile in zip(new, profiles, strict=True)
            if profile is not None and isinstance(each, NewEvent)
        ],
    )


def _save_fragments(connection: sqlite3.Connection, fragments: Mapping[FragmentKey, Fragment]) -> None:
    rows = []
    for (dataset, identity), said in fragments.items():
        key = (dataset, identity.namespace, identity.id)
        present = connection.execute(
            "SELECT content FROM fragments WHERE dataset = ? AND namespace = ? AND id = ?", key
        ).fetchone()
        joined = said if present is None else join(_FRAGMENTS.decode(present[0]), said)
        rows.append((*key, _ENCODER.encode(joined)))
    connection.executemany(
        """
        INSERT INTO fragments (dataset, namespace, id, content) VALUES (?, ?, ?, ?)
        ON CONFLICT (namespace, id, dataset) DO UPDATE SET content = excluded.content
        """,
        rows,
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
