from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from server.store.tables import users
from server.store.users import NameRefused, Role, User, create_user, find_user, find_user_by_name, first_admin
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database, a_user


def test_a_user_is_found_by_id_and_by_name(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        made = database.write_sync(lambda connection: a_user(connection, name="ada", role=Role.EDITOR))

        by_id = database.read_sync(lambda connection: find_user(connection, made.id))
        by_name = database.read_sync(lambda connection: find_user_by_name(connection, "ada"))

    assert by_id == by_name == made
    assert made == User(id=made.id, name="ada", role=Role.EDITOR, enabled=True, created_ms=NOON_MS)


def test_nobody_is_found_by_a_name_that_nobody_has(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        assert database.read_sync(lambda connection: find_user_by_name(connection, "ada")) is None
        assert database.read_sync(lambda connection: find_user(connection, 1)) is None


def test_a_name_is_given_once(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(a_user)

        with pytest.raises(NameRefused, match="already somebody named 'ada'"):
            database.write_sync(a_user)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\nb", "a\u202eb", "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    with a_database(tmp_path) as database, pytest.raises(NameRefused, match="1 to 100 characters"):
        database.write_sync(lambda connection: a_user(connection, name=name))


def test_the_first_admin_is_the_oldest_enabled_one(tmp_path: Path) -> None:
    def work(connection: Connection) -> tuple[User | None, User, User | None]:
        none = first_admin(connection)
        a_user(connection, name="viewer", role=Role.VIEWER)
        gone = a_user(connection, name="gone", role=Role.ADMIN)
        first = create_user(connection, name="first", role=Role.ADMIN, now_ms=NOON_MS)
        a_user(connection, name="second", role=Role.ADMIN)
        connection.execute(update(users).where(users.c.id == gone.id).values(enabled=False))
        return none, first, first_admin(connection)

    with a_database(tmp_path) as database:
        none, first, found = database.write_sync(work)

    assert none is None
    assert found == first
