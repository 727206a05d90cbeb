"""Erasing one person from the SQLite profile store: who they are, and then everything of them, in one transaction.

Beside the graph's identities, those count that only their events still name, such as an e-mail address that another
replaced, unless they are somebody else's by now.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from server.model.erasure import Person
from server.model.identity import Identity
from server.model.json import JsonObject
from server.profile.connection import transaction
from server.profile.graph import GraphRules
from server.profile.identity_map import read_claims
from server.profile.rows import nodes_of_profiles

_XDM = msgspec.json.Decoder(JsonObject)

_PROFILES_OF = "SELECT ? UNION ALL SELECT key FROM profiles WHERE merged_into = ?"


class ErasedProfile(NamedTuple):
    """How many of each were erased."""

    identities: int
    events: int
    records: int


def find_person(connection: sqlite3.Connection, identity: Identity, *, rules: GraphRules) -> Person:
    """Whom erasing this identity meets: at least itself."""
    with transaction(connection, "BEGIN"):
        key = _profile_of(connection, identity)
        if key is None:
            return Person(identities=(identity,))
        found = {identity, *nodes_of_profiles(connection, [key])}
        events: dict[str, list[str]] = {}
        named: set[Identity] = set()
        rows = connection.execute(
            f"SELECT dataset, id, xdm FROM events WHERE profile IN ({_PROFILES_OF})",  # noqa: S608  # a constant
            (key, key),
        )
        for dataset, event_id, xdm in rows:
            events.setdefault(dataset, []).append(event_id)
            claims = read_claims(_XDM.decode(xdm), unique_namespaces=rules.unique_namespaces).claims
            named.update(claim.identity for claim in claims)
        found.update(one for one in named - found if _profile_of(connection, one) is None)
    return Person(
        identities=tuple(sorted(found)), events={dataset: tuple(sorted(ids)) for dataset, ids in events.items()}
    )


def erase_person(connection: sqlite3.Connection, identity: Identity, person: Person) -> ErasedProfile:
    """Everything of the profile of ``identity``, and what records say of the person's other identities. Durable.

    What is deleted is overwritten, not only given free. Done again, it finds nothing.
    """
    connection.execute("PRAGMA secure_delete = ON")
    try:
        with transaction(connection, "BEGIN IMMEDIATE"):
            key = _profile_of(connection, identity)
            nodes = {} if key is None else nodes_of_profiles(connection, [key])
            events = 0 if key is None else _erase_profile(connection, key)
            records = _erase_fragments(connection, {identity, *nodes, *person.identities})
        # What is in the write-ahead log goes with the next one to write there, at the latest.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.execute("PRAGMA secure_delete = OFF")
    return ErasedProfile(identities=len(nodes), events=events, records=records)


def _profile_of(connection: sqlite3.Connection, identity: Identity) -> int | None:
    row = connection.execute(
        "SELECT profile FROM identities WHERE namespace = ? AND id = ?", (identity.namespace, identity.id)
    ).fetchone()
    return row[0] if row else None


def _erase_profile(connection: sqlite3.Connection, key: int) -> int:
    """How many events went with it."""
    events = connection.execute(
        f"DELETE FROM events WHERE profile IN ({_PROFILES_OF})",  # noqa: S608  # a constant
        (key, key),
    ).rowcount
    connection.execute("DELETE FROM identities WHERE profile = ?", (key,))
    connection.execute("DELETE FROM profiles WHERE merged_into = ?", (key,))
    connection.execute("DELETE FROM profiles WHERE key = ?", (key,))
    connection.execute("UPDATE counters SET value = value - 1 WHERE name = 'profiles'")
    connection.execute("UPDATE counters SET value = value - ? WHERE name = 'events'", (events,))
    return events


def _erase_fragments(connection: sqlite3.Connection, identities: Iterable[Identity]) -> int:
    """Of those that are in no profile now: one that is, is somebody else's by now."""
    erased = 0
    for identity in identities:
        if _profile_of(connection, identity) is None:
            erased += connection.execute(
                "DELETE FROM fragments WHERE namespace = ? AND id = ?", (identity.namespace, identity.id)
            ).rowcount
    return erased
