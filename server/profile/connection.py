"""SQLite connections of the profile store: one that writes, any number that only read, in this process or another."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.profile.errors import ProfileStoreMissing, ProfileStoreUnavailable
from server.profile.migrations import check_version, migrate

# How long a writer waits for another process's transaction; ours last milliseconds.
BUSY_TIMEOUT_MS = 10_000

# An event with its XDM is 1 to 4 kB. Half as many pages overflow as with 4,096 (bench/profile_store.py, ADR 0007).
_PAGE_SIZE_BYTES = 8_192

_CACHE_KIB = 32 * 1024

# The write-ahead log is cut back to this after a checkpoint; while a long read holds one up, it may grow beyond.
_JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024

# What is our own fault, and rises; everything else of the database is a state of the world.
_OUR_FAULTS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InternalError, sqlite3.NotSupportedError)


def connect_writer(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """A connection that may write; makes and migrates the file. Raises ProfileStoreUnavailable, ProfileStoreTooNew."""
    with reported(path):
        # Personal data: readable by the owner alone. SQLite gives the files beside it the same permissions.
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, isolation_level=None, timeout=busy_timeout_ms / 1000)
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE_SIZE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: what is committed survives power loss. NORMAL may lose the last commits, and with them the offset,
            # which would do no harm (they are offered again), were the event log not cut back in the meantime.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT_BYTES}")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_reader(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """A connection that cannot write. It never waits for the writer, nor the writer for it.

    Raises ProfileStoreMissing, ProfileStoreUnavailable, ProfileStoreTooNew.
    """
    if not path.exists():
        raise ProfileStoreMissing(f"there is no profile store at {path}: the server makes it when it first starts")
    with reported(path):
        uri = f"{path.resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=busy_timeout_ms / 1000)
        try:
            check_version(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """All of it, or nothing. ``begin``: ``BEGIN IMMEDIATE`` to write, ``BEGIN`` to read one consistent state."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors, such as a full disk, have already ended it
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the database or the disk cannot do into ProfileStoreUnavailable; our own faults rise as they are."""
    try:
        yield
    except _OUR_FAULTS:
        raise
    except (sqlite3.DatabaseError, OSError) as error:
        raise ProfileStoreUnavailable(f"the profile store {path} cannot be used: {error}") from error
