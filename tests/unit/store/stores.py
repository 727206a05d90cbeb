"""A fresh control plane for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from server.store.database import Database, migrate
from server.store.users import Role, User, create_user
from tests.builders import NOON_MS


@contextmanager
def a_database(directory: Path) -> Iterator[Database]:
    url = f"sqlite:///{directory / 'control.db'}"
    migrate(url)
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def a_user(connection: Connection, *, name: str = "ada", role: Role = Role.EDITOR) -> User:
    return create_user(connection, name=name, role=role, now_ms=NOON_MS)
