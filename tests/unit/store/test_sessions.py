from pathlib import Path

from sqlalchemy import Connection, select, update

from server.store.database import Database
from server.store.sessions import (
    Session,
    end_session,
    end_sessions_of,
    find_session,
    open_session,
    touch_session,
)
from server.store.tables import sessions, users
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database, a_user

IDLE_MS = 1_800_000
LONGEST_MS = 43_200_000
TOKEN = "s" * 43


def signed_in(database: Database, token: str = TOKEN) -> Session:
    def work(connection: Connection) -> Session:
        user = a_user(connection, name=f"user of {token[:4]}")
        return open_session(connection, user, token=token, csrf_token="csrf", now_ms=NOON_MS, longest_ms=LONGEST_MS)

    return database.write_sync(work)


def found(database: Database, *, at_ms: int = NOON_MS, token: str = TOKEN) -> Session | None:
    return database.read_sync(lambda connection: find_session(connection, token, now_ms=at_ms, idle_ms=IDLE_MS))


def test_a_session_is_found_by_its_token(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        session = signed_in(database)

        assert found(database) == session
        assert found(database, token="another") is None


def test_a_session_ends_when_it_is_not_used(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        signed_in(database)

        assert found(database, at_ms=NOON_MS + IDLE_MS - 1) is not None
        assert found(database, at_ms=NOON_MS + IDLE_MS) is None


def test_use_makes_a_session_last(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        session = signed_in(database)
        database.write_sync(lambda connection: touch_session(connection, session, now_ms=NOON_MS + IDLE_MS - 1))

        assert found(database, at_ms=NOON_MS + IDLE_MS + 1) is not None


def test_a_session_ends_after_its_longest_time_even_when_it_is_used(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        session = signed_in(database)
        database.write_sync(lambda connection: touch_session(connection, session, now_ms=NOON_MS + LONGEST_MS - 1))

        assert found(database, at_ms=NOON_MS + LONGEST_MS - 1) is not None
        assert found(database, at_ms=NOON_MS + LONGEST_MS) is None


def test_signing_out_once_or_twice_ends_this_session_at_once_and_no_other(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        signed_in(database)
        other = signed_in(database, token="other")

        for _ in range(2):
            database.write_sync(lambda connection: end_session(connection, TOKEN))

            assert found(database) is None
            assert found(database, token="other") == other


def test_a_disabled_user_is_signed_out(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        signed_in(database)
        database.write_sync(lambda connection: connection.execute(update(users).values(enabled=False)))

        assert found(database) is None


def test_signing_a_user_out_everywhere_leaves_others_alone(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        session = signed_in(database)
        signed_in(database, token="other")

        database.write_sync(lambda connection: end_sessions_of(connection, session.user.id))

        assert found(database) is None
        assert found(database, token="other") is not None


def test_opening_a_session_sweeps_ended_ones_away(tmp_path: Path) -> None:
    def later(connection: Connection) -> int:
        user = a_user(connection, name="later")
        open_session(
            connection, user, token="new", csrf_token="csrf", now_ms=NOON_MS + LONGEST_MS, longest_ms=LONGEST_MS
        )
        return len(connection.execute(select(sessions)).all())

    with a_database(tmp_path) as database:
        signed_in(database)

        assert database.write_sync(later) == 1


def test_the_token_itself_is_stored_nowhere(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        signed_in(database)

    assert all(TOKEN.encode() not in path.read_bytes() for path in tmp_path.iterdir())
