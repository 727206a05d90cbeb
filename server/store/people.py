"""Changing accounts: invited, given roles, disabled. Somebody who may do everything always stays."""

from sqlalchemy import Connection, delete, insert, select, update

from server.store.login_links import issue_login_link
from server.store.sessions import end_sessions_of
from server.store.tables import login_links, property_roles, users
from server.store.users import Role, User, create_user, find_user

# An invitation is opened by somebody who may not be at work today.
INVITATION_MS = 24 * 3600 * 1000

# Another way in, for who lost theirs (reliability-security A3).
SIGN_IN_LINK_MS = 30 * 60 * 1000


class PersonRefused(ValueError):
    """It cannot be done to this account; the message says why and what to do."""


def invite(connection: Connection, *, name: str, role: Role, token: str, now_ms: int) -> User:
    """Make an account with a link that signs it in once. ``token``: 256 random bits. Raises NameRefused."""
    user = create_user(connection, name=name.strip(), role=role, now_ms=now_ms)
    issue_login_link(connection, user.id, now_ms=now_ms, token=token, ttl_ms=INVITATION_MS)
    return user


def change_role(connection: Connection, user: User, role: Role) -> None:
    """From now on; what is open is signed out (A4). Raises PersonRefused for the last administrator."""
    if role is user.role:
        return
    _keep_an_admin(connection, user)
    connection.execute(update(users).where(users.c.id == user.id).values(role=role.value))
    end_sessions_of(connection, user.id)


def change_property_role(connection: Connection, user: User, property_id: str, role: Role | None) -> None:
    """``role``: None for that which it has everywhere. Sessions end, as with any change of role."""
    at = (property_roles.c.user_id == user.id) & (property_roles.c.property_id == property_id)
    if role is Role.ADMIN:
        raise PersonRefused("an administrator is one everywhere: change the account's own role")
    if user.property_roles.get(property_id) is role:
        return
    connection.execute(delete(property_roles).where(at))
    if role is not None:
        values = {"user_id": user.id, "property_id": property_id, "role": role.value}
        connection.execute(insert(property_roles).values(values))
    end_sessions_of(connection, user.id)


def disable(connection: Connection, user: User) -> None:
    """It can sign in no more; its name stays in the history. Raises PersonRefused for the last administrator."""
    _keep_an_admin(connection, user)
    connection.execute(update(users).where(users.c.id == user.id).values(enabled=False))
    end_sessions_of(connection, user.id)
    forget_links(connection, user.id)


def enable(connection: Connection, user: User) -> None:
    connection.execute(update(users).where(users.c.id == user.id).values(enabled=True))


def new_link(connection: Connection, user: User, *, token: str, now_ms: int) -> None:
    """Another way in, once. Former links are worth nothing any more. Raises PersonRefused for a disabled account."""
    if not user.enabled:
        raise PersonRefused("this account is disabled: enable it first")
    forget_links(connection, user.id)
    issue_login_link(connection, user.id, now_ms=now_ms, token=token, ttl_ms=SIGN_IN_LINK_MS)


def forget_links(connection: Connection, user_id: int) -> None:
    """Links that were not used yet are worth nothing any more."""
    connection.execute(delete(login_links).where(login_links.c.user_id == user_id, login_links.c.used_ms.is_(None)))


def found_user(connection: Connection, user_id: int) -> User:
    """Raises PersonRefused when there is none."""
    user = find_user(connection, user_id)
    if user is None:
        raise PersonRefused("there is no such account")
    return user


def _keep_an_admin(connection: Connection, user: User) -> None:
    """Raises PersonRefused when no other administrator could sign in."""
    if user.role is not Role.ADMIN:
        return
    # Locked where several write at a time: two who step down at once would both see the other one.
    admins = select(users.c.id).where(users.c.role == Role.ADMIN.value, users.c.enabled).with_for_update()
    there = set(connection.execute(admins).scalars())
    if there <= {user.id}:
        raise PersonRefused(f"{user.name} is the last administrator: make somebody else one first")
