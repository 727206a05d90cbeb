from functools import partial
from pathlib import Path

from sqlalchemy import text

from server.store.api_tokens import find_api_user, issue_api_token, list_api_tokens, revoke_api_token
from server.store.database import Database
from server.store.users import User
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database, a_user


def issue(database: Database, *, token: str = "hga_secret", expires_ms: int | None = None) -> User:  # noqa: S107
    user = database.write_sync(a_user)
    database.write_sync(
        partial(issue_api_token, user_id=user.id, token=token, token_id="t-1", now_ms=NOON_MS, expires_ms=expires_ms)
    )
    return user


def test_a_token_acts_as_its_account(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = issue(database)

        assert database.read_sync(partial(find_api_user, token="hga_secret", now_ms=NOON_MS)) == user
        assert database.read_sync(partial(find_api_user, token="hga_other", now_ms=NOON_MS)) is None


def test_a_token_expires(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = issue(database, expires_ms=NOON_MS + 10)

        assert database.read_sync(partial(find_api_user, token="hga_secret", now_ms=NOON_MS + 9)) == user
        assert database.read_sync(partial(find_api_user, token="hga_secret", now_ms=NOON_MS + 10)) is None


def test_a_revoked_token_is_useless_and_stays_in_the_list(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        issue(database)

        first, second = (
            database.write_sync(partial(revoke_api_token, token_id="t-1", now_ms=NOON_MS + 1)) for _ in range(2)
        )
        [stored] = database.read_sync(list_api_tokens)

        assert (first, second) == (True, False)
        assert database.read_sync(partial(find_api_user, token="hga_secret", now_ms=NOON_MS + 2)) is None
        assert (stored.user_name, stored.revoked_ms) == ("ada", NOON_MS + 1)


def test_a_disabled_account_s_token_is_useless(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        issue(database)
        database.write_sync(lambda connection: connection.execute(text("UPDATE users SET enabled = 0")))

        assert database.read_sync(partial(find_api_user, token="hga_secret", now_ms=NOON_MS)) is None


def test_the_token_itself_is_kept_nowhere(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        issue(database, token="hga_very_secret")

        rows = database.read_sync(lambda connection: connection.execute(text("SELECT * FROM api_tokens")).all())

    assert "very_secret" not in str(rows)
