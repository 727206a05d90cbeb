import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from server.store import settings
from server.store.database import Database, DatabaseTooNew, migrate
from server.store.tables import metadata


def _url(directory: Path) -> str:
    return f"sqlite:///{directory / 'control.db'}"


def _dump(directory: Path) -> list[str]:
    """Tables and rows, as SQL."""
    with contextlib.closing(sqlite3.connect(directory / "control.db")) as connection:
        return list(connection.iterdump())


def test_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    database = Database(_url(tmp_path))

    differences = database.read_sync(
        lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
    )
    database.close()

    assert differences == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    database = Database(_url(tmp_path))
    database.write_sync(lambda connection: settings.set_setting(connection, settings.ORG_ID, "ORG@AdobeOrg"))
    before = _dump(tmp_path)

    migrate(_url(tmp_path))
    database.close()

    assert _dump(tmp_path) == before


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    database = Database(_url(tmp_path))
    database.write_sync(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    database.close()

    with pytest.raises(DatabaseTooNew, match="9999"):
        migrate(_url(tmp_path))


def test_work_that_raises_leaves_nothing(tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    database = Database(_url(tmp_path))

    def work(connection: Connection) -> None:
        settings.set_setting(connection, "a", "1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(database.write(work))
    value = asyncio.run(database.read(lambda connection: settings.get_setting(connection, "a")))
    database.close()

    assert value is None


def test_settings_are_inserted_then_replaced_and_the_revision_grows(tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    database = Database(_url(tmp_path))

    def work(connection: Connection) -> tuple[str | None, int]:
        settings.set_setting(connection, "a", "1")
        settings.set_setting(connection, "a", "2")
        settings.bump_revision(connection)
        settings.bump_revision(connection)
        return settings.get_setting(connection, "a"), settings.revision(connection)

    result = database.write_sync(work)
    database.close()

    assert result == ("2", 2)
