"""What the commands do with people's accounts."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from server.app import world
from server.app.address import address_of
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.settings import Settings
from server.store.audit import AuditAction, note
from server.store.login_links import issue_login_link
from server.store.people import change_property_role, change_role, disable, enable, invite
from server.store.properties import find_property
from server.store.users import ADMIN_NAME, Role, User, find_user_by_name, list_users

T = TypeVar("T")

_LOGIN_LINK_MS = 3600 * 1000


def login_link(settings: Settings, *, name: str) -> str:
    """The address of a fresh one-time login. Raises NotFound."""
    token = world.new_token()

    def work(connection: Connection) -> None:
        user = find_user_by_name(connection, name)
        if user is None or not user.enabled:
            raise NotFound(f"there is no account {name!r} that can sign in; the first one is {ADMIN_NAME!r}")
        issue_login_link(connection, user.id, now_ms=world.clock_ms(), token=token, ttl_ms=_LOGIN_LINK_MS)
        note(connection, AuditAction.ACCOUNT, f"account {name}", detail="login link made")

    _write(settings, work)
    return f"{address_of(settings)}/login?token={token}"


def accounts(settings: Settings) -> Sequence[User]:
    """All of them, by name. Raises NoInstallation."""
    database = open_database(settings)
    try:
        return database.read_sync(list_users)
    finally:
        database.close()


def invitation(settings: Settings, *, name: str, role: Role) -> str:
    """Make an account; the address that signs it in once. Raises NameRefused."""
    token = world.new_token()
    _write(settings, lambda connection: invite(connection, name=name, role=role, token=token, now_ms=world.clock_ms()))
    return f"{address_of(settings)}/login?token={token}"


def give_role(settings: Settings, *, name: str, role: Role, property_id: str) -> None:
    """``property_id``: where; empty for everywhere. Raises NotFound, PersonRefused."""

    def work(connection: Connection) -> None:
        user = _found(connection, name)
        if not property_id:
            change_role(connection, user, role)
            return
        if find_property(connection, property_id) is None:
            raise NotFound(f"there is no property {property_id!r}")
        change_property_role(connection, user, property_id, role)

    _write(settings, work)


def disable_account(settings: Settings, name: str) -> None:
    """Raises NotFound, PersonRefused."""
    _write(settings, lambda connection: disable(connection, _found(connection, name)))


def enable_account(settings: Settings, name: str) -> None:
    """Raises NotFound."""
    _write(settings, lambda connection: enable(connection, _found(connection, name)))


def _found(connection: Connection, name: str) -> User:
    user = find_user_by_name(connection, name)
    if user is None:
        raise NotFound(f"there is no account {name!r}: `heliograph user list` shows them")
    return user


def _write(settings: Settings, work: Callable[[Connection], T]) -> T:
    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()
