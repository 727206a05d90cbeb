"""The tables of the SQLite profile store, as steps: each brings a file from one version to the next, or does nothing.

The version is SQLite's ``user_version``, which changes in the same transaction as the tables do. A step that was
released is never changed; a change is a new step at the end.
"""

import sqlite3

from server.profile.errors import ProfileStoreMissing, ProfileStoreTooNew

_PROFILES = (
    # merged_into: the profile that this one is part of now; its own attributes are then in that one, and NULL here.
    # Events keep the profile that they were written under, so that two profiles become one by changing one row.
    """
    CREATE TABLE profiles (
        key INTEGER PRIMARY KEY,
        merged_into INTEGER REFERENCES profiles (key),
        last_seen_ms INTEGER,
        attributes BLOB
    )
    """,
    "CREATE INDEX profiles_by_survivor ON profiles (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX profiles_by_last_seen ON profiles (last_seen_ms) WHERE last_seen_ms IS NOT NULL",
    # The primary key is the promise that no identity is in two profiles.
    """
    CREATE TABLE identities (
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        profile INTEGER NOT NULL REFERENCES profiles (key),
        seen_ms INTEGER NOT NULL,
        person_ms INTEGER,
        quarantined_ms INTEGER,
        PRIMARY KEY (namespace, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX identities_by_profile ON identities (profile)",
    "CREATE INDEX identities_quarantined ON identities (quarantined_ms) WHERE quarantined_ms IS NOT NULL",
    # sequence: order of arrival, which decides between events of one millisecond.
    """
    CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        dataset TEXT NOT NULL,
        id TEXT NOT NULL,
        profile INTEGER NOT NULL REFERENCES profiles (key),
        timestamp_ms INTEGER NOT NULL,
        xdm BLOB NOT NULL,
        UNIQUE (dataset, id)
    )
    """,
    "CREATE INDEX events_by_profile ON events (profile, timestamp_ms)",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE TABLE progress (consumer TEXT PRIMARY KEY, last_offset INTEGER NOT NULL)",
)

_RECORDS = (
    # What one dataset says of one identity. It belongs to whatever profile the identity is in today.
    """
    CREATE TABLE fragments (
        key INTEGER PRIMARY KEY,
        dataset TEXT NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        content BLOB NOT NULL,
        UNIQUE (namespace, id, dataset)
    )
    """,
    # For who looks for a value without knowing its namespace.
    "CREATE INDEX identities_by_id ON identities (id)",
)

STEPS = (_PROFILES, _RECORDS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version's tables, in one transaction. Raises ProfileStoreTooNew."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        # A pragma takes no parameters; this is the length of a tuple of ours.
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def check_version(connection: sqlite3.Connection) -> None:
    """For who only reads. Raises ProfileStoreTooNew, or ProfileStoreMissing when it still has to be migrated."""
    version = _version(connection)
    if version < len(STEPS):
        raise ProfileStoreMissing(
            f"the profile store is of an older version ({version}, this one needs {len(STEPS)}): "
            "start the server once, it migrates the store"
        )


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise ProfileStoreTooNew(
            f"the profile store is of version {version}, and this version of Heliograph knows none above {len(STEPS)}: "
            "start the newer version that wrote it"
        )
    return version
