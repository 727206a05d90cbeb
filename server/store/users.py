"""Who may use the console, and as what."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from server.store.tables import property_roles, users

# The first account, which every installation begins with.
ADMIN_NAME = "admin"

# As the column: longer names are nobody's.
_MAX_NAME_CHARACTERS = 100


class Role(StrEnum):
    """What somebody may do."""

    VIEWER = "viewer"
    """Looks, with personal data masked."""
    EDITOR = "editor"
    """Looks, personal data included, and changes properties."""
    DEVELOPER = "developer"
    """The same, and writes custom code."""
    APPROVER = "approver"
    """What an editor may, and decides what visitors get: publishes production."""
    ADMIN = "admin"
    """Everything, accounts included."""

    def includes(self, other: "Role") -> bool:
        """Whether who has this one may do all that one may."""
        return self is other or other in _INCLUDED[self]


_INCLUDED: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.VIEWER: frozenset(),
        Role.EDITOR: frozenset({Role.VIEWER}),
        Role.DEVELOPER: frozenset({Role.VIEWER, Role.EDITOR}),
        # Who lets code through does not write it.
        Role.APPROVER: frozenset({Role.VIEWER, Role.EDITOR}),
        Role.ADMIN: frozenset(Role),
    }
)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One account. ``enabled``: a disabled one keeps its name in the history but can not sign in.

    ``property_roles``: where it has another role than ``role``, by the property's id.
    """

    id: int
    name: str
    role: Role
    enabled: bool
    created_ms: int
    property_roles: Mapping[str, Role] = MappingProxyType({})

    def role_at(self, property_id: str) -> Role:
        """What it may do with one property. An administrator is one everywhere."""
        return self.role if self.role is Role.ADMIN else self.property_roles.get(property_id, self.role)


class NameRefused(ValueError):
    """The name is taken, or none that can be shown; the message says which and what to do."""


def create_user(connection: Connection, *, name: str, role: Role, now_ms: int) -> User:
    """Make an account that can sign in. Raises NameRefused."""
    if not name.strip() or len(name) > _MAX_NAME_CHARACTERS or not name.isprintable():
        raise NameRefused(f"a name has 1 to {_MAX_NAME_CHARACTERS} characters that can be seen: choose another")
    row = {"name": name, "role": role.value, "enabled": True, "created_ms": now_ms}
    try:
        user_id = connection.execute(insert(users).values(row).returning(users.c.id)).scalar_one()
    except IntegrityError:
        raise NameRefused(f"there is already somebody named {name!r}: choose another name") from None
    return User(id=user_id, name=name, role=role, enabled=True, created_ms=now_ms)


def find_user(connection: Connection, user_id: int) -> User | None:
    return _found(connection, users.c.id == user_id)


def find_user_by_name(connection: Connection, name: str) -> User | None:
    return _found(connection, users.c.name == name)


def first_admin(connection: Connection) -> User | None:
    """The administrator who was made first and is enabled: whom the first start's login link is for."""
    return _found(connection, (users.c.role == Role.ADMIN.value) & users.c.enabled)


def list_users(connection: Connection) -> Sequence[User]:
    """All of them, by name."""
    rows = connection.execute(select(users).order_by(func.lower(users.c.name), users.c.id))
    return [_user(row, _property_roles(connection, row.id)) for row in rows.all()]


def _found(connection: Connection, condition: ColumnElement[bool]) -> User | None:
    row = connection.execute(select(users).where(condition).order_by(users.c.id).limit(1)).one_or_none()
    return None if row is None else _user(row, _property_roles(connection, row.id))


def _property_roles(connection: Connection, user_id: int) -> Mapping[str, Role]:
    rows = connection.execute(select(property_roles).where(property_roles.c.user_id == user_id))
    return {row.property_id: Role(row.role) for row in rows}


def _user(row: Row[Any], roles: Mapping[str, Role]) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        enabled=row.enabled,
        created_ms=row.created_ms,
        property_roles=roles,
    )
