"""Who may use the console, and as what."""

from enum import StrEnum

import msgspec
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from server.store.tables import users

# The first account, which every installation begins with.
ADMIN_NAME = "admin"

# As the column: longer names are nobody's.
_MAX_NAME_CHARACTERS = 100


class Role(StrEnum):
    """What somebody may do; each may all that the ones before may."""

    VIEWER = "viewer"
    """Looks, with personal data masked."""
    EDITOR = "editor"
    """Looks, personal data included, and changes properties."""
    APPROVER = "approver"
    """The same, and decides what visitors get: publishes production."""
    ADMIN = "admin"
    """Everything, accounts included."""

    def includes(self, other: "Role") -> bool:
        """Whether who has this one may do all that one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One account. ``enabled``: a disabled one keeps its name in the history but can not sign in."""

    id: int
    name: str
    role: Role
    enabled: bool
    created_ms: int


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
    return _user(connection.execute(select(users).where(users.c.id == user_id)).one_or_none())


def find_user_by_name(connection: Connection, name: str) -> User | None:
    return _user(connection.execute(select(users).where(users.c.name == name)).one_or_none())


def first_admin(connection: Connection) -> User | None:
    """The administrator who was made first and is enabled: whom the first start's login link is for."""
    admins = select(users).where(users.c.role == Role.ADMIN.value, users.c.enabled).order_by(users.c.id).limit(1)
    return _user(connection.execute(admins).one_or_none())


def _user(row: Row[tuple[int, str, str, bool, int]] | None) -> User | None:
    if row is None:
        return None
    return User(id=row.id, name=row.name, role=Role(row.role), enabled=row.enabled, created_ms=row.created_ms)
