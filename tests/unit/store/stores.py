"""A fresh control plane for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from server.store.database import Database
from server.store.users import Role, User, create_user
from tests.builders import NOON_MS
from tests.unit.store.migrated import a_migrated_database


@contextmanager
def a_database(directory: Path) -> Iterator[Database]:
    database = Database(a_migrated_database(directory))
    try:
        yield database
    finally:
        database.close()


def a_user(connection: Connection, *, name: str = "ada", role: Role = Role.EDITOR) -> User:
    return create_user(connection, name=name, role=role, now_ms=NOON_MS)
