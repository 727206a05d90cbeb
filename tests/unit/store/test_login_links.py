import asyncio
from pathlib import Path

from sqlalchemy import Connection, select, update

from server.store.login_links import find_login_link, issue_login_link, use_login_link
from server.store.tables import login_links, users
from server.store.users import User
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database, a_user

TTL_MS = 3_600_000
TOKEN = "t" * 43


def issue(connection: Connection, token: str = TOKEN) -> User:
    user = a_user(connection)
    issue_login_link(connection, user.id, now_ms=NOON_MS, token=token, ttl_ms=TTL_MS)
    return user


def test_a_link_signs_in_once(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = database.write_sync(issue)

        first = database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS + 1))
        second = database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS + 2))

    assert first == user
    assert second is None


def test_looking_at_a_link_does_not_use_it_up(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = database.write_sync(issue)

        for _ in range(2):
            assert database.read_sync(lambda connection: find_login_link(connection, TOKEN, now_ms=NOON_MS)) == user

        assert database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS)) == user


def test_a_used_link_is_not_found(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(issue)
        database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS))

        assert database.read_sync(lambda connection: find_login_link(connection, TOKEN, now_ms=NOON_MS)) is None


def test_a_link_is_good_until_its_time_is_over(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = database.write_sync(issue)

        def find(connection: Connection, now_ms: int) -> User | None:
            return find_login_link(connection, TOKEN, now_ms=now_ms)

        assert database.read_sync(lambda connection: find(connection, NOON_MS + TTL_MS - 1)) == user
        assert database.read_sync(lambda connection: find(connection, NOON_MS + TTL_MS)) is None
        late = database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS + TTL_MS))
        assert late is None


def test_an_unknown_token_signs_nobody_in(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(issue)

        assert database.write_sync(lambda connection: use_login_link(connection, "other", now_ms=NOON_MS)) is None


def test_a_disabled_user_is_not_signed_in(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(issue)
        database.write_sync(lambda connection: connection.execute(update(users).values(enabled=False)))

        assert database.write_sync(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS)) is None


def test_of_two_who_come_at_once_one_gets_in(tmp_path: Path) -> None:
    async def race() -> list[User | None]:
        tasks = [
            database.write(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS)),
            other.write(lambda connection: use_login_link(connection, TOKEN, now_ms=NOON_MS)),
        ]
        return await asyncio.gather(*tasks)

    with a_database(tmp_path) as database, a_database(tmp_path) as other:
        user = database.write_sync(issue)

        found = asyncio.run(race())

    assert sorted(found, key=str) == sorted([user, None], key=str)


def test_the_token_itself_is_stored_nowhere(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(issue)

    assert all(TOKEN.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_old_links_are_swept_away_by_new_ones(tmp_path: Path) -> None:
    month_later_ms = NOON_MS + TTL_MS + 31 * 24 * 3_600_000

    def again(connection: Connection) -> int:
        user_id = connection.execute(select(users.c.id)).scalar_one()
        issue_login_link(connection, user_id, now_ms=month_later_ms, token="new", ttl_ms=TTL_MS)
        return len(connection.execute(select(login_links)).all())

    with a_database(tmp_path) as database:
        database.write_sync(issue)

        assert database.write_sync(again) == 1
