import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from server.profile import migrations
from server.profile.connection import connect_reader, connect_writer
from server.profile.errors import ProfileStoreMissing, ProfileStoreTooNew, ProfileStoreUnavailable
from server.profile.migrations import STEPS, migrate


def version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_a_new_file_gets_all_tables(tmp_path: Path) -> None:
    connection = connect_writer(tmp_path / "profiles.sqlite")

    assert tables(connection) == {"profiles", "identities", "events", "fragments", "counters", "progress"}
    assert version(connection) == len(STEPS)
    connection.close()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    connect_writer(path).close()

    connection = connect_writer(path)

    assert version(connection) == len(STEPS)
    connection.close()


@pytest.mark.parametrize("connect", [connect_reader, connect_writer])
def test_a_store_of_a_newer_version_is_refused_with_the_cure(
    tmp_path: Path, connect: Callable[[Path], sqlite3.Connection]
) -> None:
    path = tmp_path / "profiles.sqlite"
    newer = connect_writer(path)
    newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    newer.close()

    with pytest.raises(ProfileStoreTooNew, match="start the newer version that wrote it"):
        connect(path)


def test_a_reader_waits_for_the_migration(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    sqlite3.connect(path).close()
    path.touch()

    with pytest.raises(ProfileStoreMissing, match="start the server once"):
        connect_reader(path)


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"

    with pytest.raises(ProfileStoreMissing, match="the server makes it"):
        connect_reader(path)

    assert not path.exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    path.write_bytes(b"not a database, " * 1024)

    with pytest.raises(ProfileStoreUnavailable, match=r"profiles\.sqlite.* not a database"):
        connect_writer(path)


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileStoreUnavailable, match="No such file or directory"):
        connect_writer(tmp_path / "absent" / "profiles.sqlite")


def test_a_step_that_fails_leaves_the_file_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    monkeypatch.setattr(
        migrations, "STEPS", (*STEPS, ("CREATE TABLE more (id TEXT)", "CREATE TABLE profiles (id TEXT)"))
    )

    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection)

    assert "more" not in tables(connection)
    assert version(connection) == len(STEPS)
    connection.close()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"

    connection = connect_writer(path)

    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3  # with its write-ahead log and the index of that
    connection.close()
