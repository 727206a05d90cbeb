"""Changing accounts: what opens and ends with it, and that somebody who may do everything always stays."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from server.store.database import Database
from server.store.login_links import find_login_link, issue_login_link, use_login_link
from server.store.people import (
    INVITATION_MS,
    SIGN_IN_LINK_MS,
    PersonRefused,
    change_property_role,
    change_role,
    disable,
    enable,
    found_user,
    invite,
    new_link,
)
from server.store.properties import StoredProperty, save_property
from server.store.sessions import end_session_named, end_sessions_of, list_sessions, open_session
from server.store.users import NameRefused, Role, User, find_user, list_users
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database, a_user

IDLE_MS, LONGEST_MS = 1_800_000, 43_200_000


def made(database: Database, name: str = "ada", role: Role = Role.ADMIN) -> User:
    return database.write_sync(lambda connection: a_user(connection, name=name, role=role))


def signed_in(database: Database, user: User, token: str = "t") -> None:  # noqa: S107
    database.write_sync(
        lambda connection: open_session(
            connection, user, token=token, csrf_token="c", now_ms=NOON_MS, longest_ms=LONGEST_MS, agent="a" * 999
        )
    )


def sessions_of(database: Database, user: User) -> int:
    found = database.read_sync(lambda connection: list_sessions(connection, user, now_ms=NOON_MS, idle_ms=IDLE_MS))
    return len(found)


def again(database: Database, user: User) -> User:
    found = database.read_sync(lambda connection: find_user(connection, user.id))
    assert found is not None
    return found


def test_who_is_invited_can_sign_in_once_within_a_day(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        user = database.write_sync(
            lambda connection: invite(connection, name=" bob ", role=Role.EDITOR, token="link", now_ms=NOON_MS)
        )
        assert (user.name, user.role) == ("bob", Role.EDITOR)
        late = NOON_MS + INVITATION_MS
        assert database.read_sync(lambda connection: find_login_link(connection, "link", now_ms=late)) is None
        assert database.write_sync(lambda connection: use_login_link(connection, "link", now_ms=late - 1)) == user

        with pytest.raises(NameRefused):
            database.write_sync(
                lambda connection: invite(connection, name="bob", role=Role.EDITOR, token="x", now_ms=NOON_MS)
            )


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.DEVELOPER, Role.APPROVER])
def test_the_last_administrator_stays_one(tmp_path: Path, role: Role) -> None:
    with a_database(tmp_path) as database:
        ada, bob = made(database, "ada"), made(database, "bob")
        database.write_sync(lambda connection: change_role(connection, bob, role))

        with pytest.raises(PersonRefused, match="last administrator"):
            database.write_sync(lambda connection: change_role(connection, ada, role))
        with pytest.raises(PersonRefused, match="last administrator"):
            database.write_sync(lambda connection: disable(connection, ada))
        assert again(database, ada) == ada


def test_an_administrator_who_is_disabled_is_none(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        ada, bob = made(database, "ada"), made(database, "bob")
        database.write_sync(lambda connection: disable(connection, bob))

        with pytest.raises(PersonRefused):
            database.write_sync(lambda connection: disable(connection, ada))
        database.write_sync(lambda connection: enable(connection, again(database, bob)))
        database.write_sync(lambda connection: disable(connection, ada))
        assert [each.enabled for each in database.read_sync(list_users)] == [False, True]


def test_another_role_ends_sessions_and_the_same_role_does_not(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        bob = made(database, "bob", Role.EDITOR)
        signed_in(database, bob)

        database.write_sync(lambda connection: change_role(connection, bob, Role.EDITOR))
        assert sessions_of(database, bob) == 1
        database.write_sync(lambda connection: change_role(connection, bob, Role.APPROVER))
        assert sessions_of(database, bob) == 0


def test_disabling_ends_sessions_and_links(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        bob = made(database, "bob", Role.EDITOR)
        signed_in(database, bob)

        def disabled(connection: Connection) -> None:
            issue_login_link(connection, bob.id, now_ms=NOON_MS, token="link", ttl_ms=1_000)
            disable(connection, bob)

        database.write_sync(disabled)
        assert sessions_of(database, bob) == 0
        database.write_sync(lambda connection: enable(connection, bob))
        assert database.read_sync(lambda connection: find_login_link(connection, "link", now_ms=NOON_MS)) is None


def test_a_new_link_is_short_lived_and_makes_former_ones_worthless(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        bob = made(database, "bob", Role.EDITOR)
        for token in ("one", "two"):
            database.write_sync(
                lambda connection, token=token: new_link(connection, bob, token=token, now_ms=NOON_MS)  # type: ignore[misc]
            )

        def good(token: str, at_ms: int = NOON_MS) -> bool:
            return database.read_sync(lambda connection: find_login_link(connection, token, now_ms=at_ms)) is not None

        assert (good("one"), good("two")) == (False, True)
        assert (good("two", NOON_MS + SIGN_IN_LINK_MS - 1), good("two", NOON_MS + SIGN_IN_LINK_MS)) == (True, False)
        database.write_sync(lambda connection: disable(connection, bob))
        with pytest.raises(PersonRefused, match="disabled"):
            database.write_sync(
                lambda connection: new_link(connection, again(database, bob), token="x", now_ms=NOON_MS)
            )


def test_somebody_has_another_role_at_one_property(tmp_path: Path) -> None:
    shop = StoredProperty(id="shop", name="Shop", document={"a": 1}, updated_ms=NOON_MS, updated_by="ada")
    with a_database(tmp_path) as database:
        bob = made(database, "bob", Role.EDITOR)
        database.write_sync(lambda connection: save_property(connection, shop))
        signed_in(database, bob)

        database.write_sync(lambda connection: change_property_role(connection, bob, "shop", Role.VIEWER))
        bob = again(database, bob)
        assert (bob.role, bob.role_at("shop"), bob.role_at("blog")) == (Role.EDITOR, Role.VIEWER, Role.EDITOR)
        assert sessions_of(database, bob) == 0

        signed_in(database, bob)
        database.write_sync(lambda connection: change_property_role(connection, bob, "shop", Role.VIEWER))
        assert sessions_of(database, bob) == 1
        database.write_sync(lambda connection: change_property_role(connection, bob, "shop", None))
        assert again(database, bob).role_at("shop") == Role.EDITOR
        with pytest.raises(PersonRefused, match="everywhere"):
            database.write_sync(lambda connection: change_property_role(connection, bob, "shop", Role.ADMIN))


def test_an_administrator_is_one_everywhere(tmp_path: Path) -> None:
    shop = StoredProperty(id="shop", name="Shop", document={"a": 1}, updated_ms=NOON_MS, updated_by="ada")
    with a_database(tmp_path) as database:
        ada = made(database)
        database.write_sync(lambda connection: save_property(connection, shop))
        database.write_sync(lambda connection: change_property_role(connection, ada, "shop", Role.VIEWER))

        assert again(database, ada).role_at("shop") == Role.ADMIN


def test_sessions_are_listed_and_ended_one_by_one(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        bob, eve = made(database, "bob"), made(database, "eve")
        for token in ("one", "two", "three"):
            signed_in(database, bob, token)
        found = database.read_sync(lambda connection: list_sessions(connection, bob, now_ms=NOON_MS, idle_ms=IDLE_MS))
        assert {len(each.agent) for each in found} == {200}

        def ended(user: User, name: str) -> bool:
            return database.write_sync(lambda connection: end_session_named(connection, user.id, name))

        assert not ended(eve, found[0].id)
        assert not ended(bob, "")
        assert not ended(bob, "%" * 16)
        assert ended(bob, found[0].id)
        assert not ended(bob, found[0].id)
        assert database.write_sync(lambda c: end_sessions_of(c, bob.id, but=found[1].token_hash)) == 1
        assert sessions_of(database, bob) == 1


def test_who_lets_code_through_does_not_write_it() -> None:
    for role in Role:
        assert role.includes(role)
        assert Role.ADMIN.includes(role)
        assert role.includes(Role.VIEWER)
    assert not Role.APPROVER.includes(Role.DEVELOPER)
    assert not Role.DEVELOPER.includes(Role.APPROVER)


def test_an_account_that_is_not_there_is_told(tmp_path: Path) -> None:
    with a_database(tmp_path) as database, pytest.raises(PersonRefused, match="no such account"):
        database.read_sync(lambda connection: found_user(connection, 99))
